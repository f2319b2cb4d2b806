"""What a batch shows beside the start in PyTorch: labels, outputs, losses, gradients, rates and precision."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import audited_torch as made  # noqa: E402
from tests import planted  # noqa: E402
from tests.audited_torch import (  # noqa: E402
    EDGES, FLAT, REAL, ROWS, WORDS, YES, F, Net, X, Y, adam, attentive, averaged, behind, by_edges, case, dense, dice, encoded, ended, graph, is_code,
    looped, lowered, mended, mlp, one, padding, put, reshaped, sgd, started, times)  # fmt: skip

BCE, BCEL, MSE, NLL = F.binary_cross_entropy, F.binary_cross_entropy_with_logits, F.mse_loss, F.nll_loss
HOT = F.one_hot(Y, 10).float()
NAN = float("nan")


def chosen(function):
    """What where() keeps off negative numbers in the output and not in the gradient."""
    return behind(lambda z: torch.where(z > 0, function(z), 0 * z), act=torch.Tensor.contiguous)


def distance():
    return behind(lambda h: (h - h).pow(2).sum(-1, keepdim=True).sqrt().expand(-1, 32), 1, YES, BCEL)


def clipped():
    given = one([nn.Sigmoid()], 0 * YES, BCE)
    put(given["model"][2].bias, value=30.0)
    return given


def frozen():
    net = mlp()
    for w in net.parameters():
        w.requires_grad_(False)
    return case(net)


def over_images():
    parts = {"q": nn.Linear(12, 16), "k": nn.Linear(12, 16), "end": nn.Linear(12, 10)}
    return case(Net(lambda m, x: m.end((torch.softmax(m.q(x) @ m.k(x).mT / 4, 0) @ x).mean(1)), **parts), ROWS)


def relu_shares():
    given = one([nn.ReLU()], YES, BCE)
    put(given["model"][2].weight, 0.001), put(given["model"][2].bias, value=0.5)
    return given


def loss_of_numpy(out, y):
    return float(((out - y) ** 2).mean().detach().numpy())


def among_images(m, x):
    return m.end(torch.softmax(m.q(x) @ m.k(x).T / 4, -1) @ m.v(x))


def heads():
    return {name: nn.Linear(144, 16) for name in "qkv"} | {"end": nn.Linear(16, 10)}


REGIONS = (torch.arange(12)[:, None] // 4).expand(64, 12, 12)  # of an image, from 0 to 2
FIRST_ROW = torch.zeros(12, 12, dtype=torch.bool).index_fill(0, torch.tensor([3]), True)  # of a mask that hides all from one query
KINDS = {
    "B_root": lambda: chosen(torch.sqrt), "B_zero_over_zero": lambda: behind(lambda h: h / (h * 0)),
    "B_log": lambda: chosen(lambda z: z.pow(0.3)), "B_distance": distance,
    "C_one_softmax": lambda: one([nn.Softmax(1)], YES), "C_one_unit_for_classes": lambda: one(y=Y % 2, loss=F.cross_entropy),
    "C_saturated": clipped, "C_normalized_unit": lambda: one([nn.LayerNorm(1)]), "C_argmax": lambda: ended(lambda z: z.argmax(-1, keepdim=True).float()),
    "C_stopped": lambda: ended(torch.detach), "C_loss_of_numpy": lambda: one(loss=loss_of_numpy), "C_frozen": frozen,
    "G_sgd": lambda: one(y=REAL * 1e4 + 1e5, optimizer=sgd(0.1)), "G_adam": lambda: one(y=REAL * 1e3 - 4e3, loss=F.l1_loss, optimizer=adam()),
    "G_hundred": lambda: one(y=REAL * 30, optimizer=sgd(1.0)), "G_half": lambda: case(mlp().half(), FLAT.half(), optimizer=adam()),
    "G_rate": lambda: case(mlp(), optimizer=adam(1.0)), "G_rate_sgd": lambda: case(mlp(), optimizer=sgd(99.0)), "G_rate_small": lambda: case(mlp(), optimizer=sgd(1e-9)),
    "H_nan": lambda: one(y=REAL * NAN), "H_infinite": lambda: one(y=1 / (REAL > 0), loss=F.l1_loss), "H_from_one": lambda: case(mlp(), y=Y + 1),
    "H_too_many": lambda: case(mlp(), y=torch.arange(64) % 13), "H_negative": lambda: case(mlp(out=3), y=Y % 3 - 1), "H_shares": lambda: case(mlp(), y=Y + 0.5),
    "H_several": lambda: case(mlp(), y=(HOT + HOT.roll(1, 0) > 0).float()), "H_signs": lambda: one(y=2 * YES - 1, loss=BCEL),
    "H_mask": lambda: case(started(nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Sigmoid())), X, 255 * (X > 0.2).float(), BCE),
    "N_relu": lambda: one([nn.ReLU()], REAL - 5), "N_tanh": lambda: one([nn.Tanh()], 9 * REAL), "N_pixels": lambda: one([nn.Sigmoid()], 255 * FLAT, out=144),
    "N_twice": lambda: case(mlp(end=[nn.Softmax(1)])), "N_twice_sigmoid": lambda: one([nn.Sigmoid(), nn.Sigmoid()], YES, BCE),
    "N_twice_in_the_loss": lambda: one([nn.Sigmoid()], YES, BCEL), "N_digits_on_one": lambda: one([nn.Sigmoid()], Y.float()[:, None], BCE),
    "N_broadcast": lambda: one(y=REAL, out=10), "N_broadcast_classes": lambda: one(y=Y[:, None].float(), out=10),
    "N_logit": lambda: one(y=YES, loss=BCE), "raw": lambda: case(mlp(), 255 * FLAT), "loud": lambda: case(mlp(), 60 * FLAT + 9), "half": lambda: case(times(0.7, "0.weight", dense(144, 512, 10)).half(), (3.5e4 * FLAT).half(), loss=lambda out, y: F.cross_entropy(out.float(), y)),
    "C_step": lambda: behind(torch.sign), "C_softmax_between": lambda: case(mlp(act=lambda: nn.Softmax(1))), "C_softmax_over_images": over_images,
    "G_decay": lambda: case(mlp(), optimizer=sgd(0.2, weight_decay=20.0)), "G_rate_zero": lambda: case(mlp(), optimizer=sgd(0.0)),
    "H_from_one_to_two": lambda: one(y=YES + 1, loss=BCEL), "N_relu_shares": relu_shares, "N_kl": lambda: case(mlp(), y=HOT, loss=nn.KLDivLoss(reduction="batchmean")),
    "N_sum": lambda: one([nn.Softmax(1)], torch.rand(64, 3), out=3), "N_tiny": lambda: one(y=1e-6 * REAL),
    "N_mask_of_own_loss": lambda: case(started(nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Sigmoid())), X, 255 * (X > 0.2).float(), dice),
    "R_overflow": lambda: case(lowered(mlp(), then=lambda out: (90 * out).pow(4))), "R_gradient": lambda: case(lowered(mlp(out=1)), y=REAL, loss=lambda out, y: 1e-6 * MSE(out.float(), y)),
    "R_step": lambda: case(mlp().bfloat16(), FLAT.bfloat16(), optimizer=adam(1e-4)), "S_unscaled": lambda: case(attentive(scale=1.0), ROWS),
    "S_masked": lambda: case(attentive(mask=FIRST_ROW), ROWS), "S_axis": lambda: case(attentive(axis=1), ROWS), "T_steps": lambda: looped(lambda out: out[0][:, -1]),
    "T_reshape": lambda: reshaped(lambda x: x.transpose(0, 1).reshape(64, 12, 12)), "T_attention": lambda: case(Net(among_images, **heads())),
    "T_blank": made.blank, "C_lone": lambda: made.grouped(32), "U_column": lambda: made.table(5e4), "U_part": lambda: made.table(5e4, True),
    "V_padding": lambda: padding(turned=True), "V_padding_fused": lambda: padding(turned=True, fused=True), "V_padding_and_a_loss_of_its_own": lambda: padding(turned=True) | {"loss": lambda out, y: out.logsumexp(1).mean() - out.mul(F.one_hot(y, 10)).sum(1).mean()},
    "V_centred": lambda: averaged(nn.InstanceNorm2d),
    "V_centred_groups": lambda: averaged(lambda n: nn.GroupNorm(n, n)), "V_degrees": lambda: graph(torch.matmul), "V_degrees_of_two_layers": lambda: graph(torch.matmul, layers=2),
    "V_degrees_of_edges": lambda: graph(by_edges), "V_degrees_of_each_image": lambda: made.graphs(100.0), "V_centred_sum": lambda: behind(lambda h: (h - h.mean(1, keepdim=True)).sum(1, keepdim=True).expand(-1, 32)),
    "W_void": lambda: case(started(nn.Conv2d(1, 4, 3, padding=1)), X, torch.where(ROWS > 0.9, 255, REGIONS)),
    "W_void_below_0": lambda: case(started(nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.LogSoftmax(1))), X, torch.where(ROWS > 0.9, -1, REGIONS), NLL),
    "W_one_number": lambda: case(Net(lambda m, x: m.end(m.loop(m.norm(x[..., None]))[0][:, -1]), norm=nn.LayerNorm(1), loop=nn.LSTM(1, 16, batch_first=True), end=nn.Linear(16, 10)), FLAT),
    "W_one_number_alone": lambda: case(started(nn.Sequential(nn.LayerNorm(1), nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 10))), REAL),
    "V_degrees_of_a_sparse_matrix": lambda: graph(torch.sparse.mm, EDGES.to_sparse()),
}  # fmt: skip
WORDED = {"B_root", "B_zero_over_zero", "B_log", "B_distance", "C_saturated", "C_normalized_unit", "C_argmax", "C_stopped",
          "C_loss_of_numpy", "C_step", "C_softmax_over_images", "H_nan", "H_infinite", "H_shares", "R_overflow", "R_gradient", "R_step", "S_unscaled",
          "S_masked", "S_axis", "T_reshape", "T_attention", "V_padding", "V_centred", "V_degrees"}  # whose remedy is words


def checked(given, words, worded):
    found = planted.named(audit(**given), "elsewhere", words)[:1]
    assert is_code(found[0].remedy) != worded, found[0].remedy
    planted.removed(found, words, given, is_code, mended, lambda given: audit(**given))


def test_every_fault_of_the_table_is_planted():
    assert set(map(planted.kind, KINDS)) == planted.ELSEWHERE.keys()


@pytest.mark.parametrize("name", KINDS)
def test_a_fault_beside_the_start_is_told_from_one_of_it_and_its_remedy_removes_it(name):
    torch.manual_seed(0)
    checked(KINDS[name](), planted.words(name), planted.kind(name) in WORDED)


def listed():
    return Net(lambda m, x: m.layers[1](F.relu(m.layers[0](m.first(x)))), first=nn.Linear(144, 32), layers=[nn.Linear(32, 32), nn.Linear(32, 10)])


def sequence(x=ROWS, y=WORDS % 7):
    return case(Net(lambda m, x: m.end(m.loop(x)[0]), loop=nn.GRU(12, 32, batch_first=True), end=nn.Linear(32, 7)), x, y)


def over_time(function):
    return case(Net(lambda m, x: function(m.end(m.loop(x)[0])), loop=nn.GRU(12, 32, batch_first=True), end=nn.Linear(32, 7)), ROWS, WORDS % 7, NLL)


def padded(end=290, cell=nn.LSTM, but=0):
    """Sentences of ten words, and behind them zeros, but for some that are longer."""
    x = F.pad(WORDS[:, :10] + 1, (0, end)) % 50
    x[:but] = 1 + torch.arange(10 + end) % 49
    return case(Net(lambda m, x: m.end(m.loop(m.words(x))[0][:, -1]), words=nn.Embedding(50, 8), loop=cell(8, 16, batch_first=True), end=nn.Linear(16, 10)), x)


def two():
    """An age and an income."""
    net = Net(lambda m, x: (m.age(F.relu(m.first(x))), m.income(F.relu(m.first(x)))), first=nn.Linear(144, 32), age=nn.Linear(32, 1), income=nn.Linear(32, 1))
    return case(net, y=(REAL, REAL.abs() * 4e4), loss=lambda out, y: MSE(out[0], y[0]) + MSE(out[1], y[1]))


def test_a_remedy_is_not_what_the_kernels_have_already():
    def forward(net, x):
        for layer in net.layers:
            x = 30 * F.relu(layer(x))
        return net.end(x)

    layers = nn.ModuleList(nn.Linear(144, 144) for _ in range(4))
    remedy = audit(started(Net(forward, layers=layers, end=nn.Linear(144, 10))), FLAT, Y).findings[0].remedy
    assert "init" not in remedy and "normalization" in remedy


def held(weight):
    """A network with a tensor that is no parameter of it."""
    return case(Net(lambda m, x: m.end(F.relu(x @ m.weight)), weight=weight, end=nn.Linear(32, 10)))


def forgotten():
    net = mlp()
    return case(net) | {"optimizer": torch.optim.SGD([*net[0].parameters(), net[2].weight, *net[4].parameters()], 0.01)}


OWN = {  # PyTorch's: a network, words of the finding, and whether the remedy is words
    "labels_of_one_column": (lambda: case(mlp(), y=Y[:, None]), "do not fit", False), "labels_as_floats": (lambda: case(mlp(), y=Y.float()), "another type", False),
    "labels_int32": (lambda: case(mlp(), y=Y.int()), "another type", False), "labels_one_hot": (lambda: case(mlp(), y=HOT.long()), "one-hot", False),
    "column_of_floats": (lambda: case(mlp(), y=Y.float()[:, None]), "do not fit", False), "flat_for_binary": (lambda: one(y=YES[:, 0], loss=BCEL), "do not fit", False),
    "whole_for_binary": (lambda: one(y=YES.long(), loss=BCEL), "another type", False), "bool_for_binary": (lambda: one([nn.Sigmoid()], YES > 0, BCE), "another type", False),
    "classes_for_binary": (lambda: one(y=Y, loss=BCEL, out=10), "do not fit", False), "whole_for_mse": (lambda: one(y=Y[:, None], loss=MSE), "another type", False),
    "broadcast": (lambda: one(y=REAL[:, 0]), "broadcast", False), "broadcast_by_hand": (lambda: one(y=REAL[:, 0], loss=lambda out, y: ((out - y) ** 2).mean()), "broadcast", False),
    "broadcast_flat": (lambda: ended(lambda z: z.squeeze(1)), "broadcast", False), "nll_of_shares": (lambda: case(mlp(end=[nn.Softmax(1)]), loss=NLL), "log-probabilities", False),
    "nll_of_logits": (lambda: case(mlp(), loss=NLL), "log-probabilities", False), "nll_of_functional": (lambda: ended(lambda z: F.softmax(z, 1), 10, Y, NLL), "log-probabilities", False),
    "relu_logits": (lambda: case(mlp(end=[nn.ReLU()])), "logits cut off", False), "sigmoid_logits": (lambda: case(mlp(end=[nn.Sigmoid()])), "logits cut off", False),
    "relu_before_softmax": (lambda: case(mlp(end=[nn.ReLU(), nn.LogSoftmax(1)]), loss=NLL), "logits cut off", False), "all_dropped": (lambda: case(started(nn.Sequential(nn.Linear(144, 32), nn.ReLU(), nn.Dropout(1.0), nn.Linear(32, 10)))), "dropout too large", False),
    "softmax_function": (lambda: ended(lambda z: z.softmax(-1), 10, Y, F.cross_entropy), "applied twice", True), "softmax_of_module_loss": (lambda: case(mlp(end=[nn.Softmax(-1)]), loss=nn.CrossEntropyLoss()), "applied twice", False),
    "softmax_over_batch": (lambda: case(mlp(end=[nn.Softmax(0)]), y=HOT, loss=MSE), "over the batch", False), "padding": (lambda: case(started(nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(96, 10))), WORDS, torch.where(Y > 7, -1, Y)), "run from -1", False),
    "softmax_over_time": (lambda: over_time(lambda z: z.log_softmax(1).transpose(1, 2)), "softmax over another axis", True), "padded": (padded, "ends with the padding", True), "padded_by_40": (lambda: padded(40), "ends with the padding", True), "padded_but_one": (lambda: padded(60, nn.GRU, 1), "63 of 64 images are alike", True),
    "advantages_of_0": (lambda: case(mlp(), loss=lambda out, y: 0 * out.mean()), "times 0", True), "rounded": (lambda: ended(torch.round), "rounded", True),
    "all_ignored": (lambda: case(mlp(), y=0 * Y - 100), "labels ignored", True), "second_output": (two, "targets too large", False), "huge": (lambda: case(mlp(), FLAT * 3e38), "input too large", False),
    "sequence_axis": (sequence, "classes on another axis", False), "not_registered": (lambda: case(listed()), "layers not registered", True),
    "not_in_the_optimizer": (forgotten, "weights not in the optimizer", False), "cut_inside": (lambda: behind(torch.detach), "no gradient", True),
    "l1_by_hand": (lambda: one(y=REAL * 1e6, loss=lambda out, y: (out - y).abs().mean()), "targets too large", False),
    "huber": (lambda: one(y=REAL * 1e6, loss=nn.HuberLoss()), "targets too large", False), "bytes": (lambda: case(mlp(), (255 * FLAT).byte().float()), "input too large", False),
    "half_adamw": (lambda: case(mlp(1).half(), FLAT.half(), optimizer=lambda m: torch.optim.AdamW(m.parameters())), "epsilon", False),
    "rewrapped": (lambda: behind(lambda h: torch.tensor(h.detach().numpy())), "no gradient", True), "rows_of_pixels": (lambda: one([nn.Tanh(), nn.Unflatten(1, (12, 12))], 255 * ROWS, F.l1_loss, out=144), "out of reach", False),
    "one_hot_output": (lambda: ended(lambda z: F.one_hot(z.argmax(1), 10).float(), 10, Y, F.cross_entropy), "no gradient", True), "classes_last": (lambda: case(started(nn.Sequential(nn.Conv2d(1, 3, 1))), X, (X[:, 0] * 3).long(), F.cross_entropy) | {"model": Net(lambda m, x: m.c(x).movedim(1, -1), c=nn.Conv2d(1, 3, 1))}, "classes on another axis", False),
    "made_in_forward": (lambda: case(Net(lambda m, x: nn.Linear(32, 10)(F.relu(m.a(x))), a=nn.Linear(144, 32))), "layers not registered", True),
    "one_axis": (lambda: ended(lambda z: z.squeeze(1), 1, Y % 2, F.cross_entropy), "one unit for all classes", False), "swapped": (lambda: one([nn.Sigmoid()], 0.8 * YES + 0.1, lambda out, y: BCE(y, out)), "arguments swapped", True),
    "weights_of_classes": (lambda: case(mlp(), loss=nn.CrossEntropyLoss(torch.ones(3))), "weights of classes do not fit", False), "margin": (lambda: one(y=YES, loss=nn.SoftMarginLoss()), "wants -1 and 1", False),
    "plain_tensor": (lambda: held(0.1 * torch.randn(144, 32).requires_grad_()), "weights not registered", True), "scaled_parameter": (lambda: held(nn.Parameter(torch.randn(144, 32)) * 0.1), "weights not registered", True),
    "kl_of_softmax": (lambda: case(mlp(end=[nn.Softmax(1)]), y=HOT, loss=nn.KLDivLoss(reduction="batchmean")), "log-probabilities", False),
    "best_of_several": (lambda: one(y=REAL[:, 0], out=4, loss=lambda q, y: F.smooth_l1_loss(q.max(1, keepdim=True)[0], y)), "broadcast", False),
    "steps_of_h": (lambda: looped(lambda out: out[1][0][-1]), "batch and steps exchanged", False), "rows_for_steps": (lambda: looped(lambda out: out[0], FLAT), "batch taken for a sequence", True),
    "encoder_of_steps": (encoded, "batch and steps exchanged", False), "time_first_and_batch_first": (lambda: looped(lambda out: out[0][-1], ROWS[:, :9].transpose(0, 1), batch_first=True), "batch and steps exchanged", False),
    "reshaped_before_a_loop": (lambda: case(Net(lambda m, x: m.end(m.loop(x.transpose(0, 1).reshape(64, 12, 12))[0][:, -1]), loop=nn.LSTM(12, 32, batch_first=True), end=nn.Linear(32, 10)), ROWS), "images mixed", True),
    "one_and_many_columns": (lambda: case(Net(lambda m, x: m.end(F.relu(m.first(x.flatten(1).T.reshape(64, 144)))), first=nn.Linear(144, 32), end=nn.Linear(32, 10)), ROWS), "images mixed", True),
    "fused_unscaled": (lambda: case(Net(lambda m, x: m.end(F.scaled_dot_product_attention(*m.qkv(m.norm(m.into(x))).chunk(3, -1), scale=1.0).mean(1)), into=nn.Linear(12, 64), norm=nn.LayerNorm(64), qkv=nn.Linear(64, 768), end=nn.Linear(256, 10)), ROWS), "attention saturated", True),
    "padding_of_a_whole_sentence": (lambda: case(Net(lambda m, x: m.end(m.look(x, x, x, key_padding_mask=(torch.arange(64) < 2)[:, None].expand(64, 12))[0].mean(1)), look=nn.MultiheadAttention(12, 2, batch_first=True), end=nn.Linear(12, 10)), ROWS), "row masked entirely", True),
    "in_half_overflow": (lambda: case(mlp(3).half(), (FLAT * 3e4).half()), "65504", True),
    "values_of_choices": (lambda: one(out=4, loss=F.smooth_l1_loss, optimizer=adam()), "as in Q-learning, that of the one taken: out.gather(1, action)", False),
}  # fmt: skip


@pytest.mark.parametrize("make, words, worded", OWN.values(), ids=OWN)
def test_a_fault_of_pytorch_s_own_beside_the_start_is_named_and_its_remedy_removes_it(make, words, worded):
    torch.manual_seed(0)
    checked(make(), words, worded)
