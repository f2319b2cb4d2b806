"""What a loss of one's own makes of outputs, read by snippets/tools/torch/audit.py, each fault beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, REAL, YES, F, Net, X, Y, case, is_code, mended, mlp  # noqa: E402

WORTH = REAL[:, 0]
TWICE = "applied twice"
Choice, Coin = torch.distributions.Categorical, torch.distributions.Bernoulli


def policy(made, end=(nn.Softmax(-1),), entropy=0.0):
    """A loss of the actions taken, by the distribution that is made of the outputs."""
    def loss(out, y):
        chosen = made(out)
        return -(chosen.log_prob(y[0]) * y[1]).mean() - entropy * chosen.entropy().mean()

    return case(mlp(out=3, end=end), y=(Y % 3, WORTH), loss=loss)


def critic(soft):
    """A policy and a value of each image, which mse_loss compares."""
    def loss(out, y):
        chosen = Choice(logits=out[0])
        return F.mse_loss(out[1].squeeze(-1), y[1]) - (chosen.log_prob(y[0]) * y[1]).mean()

    net = Net(lambda m, x: (soft(m.policy(m.body(x).relu())), m.value(m.body(x).relu())), body=mlp(1, out=32), policy=nn.Linear(32, 3), value=nn.Linear(32, 1))
    return case(net, y=(Y % 3, WORTH), loss=loss)


def clipped(out, y):
    """The loss of PPO."""
    chosen = Choice(logits=out)
    times = (chosen.log_prob(y[0]) + 1.1).exp()
    return -torch.min(times * y[1], times.clamp(0.8, 1.2) * y[1]).mean() - 0.01 * chosen.entropy().mean()


def tossed(made, end):
    return case(mlp(out=1, end=end), y=(YES, WORTH[:, None]), loss=lambda p, y: -(made(p).log_prob(y[0]) * y[1]).mean())


def ranked(a, p, n):
    """A margin between two distances."""
    return F.relu((a - p).square().sum(-1) - (a - n).square().sum(-1) + 1).mean()


def read(loss, end=(), y=Y, out=12, forward=None):
    """A network whose outputs are read by a loss of one's own, as three vectors of four numbers if it is asked so."""
    return case(Net(forward or (lambda m, x: m.net(x)), net=mlp(out=out, end=end)), y=y, loss=loss)


def thirds(loss):
    return read(loss, [nn.Unflatten(1, (3, 4))])


def known(y, mask, x=FLAT):
    """A loss of the first eight images alone, as labels or a mask say."""
    return case(mlp(), x, y=y, loss=lambda out, y: mask(out[:8], y))


def contrasted(similar, loss=True, y=None):
    """Two views of each image, and their similarities as logits of which view belongs to which, in the loss or in forward()."""
    def forward(m, a, b):
        a, b = (F.normalize(m.body(x), dim=-1) for x in (a, b))
        return (a, b) if loss else similar(a @ b.T)

    net = Net(forward, body=mlp(out=16))
    compare = (lambda z, y: F.cross_entropy(similar(z[0] @ z[1].T), y)) if loss else F.cross_entropy
    return case(net, (FLAT, FLAT.roll(1, 1)), torch.arange(64), compare)


def by_hand(similar, loss):
    """The same, by a loss of one's own that takes logarithms of shares."""
    net = Net(lambda m, a, b: (m.body(a), m.body(b)), body=mlp(out=16))
    return case(net, (FLAT, FLAT.roll(1, 1)), Y, lambda z, y: -loss(similar(F.normalize(z[0], dim=-1) @ F.normalize(z[1], dim=-1).T)).mean())


def mixture(z):
    return (z.exp().diag() / z.exp().sum(1)).log()


FEW = "images taken for columns. Only images 0 to 2 of 64 have a gradient"
FAULTY = {  # a network, words of the finding
    "triplet": (lambda: thirds(lambda out, y: ranked(out[0], out[1], out[2])), FEW), "triplet_of_rows": (lambda: read(lambda out, y: ranked(out[0], out[1], out[2]), y=0 * Y), FEW),
    "last": (lambda: read(lambda out, y: (out[-1] - y[-1]).square().mean(), y=FLAT[:, :12]), "Only image 63 of 64 has"),
    "temperature": (lambda: contrasted(lambda s: s * 0.07), "the loss multiplies by 0.07"), "temperature_in_forward": (lambda: contrasted(lambda s: 0.07 * s, False), "forward() multiplies by 0.07"), "temperature_kept": (lambda: contrasted(lambda s: s * torch.tensor(0.07)), "the loss multiplies by 0.07"),
    "temperature_by_hand": (lambda: by_hand(lambda s: s * 0.07, lambda z: z.log_softmax(1).diag()), "the loss multiplies by 0.07: a softmax gives the best of 64 at most 0.018"), "temperature_of_sums": (lambda: by_hand(lambda s: s * 0.07, lambda z: z.diag() - z.logsumexp(1)), "the loss multiplies by 0.07"),
    "temperature_of_shares": (lambda: by_hand(lambda s: s * 0.07, mixture), "the loss multiplies by 0.07"), "temperature_of_cosines": (lambda: case(mlp(out=16), y=Y, loss=lambda z, y: -(F.cosine_similarity(z[:, None], z[None], -1) * 0.1).log_softmax(1).diagonal(1).mean()), "the loss multiplies by 0.1"),
    "inverse_temperature": (lambda: contrasted(lambda s: s / 14.3), "the loss divides by 14.3"), "no_temperature": (lambda: contrasted(lambda s: s), "normalize leaves -1 to 1, and the loss takes logits"),
    "policy": (lambda: policy(lambda p: Choice(logits=p)), TWICE), "entropy": (lambda: policy(lambda p: Choice(logits=p), entropy=0.1), TWICE), "ppo": (lambda: policy(None) | {"loss": clipped}, TWICE),
    "by_hand": (lambda: policy(lambda p: Choice(logits=p - p.logsumexp(-1, True))), TWICE), "one_hot": (lambda: case(mlp(out=10, end=[nn.Softmax(-1)]), y=F.one_hot(Y, 10).float(), loss=lambda p, y: -torch.distributions.OneHotCategorical(logits=p).log_prob(y).mean()), TWICE),
    "log_softmax": (lambda: case(mlp(end=[nn.Softmax(-1)]), y=(Y, WORTH), loss=lambda p, y: -(p.log_softmax(-1).gather(1, y[0][:, None])[:, 0] * y[1]).mean()), TWICE),
    "critic": (lambda: critic(lambda z: z.softmax(-1)), TWICE), "coin": (lambda: tossed(lambda p: Coin(logits=p), [nn.Sigmoid()]), TWICE),
}  # fmt: skip
SOUND = {
    "triplet": lambda: thirds(lambda out, y: ranked(out[:, 0], out[:, 1], out[:, 2])), "halves": lambda: read(lambda out, y: ranked(out[:32], out[32:], out.roll(1, 0)[:32])), "tuple": lambda: read(lambda out, y: F.cross_entropy(out[0], y), forward=lambda m, x: (m.net(x), x)),
    "void": lambda: known(torch.where(torch.arange(64) < 8, Y, -1), lambda out, y: F.cross_entropy(out, y[:8])), "nan": lambda: known(torch.where(torch.arange(64)[:, None] < 8, REAL, torch.nan), lambda out, y: (out[:, :1] - y[:8]).square().mean()),
    "weights": lambda: known((Y, (torch.arange(64) < 8).float()), lambda out, y: (F.cross_entropy(out, y[0][:8], reduction="none") * y[1][:8]).mean()), "weights_beside": lambda: known(torch.stack([Y.float(), (torch.arange(64) < 8).float()], 1), lambda out, y: F.cross_entropy(out, y[:8, 0].long())),
    "first_have_labels": lambda: read(lambda out, y: F.smooth_l1_loss(out[:8], y[:8]), y=FLAT[:, :12]), "few_nodes": lambda: case(mlp(), y=Y, loss=lambda out, y: F.cross_entropy(out[:5], y[:5])), "many_nodes": lambda: case(mlp(), y=Y, loss=lambda out, y: F.cross_entropy(out[:15], y[:15])), "seldom_wrong": lambda: read(lambda out, y: (out * (torch.arange(64) < 3).float()[:, None]).square().mean()),
    "steps_first": lambda: case(Net(lambda m, x: m.end(m.loop(x)[0]), loop=nn.GRU(12, 16), end=nn.Linear(16, 10)), X[:, 0, :, :].repeat(1, 6, 1)[:, :64].transpose(0, 1), Y, lambda out, y: F.cross_entropy(out[-1], y)),
    "temperature_by_hand": lambda: by_hand(lambda s: s / 0.07, lambda z: z.log_softmax(1).diag()), "temperature_of_sums": lambda: by_hand(lambda s: s / 0.07, lambda z: z.diag() - z.logsumexp(1)), "temperature_of_shares": lambda: by_hand(lambda s: s / 0.07, mixture),
    "masked_logsumexp": lambda: case(Net(lambda m, x: m.end(m.first(x[:, 0]).relu().masked_fill((torch.arange(12) >= 1 + torch.arange(len(x))[:, None] % 12)[..., None], -1e9).logsumexp(1)), first=nn.Linear(12, 32), end=nn.Linear(32, 10)), X, Y, F.cross_entropy),
    "mean_of_targets": lambda: case(mlp(out=1), y=REAL, loss=lambda out, y: (out.mean() - y.mean()).square()), "frames": lambda: case(Net(lambda m, x: m.net(x).view(-1, 4, 10).mean(1), net=mlp()), FLAT, Y[:16], F.cross_entropy),
    "factors_that_cancel": lambda: case(Net(lambda m, x: 30 * F.cosine_similarity(m.first(x)[:, None], m.codes.weight[None], -1), first=nn.Linear(144, 16), codes=nn.Linear(16, 10, bias=False)), FLAT, Y, lambda out, y: F.cross_entropy(out / 10, y)),
    "learned_temperature": lambda: contrasted((lambda t: lambda s: s * t)(nn.Parameter(torch.tensor(0.07)))), "wide_kernel": lambda: case(mlp(out=16), y=Y, loss=lambda z, y: (-0.05 * torch.cdist(F.normalize(z), F.normalize(z))).exp().mean()),
    "temperature": lambda: contrasted(lambda s: s / 0.07), "temperature_in_forward": lambda: contrasted(lambda s: s / 0.07, False), "inverse_temperature": lambda: contrasted(lambda s: s * 14.3),
    "shares": lambda: policy(lambda p: Choice(probs=p), entropy=0.1), "logits": lambda: policy(lambda p: Choice(logits=p), [], 0.1), "logarithms": lambda: policy(lambda p: Choice(logits=p), [nn.LogSoftmax(-1)]),
    "logarithms_of_shares": lambda: policy(lambda p: Choice(logits=(p + 1e-6).log())), "sharpened": lambda: policy(lambda p: Choice(logits=10 * p)), "ppo": lambda: policy(None, []) | {"loss": clipped}, "critic": lambda: critic(lambda z: z),
    "largest": lambda: case(mlp(end=[nn.Softmax(-1)]), y=WORTH, loss=lambda p, y: (p.logsumexp(-1) * y.abs()).mean()),
    "coin": lambda: tossed(lambda p: Coin(logits=p), []), "coin_of_shares": lambda: tossed(lambda p: Coin(probs=p), [nn.Sigmoid()]),
}  # fmt: skip


@pytest.mark.parametrize("make, words", FAULTY.values(), ids=FAULTY)
def test_what_a_loss_misreads_is_named_and_its_remedy_run_as_printed_removes_it(make, words):
    torch.manual_seed(0)
    planted.told(make(), "elsewhere", words, lambda given: audit(**given), is_code, mended)
    torch.manual_seed(0)
    assert len(found := audit(**make()).findings) == 1, found


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_its_like_that_is_sound_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


@pytest.mark.parametrize("case, remedy", [
    ("triplet", "columns in it, as `out[:, 0]` in place of `out[0]`."), ("last", "columns in it, as `out[:, -1]` in place of `out[-1]`."),
    ("temperature", "`/ 0.07` in place of `* 0.07` there."), ("inverse_temperature", "`* 14.3` in place of `/ 14.3` there."), ("no_temperature", "a factor behind it, as `10 * out`, fixed or learned.")])
def test_a_remedy_in_words_is_the_like_that_is_sound(case, remedy):
    torch.manual_seed(0)
    assert audit(**FAULTY[case][0]()).findings[0].remedy == remedy


def test_logits_that_are_shares_may_be_given_to_a_distribution_as_shares():
    torch.manual_seed(0)
    remedies = [audit(**FAULTY[name][0]()).findings[0].remedy for name in ("policy", "critic")]
    assert remedies == ["model[5] = torch.nn.Identity()  # or, of a distribution, probs= in place of logits=",
                        "without the softmax in forward(); or, of a distribution, probs= in place of logits=."]
