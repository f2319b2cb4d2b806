"""Networks that readers brought to the audit for PyTorch: those at fault, each beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, ROWS, YES, F, Net, X, Y, case, is_code, mended, mlp  # noqa: E402

MSE = F.mse_loss
TEXT = torch.randint(0, 50, (13, 8), generator=torch.Generator().manual_seed(3))


def text(by_step=True, batch_first=False, flat=True):
    """A language model that reads (steps, images), as of PyTorch's example, or (images, steps)."""
    def forward(m, x):
        out = m.end(m.loop(m.words(x))[0])
        return out.flatten(0, 1) if flat else out.movedim(-1, 1)

    x, y = (TEXT[:-1], TEXT[1:]) if by_step else (TEXT.T[:, :-1], TEXT.T[:, 1:])
    net = Net(forward, words=nn.Embedding(50, 16), loop=nn.LSTM(16, 16, batch_first=batch_first), end=nn.Linear(16, 50))
    return case(net, x, y.flatten() if flat else y)


def tagged(steps=12):
    """Labels of each step that tell nothing of which axis is time."""
    return text() | {"x": TEXT[:steps], "y": TEXT[:steps].flip(0).flatten() % 7}


def classified(x=TEXT):
    """A class for each column of words."""
    net = Net(lambda m, x: m.end(m.loop(m.words(x))[0][-1]), words=nn.Embedding(50, 16), loop=nn.LSTM(16, 16), end=nn.Linear(16, 3))
    return case(net, x, Y[:8] % 3)


def pointed(right):
    """Attention over the steps of a sequence whose first axis is time, by a softmax over them or over one score."""
    def forward(m, x):
        h = m.words(x)
        s = m.score(h.flatten(0, 1))
        w = s.view(x.shape).softmax(0)[..., None] if right else s.softmax(1).view(*x.shape, 1)
        return m.end((w * h).sum(0))

    return case(Net(forward, words=nn.Embedding(50, 16), score=nn.Linear(16, 1), end=nn.Linear(16, 3)), TEXT, Y[:8] % 3)


class Averaging(nn.Module):
    """A layer of a graph network, whose weights shrink by half what comes in, or do not; the adjacency is normalized."""

    def __init__(self, n, gain):
        super().__init__()
        self.w = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n, 48)) * gain)

    def forward(self, x, a):
        return F.relu(F.normalize(a, p=1, dim=2) @ (x @ self.w))


def averaging(gain):
    def forward(m, x, a):
        for layer in m.layers:
            x = layer(x, a)
        return m.end(x.mean(1))

    a = torch.eye(12) + (torch.rand(64, 12, 12) < 0.1)
    return case(Net(forward, layers=nn.ModuleList(Averaging(48 if i else 12, gain) for i in range(12)), end=nn.Linear(48, 10)), (ROWS, a))


def normed(gain):
    """Faint embeddings, one normalization, and behind it many layers that leave the size as it is or let it grow."""
    body = [part for _ in range(9) for part in (nn.Linear(64, 64), nn.ReLU())]
    net = nn.Sequential(nn.Embedding(50, 64), nn.Linear(64, 64, bias=False), nn.LayerNorm(64), *body, nn.Flatten(), nn.Linear(64 * 12, 10))
    nn.init.normal_(net[0].weight, 0, 0.003)
    for layer in net[3:-2:2]:
        nn.init.kaiming_normal_(layer.weight)
        layer.weight.data *= gain
    return case(net, TEXT.T[:, :12].repeat(8, 1))


def capsules(std):
    """Vectors that agree with each other by a softmax over their agreement so far."""
    def squash(v):
        q = v.square().sum(-1, keepdim=True)
        return q / (1 + q) * v / (q + 1e-7).sqrt()

    def forward(m, x):
        u = squash(F.relu(m.conv(x)).reshape(len(x), -1, 8))
        h, b = torch.einsum("indk,bik->bind", m.w, u), torch.zeros(len(x), u.shape[1], 10, 1)
        for _ in range(2):
            v = squash((b.softmax(2) * h).sum(1))
            b = b + (h * v[:, None]).sum(-1, keepdim=True)
        return (v.square().sum(-1) + 1e-7).sqrt()

    def margin(out, y):
        hot = F.one_hot(y, 10)
        return (hot * (0.9 - out).clamp(min=0) ** 2 + 0.5 * (1 - hot) * (out - 0.1).clamp(min=0) ** 2).sum(1).mean()

    return case(Net(forward, conv=nn.Conv2d(1, 32, 5, 2), w=nn.Parameter(std * torch.randn(64, 10, 16, 8))), X, loss=margin)


def coded(scale):
    """A table of which one column is far larger, and which an autoencoder is to give back; its loss is no number."""
    x = FLAT[:, :8] + torch.tensor([0, 0, 0, scale, 0, 0, 0, 0])
    net = Net(lambda m, x: m.down(h := m.up(x)) * torch.exp(h[:, :1].square()), up=nn.Linear(8, 16), down=nn.Linear(16, 8))
    return case(net, x, x, MSE)


class Backbone(nn.Module):
    """A network with a head of its own, which gives its features back beside what the head says."""

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(144, 32), nn.Linear(32, 10)

    def forward(self, x):
        h = F.relu(self.body(x))
        return self.head(h), h


def headed():
    return case(Net(lambda m, x: m.end(m.base(x)[1]), base=Backbone(), end=nn.Linear(32, 10)))


def forgotten():
    def forward(m, x):
        h = F.relu(m.first(x))
        m.more(h)
        return m.end(h)

    return case(Net(forward, first=nn.Linear(144, 32), more=nn.Linear(32, 32), end=nn.Linear(32, 10)))


FAULTY = {  # a network, the outcome, words of the finding
    "images_for_steps": (lambda: text(False), "elsewhere", "batch and steps exchanged"),
    "steps_for_images": (lambda: text(True, True), "elsewhere", "batch and steps exchanged"),
    "softmax_over_one": (lambda: pointed(False), "elsewhere", "scores of the shape (images, positions)"),
    "vanishing_behind_a_normalized_graph": (lambda: averaging(0.5), "start", "vanishing signal"),
    "growth_behind_a_norm": (lambda: normed(2.2), "start", "exploding signal"),
    "capsules": (lambda: capsules(0.002), "start", "kernel too small"),
    "column_of_a_table": (lambda: coded(4000.0), "elsewhere", "x, column 3"),
    "result_forgotten": (forgotten, "elsewhere", "Its result is not used"),
}  # fmt: skip
SOUND = {  # the like of them
    "steps_first": text,
    "steps_first_by_image": lambda: text(flat=False),
    "images_first": lambda: text(False, True),
    "images_first_of_one_shape": lambda: text(False, True, False),
    "columns_of_words": classified,
    "words_and_images_as_many": lambda: classified(TEXT[:8]),
    "labels_of_steps": tagged,
    "softmax_over_steps": lambda: pointed(True),
    "normalized_graph": lambda: averaging(1.4),
    "growth_at_a_norm": lambda: normed(1.0),
    "capsules": lambda: capsules(0.1),
    "table": lambda: coded(0.0),
    "head_left_out": headed,
}  # fmt: skip


@pytest.mark.parametrize("make, outcome, words", FAULTY.values(), ids=FAULTY)
def test_a_fault_is_named_and_its_remedy_run_as_printed_removes_it(make, outcome, words):
    torch.manual_seed(0)
    given = make()
    report = audit(**given)
    assert report.outcome == outcome and words in str(report) and len(report.findings) == 1, str(report)
    planted.removed(report.findings, words, given, is_code, mended, lambda given: audit(**given))


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_its_like_that_is_sound_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


def test_where_labels_do_not_tell_the_axis_of_the_images_the_audit_asks():
    torch.manual_seed(0)
    for given in (tagged(), classified(TEXT[:8])):
        assert any("axis 1 of x for the images" in note for note in audit(**given).notes)
    assert not any("axis 1 of x" in note for make in (text, classified) for note in audit(**make()).notes)


def test_a_remedy_for_a_column_of_x_leaves_y_equal_to_x():
    torch.manual_seed(0)
    found = audit(**coded(4000.0)).findings[0]
    given = mended(coded(4000.0), found)
    assert torch.equal(given["x"], given["y"]) and given["x"].abs().max() < 20


def test_a_loss_of_one_tensor_cannot_take_a_dictionary_of_two():
    net = Net(lambda m, x: {"class": m.a(x), "size": m.b(x)}, a=nn.Linear(144, 10), b=nn.Linear(144, 1))
    with pytest.raises(ValueError, match="returns a dictionary of class, size, and the loss takes one tensor"):
        audit(net, FLAT, Y)
    assert audit(net, FLAT, Y, lambda out, y: F.cross_entropy(out["class"], y) + out["size"].square().mean()).outcome == "sound"


def test_a_share_of_labels_short_of_all_is_not_called_100_percent():
    y = torch.zeros(2048, dtype=torch.long)
    y[:5] = 1
    notes = audit(mlp(out=2), FLAT.repeat(32, 1), y).notes
    assert any(note.startswith("99.8% of the labels are 0") for note in notes), notes


def test_an_output_below_0_for_a_loss_that_clips_probabilities_is_called_none():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(144, 1), nn.Tanh())
    torch.nn.init.constant_(net[0].bias, -9)

    def clipped(p, y):
        p = p.clamp(1e-7, 1 - 1e-7)
        return -(y * p.log() + (1 - y) * (1 - p).log()).mean()

    (found,) = audit(net, FLAT, YES, clipped).findings
    assert "is no probability and the loss clipped" in found.evidence and found.remedy.startswith("a sigmoid"), str(found)
    net[1] = nn.Sigmoid()
    torch.nn.init.zeros_(net[0].bias)
    assert audit(net, FLAT, YES, clipped).outcome == "sound"


def test_a_rounded_probability_is_called_rounded_also_where_x_are_numbers_of_nodes():
    torch.manual_seed(0)
    pairs, same = torch.randint(0, 40, (64, 2)), (torch.rand(64) > 0.5).float()

    def scores(m, e):
        h = F.relu(m.a(m.nodes.weight))
        return torch.round(torch.sigmoid((h[e[:, 0]] * h[e[:, 1]]).sum(1)))

    nodes = Net(scores, nodes=nn.Embedding(40, 16), a=nn.Linear(16, 8))
    flat = nn.Sequential(nn.Linear(144, 1), nn.Sigmoid())
    for found in (audit(nodes, pairs, same, nn.BCELoss()).findings, audit(Net(lambda m, x: torch.round(m.f(x)), f=flat), FLAT, YES, nn.BCELoss()).findings):
        assert len(found) == 1 and "rounded" in found[0].evidence + found[0].remedy, found


def test_a_network_of_which_no_layer_is_read_is_not_called_sound():
    nodes = Net(lambda m, e: (F.relu(m.a(m.nodes.weight))[e[:, 0]]).sum(1), nodes=nn.Embedding(40, 16), a=nn.Linear(16, 8))
    with pytest.raises(ValueError, match="nothing to audit"):
        audit(nodes, torch.randint(0, 40, (64, 2)), (torch.rand(64) > 0.5).float(), F.mse_loss)


def test_columns_are_not_called_layers():
    torch.manual_seed(0)
    x = FLAT[:, :8] * torch.tensor([1e4, 1, 2e4, 1, 3e4, 1, 5e4, 1])
    (found,) = [one for one in audit(mlp(1)[0:0].append(nn.Linear(8, 10)), x, Y).findings if one.layer.startswith("x, column")]
    assert found.layer == "x, column 0 … x, column 6 (4 columns)"


@pytest.mark.parametrize("weight, told", [(1.0, ["targets drown another output"]), (1e-3, [])])
def test_targets_that_drown_the_classes_of_another_output_are_named(weight, told):
    age = 50 + 20 * FLAT[:, :1]
    for y, faults in ((age, told), ((age - 50) / 20, [])):
        torch.manual_seed(0)
        net = Net(lambda m, x: (m.kind(h := F.relu(m.f(x))), m.age(h)), f=nn.Linear(144, 32), kind=nn.Linear(32, 10), age=nn.Linear(32, 1))
        found = audit(net, FLAT, (Y, y), lambda out, y: F.cross_entropy(out[0], y[0]) + weight * F.mse_loss(out[1], y[1])).findings
        assert [(one.fault, one.layers) for one in found] == [(fault, ("age",)) for fault in faults], found
