"""snippets/tools/torch/audit.py says nothing of sound networks."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import FLAT, REAL, ROWS, WORDS, YES, F, Net, X, Y, case, dense, mlp, put, started, times  # noqa: E402

BCEL, MSE = F.binary_cross_entropy_with_logits, F.mse_loss


def residual(rule=lambda w: None, norm=nn.BatchNorm1d, inplace=True):
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.norm, self.act, self.b = nn.Linear(64, 64), norm(64), nn.ReLU(inplace), nn.Linear(64, 64)

        def forward(self, x):
            h = self.b(self.act(self.norm(self.a(x))))
            h += x
            return self.act(h)

    net = started(nn.Sequential(nn.Linear(144, 64), nn.ReLU(), *(Block() for _ in range(4)), nn.Linear(64, 10)))
    for block in net[2:6]:
        rule(block.b.weight)
    return case(net)


def cnn(change=started):
    return case(change(nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 10))), X)


def functional():
    def forward(m, x):
        h = F.max_pool2d(F.relu(m.a(x)), 2)
        return F.log_softmax(m.c(F.dropout(F.relu(m.b(h)), training=m.training).flatten(1)), dim=1)

    return case(Net(forward, a=nn.Conv2d(1, 8, 3), b=nn.Conv2d(8, 16, 3), c=nn.Linear(144, 10)), X, loss=F.nll_loss)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.deep = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.join, self.out = nn.ConvTranspose2d(16, 8, 2, 2), nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 1, 1)

    def forward(self, x):
        a = F.relu(self.down(x))
        b = F.relu(self.up(F.relu(self.deep(F.max_pool2d(a, 2)))))
        return self.out(F.relu(self.join(torch.cat([a, b], 1))))


def policy(gain):
    net = dense(144, 64, 64, 4, act=nn.Tanh)
    for layer, by in zip(net[::2], (2**0.5, 2**0.5, gain)):
        nn.init.orthogonal_(layer.weight, by)
        nn.init.zeros_(layer.bias)
    return case(net, y=Y % 4)


def dcgan():
    parts = [part for a, b in ((1, 32), (32, 64), (64, 64)) for part in (nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2, inplace=True))]
    net = nn.Sequential(*parts, nn.Flatten(), nn.Linear(64, 1))
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            put(layer.weight, 0.02)
    return case(net, 2 * X - 1, YES, BCEL)


def generator():
    net = nn.Sequential(nn.Linear(16, 32 * 9), nn.Unflatten(1, (32, 3, 3)), nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU(True), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Tanh())
    return case(net, torch.randn(64, 16), 2 * X - 1, MSE)


def language(tie=True, std=0.02):
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.n1, self.n2, self.qkv, self.proj = nn.LayerNorm(32), nn.LayerNorm(32), nn.Linear(32, 96), nn.Linear(32, 32)
            self.mlp = nn.Sequential(nn.Linear(32, 128), nn.GELU(), nn.Linear(128, 32))

        def forward(self, x):
            q, k, v = self.qkv(self.n1(x)).chunk(3, -1)
            x = x + self.proj(F.scaled_dot_product_attention(q, k, v, is_causal=True))
            return x + self.mlp(self.n2(x))

    def forward(m, x):
        h = m.words(x) + m.places(torch.arange(x.shape[1]))
        return m.head(m.norm(m.blocks(h))).flatten(0, 1)

    net = Net(forward, words=nn.Embedding(50, 32), places=nn.Embedding(12, 32), blocks=nn.Sequential(*(Block() for _ in range(4))), norm=nn.LayerNorm(32), head=nn.Linear(32, 50, bias=False))
    for layer in net.modules():
        if isinstance(layer, (nn.Linear, nn.Embedding)):
            put(layer.weight, std)
    if tie:
        net.head.weight = net.words.weight
    return case(net, WORDS, WORDS, lambda out, y: F.cross_entropy(out, y.flatten()))


def siren():
    net = Net(lambda m, x: m.c(torch.sin(30 * m.b(torch.sin(30 * m.a(x))))), a=nn.Linear(144, 128), b=nn.Linear(128, 128), c=nn.Linear(128, 1))
    with torch.no_grad():
        for layer, bound in ((net.a, 1 / 144), (net.b, (6 / 128) ** 0.5 / 30), (net.c, (6 / 128) ** 0.5 / 30)):
            layer.weight.uniform_(-bound, bound)
    return case(net, y=REAL, loss=MSE)


def loops(kind, **options):
    def forward(m, x):
        return m.out(m.loop(x)[0].mean(1))

    size = options.get("proj_size", 48 + 48 * options.get("bidirectional", False))
    return case(Net(forward, loop=kind(12, 48, batch_first=True, **options), out=nn.Linear(size, 10)), ROWS)


def transfer():
    base = started(nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten()))
    base.requires_grad_(False).eval()
    return case(nn.Sequential(base, nn.Linear(8, 10)), X)


def time_first():
    return case(Net(lambda m, x: m.out(m.loop(x)[0][-1]), loop=nn.LSTM(12, 32), out=nn.Linear(32, 10)), ROWS[:, :9].transpose(0, 1))


def trained():
    given = case(mlp(), optimizer=lambda m: torch.optim.SGD(m.parameters(), 0.1))
    for _ in range(5):
        given["optimizer"].zero_grad()
        F.cross_entropy(given["model"](FLAT), Y).backward()
        given["optimizer"].step()
    return given


def normed(wrap):
    net = mlp(3)
    for i in (0, 2, 4):
        net[i] = wrap(net[i])
    return case(net)


def spare():
    return case(Net(lambda m, x: m.body(x), body=mlp(), spare=nn.Linear(3, 3)))


def narrow(kind):
    return case(mlp(3).to(kind), FLAT.to(kind))


def mixed():
    """A model of float32 under autocast."""
    def forward(m, x):
        with torch.autocast("cpu", torch.bfloat16):
            return m.net(x)

    return case(Net(forward, net=mlp(3)), optimizer=lambda m: torch.optim.AdamW(m.parameters()))


def experts():
    class Mixture(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate, self.w = nn.Linear(144, 4), nn.Parameter(torch.randn(4, 144, 10) / 12)

        def forward(self, x):
            return torch.einsum("ne,neo->no", self.gate(x).softmax(-1), torch.einsum("ni,eio->neo", x, self.w))

    return case(Mixture())


SOUND = {
    "he": lambda: case(mlp(4)), "he_20": lambda: case(mlp(20, 64)), "default_1": lambda: case(dense(144, 64, 10)), "default_4": lambda: case(dense(144, *[64] * 4, 10)), "default_tanh": lambda: case(dense(144, 64, 64, 64, 10, act=nn.Tanh)),
    "default_cnn": lambda: cnn(lambda net: net), "cnn": cnn, "functional": functional, "gelu": lambda: case(mlp(4, act=nn.GELU)), "silu": lambda: case(mlp(4, act=nn.SiLU)), "leaky": lambda: case(mlp(6, act=lambda: nn.LeakyReLU(0.2, inplace=True))),
    "prelu": lambda: case(mlp(4, act=nn.PReLU)), "inplace": lambda: case(mlp(6, act=lambda: nn.ReLU(inplace=True))), "residual": residual, "residual_zero": lambda: residual(nn.init.zeros_), "residual_layer_norm": lambda: residual(norm=nn.LayerNorm, inplace=False),
    "residual_plain": lambda: residual(norm=lambda n: nn.Identity()), "unet": lambda: case(UNet(), X, X, MSE), "policy": lambda: policy(0.01), "dcgan": dcgan, "generator": generator, "language": language, "language_untied": lambda: language(False),
    "siren": siren, "lstm": lambda: loops(nn.LSTM, bidirectional=True), "gru": lambda: loops(nn.GRU, num_layers=2, dropout=0.2), "rnn": lambda: loops(nn.RNN), "projected": lambda: loops(nn.LSTM, proj_size=8), "time_first": time_first,
    "transfer": transfer, "trained": trained, "weight_norm": lambda: normed(nn.utils.parametrizations.weight_norm), "weight_norm_old": lambda: normed(nn.utils.weight_norm), "spectral_norm": lambda: normed(nn.utils.parametrizations.spectral_norm), "spectral_norm_old": lambda: normed(nn.utils.spectral_norm),
    "orthogonal": lambda: normed(nn.utils.parametrizations.orthogonal), "spare": spare, "half": lambda: narrow(torch.float16), "bfloat16": lambda: narrow(torch.bfloat16), "double": lambda: narrow(torch.float64), "mixed": mixed, "compiled": lambda: case(torch.compile(mlp(3))), "experts": experts,
    "parallel": lambda: case(nn.DataParallel(mlp(3))), "transformer": lambda: case(Net(lambda m, x: m.out(m.body(m.into(x), m.into(x)).mean(1)), into=nn.Linear(12, 32), body=nn.Transformer(32, 4, 1, 1, 64, batch_first=True), out=nn.Linear(32, 10)), ROWS),
    "zero_head": lambda: case(times(0, "4.weight", mlp())), "small_head": lambda: case(times(0.01, "4.weight", mlp())), "batch_norm_20": lambda: case(started(nn.Sequential(*[part for i in range(20) for part in (nn.Linear(64 if i else 144, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU())], nn.Linear(64, 10)))),
    "depthwise": lambda: case(started(nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), *[part for _ in range(4) for part in (nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.ReLU(), nn.Conv2d(32, 32, 1), nn.ReLU())], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))), X),
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_sound_network_gets_no_finding(make):
    torch.manual_seed(0)
    report = audit(**make())
    assert not report.findings, str(report)
    assert "No fault found: " in str(report) and "Look next at what one batch can't show: " in str(report)


def test_what_is_not_used_is_a_note():
    assert any("Never used" in note and "spare.weight" in note for note in audit(**spare()).notes)


def test_zeros_and_quiet_outputs_are_notes():
    assert "Zeros in 4: sound" in audit(**case(times(0, "4.weight", mlp()))).notes[0]
    assert "4: 0.0" in audit(**case(times(0.01, "4.weight", mlp()))).notes[0]
