"""Small networks in PyTorch for the tests of snippets/tools/torch/audit.py, and what a remedy makes of them."""
import ast

import torch
from torch import nn

F = torch.nn.functional


def images():
    """(x, y): 64 images as dark as a digit, and their labels."""
    draw = torch.Generator().manual_seed(0)
    x = torch.rand(64, 1, 12, 12, generator=draw) * (torch.rand(64, 1, 12, 12, generator=draw) < 0.4)
    return x, torch.arange(64) % 10


X, Y = images()
FLAT = X.flatten(1)
ROWS = X[:, 0]  # a sequence of 12 steps
WORDS = torch.randint(0, 50, (64, 12), generator=torch.Generator().manual_seed(0))
REAL = torch.randn(64, 1, generator=torch.Generator().manual_seed(1))
YES = (Y % 2).float()[:, None]


def started(model):
    """He for what a rectifier may follow, zero biases."""
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv1d, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def dense(*widths, act=nn.ReLU, end=()):
    """Linear layers with activations between them."""
    parts = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), act())]
    return nn.Sequential(*parts[:-1], *end)


def mlp(depth=2, width=32, out=10, act=nn.ReLU, end=()):
    return started(dense(144, *[width] * depth, out, act=act, end=end))


class Net(nn.Module):
    """A module of named parts, and a function of it and the batch."""

    def __init__(self, forward, **parts):
        super().__init__()
        self.own = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs):
        return self.own(self, *inputs)


class Raw(nn.Module):
    """A module of parameters without layers, and a function of it and the batch."""

    def __init__(self, forward, **weights):
        super().__init__()
        self.own = forward
        for name, weight in weights.items():
            setattr(self, name, nn.Parameter(weight))

    def forward(self, x):
        return self.own(self, x)


class Attention(nn.Module):
    """One head of self-attention as tutorials write it."""

    def __init__(self, width=64, scale=None, axis=-1, mask=None):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(width, width) for _ in range(3))
        for layer in self.children():
            nn.init.xavier_uniform_(layer.weight)
        self.scale, self.axis, self.mask = scale or width**-0.5, axis, mask

    def forward(self, h):
        scores = self.q(h) @ self.k(h).mT * self.scale
        scores = scores if self.mask is None else scores.masked_fill(self.mask, -torch.inf)
        return torch.softmax(scores, self.axis) @ self.v(h)


def attentive(width=64, **options):
    """A network of attention over normalized steps."""
    return Net(lambda m, x: m.end(m.look(m.norm(m.into(x))).mean(1)), into=nn.Linear(12, width), norm=nn.LayerNorm(width),
               look=Attention(width, **options), end=nn.Linear(width, 10))


class Adapter(nn.Module):
    """A frozen layer, and the product of two small factors that is added to it, as LoRA."""

    def __init__(self, base, a, merged=False):
        super().__init__()
        self.base, self.merged = base.requires_grad_(False), merged
        self.A, self.B = nn.Parameter(a * torch.randn(4, base.in_features)), nn.Parameter(torch.zeros(base.out_features, 4))

    def forward(self, x):
        if self.merged:
            return F.linear(x, self.base.weight + self.B @ self.A, self.base.bias)
        return self.base(x) + x @ self.A.T @ self.B.T


def adapted(a, **options):
    return case(nn.Sequential(*(Adapter(part, a, **options) if isinstance(part, nn.Linear) else part for part in mlp())))


def gated(value, residual=False):
    """Convolutions without a bias, each behind a scale of its own."""
    def forward(m, x):
        h = F.relu(m.first(x))
        for conv, gamma in ((m.a, m.gamma1), (m.b, m.gamma2)):
            h = F.relu(gamma * conv(h)) + (h if residual else 0)
        return m.end(h.mean((2, 3)))

    convs = {name: nn.Conv2d(16 if name > "a" else 16, 16, 3, padding=1, bias=False) for name in "ab"}
    scales = {f"gamma{i}": nn.Parameter(torch.full((1, 16, 1, 1), value)) for i in (1, 2)}
    return case(started(Net(forward, first=nn.Conv2d(1, 16, 3), **convs, **scales, end=nn.Linear(16, 10))), X)


def grouped(groups):
    """Normalization behind the mean over all positions."""
    return case(started(nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.GroupNorm(groups, 32), nn.Flatten(), nn.Linear(32, 10))), X)


def table(size, apart=False):
    """A category, and two numbers of which the second has another size."""
    category, age, income = torch.arange(64) % 12, REAL, size * (2 + REAL.roll(1, 0))
    x = (category, age, income) if apart else (category, torch.cat([age, income], 1))
    parts = {"words": nn.Embedding(12, 4), "net": dense(6, 32, 16, 1, end=[nn.Sigmoid()])}
    return case(Net(lambda m, c, *rest: m.net(torch.cat([m.words(c), *rest], 1)), **parts), x, YES, F.binary_cross_entropy)


def contrasted(length=None):
    """Two views of each image, told from those of others by the products of their embeddings."""
    def embed(m, x):
        z = m.norm(m.body(x))
        return F.normalize(z, dim=1) if length else z

    body = started(dense(144, 64, 32))
    return case(Net(lambda m, a, b: embed(m, a) @ embed(m, b).T / 0.07, body=body, norm=nn.BatchNorm1d(32)), (FLAT, FLAT.roll(1, 1)), torch.arange(64))


def raw_attention(draw):
    """Attention of four parameters, beside which the tokens are kept."""
    def forward(m, x):
        h = m.words(x)
        q, k, v = h @ m.wq, h @ m.wk, h @ m.wv
        return m.end(F.relu(m.inner((h + torch.softmax(q @ k.mT / 8, -1) @ v @ m.wo).mean(1))))

    weights = {name: nn.Parameter(draw(64, 64)) for name in ("wq", "wk", "wv", "wo")}
    return case(Net(forward, words=nn.Embedding(50, 64), **weights, inner=nn.Linear(64, 64), end=nn.Linear(64, 10)), WORDS)


def blank(**options):
    """The rows of images, of which the last is always dark, in a recurrent layer that the last row is asked of."""
    x = F.pad(ROWS[:, :11], (0, 0, 0, 1))
    return case(Net(lambda m, x: m.end(m.loop(x)[0][:, -1]), loop=nn.LSTM(12, 32, **options), end=nn.Linear(32, 10)), x)


def lowered(net, kind=torch.float16, then=lambda out: out):
    """A network under autocast, also what is done with its outputs."""
    def forward(m, x):
        with torch.autocast("cpu", kind):
            return then(m.net(x))

    return Net(forward, net=net)


def put(tensor, std=None, value=None):
    """A tensor's numbers drawn anew, or set to a value."""
    with torch.no_grad():
        return tensor.normal_(0, std) if value is None else tensor.fill_(value)


def times(factor, weight, model):
    """The model, one of its weights multiplied."""
    with torch.no_grad():
        model.get_parameter(weight).mul_(factor)
    return model


def case(model, x=FLAT, y=Y, loss=F.cross_entropy, optimizer=None):
    """What audit() takes, by name."""
    return {"model": model, "x": x, "y": y, "loss": loss, "optimizer": optimizer(model) if optimizer else None}


def adam(rate=1e-3, **options):
    return lambda model: torch.optim.Adam(model.parameters(), rate, **options)


def sgd(rate, **options):
    return lambda model: torch.optim.SGD(model.parameters(), rate, **options)


def behind(function, out=10, y=Y, loss=F.cross_entropy, act=F.relu):
    """A network that computes something of its own behind its hidden layer."""
    parts = {"before": nn.Linear(144, 32), "end": nn.Linear(32, out)}
    return case(started(Net(lambda m, x: m.end(function(act(m.before(x)))), **parts)), y=y, loss=loss)


def ended(function, out=1, y=REAL, loss=F.mse_loss, x=FLAT):
    """A network whose forward ends in a function."""
    return case(started(Net(lambda m, x: function(m.end(F.relu(m.before(x)))), before=nn.Linear(144, 32), end=nn.Linear(32, out))), x, y, loss)


def one(end=(), y=REAL, loss=F.mse_loss, optimizer=None, out=1, depth=1):
    """A network that ends as one asks for."""
    return case(mlp(depth, out=out, end=end), y=y, loss=loss, optimizer=optimizer)


def dice(p, y):
    return 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)


def looped(end, x=ROWS, **options):
    """A recurrent network that takes axis 0 for the steps unless it is told otherwise."""
    return case(Net(lambda m, x: m.end(end(m.loop(x))), loop=nn.LSTM(x.shape[-1], 32, **options), end=nn.Linear(32, 10)), x)


def encoded(**options):
    return case(Net(lambda m, x: m.end(m.body(m.into(x)).mean(1)), into=nn.Linear(12, 32), body=nn.TransformerEncoderLayer(32, 4, 64, **options), end=nn.Linear(32, 10)), ROWS)


def reshaped(turn):
    return case(Net(lambda m, x: m.end(F.relu(m.first(turn(x))).mean(1)), first=nn.Linear(12, 32), end=nn.Linear(32, 10)), ROWS)


def padding(turned=False, fused=False):
    """Sentences with zeros behind them, and attention that is to leave these out, or that leaves out all but these."""
    x = torch.where(torch.arange(12) < 4 + torch.arange(64)[:, None] % 7, WORDS % 49 + 1, 0)

    def forward(m, x):
        h, hidden = m.words(x), (x == 0) != turned
        return m.end(F.relu(m.inner(m.look(h, h, h, key_padding_mask=hidden, need_weights=not fused)[0].mean(1))))

    parts = {"words": nn.Embedding(50, 16), "look": nn.MultiheadAttention(16, 2, batch_first=True), "inner": nn.Linear(16, 16), "end": nn.Linear(16, 10)}
    return case(Net(forward, **parts), x, optimizer=adam())


def averaged(norm):
    """The mean over all positions, of what a layer has normalized."""
    return case(nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 24, 3), norm(24), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 10)), X, optimizer=adam())


EDGES = ((torch.rand(64, 64, generator=torch.Generator().manual_seed(2)) < 0.5) | torch.eye(64, dtype=torch.bool)).float()


def graph(how, a=EDGES, layers=4):
    """Layers each of which sums over the neighbours of a node in a graph."""
    def forward(m, x):
        for layer in m.layers:
            x = F.relu(how(m.a, layer(x)))
        return m.end(x)

    net = started(Net(forward, layers=nn.ModuleList(nn.Linear(32 if i else 144, 32) for i in range(layers)), end=nn.Linear(32, 10)))
    net.register_buffer("a", a)
    return case(net, FLAT - FLAT.mean(0))


def by_edges(a, h):
    """What messages along edges add up to."""
    ends, starts = a.nonzero(as_tuple=True)
    return torch.zeros_like(h).index_add_(0, ends, h[starts] * a[ends, starts, None])


def graphs(weight):
    """A graph of its own for each image, all of its edges of one weight."""
    net = Net(lambda m, x, a: m.end(F.relu(a @ m.first(x)).mean(1)), first=nn.Linear(12, 32), end=nn.Linear(32, 10))
    return case(net, (ROWS, torch.full((64, 12, 12), weight)))


def is_code(remedy):
    """True for a remedy that runs as it stands."""
    try:
        ast.parse(remedy)
    except SyntaxError:
        return False
    return True


def mended(given, finding):
    """What audit() takes, after the remedy has been run as a reader would type it."""
    torch.manual_seed(1)
    names = {"torch": torch, **given}
    exec(finding.remedy, names)
    return {name: names[name] for name in given}
