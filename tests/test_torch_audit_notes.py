"""Notes of snippets/tools/torch/audit.py on what may be meant, each beside the like of it that is not worth a word."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import (  # noqa: E402
    FLAT, ROWS, WORDS, Adapter, F, Net, X, adam, adapted, attentive, case, dense, looped, mlp, sgd, started, times)  # fmt: skip


def decoder(target):
    """A decoder that is given a target, and what an encoder would have made of the rows of images."""
    def forward(m, x):
        h = m.into(x)
        return m.end(m.body(target(h), h).mean(1))

    parts = {"into": nn.Linear(12, 32), "body": nn.TransformerDecoderLayer(32, 2, 64, batch_first=True), "end": nn.Linear(32, 10)}
    return case(Net(forward, **parts), ROWS)


def celled(steps):
    """A recurrent cell from a state of zeros."""
    def forward(m, x):
        h = torch.zeros(len(x), 32)
        for i in range(steps):
            h = m.cell(x[:, i], h)
        return m.end(h)

    return case(Net(forward, cell=nn.GRUCell(12, 32), end=nn.Linear(32, 10)), ROWS)


def convolved(convolutions=4, change=lambda net: net):
    """Convolutions and pooling, then three dense layers."""
    parts = [part for i in range(convolutions) for part in (nn.Conv2d(32 if i else 1, 32, 3, padding=1), nn.ReLU(), *[nn.MaxPool2d(2)] * (i < 2))]
    return case(change(nn.Sequential(*parts, nn.Flatten(), *dense(288, 64, 64, 10))), X)


def normalized():
    parts = [part for i in range(9) for part in (nn.Conv2d(32 if i else 1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU())]
    return case(nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)), X)


def averaged():
    """As LeNet, with means over four positions, which divide δ and not its direction."""
    pool = nn.AvgPool2d(2)
    return case(nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), pool, nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), pool, nn.Flatten(), *dense(288, 64, 64, 10)), X)


def fitted(rate):
    """A network that has made some steps."""
    given = case(mlp(), optimizer=sgd(rate, momentum=0.9))
    for _ in range(2):
        given["optimizer"].zero_grad()
        F.cross_entropy(given["model"](FLAT), given["y"]).backward()
        given["optimizer"].step()
    return given


def padded(steps, end, both=False, cell=nn.LSTM):
    """Sentences of twelve words, and behind them zeros."""
    net = Net(lambda m, x: m.end(end(m.loop(m.words(x)))), words=nn.Embedding(51, 8), end=nn.Linear(32 if both else 16, 10),
              loop=cell(8, 16, batch_first=True, bidirectional=both))
    return case(net, F.pad(WORDS + 1, (0, steps)) % 51)


def bent(*parts, end=nn.Linear(32, 10)):
    """Parts between a linear layer and the last."""
    return case(nn.Sequential(nn.Linear(144, 32), *parts, end))


def squared(m, x):
    h = m.first(x)
    return m.end(m.inner(h) * h)


class Bent(torch.autograd.Function):
    """A ReLU of one's own, which no mode of PyTorch sees."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, delta):
        return delta * (ctx.saved_tensors[0] > 0)


def three(forward, **parts):
    return case(Net(forward, first=nn.Linear(144, 32), inner=nn.Linear(32, 32), end=nn.Linear(32, 10), **parts))


def last(out):
    return out[0][:, -1]


PADDED = "loop ends with the padding, where images differ by 0.00"
EMPTY, SLOW, PLATEAU = "all that comes in is 0", "The largest step of SGD", "training may begin on a plateau"
LINEAR = "one linear map"
NOTED = {  # a network, words of the note
    "padding": (lambda: padded(24, last), PADDED), "padding_of_a_gru": (lambda: padded(34, last, cell=nn.GRU), "loop ends with the padding"),
    "target_of_zeros": (lambda: decoder(torch.zeros_like), f"body.self_attn, body.self_attn.out_proj: {EMPTY}"),
    "small_steps": (lambda: case(mlp(), optimizer=sgd(1e-5)), SLOW), "small_steps_with_momentum": (lambda: case(mlp(), optimizer=sgd(1e-5, momentum=0.9)), SLOW),
    "default": (convolved, PLATEAU), "labels_of_a_generator": (lambda: case(mlp(out=1), y=torch.ones(64, 1), loss=F.binary_cross_entropy_with_logits), "alike, 1: sound if they are meant so"),
    "linear": (lambda: bent(nn.Linear(32, 32)), "0, 1: no activation stands behind them, so with 2 they are one linear map: `nn.ReLU()` behind each"), "bottleneck": (lambda: bent(), "0: no activation stands behind it, so with 1 they are one linear map: `nn.ReLU()` behind it"),
    "linear_with_dropout": (lambda: bent(nn.Dropout(), nn.Linear(32, 32), nn.Unflatten(1, (4, 8)), nn.Flatten()), f"so with 5 they are {LINEAR}"), "linear_before_a_softmax": (lambda: bent(end=nn.Sequential(nn.Linear(32, 10), nn.LogSoftmax(1))) | {"loss": F.nll_loss}, f"so with 1.0 they are {LINEAR}"),
    "linear_around": (lambda: three(lambda m, x: m.end(m.first(x) + 0.5 * m.inner(m.first(x)))), f"so with end they are {LINEAR}"), "linear_means_of_maps": (lambda: case(nn.Sequential(nn.Conv2d(1, 16, 3), nn.AvgPool2d(2), nn.Conv2d(16, 16, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)), X), f"so with 5 they are {LINEAR}"),
    "linear_distance": (lambda: bent(nn.Linear(32, 32)) | {"y": FLAT[:, :10], "loss": F.mse_loss}, LINEAR),
}  # fmt: skip
SILENT = {
    "one_kernel": (lambda: case(nn.Linear(144, 10)), LINEAR), "one_kernel_and_dropout": (lambda: case(nn.Sequential(nn.Flatten(), nn.Linear(144, 10), nn.Dropout()), X), LINEAR), "a_relu": (lambda: bent(nn.ReLU(), nn.Linear(32, 32)), LINEAR),
    "a_norm": (lambda: bent(nn.BatchNorm1d(32)), LINEAR), "a_function": (lambda: three(lambda m, x: m.end(m.inner(m.first(x)).clamp(min=0))), LINEAR), "a_product": (lambda: three(squared), LINEAR), "a_square": (lambda: three(lambda m, x: m.end(m.inner(m.first(x)) ** 2)), LINEAR),
    "a_square_by_hand": (lambda: three(lambda m, x: m.end((h := m.inner(m.first(x))) * h)), LINEAR), "a_quotient": (lambda: three(lambda m, x: m.end(m.first(x) / (1 + m.inner(x[:, :32]).abs()))), LINEAR), "a_maximum": (lambda: case(nn.Sequential(nn.Conv2d(1, 16, 3), nn.MaxPool2d(10), nn.Flatten(), nn.Linear(16, 10)), X), LINEAR),
    "a_function_of_one_s_own": (lambda: three(lambda m, x: m.end(m.inner(Bent.apply(m.first(x))))), LINEAR), "at_the_end": (lambda: three(lambda m, x: m.end(Bent.apply(m.inner(m.first(x))))), LINEAR),
    "words": (lambda: case(nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(96, 10)), WORDS), LINEAR), "attention": (lambda: case(attentive(), ROWS), LINEAR), "recurrence": (lambda: looped(lambda out: out[0][:, -1], batch_first=True), LINEAR),
    "beside_each_other": (lambda: three(lambda m, x: m.end(x[:, :32]) + m.inner(x[:, :32])[:, :10]), LINEAR), "of_a_frozen_layer": (lambda: case(nn.Sequential(Adapter(nn.Linear(144, 10), 0.25))), LINEAR), "adapters": (lambda: adapted(0.25), LINEAR),
    "bent_twice": (lambda: three(lambda m, x: m.end(m.inner(m.first(x).relu()).tanh())), LINEAR),
    "little_padding": (lambda: padded(6, last), PADDED), "both_ways": (lambda: padded(24, lambda out: torch.cat([*out[1][0]], 1), True), PADDED),
    "mean_of_steps": (lambda: padded(24, lambda out: out[0].mean(1)), PADDED),
    "target": (lambda: decoder(lambda h: h), EMPTY), "state": (lambda: celled(3), EMPTY), "state_of_one_step": (lambda: celled(1), EMPTY), "recurrent": (lambda: looped(lambda out: out[0][:, -1], batch_first=True), EMPTY),
    "adapter": (lambda: adapted(0.25), EMPTY), "padding": (lambda: case(nn.Sequential(nn.Embedding(51, 8, padding_idx=50), nn.Flatten(), nn.Linear(96, 10)), torch.where(torch.arange(12) < 9, WORDS, 50)), EMPTY),
    "steps": (lambda: case(mlp(), optimizer=sgd(0.01)), SLOW), "momentum": (lambda: case(mlp(), optimizer=sgd(1e-3, momentum=0.9)), SLOW), "adam": (lambda: case(mlp(), optimizer=adam(1e-6)), SLOW),
    "learned": (lambda: fitted(1e-5), SLOW), "zero_output": (lambda: case(times(0, "4.weight", mlp()), optimizer=sgd(1e-5)), SLOW),
    "he": (lambda: convolved(change=started), PLATEAU), "few_layers": (lambda: convolved(2), PLATEAU), "four": (lambda: case(dense(144, *[64] * 4, 10)), PLATEAU), "normalized": (normalized, PLATEAU), "averaged": (averaged, PLATEAU),
    "tanh": (lambda: case(dense(144, *[64] * 5, 10, act=nn.Tanh)), PLATEAU),
}  # fmt: skip


@pytest.mark.parametrize("make, words", NOTED.values(), ids=NOTED)
def test_what_may_be_meant_is_a_note_and_no_finding(make, words):
    torch.manual_seed(0)
    report = audit(**make())
    assert report.outcome == "sound" and any(words in note for note in report.notes), str(report)


@pytest.mark.parametrize("make, words", SILENT.values(), ids=SILENT)
def test_its_like_is_not_worth_a_word(make, words):
    torch.manual_seed(0)
    report = audit(**make())
    assert report.outcome == "sound" and not any(words in note for note in report.notes), str(report)
