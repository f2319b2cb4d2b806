"""Networks in PyTorch with a fault of the start, for the tests of snippets/tools/torch/audit.py."""
import copy

import torch
from torch import nn

from tests.audited_torch import FLAT, ROWS, WORDS, YES, X, F, Net, Raw, case, dense, mlp, put, started, times

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
    return built(case(mlp()), lambda m: m[-1].bias.data.uniform_(-90, 90))


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


def draw(a, b):
    return nn.init.xavier_uniform_(torch.empty(a, b))


def placed(std, in_a_table=False):
    """Learned positions that are added to the rows of images."""
    def forward(m, x):
        h = m.into(x) + (m.places(torch.arange(12)) if in_a_table else m.places)
        return m.end(m.norm(m.body(h)).mean(1))

    places = nn.Embedding(12, 32) if in_a_table else nn.Parameter(torch.empty(1, 12, 32))
    put(places.weight if in_a_table else places, std)
    body = nn.TransformerEncoderLayer(32, 2, 64, batch_first=True, norm_first=True)
    return case(Net(forward, into=nn.Linear(12, 32), places=places, body=body, norm=nn.LayerNorm(32), end=nn.Linear(32, 10)), ROWS)


def centered(draw, soft=False):
    """Distances to learned centers."""
    def forward(m, x):
        near = -((x[:, None] - m.centers) ** 2).mean(-1)
        return m.end(near.softmax(1) if soft else near.exp())

    return case(Net(forward, centers=nn.Parameter(draw(16, 144)), end=nn.Linear(16, 10)))


def items():
    """A vector and a bias of each item, of which the biases start equal."""
    bias = nn.Embedding.from_pretrained(torch.ones(50, 1), freeze=False)
    return case(Net(lambda m, x: m.out((m.words(x) + m.bias(x)).flatten(1)), words=nn.Embedding(50, 8), bias=bias, out=nn.Linear(96, 10)), WORDS)


def positive(net, name):
    net.get_parameter(name).data.abs_()
    return net


def pulled(low):
    """A convolution of weights between two bounds."""
    parts = nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU()
    return built(convolutional(*parts), lambda m: m[2].weight.data.uniform_(low, 0.35))


def blank_patches():
    """A transformer over patches of which most are always dark, so that its first normalization divides by a tiny spread."""
    x = F.pad(ROWS[:, :4], (0, 0, 0, 8))
    given = placed(0.005)
    nn.init.zeros_(given["model"].into.bias)
    given["model"].body.norm1.eps = 1e-6
    return given | {"x": x}
