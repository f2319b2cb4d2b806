"""Faults of the start in PyTorch: each is named with its layer, and its remedy, run as printed, removes it."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import audited_torch as made  # noqa: E402
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, REAL, ROWS, WORDS, YES, X, F, Net, Raw, case, dense, is_code, mended, mlp, put, started, times  # noqa: E402
from tests.planted_torch import (  # noqa: E402
    Linear, Opaque, all_filled, attention, biased, blank_patches, built, centered, clones, convolutional, convolved, copied, draw, embedded, filled,
    frozen, items, one_way, own, placed, positive, pulled, raw, recurrent, reseeded, reseeded_shapes, residual, separable, spread, tanh, tied, transposed, twins,
    unbiased, unrolled, weight_norm, without_gamma)  # fmt: skip


def squashed(std, act=nn.Tanh):
    """A bounded layer behind a rectifier, which is saturated the more, the larger its kernel."""
    net = nn.Sequential(nn.Linear(144, 400), nn.ReLU(), nn.Linear(400, 100), act(), nn.Linear(100, 10))
    put(net[2].weight, std)
    return case(net)


def multiplied(value, matrices=False):
    """A score from what stands for a user times what stands for an item, and a bias of each, which starts from 0."""
    def forward(m, user, item):
        score = (m.users(user)[:, None] @ m.items(item)[:, :, None])[:, :, 0] if matrices else (m.users(user) * m.items(item)).sum(1, keepdim=True)
        return score + m.user(user) + m.item(item)

    net = Net(forward, users=nn.Embedding(50, 8), items=nn.Embedding(50, 8), user=nn.Embedding(50, 1), item=nn.Embedding(50, 1))
    for weight in net.parameters():
        nn.init.constant_(weight, value)
    return case(net, (WORDS[:, 0], WORDS[:, 1]), REAL, F.mse_loss)


def centred_behind(mean):
    """Convolutions, each with a normalization behind it that takes its mean away."""
    convs = [nn.Conv2d(inputs, 16, 3, bias=False) for inputs in (1, 16)]
    for conv in convs:
        nn.init.normal_(conv.weight, mean, 0.02)
    parts = [part for conv in convs for part in (conv, nn.BatchNorm2d(16), nn.ReLU())]
    return case(nn.Sequential(*parts, nn.Flatten(), nn.Linear(1024, 10)), X)


FAULTY = {  # a network, and the layers to be named
    "A_twins": (lambda: twins(3.0), "shared"), "A_unrolled": (lambda: unrolled(3.0), "shared"), "A_zeros": (lambda: unrolled(zero=True), "shared"),
    "F_frozen": (frozen, "0"), "F_recurrent": (lambda: recurrent(gain=3.0, nonlinearity="relu"), "loop"), "F_embedding": (lambda: embedded(std=50.0), "words"),
    "F_tied": (lambda: tied(2.0), "words"), "F_linear": (lambda: case(mlp(12, 64, act=nn.Identity)), None), "F_bias": (spread, "4"),
    "I_own": (lambda: own(nn.Linear(144, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), Linear(32, 32, 4.0), nn.ReLU(), nn.Linear(32, 10)), "4"),
    "I_own_first": (lambda: own(Linear(144, 32, 90.0), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)), "0"),
    "I_opaque": (lambda: own(Opaque(), nn.Linear(144, 32), nn.ReLU(), nn.Linear(32, 10)), "0"), "I_attention": (lambda: attention(10), "look"),
    "L_embedding": (lambda: embedded(value=0.0), "words"), "L_depthwise": (lambda: separable(lambda m: put(m[2].weight, value=0.0)), "2"),
    "L_pointwise": (lambda: separable(lambda m: put(m[3].weight, 9.0)), "3"), "L_recurrent": (lambda: recurrent(9.0, nn.GRU), "loop"),
    "L_transposed": (lambda: built(convolutional(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.ConvTranspose2d(8, 16, 3), nn.ReLU()), lambda m: put(m[2].weight, 9.0)), "2"),
    "dead": (lambda: biased(-20.0), "2"), "copies": (lambda: filled(mlp(), "2.weight", value=0.1), "2"), "saturated": (lambda: biased(6.0, act=nn.Tanh), "2"),
    "small": (lambda: all_filled(mlp(8), 0.01), None), "deep": (lambda: case(dense(144, *[64] * 20, 10)), None),
    "too_large": (lambda: case(times(10, "2.weight", mlp(4))), "2"), "too_small": (lambda: case(times(0.1, "4.weight", mlp(4))), "4"),
    "nan": (lambda: filled(mlp(), "2.weight", value=float("nan")), "2"), "deep_sigmoid": (lambda: case(tanh(8, act=nn.Sigmoid)), None),
    "deep_residual": (residual, None), "standard_normal": (lambda: all_filled(tanh(3), 1.0), None),
    "one_way": (one_way, "0, 2, 4"),
    "no_gamma": (lambda: without_gamma("blocks.4"), "blocks.4"),
    "Q_zeros": (lambda: case(raw(lambda *shape: torch.zeros(shape))), "w1, w2"), "Q_normal": (lambda: case(raw(torch.randn)), "w1, w2"),
    "low_sigmoid": (lambda: biased(-200.0, act=nn.Sigmoid), "2"), "U_factors": (lambda: made.adapted(0.0), "0, 2, 4"), "U_scale": (lambda: made.gated(0.0), "gamma1, gamma2"),
    "S_kernels": (lambda: made.raw_attention(torch.randn), "wq, wk, wv, wo"), "F_products": (made.contrasted, "matmul"),
    "W_product": (lambda: multiplied(0.0), "users"), "W_product_of_matrices": (lambda: multiplied(0.0, True), "users"), "W_alike": (lambda: centred_behind(1.0), "0, 3"),
    "V_positions": (lambda: placed(49.0), "places"), "V_positions_in_a_table": (lambda: placed(49.0, True), "places"), "V_centers": (lambda: centered(torch.ones), "centers"),
    "V_centers_of_zeros_in_a_softmax": (lambda: centered(torch.zeros, True), "centers"), "V_mean": (lambda: pulled(0.0), "2"),
}  # fmt: skip


def checked(given, words, name=None):
    """The findings, after the remedies that are code have been run, and what they are about has gone."""
    found = planted.named(audit(**given), "start", words)
    if name:
        assert {layer for finding in found for layer in finding.layers} == set(name.split(", ")), found
    planted.removed(found, words, given, is_code, mended, lambda given: audit(**given))
    return found


def test_every_fault_of_the_table_is_planted():
    assert set(map(planted.kind, FAULTY)) == planted.START.keys()


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_of_the_start_is_named_and_its_remedy_run_as_printed_removes_it(name):
    torch.manual_seed(0)
    make, layer = FAULTY[name]
    found = checked(make(), planted.words(name), layer)
    assert is_code(found[0].remedy) or name in ("F_frozen", "F_products", "low_sigmoid", "I_opaque", "nan", "deep_sigmoid", "deep_residual"), found[0].remedy


OWN = {  # PyTorch's: a network, the fault, the layers
    "clones": (clones, "copied layers", None), "clones_of_two": (lambda: clones(layers=2), "copied layers", None), "deepcopy": (copied, "copied layers", "4, 6"),
    "deepcopies": (lambda: copied(9), "copied layers", None),
    "reseeded": (reseeded, "copied layers", "a, b"), "reseeded_shapes": (reseeded_shapes, "reused seed", None),
    "weight_norm": (weight_norm, "kernel too large", "2"), "weight_norm_old": (lambda: weight_norm(True), "kernel too large", "2"),
    "transposed": (transposed, "kernel too large", None), "lstm": (lambda: recurrent(9.0, nn.LSTM), "kernel too large", "loop"),
    "cell": (lambda: case(times(90, "cell.weight_hh", Net(lambda m, x: m.out(m.cell(x[:, 1], m.cell(x[:, 0]))), cell=nn.GRUCell(12, 32), out=nn.Linear(32, 10))), ROWS), "kernel too large", "cell"),
    "deep_default_conv": (lambda: case(nn.Sequential(*[part for i in range(14) for part in (nn.Conv2d(16 if i else 1, 16, 3, padding=1), nn.ReLU())], nn.Flatten(), nn.Linear(16 * 144, 10)), X), "vanishing", None),
    "selu_default": (lambda: case(dense(144, *[64] * 30, 10, act=nn.SELU)), "vanishing", None),
    "inplace": (lambda: case(times(10, "2.weight", mlp(4, act=lambda: nn.ReLU(inplace=True)))), "kernel too large", "2"),
    "functional": (lambda: case(times(0, "b.weight", started(Net(lambda m, x: m.c(F.relu(m.b(F.relu(m.a(x))))), a=nn.Linear(144, 32), b=nn.Linear(32, 32), c=nn.Linear(32, 10))))), "zero kernel", "b"),
    "bfloat16": (lambda: case(times(10, "2.weight", mlp(4)).bfloat16(), FLAT.bfloat16()), "kernel too large", "2"),
    "bfloat16_recurrent": (lambda: recurrent(9.0) | {"model": recurrent(9.0)["model"].bfloat16(), "x": ROWS.bfloat16()}, "kernel too large", "loop"),
    "no_gammas": (lambda: without_gamma("blocks.1", "blocks.4"), "constant output", "blocks.1, blocks.4"), "no_gamma_before_a_branch": (lambda: without_gamma("blocks.4", "branch.1", bias=True), "constant output", "blocks.4"),
    "compiled": (lambda: case(torch.compile(times(10, "2.weight", mlp(4)))), "kernel too large", "2"),
    "raw_convolution": (lambda: convolved(k2=2.0), "kernel too large", "k2"), "raw_gamma": (lambda: convolved(gamma=0.0), "constant output", "gamma"),
    "factors_merged": (lambda: made.adapted(0.0, merged=True), "zero kernel", "0, 2, 4"), "dead_without_bias": (unbiased, "dead units", "0"),
    "raw_bias": (lambda: case(raw(b1=torch.full((32,), -20.0))), "dead units", "w1"), "raw_contraction": (lambda: case(Raw(lambda m, x: torch.einsum("...i,io->...o", F.relu(torch.tensordot(x, m.w1, 1)), m.w2), w1=torch.randn(144, 32), w2=torch.randn(32, 10))), "kernel too large", "w1, w2"),
    "saturated_in_part": (lambda: squashed(0.3), "kernel too large", "2"), "words_of_ones": (lambda: embedded(value=1.0), "copied units", "words"),
}  # fmt: skip


@pytest.mark.parametrize("make, words, name", OWN.values(), ids=OWN)
def test_a_fault_of_pytorch_s_own_is_named_and_its_remedy_run_as_printed_removes_it(make, words, name):
    torch.manual_seed(0)
    checked(make(), words, name)


def test_a_transformer_encoder_that_was_drawn_anew_gets_no_finding():
    torch.manual_seed(0)
    assert audit(**clones(reset=True)).outcome == "sound"


KEPT = {  # the same networks as they should be
    "saturated_in_part": lambda: squashed(0.07),
    "factors_of_peft": lambda: made.adapted(0.25), "factors_merged": lambda: made.adapted(0.25, merged=True), "scale": lambda: made.gated(1.0), "scale_in_a_branch": lambda: made.gated(0.0, residual=True),
    "scale_of_the_output": lambda: case(Net(lambda m, x: m.gamma * m.net(x), net=mlp(), gamma=nn.Parameter(torch.zeros(10)))), "groups": lambda: made.grouped(8), "table": lambda: made.table(1.0), "table_apart": lambda: made.table(1.0, True),
    "products_of_directions": lambda: made.contrasted(1.0), "raw_attention": lambda: made.raw_attention(draw), "blank_rows": lambda: made.blank(batch_first=True),
    "positions": lambda: placed(0.02), "positions_of_a_table": lambda: placed(1.0, True), "positions_of_zeros": lambda: placed(0.0), "centers": lambda: centered(torch.rand), "centers_in_a_softmax": lambda: centered(torch.rand, True),
    "both_ways": lambda: pulled(-0.35), "biases_of_items": items, "positive_output": lambda: case(positive(mlp(), "4.weight")),
    "mean_of_the_targets": lambda: case(Net(lambda m, x: m.net(x) + m.mean, net=mlp(out=1), mean=nn.Parameter(torch.full((1, 1), 20.0))), y=20 + YES, loss=F.mse_loss),
}  # fmt: skip


@pytest.mark.parametrize("make", KEPT.values(), ids=KEPT)
def test_what_a_fault_was_planted_in_gets_no_finding_without_it(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


def test_the_loud_output_of_a_frozen_network_is_a_note():
    torch.manual_seed(0)
    given = made.adapted(0.25)
    given["model"].requires_grad_(True)
    for _ in range(900):  # as trained before, for other labels
        loss = F.cross_entropy(given["model"](FLAT), (given["y"] + 1) % 10)
        for w, g in zip(given["model"].parameters(), torch.autograd.grad(loss, given["model"].parameters(), allow_unused=True)):
            w.data -= 0.5 * (0 if g is None else g)
    for part in given["model"]:
        if isinstance(part, made.Adapter):
            part.base.requires_grad_(False), put(part.B, value=0.0)
    given["model"][4].base.weight.data *= 1.5  # for longer
    report = audit(**given)
    assert report.loss > 4 * 2.31 and not report.findings and any("It is frozen" in note for note in report.notes), str(report)


@pytest.mark.parametrize("act", [nn.Tanh, nn.Sigmoid, nn.Hardtanh, nn.Hardsigmoid])
def test_a_start_of_any_scale_is_audited(act):
    torch.manual_seed(0)
    small, large = "kernel too small", "kernel too large"
    for std, fault in ((0.01, small), (0.03, ""), (0.1, ""), (0.2, ""), (0.3, large), (0.5, large), (1.0, large), (3.0, f"{large}, units saturated")):
        report = audit(**squashed(std, act))
        assert [finding.fault[:len(fault)] for finding in report.findings] == [fault] * bool(fault), str(report)


@pytest.mark.parametrize("make", [lambda: case(raw()), convolved], ids=["products", "functions"])
def test_parameters_without_layers_that_are_well_drawn_get_no_finding(make):
    torch.manual_seed(0)
    assert audit(**make()).outcome == "sound"


def test_a_residual_branch_that_ends_with_a_scale_of_zero_gets_no_finding():
    torch.manual_seed(0)
    assert audit(**without_gamma("branch.1")).outcome == "sound"


def test_a_gradient_that_is_large_where_patches_are_blank_is_not_worth_a_word():
    torch.manual_seed(0)
    report = audit(**blank_patches())
    assert not report.findings and not any("δ" in note for note in report.notes), str(report)
    deltas = [row.delta_square for row in report.rows]
    assert deltas[0] > 100 * deltas[-2], "the patches are not what they were planted for"
