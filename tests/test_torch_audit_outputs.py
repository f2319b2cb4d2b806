"""Outputs, targets and losses that do not fit each other in PyTorch, each beside the like of it that is sound."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests import planted  # noqa: E402
from tests.audited_torch import (  # noqa: E402
    EDGES, FLAT, REAL, ROWS, WORDS, YES, F, Net, X, Y, case, dense, dice, ended, is_code, mended, mlp, one, put, sgd, started)  # fmt: skip

BCEL, MSE = F.binary_cross_entropy_with_logits, F.mse_loss
PAIRS = (FLAT, FLAT.roll(1, 0))


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


def recurrent(act=None, y=REAL):
    return case(Net(lambda m, x: m.loop(x)[0][:, -1], loop=nn.LSTM(12, 1, batch_first=True)), ROWS, y, MSE)


def spoken(steps):
    """Images as sequences that CTC compares with five labels each."""
    def loss(out, y):
        return F.ctc_loss(out.transpose(0, 1), y, torch.full((64,), out.shape[1]), torch.full((64,), 5))

    net = Net(lambda m, x: m.end(m.loop(x)[0][:, ::12 // steps]).log_softmax(-1), loop=nn.GRU(12, 16, batch_first=True), end=nn.Linear(16, 7))
    return case(net, ROWS, 1 + (Y[:, None] + torch.arange(5)) % 6, loss)


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


def pinball(out, y):
    q = torch.tensor([0.1, 0.5, 0.9])
    return torch.maximum(q * (y - out), (q - 1) * (y - out)).mean()


def played():
    """The step of a generator, which a discriminator judges that has an optimizer of its own."""
    net = nn.Sequential(dense(144, 32, 20, end=[nn.Tanh()]), dense(20, 32, 1, act=nn.LeakyReLU))
    return case(net, y=torch.ones(64, 1), loss=BCEL) | {"optimizer": torch.optim.Adam(net[0].parameters(), 2e-4)}


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


def acting(act):
    """Log-probabilities of a policy, and a loss of one's own of the actions taken."""
    def loss(out, y):
        return -(out.gather(1, y[:, :1].long()).squeeze(1) * y[:, 1]).mean()

    net = Net(lambda m, x: act(m.net(x)).log_softmax(1), net=mlp(out=3))
    return case(net, y=torch.stack([Y % 3, REAL[:, 0]], 1), loss=loss)


def rectified(all_dead=False, y=None):
    """A ReLU as the output, and targets above 0 only where it is 0, or everywhere."""
    net = mlp(out=1, end=[nn.ReLU()])
    put(net[4].bias, value=-9.0 if all_dead else float(-net[:5](FLAT).quantile(0.9)))
    return case(net, y=REAL.abs() * (1 if all_dead else net(FLAT) == 0) if y is None else y, loss=MSE)


def ranked(end):
    """Embeddings and the numbers of their owners, which a loss of its own asks to be alike or not."""
    def loss(out, y):
        same, far = y[:, None] == y, torch.cdist(out, out)
        return F.relu(torch.where(same, far, 0).amax(1) - torch.where(same, 99, far).amin(1) + 0.2).mean()

    return case(mlp(out=8, end=[end]), y=200 + Y, loss=loss)


def thirds(net, y=(Y % 3).float(), loss=BCEL):
    return case(net, y=y, loss=loss)


def several(loss, end=()):
    """Several labels for each image, and a loss that takes logits."""
    y = (torch.rand(64, 5, generator=torch.Generator().manual_seed(0)) < 0.3).float()
    return case(mlp(out=5, end=end), y=2 * y - 1 if isinstance(loss, nn.SoftMarginLoss) else y, loss=loss)


def focal_of_logits(z, y):
    p, entropy = torch.sigmoid(z), F.softplus(z) - y * z
    return (entropy * torch.where(y > 0.5, 1 - p, p) ** 2).mean()


def counts(end, least=0):
    y = least + torch.poisson(torch.full((64, 5), 0.7), generator=torch.Generator().manual_seed(0))
    return case(mlp(out=5, end=end), y=y, loss=nn.PoissonNLLLoss())


def spread_of_its_own(act):
    net = Net(lambda m, x: (act(m.mean(m.body(x))), F.softplus(m.spread(m.body(x)))), body=mlp(out=32), mean=nn.Linear(32, 1), spread=nn.Linear(32, 1))
    return case(net, y=REAL, loss=lambda out, y: F.gaussian_nll_loss(out[0], y, out[1]))


def tokens(x):
    return case(nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(96, 10)), x)


def kept(weighed):
    """The two steps of a sequence with the largest score, times that or not."""
    def forward(m, x):
        value, at = m.score(x).squeeze(-1).topk(2, 1)
        h = F.relu(m.first(x)).gather(1, at[..., None].expand(-1, -1, 32))
        return m.end((h * torch.sigmoid(value)[..., None] if weighed else h).sum(1))

    return case(started(Net(forward, score=nn.Linear(12, 1), first=nn.Linear(12, 32), end=nn.Linear(32, 10))), ROWS)


def fifty(rate):
    """Marks out of 50, and an output that reaches all of them."""
    given = ended(lambda z: 50 * z.sigmoid(), y=25 + 10 * REAL.clamp(-2, 2))
    return given | {"optimizer": sgd(rate)(given["model"])}


def neighbours(a):
    """Two layers of a graph, of which the first takes sums over the neighbours of what comes in."""
    net = Net(lambda m, x: m.end(a @ F.relu(m.first(a @ x))), first=nn.Linear(144, 32), end=nn.Linear(32, 10))
    return case(started(net), 2 + torch.randn(64, 144, generator=torch.Generator().manual_seed(0)))


def gate(beside=True, first=True):
    """A product with zeros that ends a branch, beside another way or not."""
    def forward(m, x):
        h = F.relu(m.body(x))
        product = m.last(F.relu(m.first(h))).tanh() * h
        return m.end(h + product if beside else product)

    net = started(Net(forward, body=nn.Linear(144, 32), first=nn.Linear(32, 32, bias=False), last=nn.Linear(32, 32), end=nn.Linear(32, 10)))
    for layer in (net.last, *([] if first else [net.first])):
        put(layer.weight, value=0.0)
    return case(net)


FAULTY = {  # a network, the outcome, words of the finding
    "gaps_counted": (lambda: gaps(-999.0, mask=False), "elsewhere", "targets too large"), "relu_before_an_own_loss": (lambda: acting(F.relu), "elsewhere", "logits cut off"),
    "cosine_as_a_logit": (lambda: compared(1.0), "elsewhere", "logits cut off"), "recurrent_output": (lambda: recurrent(y=5 + REAL), "elsewhere", "out of reach"),
    "twice_tanh": (lambda: ended(lambda z: 2 * z.tanh(), y=5 * REAL.sign()), "elsewhere", "out of reach"), "sigmoid_of_tanh": (lambda: ended(lambda z: z.tanh().sigmoid(), y=YES), "elsewhere", "out of reach"),
    "tanh_of_relu": (lambda: ended(lambda z: z.relu().tanh(), y=-REAL.abs()), "elsewhere", "out of reach"), "minus_softplus": (lambda: ended(lambda z: -F.softplus(z), y=1 + REAL.abs()), "elsewhere", "out of reach"),
    "clamp": (lambda: ended(lambda z: z.clamp(-1, 1), y=5 * REAL.sign()), "elsewhere", "out of reach"), "sine": (lambda: ended(torch.sin, y=5 * REAL.sign()), "elsewhere", "out of reach"),
    "square": (lambda: ended(lambda z: z**2, y=-1 - REAL.abs()), "elsewhere", "out of reach"), "too_few_steps": (lambda: spoken(3), "elsewhere", "targets longer than the output"),
    "prior_of_another_sign": (lambda: focal(4.6), "start", "first loss too large"), "small_targets": (lambda: one(y=0.01 * REAL, depth=2), "elsewhere", "targets too small"),
    "column_times_row": (lambda: weighed(True), "elsewhere", "targets broadcast"), "column_in_a_loss_of_torch": (lambda: one(y=REAL, out=3), "elsewhere", "targets broadcast"),
    "flattened_behind": (lambda: thirds(nn.Sequential(*mlp(out=1), nn.Flatten(0))), "elsewhere", "labels out of range"), "flattened_before_its_sigmoid": (lambda: thirds(nn.Sequential(*mlp(out=1), nn.Flatten(0), nn.Sigmoid()), loss=F.binary_cross_entropy), "elsewhere", "labels out of range"),
    "squeezed": (lambda: thirds(Net(lambda m, x: m.net(x).squeeze(1), net=mlp(out=1))), "elsewhere", "labels out of range"), "images_in_one_row": (lambda: thirds(nn.Sequential(*mlp(out=3), nn.Flatten(0)), Y % 3, F.cross_entropy), "elsewhere", "one unit for all classes"),
    "dead_output": (lambda: rectified(True), "elsewhere", "dead units"), "output_alive_where_it_should_fall": (rectified, "elsewhere", "dead units"),
    "quantities": (lambda: one(y=REAL, loss=F.cross_entropy), "elsewhere", "y holds no classes"),
    "several_behind_a_relu": (lambda: several(nn.MultiLabelSoftMarginLoss(), [nn.ReLU()]), "elsewhere", "logits cut off"), "several_behind_a_softmax": (lambda: several(nn.MultiLabelSoftMarginLoss(), [nn.Softmax(1)]), "elsewhere", "logits cut off"),
    "signs_behind_a_sigmoid": (lambda: several(nn.SoftMarginLoss(), [nn.Sigmoid()]), "elsewhere", "logits cut off"), "own_loss_behind_a_sigmoid": (lambda: several(focal_of_logits, [nn.Sigmoid()]), "elsewhere", "logits cut off"),
    "logarithms_of_counts": (lambda: counts([nn.ReLU()]), "elsewhere", "logits cut off"), "mean_of_a_spread": (lambda: spread_of_its_own(F.relu), "elsewhere", "out of reach"),
    "equal_texts": (lambda: tokens(WORDS[:1].repeat(64, 1)), "elsewhere", "input without content"), "score_of_a_choice": (lambda: kept(False), "elsewhere", "only through .topk()"),
    "marks": (lambda: fifty(0.5), "elsewhere", "learning rate too large"), "sums_of_x": (lambda: neighbours(EDGES), "elsewhere", "A sum or product without weights makes it"),
    "gate": (lambda: gate(False), "start", "zero kernel"), "gate_of_two_zeros": (lambda: gate(first=False), "start", "zero kernel"),
}  # fmt: skip
SOUND = {  # the like of them
    "generator": played, "gaps_left_out": lambda: gaps(-999.0), "policy_of_tuples": lambda: gaussian(lambda a, w: (a, w)), "policy_of_columns": lambda: gaussian(lambda a, w: torch.cat([a, w], 1)),
    "policy_of_names": lambda: gaussian(lambda a, w: {"a": a, "w": w}), "policy": lambda: acting(lambda z: z), "cosine_times_ten": lambda: compared(10.0), "arcface": lambda: directions(64, 0.35), "normface": lambda: directions(30),
    "prototypes": distances, "recurrent_output": lambda: recurrent(y=REAL.tanh()), "twice_tanh": lambda: ended(lambda z: 2 * z.tanh(), y=2 * REAL.tanh()),
    "sigmoid_of_tanh": lambda: ended(lambda z: z.tanh().sigmoid(), y=0.4 + 0.2 * YES), "minus_softplus": lambda: ended(lambda z: -F.softplus(z), y=-REAL.abs()), "square": lambda: ended(lambda z: z**2, y=REAL.abs()),
    "log": lambda: ended(lambda z: (z.abs() + 1).log(), y=REAL.abs() + 1), "enough_steps": lambda: spoken(12), "prior": lambda: focal(-4.6), "targets": lambda: one(y=0.1 * REAL), "row_times_row": lambda: weighed(False),
    "relu_of_counts": lambda: rectified(y=REAL.abs()), "relu_of_zeros": lambda: rectified(y=0 * REAL), "owners": lambda: ranked(nn.Tanh()), "owners_of_shares": lambda: ranked(nn.Sigmoid()),
    "several": lambda: several(nn.MultiLabelSoftMarginLoss()), "shares_by_an_own_loss": lambda: several(dice, [nn.Sigmoid()]), "logits_of_an_own_loss": lambda: several(focal_of_logits),
    "margins_behind_a_relu": lambda: case(mlp(end=[nn.ReLU()]), loss=nn.MultiMarginLoss()), "distances": lambda: case(mlp(out=1, end=[nn.Softplus()]), y=2 * YES - 1, loss=nn.HingeEmbeddingLoss()),
    "logarithms_of_counts": lambda: counts([]), "logarithms_of_large_counts": lambda: counts([nn.ReLU()], 3), "mean_of_a_spread": lambda: spread_of_its_own(lambda z: z),
    "texts": lambda: tokens(WORDS), "weighed_choice": lambda: kept(True), "marks": lambda: fifty(1e-4), "means_of_neighbours": lambda: neighbours(EDGES / EDGES.sum(1, keepdim=True)), "gate": gate,
    "quantiles": lambda: one(y=REAL, out=3, loss=pinball), "ensemble": lambda: one(y=REAL, out=5, loss=lambda out, y: ((out - y) ** 2).mean()),
}  # fmt: skip


@pytest.mark.parametrize("make, outcome, words", FAULTY.values(), ids=FAULTY)
def test_a_kind_of_fault_is_named_and_its_remedy_run_as_printed_removes_it(make, outcome, words):
    torch.manual_seed(0)
    planted.told(make(), outcome, words, lambda given: audit(**given), is_code, mended)


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_its_like_that_is_sound_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


def test_labels_of_an_own_loss_are_not_said_to_be_alike_and_a_second_optimizer_may_hold_the_rest():
    torch.manual_seed(0)
    assert not [note for note in audit(**gaussian(lambda a, w: {"a": torch.ones_like(a), "w": w})).notes if "alike" in note]
    assert any("sound if another optimizer has them or they stay as they are" in note for note in audit(**played()).notes)


def test_what_limits_the_output_is_named_and_how_far_it_reaches():
    torch.manual_seed(0)
    finding = audit(**FAULTY["sigmoid_of_tanh"][0]()).findings[0]
    assert "tanh puts out, 0.27 to 0.73" in finding.evidence and finding.remedy == "without the tanh in forward()."


def test_what_flattens_an_output_in_forward_is_told_in_words_beside_the_code():
    remedy = audit(**thirds(Net(lambda m, x: m.net(x).flatten(), net=mlp(out=1)))).findings[0].remedy
    assert remedy.startswith("`model.net[4] = torch.nn.Linear(32, 3)`, without the flatten in forward(), and `y = "), remedy


def test_a_loud_cosine_is_a_note():
    torch.manual_seed(0)
    assert any("sound where the scale is meant" in note for note in audit(**directions(64, 0.35)).notes)


def test_a_remedy_says_what_whole_numbers_may_stand_for_and_keeps_targets_where_the_output_reaches():
    torch.manual_seed(0)
    loop = Net(lambda m, x: m.end(m.loop(x)[0][:, -1]), loop=nn.LSTM(1, 8, batch_first=True), end=nn.Linear(8, 10))
    assert "Embedding" in audit(**case(loop, 9.0 * WORDS[..., None])).findings[0].remedy
    large = one([nn.Softplus()], 60 + 8 * REAL, optimizer=sgd(1.0))
    assert audit(**large).findings[0].remedy.startswith("y = y / y.std()  #")


def test_images_unlike_those_of_the_training_are_a_note():
    torch.manual_seed(0)
    given = case(mlp(width=64), FLAT + 3 * torch.rand(10, 144)[Y])
    optimizer = torch.optim.Adam(given["model"].parameters(), 0.01)
    for _ in range(30):
        optimizer.zero_grad()
        F.cross_entropy(given["model"](given["x"]), Y).backward()
        optimizer.step()
    report = audit(**given | {"x": 4 - 2 * given["x"]})
    assert report.outcome == "sound" and any("unlike those of its training" in note for note in report.notes), str(report)
