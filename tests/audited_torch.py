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
