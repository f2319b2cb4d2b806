"""snippets/tools/torch/audit.py measures what PyTorch computes, and changes nothing."""
import copy
import random

import numpy as np
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import FLAT, ROWS, WORDS, YES, F, Net, X, Y, case, is_code, mlp, one, times  # noqa: E402

BCEL = F.binary_cross_entropy_with_logits


def state(net, optimizer):
    parts = [w.detach().clone() for w in (*net.parameters(), *net.buffers())]
    grads = [None if w.grad is None else w.grad.clone() for w in net.parameters()]
    attributes = [{name: value for name, value in vars(m).items() if not name.startswith("_")} for m in net.modules()]
    return parts, grads, attributes, copy.deepcopy(optimizer.state_dict()), torch.get_rng_state(), random.getstate(), np.random.get_state()


def same(one, other):
    """Equal bit by bit, whatever holds the numbers."""
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return len(one) == len(other) and all(map(same, one, other)) if isinstance(one, (list, tuple)) else one == other


class Remembering(nn.Module):
    """A layer that keeps what it saw, counts, and draws from every source of chance."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(3))
        self.count = 0

    def forward(self, x):
        self.seen = self.seen + 1
        self.count, self.last = self.count + 1, x
        return x * (random.random() + np.random.rand() + torch.rand(()))


@pytest.mark.parametrize("schedule", [False, True], ids=["plain", "scheduled"])
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
def test_the_model_and_the_optimizer_stay_as_they_are_bit_by_bit(mode, schedule):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(144, 32), nn.BatchNorm1d(32), nn.ReLU(inplace=True), nn.Dropout(), Remembering(),
                        nn.utils.parametrizations.spectral_norm(nn.Linear(32, 32)), nn.utils.spectral_norm(nn.Linear(32, 10)))
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    if schedule:
        torch.optim.lr_scheduler.StepLR(optimizer, 1)
    F.cross_entropy(net(FLAT), Y).backward()
    optimizer.step()
    net.train(mode)
    net[1].eval()  # one part apart
    before = state(net, optimizer)
    audit(net, FLAT, Y, optimizer=optimizer)
    assert same(before, state(net, optimizer))


def scored(m, x):
    """Takes a gradient of its own, as a penalty or a saliency does, by backward()."""
    out = m.end(m.first(x).relu())
    out.sum().backward(retain_graph=True)
    return out


@pytest.mark.parametrize("fails", [False, True], ids=["audited", "refused"])
@pytest.mark.parametrize("before", [False, True], ids=["none", "some"])
def test_gradients_that_a_forward_leaves_by_backward_are_taken_away(before, fails):
    torch.manual_seed(0)
    net = Net(scored, first=nn.Linear(144, 32), end=nn.Linear(32, 10))
    if before:
        F.cross_entropy(net.end(net.first(FLAT)), Y).backward()
    objects, kept = [w.grad for w in net.parameters()], [None if w.grad is None else w.grad.clone() for w in net.parameters()]
    if fails:
        with pytest.raises(ValueError):
            audit(net, FLAT, Y, lambda out, y: out[:, 99].mean())
    else:
        audit(net, FLAT, Y)
    assert all(w.grad is one for w, one in zip(net.parameters(), objects, strict=True))
    assert all((one is None) == (w.grad is None) and (one is None or torch.equal(w.grad, one)) for w, one in zip(net.parameters(), kept, strict=True))


def make(kind):
    return {"sgd": lambda w: torch.optim.SGD(w, 0.1, momentum=0.9), "adam": lambda w: torch.optim.Adam(w, 0.01), "adamw": lambda w: torch.optim.AdamW(w, 0.01, weight_decay=0.3)}[kind]


@pytest.mark.parametrize("kind", ["sgd", "adam", "adamw"])
def test_the_step_is_what_training_on_the_batch_does_next(kind):
    torch.manual_seed(0)
    net = mlp()
    optimizer = make(kind)(net.parameters())
    torch.optim.lr_scheduler.StepLR(optimizer, 1)  # which binds optimizer.step to the original

    def train():
        optimizer.zero_grad()
        F.cross_entropy(net(FLAT), Y).backward()
        optimizer.step()

    train()  # the optimizer has a past
    rows, before = audit(net, FLAT, Y, optimizer=optimizer).rows, [w.detach().clone() for w in net.parameters() if w.dim() > 1]
    train()
    for row, old, new in zip(rows, before, [w for w in net.parameters() if w.dim() > 1], strict=True):
        assert row.step == pytest.approx(float((new - old).norm() / old.norm()), rel=1e-4)


def test_the_columns_are_what_pytorch_s_own_gradients_say():
    torch.manual_seed(0)
    net = mlp(2)
    rows = audit(net, FLAT, Y).rows
    z = [FLAT]
    for layer in net:
        z.append(layer(z[-1]))
        z[-1].retain_grad()
    F.cross_entropy(z[-1], Y).backward()
    for row, i in zip(rows, (0, 2, 4), strict=True):
        h = z[i + 2] if i < 4 else z[i + 1]
        assert row.delta == pytest.approx(64 * float(z[i + 1].grad.square().mean().sqrt()), rel=1e-4)
        assert row.gradient == pytest.approx(float(net[i].weight.grad.square().mean().sqrt()), rel=1e-4)
        assert (row.mean, row.std) == pytest.approx((float(h.mean()), float(h.std(unbiased=False))), rel=1e-4)


@pytest.mark.parametrize("layer, x, fans", [
    (nn.Linear(144, 32), FLAT, (144, 32)), (nn.Conv2d(1, 8, 3), X, (9, 72)), (nn.Conv2d(4, 8, 3, groups=2), X.expand(-1, 4, -1, -1), (18, 36)),
    (nn.Conv2d(4, 4, 3, groups=4), X.expand(-1, 4, -1, -1), (9, 9)), (nn.Conv2d(1, 8, 3, stride=2), X, (9, 18)), (nn.ConvTranspose2d(1, 8, 4, 2), X, (4, 128)),
    (nn.Conv1d(12, 8, 3), ROWS, (36, 24)), (nn.LSTM(12, 16), ROWS, (12, 16)), (nn.Embedding(50, 8), WORDS, None)], ids=lambda value: type(value).__name__)
def test_fans_are_counted_by_what_the_layer_does(layer, x, fans):
    """Of a convolution by hand: a unit sees window * inputs / groups numbers, an input feeds window * outputs / groups / stride units."""
    net = Net(lambda m, x: m.part(x)[0] if isinstance(m.part, nn.LSTM) else m.part(x), part=layer)
    assert audit(net, x, Y, lambda out, y: out.square().mean()).rows[0].fans == fans


def test_no_hook_outlives_an_audit_of_attention_which_leaves_and_enters_modes_of_pytorch():
    audit(Net(lambda m, x: m.out(m.look(x, x, x)[0].mean(1)), look=nn.MultiheadAttention(12, 2, batch_first=True), out=nn.Linear(12, 10)), ROWS, Y)
    everywhere = nn.modules.module
    assert not everywhere._global_forward_pre_hooks and not everywhere._global_forward_hooks


def test_attention_has_a_row_for_what_is_packed_and_one_for_its_output():
    net = Net(lambda m, x: m.out(m.look(x, x, x)[0].mean(1)), look=nn.MultiheadAttention(12, 2, batch_first=True), out=nn.Linear(12, 10))
    rows = audit(net, ROWS, Y).rows
    assert [row.name for row in rows] == ["look", "look.out_proj", "out"] and rows[0].fans == (12, 12) and rows[0].delta > 0


def test_the_table_fits_a_terminal_and_the_figure_has_a_mark_for_a_finding():
    report = audit(**case(times(10, "2.weight", mlp(4))))
    table = str(report).split("\n\n")[0]
    assert max(map(len, table.splitlines())) <= 100 and len(table.splitlines()) == 2 + len(report.rows)
    assert [len(ax.get_lines()) for ax in report.figure().axes] == [2, 2, 2]


def test_a_long_name_is_cut_where_a_part_begins_and_says_so():
    net = Net(lambda m, x: m.encoder(m.recurrent(x)[0][:, -1]), recurrent=nn.LSTM(12, 16, batch_first=True, bidirectional=True),
              encoder=nn.Sequential(nn.Sequential(nn.Sequential()), nn.ReLU()))
    net.encoder[0].append(nn.ModuleDict({"projection": nn.Linear(32, 10)})["projection"])
    cells = [line.split()[0] for line in str(audit(net, ROWS, Y)).splitlines()[2:7]]
    assert cells == ["recurrent/ih_l0", "recurrent/hh_l0", "…/ih_l0_reverse", "…/hh_l0_reverse", "encoder.0.1"], cells


def test_a_start_and_labels_at_fault_are_both_named():
    report = audit(**case(times(20, "2.weight", mlp(3, out=1)), y=2 * YES - 1, loss=BCEL))
    assert {layer for finding in report.findings for layer in finding.layers} == {"2", "labels"} and report.outcome == "start"


@pytest.mark.parametrize("make, code", [(lambda: one([nn.Sigmoid()], YES, BCEL), True), (lambda: one([nn.LayerNorm(1)]), False)], ids=["code", "words"])
def test_a_remedy_that_is_code_is_printed_between_backticks(make, code):
    report = audit(**make())
    remedy = report.findings[0].remedy
    assert is_code(remedy) == code and f"Remedy: {f'`{remedy}`' if code else remedy}" in str(report)
