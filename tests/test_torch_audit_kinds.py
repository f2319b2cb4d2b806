"""Kinds of fault that reports of others brought to the audit for PyTorch, each beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import FLAT, REAL, ROWS, WORDS, YES, F, Net, X, Y, case, dense, ended, graph, is_code, mended, mlp, one, put, sgd, started  # noqa: E402

BCEL, MSE = F.binary_cross_entropy_with_logits, F.mse_loss
PAIRS = (FLAT, FLAT.roll(1, 0))
NEAR = torch.eye(64) + torch.eye(64).roll(1, 0) + torch.eye(64).roll(-1, 0)  # a ring, and each node itself


def directions(scale, margin=0.0):
    """Cosines between what a network makes of an image and a direction for each class, as in ArcFace."""
    def forward(m, x):
        return F.linear(F.normalize(m.body(x)), F.normalize(m.w))

    def loss(out, y):
        return F.cross_entropy(scale * (out - margin * F.one_hot(y, 10)), y)

    w = nn.Parameter(nn.init.xavier_uniform_(torch.empty(10, 32)))
    return case(Net(forward, body=mlp(out=32), w=w), loss=loss)


def compared(scale):
    """The cosine between two images as a logit."""
    net = Net(lambda m, a, b: scale * F.cosine_similarity(m.body(a), m.body(b)), body=mlp(out=32))
    return case(net, PAIRS, (Y % 2).float(), BCEL)


def distances(std=1.0):
    net = Net(lambda m, x: -torch.cdist(m.body(x), m.centers) ** 2, body=mlp(out=32), centers=nn.Parameter(std * torch.randn(10, 32)))
    return case(net)


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


def recurrent(act=None, y=REAL):
    return case(Net(lambda m, x: m.loop(x)[0][:, -1], loop=nn.LSTM(12, 1, batch_first=True)), ROWS, y, MSE)


def curved(act):
    """The second derivative of a network, as of a differential equation."""
    def forward(m, t):
        t = t.detach().requires_grad_()
        slope = torch.autograd.grad(m.body(t).sum(), t, create_graph=True)[0]
        return torch.autograd.grad(slope.sum(), t, create_graph=True)[0]

    t = torch.linspace(0, 1, 64)[:, None]
    return case(Net(forward, body=dense(1, 32, 32, 1, act=act)), t, (3 * t).sin(), MSE)


def spoken(steps):
    """Images as sequences that CTC compares with five labels each."""
    def loss(out, y):
        return F.ctc_loss(out.transpose(0, 1), y, torch.full((64,), out.shape[1]), torch.full((64,), 5))

    net = Net(lambda m, x: m.end(m.loop(x)[0][:, ::12 // steps]).log_softmax(-1), loop=nn.GRU(12, 16, batch_first=True), end=nn.Linear(16, 7))
    return case(net, ROWS, 1 + (Y[:, None] + torch.arange(5)) % 6, loss)


def masked(hide):
    def forward(m, x):
        h = m.words(x)
        return m.end(m.look(h, h, h, key_padding_mask=hide(x))[0].mean(1))

    return case(Net(forward, words=nn.Embedding(50, 16), look=nn.MultiheadAttention(16, 2, batch_first=True), end=nn.Linear(16, 10)), WORDS)


def buffered(value):
    net = Net(lambda m, x: m.net(x * m.scale), net=mlp())
    net.register_buffer("scale", torch.full((144,), value))
    return case(net)


def focal(bias):
    """A detector in which few places hold an object, with a focal loss of its own."""
    def loss(p, y):
        right = torch.where(y > 0.5, p, 1 - p).clamp(1e-6, 1)
        return (-((1 - right) ** 2) * right.log()).sum() / y.sum()

    net = started(nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 1, 3, padding=1), nn.Sigmoid()))
    put(net[2].weight, 0.01), put(net[2].bias, value=bias)
    return case(net, X, (X > 0.97).float(), loss)


def weighed(column):
    """Log-probabilities of actions times what these were worth, as columns of one y."""
    def loss(out, y):
        chosen = out.log_softmax(1).gather(1, y[:, :1].long())
        return -((chosen if column else chosen.squeeze(1)) * y[:, 1]).mean()

    return case(mlp(out=3), y=torch.stack([Y % 3, REAL[:, 0]], 1), loss=loss)


def attentive_nodes():
    """Attention over the neighbours in a graph."""
    def forward(m, x):
        h = m.first(x)
        scores = F.leaky_relu(m.left(h) + m.right(h).T).masked_fill(m.near == 0, -1e9)
        return scores.softmax(1) @ h

    net = Net(forward, first=nn.Linear(144, 10), left=nn.Linear(10, 1), right=nn.Linear(10, 1))
    net.register_buffer("near", NEAR)
    return case(net)


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


def normalized(axis):
    return case(Net(lambda m, x: m.end(m.inner(x) / (m.inner(x).norm(dim=axis, keepdim=True) + 1e-7)), inner=nn.Linear(144, 32), end=nn.Linear(32, 10)))


def pinball(out, y):
    q = torch.tensor([0.1, 0.5, 0.9])
    return torch.maximum(q * (y - out), (q - 1) * (y - out)).mean()


def played():
    """The step of a generator, which a discriminator judges that has an optimizer of its own."""
    net = nn.Sequential(dense(144, 32, 20, end=[nn.Tanh()]), dense(20, 32, 1, act=nn.LeakyReLU))
    return case(net, y=torch.ones(64, 1), loss=BCEL) | {"optimizer": torch.optim.Adam(net[0].parameters(), 2e-4)}


def kept_optimizer(new):
    """An optimizer of the weights before the head was replaced, the others frozen."""
    net = mlp()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    net.requires_grad_(False)
    net[4] = nn.Linear(32, 10)
    return case(net) | {"optimizer": torch.optim.SGD(net.parameters(), 0.1) if new else optimizer}


def gaussian(pack):
    """A policy whose mean is limited, and actions that lie beyond it."""
    action, worth = 2 * REAL, REAL.roll(3, 0)

    def loss(mean, y):
        a, w = (y["a"], y["w"]) if isinstance(y, dict) else y if isinstance(y, tuple) else (y[:, :1], y[:, 1:])
        return (((a - mean) ** 2) * w).mean()

    return case(mlp(out=1, end=[nn.Tanh()]), y=pack(action, worth), loss=loss)


def gaps(value, mask=True):
    """Targets of which some are missing, and a squared error that leaves them out, or does not."""
    y = torch.where(torch.arange(64)[:, None] % 3 == 0, value, REAL)

    def loss(out, y):
        known = y != value if mask else torch.ones_like(y)
        return ((out - y) ** 2 * known).sum() / known.sum()

    return case(mlp(out=1), y=y, loss=loss)


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


def acting(act):
    """Log-probabilities of a policy, and a loss of one's own of the actions taken."""
    def loss(out, y):
        return -(out.gather(1, y[:, :1].long()).squeeze(1) * y[:, 1]).mean()

    net = Net(lambda m, x: act(m.net(x)).log_softmax(1), net=mlp(out=3))
    return case(net, y=torch.stack([Y % 3, REAL[:, 0]], 1), loss=loss)


FAULTY = {  # a network, the outcome, words of the finding
    "replaced_head": (lambda: kept_optimizer(False), "elsewhere", "weights not in the optimizer"),
    "gaps_counted": (lambda: gaps(-999.0, mask=False), "elsewhere", "targets too large"),
    "words_divided": (lambda: numbered(0.02), "elsewhere", "constant output"),
    "softmax_over_one_score": (lambda: pooled(-1), "elsewhere", "over an axis of one"),
    "thrown_away": (lambda: dropped(lambda m, h, other: m.c(h)), "elsewhere", "is not used"),
    "comparison": (lambda: stopped(lambda h: (h > 0).float()), "elsewhere", "only through .gt()"),
    "relu_under_no_grad": (lambda: stopped(unseen), "elsewhere", "runs under no_grad"),
    "mask_turned": (lambda: words_and_padding(True), "elsewhere", "mask the other way round"),
    "relu_before_an_own_loss": (lambda: acting(F.relu), "elsewhere", "logits cut off"),
    "cosine_as_a_logit": (lambda: compared(1.0), "elsewhere", "logits cut off"),
    "faint_convolutions": (lambda: faint(0.01), "start", "kernel too small"), "faint_convolutions_of_gans": (lambda: faint(0.02), "start", "kernel too small"),
    "two_faint_convolutions": (lambda: faint(0.02, 2), "start", "kernel too small"),
    "recurrent_output": (lambda: recurrent(y=5 + REAL), "elsewhere", "out of reach"), "twice_tanh": (lambda: ended(lambda z: 2 * z.tanh(), y=5 * REAL.sign()), "elsewhere", "out of reach"),
    "sigmoid_of_tanh": (lambda: ended(lambda z: z.tanh().sigmoid(), y=YES), "elsewhere", "out of reach"), "tanh_of_relu": (lambda: ended(lambda z: z.relu().tanh(), y=-REAL.abs()), "elsewhere", "out of reach"),
    "minus_softplus": (lambda: ended(lambda z: -F.softplus(z), y=1 + REAL.abs()), "elsewhere", "out of reach"), "clamp": (lambda: ended(lambda z: z.clamp(-1, 1), y=5 * REAL.sign()), "elsewhere", "out of reach"),
    "sine": (lambda: ended(torch.sin, y=5 * REAL.sign()), "elsewhere", "out of reach"), "square": (lambda: ended(lambda z: z**2, y=-1 - REAL.abs()), "elsewhere", "out of reach"),
    "relu_of_a_derivative": (lambda: curved(nn.ReLU), "elsewhere", "a second derivative"), "too_few_steps": (lambda: spoken(3), "elsewhere", "targets longer than the output"),
    "all_masked": (lambda: masked(lambda x: x > -1), "elsewhere", "row masked entirely"), "buffer": (lambda: buffered(float("nan")), "elsewhere", "scale holds NaN"),
    "prior_of_another_sign": (lambda: focal(4.6), "start", "first loss too large"), "small_targets": (lambda: one(y=0.01 * REAL, depth=2), "elsewhere", "targets too small"),
    "column_times_row": (lambda: weighed(True), "elsewhere", "targets broadcast"), "column_in_a_loss_of_torch": (lambda: one(y=REAL, out=3), "elsewhere", "targets broadcast"),
    "schedule_at_its_end": (lambda: scheduled(6), "elsewhere", "The rate is 0 now"), "other_labels": (lambda: trained(1), "elsewhere", "has been trained before"),
    "summed_loss": (lambda: summed(0.01, 9.0), "elsewhere", "learning rate too large"), "averaged_nodes": (lambda: graph(torch.matmul, (torch.full((64, 64), 1 / 64) + torch.eye(64)) / 2, 9), "elsewhere", "images made alike"),
    "maximized": (lambda: case(mlp(), optimizer=sgd(0.1, maximize=True)), "elsewhere", "loss is maximized"), "quantities": (lambda: one(y=REAL, loss=F.cross_entropy), "elsewhere", "y holds no classes"),
    "norm_over_images": (lambda: normalized(0), "elsewhere", "images mixed"), "data": (lambda: ended(lambda z: z.data), "elsewhere", "no gradient"), "softmax_over_time": (lambda: case(mlp(end=[nn.Softmax(0)])), "elsewhere", "over the batch"),
}  # fmt: skip
SOUND = {  # the like of them
    "generator": played, "new_optimizer": lambda: kept_optimizer(True), "gaps_left_out": lambda: gaps(-999.0),
    "policy_of_tuples": lambda: gaussian(lambda a, w: (a, w)), "policy_of_columns": lambda: gaussian(lambda a, w: torch.cat([a, w], 1)),
    "policy_of_names": lambda: gaussian(lambda a, w: {"a": a, "w": w}), "two_images": lambda: few(2), "many_images": lambda: few(64),
    "words_as_floats": lambda: numbered(1.0), "softmax_over_steps": lambda: pooled(1), "used": lambda: dropped(lambda m, h, other: m.c(h + other)),
    "stored": lambda: dropped(stored), "returned": lambda: dropped(lambda m, h, other: {"logits": m.c(h), "aside": other}),
    "mask": lambda: words_and_padding(False),
    "policy": lambda: acting(lambda z: z), "sigmoid": lambda: stopped(torch.sigmoid),
    "cosine_times_ten": lambda: compared(10.0), "arcface": lambda: directions(64, 0.35), "normface": lambda: directions(30), "prototypes": distances, "faint_and_normalized": lambda: faint(0.02, norm=True),
    "recurrent_output": lambda: recurrent(y=REAL.tanh()), "twice_tanh": lambda: ended(lambda z: 2 * z.tanh(), y=2 * REAL.tanh()), "sigmoid_of_tanh": lambda: ended(lambda z: z.tanh().sigmoid(), y=0.4 + 0.2 * YES),
    "minus_softplus": lambda: ended(lambda z: -F.softplus(z), y=-REAL.abs()), "square": lambda: ended(lambda z: z**2, y=REAL.abs()), "log": lambda: ended(lambda z: (z.abs() + 1).log(), y=REAL.abs() + 1),
    "tanh_of_a_derivative": lambda: curved(nn.Tanh), "enough_steps": lambda: spoken(12), "some_masked": lambda: masked(lambda x: x < 5), "buffer": lambda: buffered(1.0), "prior": lambda: focal(-4.6), "targets": lambda: one(y=0.1 * REAL),
    "row_times_row": lambda: weighed(False), "quantiles": lambda: one(y=REAL, out=3, loss=pinball), "ensemble": lambda: one(y=REAL, out=5, loss=lambda out, y: ((out - y) ** 2).mean()),
    "attention_in_a_graph": attentive_nodes, "schedule": lambda: scheduled(2), "frozen_group": lambda: case(mlp(), optimizer=groups(0.0, 0.1)), "own_labels": lambda: trained(0), "summed_loss": lambda: summed(0.01, 1e-3),
    "few_averages": lambda: graph(torch.matmul, NEAR / 3, 4), "norm_over_features": lambda: normalized(1), "sparse_table": lambda: case(nn.Sequential(nn.Embedding(50, 4, sparse=True), nn.Flatten(), nn.Linear(48, 10)), WORDS, optimizer=sgd(0.1)),
}  # fmt: skip


@pytest.mark.parametrize("make, outcome, words", FAULTY.values(), ids=FAULTY)
def test_a_kind_of_fault_is_named_and_its_remedy_run_as_printed_removes_it(make, outcome, words):
    torch.manual_seed(0)
    given = make()
    found = planted.named(audit(**given), outcome, words)
    assert words in str(found[0]), found
    planted.removed(found[:1], words, given, is_code, mended, lambda given: audit(**given))


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_its_like_that_is_sound_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


def test_labels_of_an_own_loss_are_not_said_to_be_alike_and_a_second_optimizer_may_hold_the_rest():
    torch.manual_seed(0)
    assert not [note for note in audit(**gaussian(lambda a, w: {"a": torch.ones_like(a), "w": w})).notes if "alike" in note]
    assert any("sound if another optimizer has them or they stay as they are" in note for note in audit(**played()).notes)


def test_every_faint_convolution_is_named():
    torch.manual_seed(0)
    assert [finding.layers for finding in audit(**faint(0.01)).findings] == [("0", "2", "4", "6")]


def test_what_limits_the_output_is_named_and_how_far_it_reaches():
    torch.manual_seed(0)
    finding = audit(**FAULTY["sigmoid_of_tanh"][0]()).findings[0]
    assert "tanh puts out, 0.27 to 0.73" in finding.evidence and finding.remedy == "without the tanh in forward()."


def test_a_loud_cosine_is_a_note():
    torch.manual_seed(0)
    assert any("sound where the scale is meant" in note for note in audit(**directions(64, 0.35)).notes)


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


class Places(nn.Module):
    """Learned positions for ten steps."""

    def __init__(self):
        super().__init__()
        self.into, self.places, self.end = nn.Linear(12, 8), nn.Parameter(0.02 * torch.randn(1, 10, 8)), nn.Linear(8, 10)

    def forward(self, x):
        return self.end((self.into(x) + self.places).mean(1))


def bagged():
    return Net(lambda m, x: m.end((m.words(x) + m.places(torch.arange(x.shape[1]))).mean(1)), words=nn.Embedding(50, 8), places=nn.Embedding(8, 8), end=nn.Linear(8, 10))


REFUSED = {
    "nested": (lambda: audit(mlp(), torch.nested.nested_tensor([FLAT[0], FLAT[1]], layout=torch.jagged), Y[:2]), r"x is nested: `x = x.to_padded_tensor\(0.0\)`"),
    "packed": (lambda: audit(nn.GRU(12, 8), nn.utils.rnn.pack_padded_sequence(ROWS, torch.full((64,), 12), batch_first=True), Y), "x is packed"),
    "bare_recurrent": (lambda: audit(nn.LSTM(12, 1, batch_first=True), ROWS, REAL, MSE), "returns its outputs and its state"),
    "loss_of_four": (lambda: audit(mlp(), FLAT, Y, nn.CTCLoss()), r"CTCLoss takes \(log_probs.*target_lengths"),
    "whole_numbers": (lambda: audit(looped(), ROWS.long(), Y), r"holds float32 and gets int64: `x = x.to\(torch.float32\)`"), "double": (lambda: audit(looped(), ROWS.double(), Y), "holds float32 and gets float64"),
    "features": (lambda: audit(looped(), ROWS[..., :7], Y), "wants 12 features a step, and x of shape .* brings 7"), "keys": (lambda: audit(looped(), {"inputs": ROWS}, Y), r"takes \(\*inputs\), and x holds inputs|x holds inputs"),
    "places": (lambda: audit(Places(), ROWS, Y), r"places of shape \(1, 10, 8\) is added to \(64, 12, 8\)"), "table_of_places": (lambda: audit(bagged(), WORDS, Y), "places has 8 rows, and the numbers run from 0 to 11: number from 0, or give it 12 rows"),
}  # fmt: skip


def looped():
    return Net(lambda m, x: m.end(m.loop(x)[0][:, -1]), loop=nn.GRU(12, 8, batch_first=True), end=nn.Linear(8, 10))


@pytest.mark.parametrize("call, words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_said_in_one_sentence(call, words):
    with pytest.raises(ValueError if "CTC" not in words else TypeError, match=words) as error:
        call()
    assert "\n" not in str(error.value)
