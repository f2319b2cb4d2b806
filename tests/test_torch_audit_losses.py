"""Labels, losses and outputs that fit get no finding from snippets/tools/torch/audit.py."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import audited_torch as made  # noqa: E402
from tests.audited_torch import (  # noqa: E402
    EDGES, FLAT, REAL, ROWS, WORDS, YES, F, Net, X, Y, adam, attentive, averaged, behind, by_edges, case, dice, encoded, graph, looped, lowered, mlp,
    one, padding, put, reshaped, sgd, started)  # fmt: skip

BCE, BCEL, MSE, NLL = F.binary_cross_entropy, F.binary_cross_entropy_with_logits, F.mse_loss, F.nll_loss
HOT = F.one_hot(Y, 10).float()


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.mean, self.spread = nn.Linear(144, 32), nn.Linear(32, 4), nn.Linear(32, 4)
        self.decode = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 144), nn.Sigmoid())

    def forward(self, x):
        h = F.relu(self.encode(x))
        mean, spread = self.mean(h), self.spread(h)
        return self.decode(mean + torch.randn_like(mean) * (0.5 * spread).exp()), mean, spread


def elbo(outputs, x):
    image, mean, spread = outputs
    return BCE(image, x, reduction="sum") - 0.5 * (1 + spread - mean**2 - spread.exp()).sum()


def both(outputs, y):
    return F.mse_loss(outputs["size"], y[0]) + F.cross_entropy(outputs["kind"], y[1])


class Siamese(nn.Module):
    """Two views, of which each predicts the other, as in SimSiam."""

    def __init__(self):
        super().__init__()
        self.body, self.head = started(nn.Sequential(nn.Linear(144, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))), nn.Linear(16, 16)

    def forward(self, x):
        a, b = (self.body(x + 0.1 * torch.randn_like(x)) for _ in range(2))
        return -F.cosine_similarity(self.head(a), b.detach()).mean() - F.cosine_similarity(self.head(b), a.detach()).mean()


class Codes(nn.Module):
    """A codebook behind which the gradient goes straight through, as in VQ-VAE."""

    def __init__(self):
        super().__init__()
        self.encode, self.decode, self.codes = nn.Linear(144, 4), nn.Linear(4, 144), nn.Embedding(16, 4)

    def forward(self, x):
        z = self.encode(x)
        code = self.codes(torch.cdist(z, self.codes.weight).argmin(1))
        return self.decode(z + (code - z).detach()), F.mse_loss(code, z.detach()) + F.mse_loss(z, code.detach())


class Weighted(nn.Module):
    """Losses that are weighed by what is learned, as uncertainties."""

    def __init__(self):
        super().__init__()
        self.spread = nn.Parameter(torch.zeros(2))

    def forward(self, out, y):
        return ((-self.spread).exp() * ((out - y) ** 2).mean(0) + self.spread).sum()


class Standardized(nn.Conv2d):
    """A convolution that standardizes its kernels, as in BiT."""

    def forward(self, x):
        mean, std = self.weight.mean((1, 2, 3), keepdim=True), self.weight.std((1, 2, 3), keepdim=True)
        return F.conv2d(x, (self.weight - mean) / (std + 1e-5), self.bias)


def remembering(m, x):
    h = torch.zeros(len(x), 32)
    for i in range(6):
        h = m.cell(x[:, i], h if i != 3 else h.detach())
    return m.out(h)


def warming(model):
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    torch.optim.lr_scheduler.LinearLR(optimizer, 1e-8, total_iters=99)
    return optimizer


SOUND = {
    "soft_labels": lambda: case(mlp(), y=0.9 * HOT + 0.01), "void": lambda: case(mlp(), y=torch.where(Y > 7, -100, Y)),
    "void_of_its_own": lambda: case(mlp(), y=torch.where(Y > 7, 255, Y), loss=nn.CrossEntropyLoss(ignore_index=255)),
    "weighted": lambda: case(mlp(), loss=nn.CrossEntropyLoss(torch.rand(10))), "smoothed": lambda: case(mlp(), loss=nn.CrossEntropyLoss(label_smoothing=0.1)),
    "summed": lambda: case(mlp(), loss=nn.CrossEntropyLoss(reduction="sum")),
    "bytes": lambda: case(mlp(), y=Y.byte()), "half_words": lambda: case(nn.Sequential(nn.Embedding(60_000, 8), nn.Flatten(), nn.Linear(96, 10)).half(), 1000 * WORDS + 9000), "nll": lambda: case(mlp(end=[nn.LogSoftmax(1)]), loss=NLL), "log_softmax_twice": lambda: case(mlp(end=[nn.LogSoftmax(1)])),
    "binary": lambda: one([nn.Sigmoid()], YES, BCE), "binary_logits": lambda: one(y=YES, loss=nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0]))),
    "several": lambda: one(y=(HOT + HOT.roll(1, 0) > 0).float(), loss=BCEL, out=10), "ages": lambda: one(y=18 + 62 * torch.rand(64, 1), optimizer=adam()),
    "autoencoder": lambda: one([nn.Sigmoid()], FLAT, out=144), "same_object": lambda: case(mlp(out=144), FLAT, FLAT, MSE), "vae": lambda: case(Vae(), y=FLAT, loss=elbo),
    "hinge": lambda: one([nn.Tanh()], 2 * YES - 1, nn.SoftMarginLoss()), "own_loss": lambda: one(loss=lambda out, y: (out - y).abs().pow(1.5).mean()),
    "segmentation": lambda: case(started(nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 1))), X, (X[:, 0] * 3).long()),
    "warm_up": lambda: case(mlp(), optimizer=warming), "decayed": lambda: case(mlp(), optimizer=sgd(0.1, momentum=0.9, weight_decay=1e-4)),
    "two_heads": lambda: case(started(Net(lambda m, x: {"size": m.size(x), "kind": m.kind(x)}, size=nn.Linear(144, 1), kind=nn.Linear(144, 10))), y=(REAL, Y), loss=both),
    "siamese": lambda: case(Siamese(), y=None), "codes": lambda: case(Codes(), y=FLAT, loss=lambda out, y: F.mse_loss(out[0], y) + out[1]), "taken": lambda: one(y=REAL[:, 0], out=4, loss=lambda out, y: F.smooth_l1_loss(out.gather(1, Y[:, None] % 4).squeeze(1), y)),
    "policy_gradient": lambda: one(y=REAL[:, 0], out=4, loss=lambda out, y: -(torch.distributions.Categorical(logits=out).log_prob(Y % 4) * y).mean()), "truncated": lambda: case(Net(remembering, cell=nn.GRUCell(12, 32), out=nn.Linear(32, 10)), ROWS),
    "checkpointed": lambda: case(started(Net(lambda m, x: m.c(torch.utils.checkpoint.checkpoint(lambda h: F.relu(m.b(h)), F.relu(m.a(x)), use_reentrant=False)), a=nn.Linear(144, 32), b=nn.Linear(32, 32), c=nn.Linear(32, 10)))),
    "doubles": lambda: one(y=REAL.double()), "steps_by_closure": lambda: case(mlp(), optimizer=lambda m: torch.optim.LBFGS(m.parameters())),
    "flattened": lambda: case(Net(lambda m, x: m.end(m.words(x)).flatten(0, 1), words=nn.Embedding(50, 8), end=nn.Linear(8, 50)), WORDS, WORDS.flatten()), "overlap": lambda: case(started(nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Sigmoid())), X, 1.0 * (X > 0.2), dice),
    "weighted_losses": lambda: one(out=2, y=REAL.expand(-1, 2), loss=Weighted()), "logits_and_loss": lambda: case(Net(lambda m, x, y: (m.end(x), F.cross_entropy(m.end(x), y)), end=nn.Linear(144, 10)), (FLAT, Y), None),
    "standardized": lambda: case(nn.Sequential(*[part for a in (1, 16, 16) for part in (Standardized(a, 16, 3), nn.GroupNorm(4, 16), nn.ReLU())], nn.Flatten(), nn.Linear(16 * 36, 10)), X),
    "weighted_actions": lambda: case(mlp(out=4), y=HOT[:, :4] * REAL),
    "lowered": lambda: case(lowered(mlp())), "lowered_with_a_scale": lambda: case(lowered(mlp(out=1)), y=REAL, loss=lambda out, y: MSE(out.float(), y)), "bfloat": lambda: case(lowered(mlp(), torch.bfloat16), optimizer=adam(1e-4)),
    "attention": lambda: case(attentive(), ROWS), "causal": lambda: case(attentive(mask=torch.ones(12, 12).triu(1) > 0), ROWS), "batch_first": lambda: looped(lambda out: out[0][:, -1], batch_first=True), "steps_first": lambda: looped(lambda out: out[0][-1], ROWS[:, :9].transpose(0, 1)),
    "encoder_of_batches": lambda: encoded(batch_first=True), "turned": lambda: reshaped(lambda x: x.transpose(0, 1).reshape(-1, 12).reshape(12, 64, 12).transpose(0, 1)), "frames": lambda: reshaped(lambda x: x.flatten(0, 1).unflatten(0, (64, 12))),
    "spread": lambda: reshaped(lambda x: (x - x.mean(0)) / (x.std(0) + 1)), "graph": lambda: case(Net(lambda m, x, edges: m.end(F.relu(edges @ m.first(x))), first=nn.Linear(144, 32), end=nn.Linear(32, 10)), (FLAT, torch.eye(64) * 0.5 + 0.5 / 64)),
    "mask": padding, "mask_fused": lambda: padding(fused=True), "mean_of_what_the_batch_normalizes": lambda: averaged(nn.BatchNorm2d), "mean_of_groups": lambda: averaged(lambda n: nn.GroupNorm(4, n)),
    "degrees": lambda: graph(torch.matmul, EDGES / EDGES.sum(1, keepdim=True)), "degrees_of_each_image": lambda: made.graphs(1 / 12), "degrees_of_edges": lambda: graph(by_edges, EDGES / EDGES.sum(1, keepdim=True)), "degrees_of_a_sparse_matrix": lambda: graph(torch.sparse.mm, (EDGES / EDGES.sum(1, keepdim=True)).to_sparse()),
    "root_of_more": lambda: behind(lambda h: torch.sqrt(h + 1e-3)), "kl": lambda: case(mlp(end=[nn.LogSoftmax(1)]), y=HOT, loss=nn.KLDivLoss(reduction="batchmean")),
}  # fmt: skip


def test_attention_that_has_learned_to_choose_gets_no_finding():
    torch.manual_seed(0)
    given = case(attentive(scale=1.0), ROWS)
    put(given["model"].norm.weight, 0.1).data.add_(1)  # as after training, of which no optimizer is given
    assert audit(**given).outcome == "sound"


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_labels_and_losses_that_fit_get_no_finding(make):
    torch.manual_seed(0)
    report = audit(**make())
    assert report.outcome == "sound", str(report)


@pytest.mark.parametrize("spread", [True, False])
def test_targets_that_one_s_own_loss_takes_from_y_are_to_be_mended_there(spread):
    def taken(q, y):  # as in Q-learning: y holds actions and targets
        return F.smooth_l1_loss(q.gather(1, y[:, :1].long()), y[:, 1] if spread else y[:, 1:])

    report = audit(mlp(out=4), FLAT, torch.stack([(Y % 4).float(), REAL.flatten()[: len(Y)]], 1), taken)
    found = [(one.layer, one.fault, one.remedy) for one in report.findings]
    assert found == [("loss", "targets broadcast", "in it, `[..., None]` on the targets.")] * spread


class Weighed(nn.Module):
    """Two outputs, and a loss whose terms have weights that are learned."""

    def __init__(self, joined):
        super().__init__()
        self.one, self.other, self.eta, self.joined = nn.Linear(144, 1), nn.Linear(144, 1), nn.Parameter(torch.zeros(2)), joined

    def forward(self, x):
        losses = [MSE(layer(x), REAL) for layer in (self.one, self.other)]
        return (self.joined(losses) * torch.exp(-self.eta) + self.eta).sum()


@pytest.mark.parametrize("joined, named", [(torch.Tensor, ["one, other: no gradient"]), (torch.stack, [])])
def test_a_loss_of_copied_numbers_is_named_though_something_else_gets_a_gradient(joined, named):
    report = audit(Weighed(joined), FLAT, REAL, lambda out, y: out)
    assert [f"{listed.layer}: {listed.fault}" for listed in report.findings] == named
    assert all("torch.stack()" in one.remedy for one in report.findings)


def dark(right):
    """Images read as steps, of which the row that the output takes is dark in all but one."""
    x = ROWS.clone()
    x[[*range(5), *range(6, 64)], -1] = 0
    return case(Net(lambda m, x: m.end(m.loop(x)[0][:, -1]), loop=nn.LSTM(12, 16, batch_first=right), end=nn.Linear(16, 10)), x)


def tagged(right):
    """A class for each of twelve words."""
    def forward(m, x):
        out = m.end(m.words(x))
        return out.transpose(1, 2) if right else out.view(64, 5, 12)

    return case(Net(forward, words=nn.Embedding(50, 16), end=nn.Linear(16, 5)), WORDS, WORDS % 5)


def read(function, y=Y, out=10, optimizer=None):
    return case(mlp(out=out), y=y, loss=function, optimizer=optimizer)


def heard(right):
    def loss(out, y):
        out = out.reshape(64, 12, -1).transpose(0, 1)
        return F.ctc_loss(out.log_softmax(-1) if right else out, y, torch.full((64,), 12), torch.full((64,), 2))

    return read(loss, 1 + torch.stack([Y % 5, (Y + 1) % 5], 1), 72)


def placed_by(times):
    """Positions that nobody learns, as sines."""
    places = times * torch.sin(torch.arange(12)[:, None] / 10 ** torch.linspace(0, 3, 16))
    return case(Net(lambda m, x: m.end(F.relu(m.into(x) + places).mean(1)), into=nn.Linear(12, 16), end=nn.Linear(16, 10)), ROWS)


def penalty(factor):
    net = mlp()
    return case(net, loss=lambda out, y: F.cross_entropy(out, y) + factor * sum(w.square().sum() for w in net.parameters()))


def nested(right):
    parts = {"first": nn.Linear(144, 16), "other": nn.Linear(144, 16), "end": nn.Linear(16, 10)}
    x = {"one": {"of": FLAT}, "more": [FLAT, FLAT.flip(0)]} if right else ({"of": FLAT}, [FLAT, FLAT.flip(0)])
    def forward(m, *parts, **named):
        one, more = parts or named.values()
        return m.end(F.relu(m.first(one["of"]) + sum(map(m.other, more))))

    net = Net(forward, **parts)
    net.forward = lambda *given, **named: forward(net, *given, **named)
    return case(net, x)


class Times(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x


def thrown(out, y):
    return -out.log_softmax(1)[torch.arange(64), y].mean()


MISREAD = {  # a network with a fault if it is given False, and words of the finding
    "dark": (dark, "batch and steps exchanged"), "tagged": (tagged, "classes mixed with positions"), "ctc": (heard, "no log-probabilities"),
    "softmax": (lambda right: read(lambda out, y: -out.log_softmax(int(right)).gather(1, y[:, None]).mean()), "softmax over the batch"),
    "sign": (lambda right: read(lambda out, y: (1 if right else -1) * MSE(out, y), REAL, 1), "loss is maximized"),
    "share": (lambda right: read(lambda out, y: (-1 if right else 1) * (1 - MSE(out, y) / y.var()), REAL, 1), "loss is maximized"),
    "places": (lambda right: placed_by(1 if right else 100), "images drowned by a constant"),
    "penalty": (lambda right: penalty(1e-6 if right else 10.0), "regularization outweighs the data"),
    "decay": (lambda right: case(mlp(), optimizer=adam(weight_decay=1e-4 if right else 3.0)), "weight decay too large"),
    "dropout": (lambda right: case(started(nn.Sequential(nn.Linear(144, 64), nn.ReLU(), nn.Dropout(0.5 if right else 0.99), nn.Linear(64, 10)))), "drops"),
    "loud": (lambda right: case(nn.Sequential(mlp(), Times(1 if right else 60)), loss=thrown), "first loss too large"),
    "equal": (lambda right: dark(True) | {"x": ROWS if right else 0.5 + 1e-5 * ROWS}, "not centred"),
}


@pytest.mark.parametrize("make, words", MISREAD.values(), ids=MISREAD)
def test_what_a_loss_or_a_layer_misreads_is_named_and_its_like_is_silent(make, words):
    torch.manual_seed(0)
    assert words in str(audit(**make(False)))
    assert audit(**make(True)).findings == []


@pytest.mark.parametrize("end", [nn.AdaptiveAvgPool2d(1), nn.AvgPool2d(10)])
def test_a_mean_over_positions_behind_the_classes_mixes_none(end):
    assert audit(**case(nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), started(nn.Conv2d(16, 10, 1)), end, nn.Flatten()), X)).findings == []


@pytest.mark.parametrize("named", [True, False])
def test_lists_and_dictionaries_within_x_are_read(named):
    assert audit(**nested(named)).findings == []
