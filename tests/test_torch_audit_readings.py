"""What a loss of one's own makes of outputs, read by snippets/tools/torch/audit.py, each fault beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, REAL, YES, F, Net, Y, case, is_code, mended, mlp  # noqa: E402

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


FAULTY = {  # a network, words of the finding
    "policy": (lambda: policy(lambda p: Choice(logits=p)), TWICE), "entropy": (lambda: policy(lambda p: Choice(logits=p), entropy=0.1), TWICE), "ppo": (lambda: policy(None) | {"loss": clipped}, TWICE),
    "by_hand": (lambda: policy(lambda p: Choice(logits=p - p.logsumexp(-1, True))), TWICE), "one_hot": (lambda: case(mlp(out=10, end=[nn.Softmax(-1)]), y=F.one_hot(Y, 10).float(), loss=lambda p, y: -torch.distributions.OneHotCategorical(logits=p).log_prob(y).mean()), TWICE),
    "log_softmax": (lambda: case(mlp(end=[nn.Softmax(-1)]), y=(Y, WORTH), loss=lambda p, y: -(p.log_softmax(-1).gather(1, y[0][:, None])[:, 0] * y[1]).mean()), TWICE),
    "critic": (lambda: critic(lambda z: z.softmax(-1)), TWICE), "coin": (lambda: tossed(lambda p: Coin(logits=p), [nn.Sigmoid()]), TWICE),
}  # fmt: skip
SOUND = {
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


def test_logits_that_are_shares_may_be_given_to_a_distribution_as_shares():
    torch.manual_seed(0)
    remedies = [audit(**FAULTY[name][0]()).findings[0].remedy for name in ("policy", "critic")]
    assert remedies == ["model[5] = torch.nn.Identity()  # or, of a distribution, probs= in place of logits=",
                        "without the softmax in forward(); or, of a distribution, probs= in place of logits=."]
