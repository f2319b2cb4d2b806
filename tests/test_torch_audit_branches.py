"""snippets/tools/torch/audit.py and branches: one may start small beside what it is added to, and none may drown a frozen trunk."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import FLAT, ROWS, F, Net, X, Y, case, mended, mlp, put, started  # noqa: E402

WIDTH = 32


def drawn(std=None, gain=2.0, a=WIDTH, b=WIDTH):
    """A layer of a given standard deviation, or of gain / fan_in."""
    layer = nn.Linear(a, b)
    nn.init.zeros_(layer.bias)
    nn.init.normal_(layer.weight, std=(gain / a) ** 0.5 if std is None else std)
    return layer


class Branch(nn.Module):
    """x + scale * branch(x)."""

    def __init__(self, *parts, scale=1.0, norm=nn.Identity):
        super().__init__()
        self.parts, self.norm, self.scale = nn.Sequential(*parts), norm(), scale

    def forward(self, x):
        return x + self.scale * self.parts(self.norm(x))


def pair(first=None, last=None, **options):
    return Branch(drawn(first), nn.ReLU(), drawn(last, gain=1.0), **options)


def fresh(*branches):
    """An untrained network of branches."""
    return case(nn.Sequential(drawn(a=144), nn.ReLU(), *branches, drawn(gain=1.0, b=10)))


def trained(steps=150):
    """A network that has learned the batch, and is frozen."""
    net = mlp(3)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(net(FLAT), Y).backward()
        optimizer.step()
    return net.requires_grad_(False)


def adapted(make=pair):
    """A frozen network with a new branch behind each of its layers."""
    *body, head = trained()
    return case(nn.Sequential(*(part for i in range(0, len(body), 2) for part in (*body[i:i + 2], make())), head))


class LowRank(nn.Module):
    """A frozen layer with the product of two factors added to it."""

    def __init__(self, base, b):
        super().__init__()
        self.base, self.a, self.b = base, nn.Linear(base.in_features, 4, bias=False), nn.Linear(4, base.out_features, bias=False)
        put(self.b.weight, b, None if b else 0.0)

    def forward(self, x):
        return self.base(x) + self.b(self.a(x))


def low_rank(b):
    return case(nn.Sequential(*(LowRank(part, b) if isinstance(part, nn.Linear) else part for part in trained())))


class Look(nn.Module):
    """Attention as a branch."""

    def __init__(self, last):
        super().__init__()
        self.look = nn.MultiheadAttention(WIDTH, 4, batch_first=True)
        put(self.look.out_proj.weight, last)

    def forward(self, x):
        return self.look(x, x, x, need_weights=False)[0]


def transformer(last=0.18, before=True, blocks=3):
    """Blocks of attention and two layers, normalized before their branches or after them, with branches that end in this."""
    def norm():
        return nn.LayerNorm(WIDTH)

    parts = []
    for _ in range(blocks):
        inner = Look(last), nn.Sequential(drawn(b=64), nn.GELU(), drawn(last, a=64))
        parts += [part for one in inner for part in ((Branch(one, norm=norm),) if before else (Branch(one), norm()))]
    return case(Net(lambda m, x: m.out(m.norm(m.blocks(m.first(x))).mean(1)), first=drawn(a=12), blocks=nn.Sequential(*parts),
                    norm=norm(), out=drawn(gain=1.0, b=10)), ROWS)


def headed():
    body = trained()
    return case(nn.Sequential(*body[:-1], drawn(gain=1.0, b=10)))


def partly():
    """A network of branches that has been trained and of which the first half is frozen."""
    given = fresh(*(pair(scale=0.5) for _ in range(4)))
    optimizer = torch.optim.Adam(given["model"].parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        F.cross_entropy(given["model"](FLAT), Y).backward()
        optimizer.step()
    given["model"][:4].requires_grad_(False)
    return given


def random_features():
    given = fresh(pair(scale=0.5), pair(scale=0.5))
    given["model"][0].requires_grad_(False)
    return given


def concatenated():
    def forward(m, x):
        h = m.first(x)
        for block in m.blocks:
            h = torch.cat([h, block(F.relu(h))], 1)
        return m.out(h)

    return case(started(Net(forward, first=nn.Linear(144, 16), blocks=nn.ModuleList(nn.Linear(16 + 8 * i, 8) for i in range(6)), out=nn.Linear(64, 10))))


def u_net(last=None):
    """A way down and up, of which the end is added to what came in."""
    def forward(m, x):
        a = F.relu(m.down(x))
        b = F.relu(m.deep(F.max_pool2d(a, 2)))
        return m.out((a + m.up(F.interpolate(F.relu(m.deepest(b)), scale_factor=2))).mean((2, 3)))

    net = started(Net(forward, down=nn.Conv2d(1, 16, 3, padding=1), deep=nn.Conv2d(16, 16, 3, padding=1), deepest=nn.Conv2d(16, 16, 3, padding=1),
                      up=nn.Conv2d(16, 16, 3, padding=1), out=nn.Linear(16, 10)))
    if last:
        put(net.up.weight, last)
    return case(net, X)


def excited():
    def forward(m, x):
        h = F.relu(m.first(x))
        for body, squeeze, excite in zip(m.bodies, m.squeezes, m.excites):
            branch = body(h)
            h = F.relu(h + branch * torch.sigmoid(excite(F.relu(squeeze(branch.mean((2, 3))))))[..., None, None])
        return m.out(h.mean((2, 3)))

    bodies, squeezes, excites = (nn.ModuleList(make() for _ in range(3)) for make in (
        lambda: nn.Conv2d(16, 16, 3, padding=1), lambda: nn.Linear(16, 8), lambda: nn.Linear(8, 16)))
    return case(started(Net(forward, first=nn.Conv2d(1, 16, 3), bodies=bodies, squeezes=squeezes, excites=excites, out=nn.Linear(16, 10))), X)


def highway():
    def forward(m, x):
        h = F.relu(m.first(x))
        for body, gate in zip(m.bodies, m.gates):
            t = torch.sigmoid(gate(h) - 2)
            h = t * F.relu(body(h)) + (1 - t) * h
        return m.out(h)

    bodies, gates = (nn.ModuleList(drawn() for _ in range(8)) for _ in range(2))
    return case(Net(forward, first=drawn(a=144), bodies=bodies, gates=gates, out=drawn(gain=1.0, b=10)))


def inception():
    def forward(m, x):
        for towers in m.blocks:
            x = F.relu(torch.cat([tower(x) for tower in towers], 1))
        return m.out(x.mean((2, 3)))

    blocks = nn.ModuleList(nn.ModuleList(nn.Conv2d(n, 8, k, padding=k // 2) for k in (1, 3, 5)) for n in (1, 24, 24))
    return case(started(Net(forward, blocks=blocks, out=nn.Linear(24, 10))), X)


def mixture():
    """Experts, weighed by a softmax, in a residual branch."""
    def forward(m, x):
        h = F.relu(m.first(x))
        share = torch.softmax(m.gate(h), 1)
        return m.out(h + sum(share[:, i, None] * expert(h) for i, expert in enumerate(m.experts)))

    return case(Net(forward, first=drawn(a=144), gate=drawn(0.02, b=4), experts=nn.ModuleList(nn.Sequential(drawn(), nn.ReLU(), drawn()) for _ in range(4)),
                    out=drawn(gain=1.0, b=10)))


def equilibrium(last=0.05):
    """One block, again and again, with the input added each time."""
    def forward(m, x):
        h = given = F.relu(m.first(x))
        for _ in range(8):
            h = given + m.block(h)
        return m.out(h)

    return case(Net(forward, first=drawn(a=144), block=nn.Sequential(drawn(), nn.ReLU(), drawn(last)), out=drawn(gain=1.0, b=10)))


def halves(depth=18, kernel=0.18):
    """Two branches side by side, averaged, and nothing beside them."""
    def forward(m, x):
        h = m.first(x)
        for a, b in zip(m.a, m.b):
            h = (F.relu(a(h)) + F.relu(b(h))) / 2
        return m.out(h)

    a, b = (nn.ModuleList(drawn(kernel / 2) for _ in range(depth)) for _ in range(2))
    return case(Net(forward, first=drawn(a=144), a=a, b=b, out=drawn(gain=1.0, b=10)))


def chain(depth=14):
    return [part for _ in range(depth) for part in (drawn(gain=0.7), nn.ReLU())]


SOUND = {
    "adapters": lambda: adapted(lambda: pair(0.01, 0.01)), "adapters_tiny": lambda: adapted(lambda: pair(0.003, 0.003)), "adapters_zero": lambda: adapted(lambda: pair(last=0.0)),
    "adapter": lambda: fresh(pair(0.003, 0.003)), "ends": lambda: fresh(*(pair(last=0.003) for _ in range(6))), "branches": lambda: fresh(*(pair(0.01, 0.01) for _ in range(4))),
    "branches_tiny": lambda: fresh(*(pair(0.003, 0.003) for _ in range(4))), "scaled": lambda: fresh(*(pair(scale=1e-3) for _ in range(6))),
    "low_rank": lambda: low_rank(0.0), "low_rank_tiny": lambda: low_rank(0.003), "head": headed, "partly": partly, "random_features": random_features,
    "pre": transformer, "post": lambda: transformer(before=False), "pre_tiny": lambda: transformer(0.002), "post_tiny": lambda: transformer(0.002, before=False),
    "concatenated": concatenated, "u_net": u_net, "u_net_tiny": lambda: u_net(0.003), "excited": excited, "highway": highway, "inception": inception, "mixture": mixture,
    "equilibrium": equilibrium, "equilibrium_tiny": lambda: equilibrium(0.003), "residual": lambda: fresh(*(pair(scale=0.5) for _ in range(6))),
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_sound_network_of_branches_gets_no_finding(make):
    torch.manual_seed(0)
    assert not (report := audit(**make())).findings, str(report)


VANISHING = {
    "no_trunk": halves, "a_long_branch": lambda: fresh(Branch(*chain())), "a_skip_elsewhere": lambda: fresh(pair(), *chain(), pair()),
    "a_branch_of_zeros_elsewhere": lambda: fresh(pair(last=0.0), *chain()),
    "a_small_branch_elsewhere": lambda: fresh(pair(0.01, 0.01), *chain()), "a_trunk": lambda: fresh(*(nn.Sequential(pair(0.01, 0.01), drawn(gain=0.7), nn.ReLU()) for _ in range(12))),
}  # fmt: skip


@pytest.mark.parametrize("make", VANISHING.values(), ids=VANISHING)
def test_a_chain_that_vanishes_is_found_beside_branches(make):
    torch.manual_seed(0)
    report = audit(**make())
    assert [finding.fault.split()[0] for finding in report.findings] == ["vanishing"], str(report)


def test_a_network_without_residual_branches_gets_no_advice_about_them():
    torch.manual_seed(0)
    assert "residual branch" not in audit(**halves()).findings[0].remedy


def test_loud_branches_in_a_frozen_network_are_named_and_zeros_mend_them():
    torch.manual_seed(0)
    given = adapted()
    before = {name: w.clone() for name, w in given["model"].state_dict().items()}
    report = audit(**given)
    assert all(torch.equal(w, before[name]) for name, w in given["model"].state_dict().items())  # put back: nothing is computed
    assert [finding.layer for finding in report.findings] == ["2.parts.2, 5.parts.2, 8.parts.2"], str(report)
    assert "too loud for a frozen trunk" in report.findings[0].fault
    assert audit(**mended(given, report.findings[0])).outcome == "sound"


def test_a_loud_factor_beside_a_frozen_layer_is_named():
    torch.manual_seed(0)
    report = audit(**low_rank(0.6))
    assert {finding.fault for finding in report.findings} == {"branch too loud for a frozen trunk"}, str(report)
    assert all(layer.endswith(".b") for layer in report.findings[0].layers)
