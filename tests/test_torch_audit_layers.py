"""What happens between the input of a network in PyTorch and its output, each fault beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, ROWS, WORDS, F, Net, X, Y, case, dense, ended, graph, is_code, mended, mlp, put, sgd, started  # noqa: E402

MSE = F.mse_loss
NEAR = torch.eye(64) + torch.eye(64).roll(1, 0) + torch.eye(64).roll(-1, 0)  # a ring, and each node itself


def faint(std, depth=4, norm=False):
    """Convolutions of one standard deviation, with or without normalization behind each."""
    parts = []
    for i in range(depth):
        parts += [nn.Conv2d(32 if i else 1, 32, 3, padding=1), *([nn.BatchNorm2d(32)] if norm else []), nn.ReLU()]
    net = started(nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)))
    for layer in net:
        if isinstance(layer, nn.Conv2d):
            put(layer.weight, std)
    return case(net, X, optimizer=sgd(0.01, momentum=0.9))


def curved(act):
    """The second derivative of a network, as of a differential equation."""
    def forward(m, t):
        t = t.detach().requires_grad_()
        slope = torch.autograd.grad(m.body(t).sum(), t, create_graph=True)[0]
        return torch.autograd.grad(slope.sum(), t, create_graph=True)[0]

    t = torch.linspace(0, 1, 64)[:, None]
    return case(Net(forward, body=dense(1, 32, 32, 1, act=act)), t, (3 * t).sin(), MSE)


def masked(hide):
    def forward(m, x):
        h = m.words(x)
        return m.end(m.look(h, h, h, key_padding_mask=hide(x))[0].mean(1))

    return case(Net(forward, words=nn.Embedding(50, 16), look=nn.MultiheadAttention(16, 2, batch_first=True), end=nn.Linear(16, 10)), WORDS)


def buffered(value):
    net = Net(lambda m, x: m.net(x * m.scale), net=mlp())
    net.register_buffer("scale", torch.full((144,), value))
    return case(net)


def attentive_nodes():
    """Attention over the neighbours in a graph."""
    def forward(m, x):
        h = m.first(x)
        scores = F.leaky_relu(m.left(h) + m.right(h).T).masked_fill(m.near == 0, -1e9)
        return scores.softmax(1) @ h

    net = Net(forward, first=nn.Linear(144, 10), left=nn.Linear(10, 1), right=nn.Linear(10, 1))
    net.register_buffer("near", NEAR)
    return case(net)


def normalized(axis):
    return case(Net(lambda m, x: m.end(m.inner(x) / (m.inner(x).norm(dim=axis, keepdim=True) + 1e-7)), inner=nn.Linear(144, 32), end=nn.Linear(32, 10)))


def few(images):
    net = nn.Sequential(nn.Linear(144, 32), nn.BatchNorm1d(32), nn.Hardtanh(), nn.Linear(32, 10))
    return case(net, FLAT[:images], Y[:images])


def numbered(scale):
    """Words that a network takes as floats."""
    return case(Net(lambda m, x: m.end(m.words(x.long()).mean(1)), words=nn.Embedding(50, 16), end=nn.Linear(16, 10)), WORDS * scale)


def pooled(axis):
    """A weight for each step, by a softmax over the steps, or over the one score of each."""
    return case(Net(lambda m, x: m.end((m.score(x).softmax(axis) * x).sum(1)), score=nn.Linear(12, 1), end=nn.Linear(12, 10)), ROWS)


def dropped(use):
    def forward(m, x):
        h = F.relu(m.a(x))
        other = F.relu(m.b(h))
        return use(m, h, other)

    return case(Net(forward, a=nn.Linear(144, 32), b=nn.Linear(32, 32), c=nn.Linear(32, 10)))


def stored(m, h, other):
    """An output that the model keeps for another loss."""
    m.aside = other
    return m.c(h)


def stopped(function):
    """What a function of one's own makes of a layer."""
    return case(Net(lambda m, x: m.b(function(m.a(x))), a=nn.Linear(144, 32), b=nn.Linear(32, 10)))


def unseen(h):
    with torch.no_grad():
        return F.relu(h)


def words_and_padding(turned):
    """Sentences whose first word is asked after a layer of a transformer that is to leave the padding out."""
    x = torch.where(torch.arange(12) < 4 + torch.arange(64)[:, None] % 7, WORDS % 49 + 1, 0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    parts = {"words": nn.Embedding(50, 16), "body": nn.TransformerEncoder(layer, 1), "end": nn.Linear(16, 10)}
    return case(Net(lambda m, x: m.end(m.body(m.words(x), src_key_padding_mask=(x == 0) != turned)[:, 0]), **parts), x)


FAULTY = {  # a network, the outcome, words of the finding
    "words_divided": (lambda: numbered(0.02), "elsewhere", "constant output"), "softmax_over_one_score": (lambda: pooled(-1), "elsewhere", "over an axis of one"),
    "thrown_away": (lambda: dropped(lambda m, h, other: m.c(h)), "elsewhere", "is not used"), "comparison": (lambda: stopped(lambda h: (h > 0).float()), "elsewhere", "only through .gt()"),
    "relu_under_no_grad": (lambda: stopped(unseen), "elsewhere", "runs under no_grad"), "mask_turned": (lambda: words_and_padding(True), "elsewhere", "mask the other way round"),
    "faint_convolutions": (lambda: faint(0.01), "start", "kernel too small"), "faint_convolutions_of_gans": (lambda: faint(0.02), "start", "kernel too small"),
    "two_faint_convolutions": (lambda: faint(0.02, 2), "start", "kernel too small"), "relu_of_a_derivative": (lambda: curved(nn.ReLU), "elsewhere", "a second derivative"),
    "all_masked": (lambda: masked(lambda x: x > -1), "elsewhere", "row masked entirely"), "buffer": (lambda: buffered(float("nan")), "elsewhere", "scale holds NaN"),
    "averaged_nodes": (lambda: graph(torch.matmul, (torch.full((64, 64), 1 / 64) + torch.eye(64)) / 2, 9), "elsewhere", "images made alike"), "norm_over_images": (lambda: normalized(0), "elsewhere", "images mixed"),
    "data": (lambda: ended(lambda z: z.data), "elsewhere", "no gradient"), "softmax_over_time": (lambda: case(mlp(end=[nn.Softmax(0)])), "elsewhere", "over the batch"),
}  # fmt: skip
SOUND = {  # the like of them
    "two_images": lambda: few(2), "many_images": lambda: few(64), "words_as_floats": lambda: numbered(1.0), "softmax_over_steps": lambda: pooled(1), "used": lambda: dropped(lambda m, h, other: m.c(h + other)),
    "stored": lambda: dropped(stored), "returned": lambda: dropped(lambda m, h, other: {"logits": m.c(h), "aside": other}), "mask": lambda: words_and_padding(False), "sigmoid": lambda: stopped(torch.sigmoid),
    "faint_and_normalized": lambda: faint(0.02, norm=True), "tanh_of_a_derivative": lambda: curved(nn.Tanh), "some_masked": lambda: masked(lambda x: x < 5), "buffer": lambda: buffered(1.0), "attention_in_a_graph": attentive_nodes,
    "few_averages": lambda: graph(torch.matmul, NEAR / 3, 4), "norm_over_features": lambda: normalized(1),
}  # fmt: skip


@pytest.mark.parametrize("make, outcome, words", FAULTY.values(), ids=FAULTY)
def test_a_kind_of_fault_is_named_and_its_remedy_run_as_printed_removes_it(make, outcome, words):
    torch.manual_seed(0)
    planted.told(make(), outcome, words, lambda given: audit(**given), is_code, mended)


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_its_like_that_is_sound_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


def test_every_faint_convolution_is_named():
    torch.manual_seed(0)
    assert [finding.layers for finding in audit(**faint(0.01)).findings] == [("0", "2", "4", "6")]
