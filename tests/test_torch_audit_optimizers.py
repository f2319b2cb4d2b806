"""Optimizers, schedules and rates in PyTorch, and networks that were trained before: each fault beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, WORDS, F, Y, case, is_code, mended, mlp, put, sgd  # noqa: E402


def scheduled(steps, rate=0.1):
    net = mlp()
    optimizer = torch.optim.SGD(net.parameters(), rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, 5)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(net(FLAT), Y).backward()
        optimizer.step(), schedule.step()
    optimizer.zero_grad()
    return case(net) | {"optimizer": optimizer}


def groups(first, other):
    return lambda m: torch.optim.SGD([{"params": m[0].parameters(), "lr": first}, {"params": [*m[2].parameters(), *m[4].parameters()]}], other)


def trained(shift):
    """A network that has learned its labels, and labels that are those or others."""
    net = mlp(1, 64)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(200):
        optimizer.zero_grad()
        F.cross_entropy(net(FLAT), Y).backward()
        optimizer.step()
    return case(net, y=(Y + shift) % 10) | {"optimizer": optimizer}


def summed(std, rate):
    """A loss that adds up, behind an output that starts faint on purpose."""
    given = case(mlp(1), loss=nn.CrossEntropyLoss(reduction="sum"), optimizer=sgd(rate))
    put(given["model"][2].weight, std)
    return given


def kept_optimizer(new):
    """An optimizer of the weights before the head was replaced, the others frozen."""
    net = mlp()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    net.requires_grad_(False)
    net[4] = nn.Linear(32, 10)
    return case(net) | {"optimizer": torch.optim.SGD(net.parameters(), 0.1) if new else optimizer}


FAULTY = {  # a network, the outcome, words of the finding
    "replaced_head": (lambda: kept_optimizer(False), "elsewhere", "weights not in the optimizer"), "schedule_at_its_end": (lambda: scheduled(6), "elsewhere", "The rate is 0 now"),
    "other_labels": (lambda: trained(1), "elsewhere", "has been trained before"), "summed_loss": (lambda: summed(0.01, 9.0), "elsewhere", "learning rate too large"),
    "maximized": (lambda: case(mlp(), optimizer=sgd(0.1, maximize=True)), "elsewhere", "loss is maximized"),
}  # fmt: skip
SOUND = {  # the like of them
    "new_optimizer": lambda: kept_optimizer(True), "schedule": lambda: scheduled(2), "frozen_group": lambda: case(mlp(), optimizer=groups(0.0, 0.1)), "own_labels": lambda: trained(0), "summed_loss": lambda: summed(0.01, 1e-3),
    "sparse_table": lambda: case(nn.Sequential(nn.Embedding(50, 4, sparse=True), nn.Flatten(), nn.Linear(48, 10)), WORDS, optimizer=sgd(0.1)),
}  # fmt: skip


@pytest.mark.parametrize("make, outcome, words", FAULTY.values(), ids=FAULTY)
def test_a_kind_of_fault_is_named_and_its_remedy_run_as_printed_removes_it(make, outcome, words):
    torch.manual_seed(0)
    planted.told(make(), outcome, words, lambda given: audit(**given), is_code, mended)


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_its_like_that_is_sound_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


MATRICES = {"Muon"}
OPTIMIZERS = [name for name, kind in vars(torch.optim).items() if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_of_torch_is_read_or_said_not_to_be(name):
    torch.manual_seed(0)
    net = mlp()
    report = audit(net, FLAT, Y, optimizer=getattr(torch.optim, name)([w for w in net.parameters() if w.dim() == 2 or name not in MATRICES]))
    unread = f"The next step of {name} cannot be read, so step/W is left out."
    assert not report.findings, str(report)
    assert (unread in report.notes) == all(row.step is None for row in report.rows)
    assert name not in MATRICES or any("sound if another optimizer has them" in note for note in report.notes)
