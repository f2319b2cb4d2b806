"""Faults of the start in PyTorch: each is named with its layer, and its remedy, run as printed, removes it."""
import copy

import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests import audited_torch as made  # noqa: E402
from tests.audited_torch import FLAT, ROWS, WORDS, YES, X, F, Net, Raw, case, dense, is_code, mended, mlp, put, started, times  # noqa: E402

BCE = F.binary_cross_entropy_with_logits


def twins(std=None):
    shared = nn.Linear(144, 32)
    net = started(Net(lambda m, a, b: m.out(F.relu(m.shared(a)) - F.relu(m.shared(b))), shared=shared, out=nn.Linear(32, 1)))
    if std:
        put(shared.weight, std)
    return case(net, (FLAT, FLAT.flip(0)), YES, BCE)


def unrolled(std=None, zero=False):
    def forward(m, x):
        h = F.relu(m.first(x))
        for _ in range(3):
            h = F.relu(m.shared(h))
        return m.out(h)

    net = started(Net(forward, first=nn.Linear(144, 32), shared=nn.Linear(32, 32), out=nn.Linear(32, 10)))
    if std or zero:
        put(net.shared.weight, std, 0.0 if zero else None)
    return case(net)


def tied(std):
    def forward(m, x):
        return F.linear(m.norm(F.gelu(m.inner(m.words(x)))), m.words.weight).transpose(1, 2)

    net = started(Net(forward, words=nn.Embedding(50, 32), inner=nn.Linear(32, 32), norm=nn.LayerNorm(32)))
    put(net.words.weight, std)
    return case(net, WORDS, WORDS)


def frozen():
    net = mlp(3)
    put(net[0].weight, 4.0).requires_grad_(False)
    return case(net)


def recurrent(std=None, kind=nn.RNN, gain=None, **options):
    net = Net(lambda m, x: m.out(m.loop(x)[0][:, -1]), loop=kind(12, 32, batch_first=True, **options), out=nn.Linear(32, 10))
    if gain:
        nn.init.orthogonal_(net.loop.weight_hh_l0, gain)
    if std:
        put(net.loop.weight_hh_l0, std)
    return case(net, ROWS)


def embedded(value=None, std=None):
    net = Net(lambda m, x: m.out(F.relu(m.inner(m.words(x).flatten(1)))), words=nn.Embedding(50, 8), inner=nn.Linear(96, 32), out=nn.Linear(32, 10))
    put(started(net).words.weight, std, value)
    return case(net, WORDS)


class Linear(nn.Module):
    """A layer as tutorials write it."""

    def __init__(self, a, b, std):
        super().__init__()
        self.w = nn.Parameter(std * torch.randn(a, b))

    def forward(self, x):
        return x @ self.w


class Opaque(nn.Module):
    """A layer whose weights no one can read as a kernel."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(400 * torch.randn(3, 144))

    def forward(self, x):
        return x * self.table.sum(0)


def own(*layers):
    return case(started(nn.Sequential(*layers)))


def attention(factor=1):
    def forward(m, x):
        return m.out(m.look(x, x, x, need_weights=False)[0].mean(1))

    net = Net(forward, look=nn.MultiheadAttention(12, 2, batch_first=True), out=nn.Linear(12, 10))
    with torch.no_grad():
        net.look.in_proj_weight.mul_(factor)
    return case(net, ROWS)


def convolutional(*parts):
    return case(started(nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))), X)


def built(given, change):
    change(given["model"])
    return given


def separable(change):
    return built(convolutional(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3, groups=8), nn.Conv2d(8, 16, 1), nn.ReLU()), change)


def biased(value, name="2", act=nn.ReLU):
    net = mlp(2, act=act)
    put(net.get_submodule(name).bias, value=value)
    return case(net)


def residual(blocks=16):
    def forward(m, x):
        h = F.relu(m.first(x))
        for block in m.blocks:
            h = h + block(h)
        return m.out(h)

    parts = nn.ModuleList(nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64)) for _ in range(blocks))
    return case(started(Net(forward, first=nn.Linear(144, 64), blocks=parts, out=nn.Linear(64, 10))))


def filled(model, name, **how):
    put(model.get_parameter(name), **how)
    return case(model)


def all_filled(model, std):
    for layer in list(model.modules())[1:-1]:
        if isinstance(layer, nn.Linear):
            put(layer.weight, std)
    return case(model)


def tanh(depth, rule=nn.init.xavier_uniform_, act=nn.Tanh):
    net = mlp(depth, act=act)
    for layer in net:
        if isinstance(layer, nn.Linear):
            rule(layer.weight)
    return net


def without_gamma(*names, bias=False):
    """Normalized convolutions and, last of them, a residual branch, some of whose scales are zero."""

    def forward(m, x):
        h = F.relu(m.blocks(x))
        return m.out((h + m.branch(h)).mean((2, 3)))

    def block(a, b):
        return [nn.Conv2d(a, b, 3, padding=1, bias=bias), nn.BatchNorm2d(b)]

    net = started(Net(forward, blocks=nn.Sequential(*block(1, 8), nn.ReLU(), *block(8, 16)), branch=nn.Sequential(*block(16, 16)), out=nn.Linear(16, 10)))
    for name in names:
        put(net.get_parameter(f"{name}.weight"), value=0.0)
    return case(net, X)


def one_way():
    """Weights from 0 to 1, of which those of the first layer are less than three times what its rule asks for."""
    net = started(dense(50, 128, 128, 10))
    for layer in net[::2]:
        nn.init.uniform_(layer.weight)
    return case(net, torch.randn(64, 50))


def spread():
    net = mlp()
    with torch.no_grad():
        net[-1].bias.uniform_(-90, 90)
    return case(net)


def raw(draw=None, **weights):
    """Two products with parameters, of which tutorials draw one kind for all."""
    draw = draw or (lambda a, b: torch.randn(a, b) * (2 / a) ** 0.5)
    parts = {"w1": draw(144, 32), "b1": torch.zeros(32), "w2": draw(32, 10), "b2": torch.zeros(10)} | weights
    return Raw(lambda m, x: F.relu(x @ m.w1 + m.b1) @ m.w2 + m.b2, **parts)


def convolved(k1=0.3, k2=0.1, gamma=1.0):
    """Functions of PyTorch on parameters."""
    def forward(m, x):
        h = F.relu(F.batch_norm(F.conv2d(x, m.k1), None, None, m.gamma, m.beta, training=True))
        return F.linear(F.relu(F.conv2d(h, m.k2)).mean((2, 3)), m.w)

    return case(Raw(forward, k1=k1 * torch.randn(16, 1, 3, 3), k2=k2 * torch.randn(16, 16, 3, 3), gamma=gamma * torch.ones(16), beta=torch.zeros(16), w=torch.randn(10, 16) / 4), X)


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
}  # fmt: skip


def checked(given, words, name=None):
    """The findings, after the remedies that are code have been run, and what they are about has gone."""
    found = planted.named(audit(**given), "start", words)
    if name:
        assert {layer for finding in found for layer in finding.layers} == set(name.split(", ")), found
    planted.removed(found, words, given, is_code, mended, lambda given: audit(**given))
    return found


def test_every_fault_of_the_table_is_planted():
    assert FAULTY.keys() == planted.START.keys()


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_of_the_start_is_named_and_its_remedy_run_as_printed_removes_it(name):
    torch.manual_seed(0)
    make, layer = FAULTY[name]
    found = checked(make(), planted.START[name], layer)
    assert is_code(found[0].remedy) or name in ("F_frozen", "F_products", "low_sigmoid", "I_opaque", "nan", "deep_sigmoid", "deep_residual"), found[0].remedy


def clones(reset=False, layers=4):
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    net = Net(lambda m, x: m.out(m.body(m.words(x)).mean(1)), words=nn.Embedding(50, 32), body=nn.TransformerEncoder(layer, layers), out=nn.Linear(32, 10))
    for w in net.body.parameters() if reset else []:
        if w.dim() > 1:
            nn.init.xavier_uniform_(w)
    return case(net, WORDS)


def copied(times=1):
    layer = started(nn.Linear(32, 32))
    more = [part for _ in range(times) for part in (copy.deepcopy(layer), nn.ReLU())]
    return case(nn.Sequential(*mlp(1, 32, 32), nn.ReLU(), layer, nn.ReLU(), *more, nn.Linear(32, 10)))


def reseeded():
    towers = []
    for _ in range(2):
        torch.manual_seed(0)
        towers.append(started(nn.Linear(144, 32)))
    return case(Net(lambda m, x: m.out(torch.cat([F.relu(m.a(x)), F.relu(m.b(x))], 1)), a=towers[0], b=towers[1], out=nn.Linear(64, 10)))


def reseeded_shapes():
    layers = []
    for a, b in ((144, 32), (32, 48), (48, 10)):
        layers += [nn.ReLU(), nn.Linear(a, b)]
        torch.manual_seed(3)
        started(layers[-1])
    return case(nn.Sequential(*layers[1:]))


def weight_norm(old=False, gain=20.0):
    norm = nn.utils.weight_norm if old else nn.utils.parametrizations.weight_norm
    net = mlp(3)
    net[2] = norm(net[2])
    put(net.get_parameter("2.weight_g" if old else "2.parametrizations.weight.original0"), value=gain)
    return case(net)


def transposed():
    """A decoder whose transposed convolutions are left at a rule that counts their outputs as inputs."""
    parts = [nn.Conv2d(1, 128, 3, padding=1), nn.ReLU()]
    for a, b in ((128, 16), (16, 128), (128, 4)):
        parts += [nn.ConvTranspose2d(a, b, 4, 2, 1), nn.ReLU()]
    net = started(nn.Sequential(*parts, nn.Conv2d(4, 1, 1)))
    for layer in net:
        if isinstance(layer, nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=4 / layer.in_channels**0.5)
    return case(net, X[:4], torch.zeros(4, 1, 96, 96), F.mse_loss)


def unbiased():
    net = nn.Sequential(nn.Linear(144, 32, bias=False), nn.ReLU(), nn.Linear(32, 10))
    with torch.no_grad():
        net[0].weight.abs_().neg_()
    return case(net)


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
}  # fmt: skip


@pytest.mark.parametrize("make, words, name", OWN.values(), ids=OWN)
def test_a_fault_of_pytorch_s_own_is_named_and_its_remedy_run_as_printed_removes_it(make, words, name):
    torch.manual_seed(0)
    checked(make(), words, name)


def test_a_transformer_encoder_that_was_drawn_anew_gets_no_finding():
    torch.manual_seed(0)
    assert audit(**clones(reset=True)).outcome == "sound"


def draw(a, b):
    return nn.init.xavier_uniform_(torch.empty(a, b))


KEPT = {  # the same networks as they should be
    "factors_of_peft": lambda: made.adapted(0.25), "factors_merged": lambda: made.adapted(0.25, merged=True), "scale": lambda: made.gated(1.0), "scale_in_a_branch": lambda: made.gated(0.0, residual=True),
    "scale_of_the_output": lambda: case(Net(lambda m, x: m.gamma * m.net(x), net=mlp(), gamma=nn.Parameter(torch.zeros(10)))), "groups": lambda: made.grouped(8), "table": lambda: made.table(1.0), "table_apart": lambda: made.table(1.0, True),
    "products_of_directions": lambda: made.contrasted(1.0), "raw_attention": lambda: made.raw_attention(draw), "blank_rows": lambda: made.blank(batch_first=True),
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


@pytest.mark.parametrize("make", [lambda: case(raw()), convolved], ids=["products", "functions"])
def test_parameters_without_layers_that_are_well_drawn_get_no_finding(make):
    torch.manual_seed(0)
    assert audit(**make()).outcome == "sound"


def test_a_residual_branch_that_ends_with_a_scale_of_zero_gets_no_finding():
    torch.manual_seed(0)
    assert audit(**without_gamma("branch.1")).outcome == "sound"
