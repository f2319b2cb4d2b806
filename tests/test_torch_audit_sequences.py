"""Sequences of several lengths, packed and padded again, and the states of both directions, in snippets/tools/torch/audit.py."""
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import ROWS, WORDS, F, Net, Y, case  # noqa: E402

LENGTHS = 2 + torch.randint(0, 11, (64,), generator=torch.Generator().manual_seed(0))
SHORT = int((LENGTHS < 12).sum())
rnn = nn.utils.rnn
MIXED = "Other images change"


def packed(end, cell=nn.LSTM, sort=False, total=None, first=True, **options):
    """Rows of images as sequences of several lengths. end: of (outputs, last state, lengths), what becomes of each image."""
    def forward(m, x, n):
        out, h = m.loop(rnn.pack_padded_sequence(x if first else x.transpose(0, 1), n, first, enforce_sorted=sort))
        out, _ = rnn.pad_packed_sequence(out, first, total_length=total)
        return end(m, out, h[0] if isinstance(h, tuple) else h, n)

    parts = {"loop": cell(12, 16, batch_first=first, **options), "norm": nn.LayerNorm(16), "end": nn.Linear(16, 10)}
    net = Net(forward, **parts, both=nn.Linear(32, 10), second=nn.GRU(16, 16, batch_first=True))
    return case(net, (ROWS, LENGTHS.sort(descending=True)[0] if sort else LENGTHS))


def looped(m, out, h, n):
    """A cell of steps that one goes through one by one, and keeps where they are padding."""
    state = torch.zeros(len(out), 16)
    for t in range(out.shape[1]):
        state = torch.where((t < n)[:, None], state + out[:, t].tanh(), state)
    return m.end(state)


PAST = {  # what takes the last step of padded outputs, how often it is padding, and where
    "last": (lambda: packed(lambda m, out, h, n: m.end(out[:, -1])), "end: ", SHORT), "gru": (lambda: packed(lambda m, out, h, n: m.end(out[:, -1]), nn.GRU), "end: ", SHORT),
    "sorted": (lambda: packed(lambda m, out, h, n: m.end(out[:, -1]), sort=True), "end: ", SHORT), "steps_first": (lambda: packed(lambda m, out, h, n: m.end(out[-1]), first=False), "end: ", SHORT),
    "total": (lambda: packed(lambda m, out, h, n: m.end(out[:, -1]), total=20), "end: ", 64), "both_ways": (lambda: packed(lambda m, out, h, n: m.both(out[:, -1]), bidirectional=True), "both: ", SHORT),
    "each_way": (lambda: packed(lambda m, out, h, n: m.both(torch.cat([out[:, -1, :16], out[:, 0, 16:]], 1)), bidirectional=True), "both: ", SHORT),
    "normalized": (lambda: packed(lambda m, out, h, n: m.end(m.norm(out)[:, -1])), "end: ", SHORT), "of_logits": (lambda: packed(lambda m, out, h, n: m.end(out)[:, -1]), "loop: ", SHORT),
}  # fmt: skip
WITHIN = {  # what takes it right: the remedies among them
    "state": lambda: packed(lambda m, out, h, n: m.end(h[-1])), "state_of_sorted": lambda: packed(lambda m, out, h, n: m.end(h[-1]), sort=True), "state_of_two": lambda: packed(lambda m, out, h, n: m.end(h[-1]), num_layers=2),
    "both_states": lambda: packed(lambda m, out, h, n: m.both(torch.cat([h[-2], h[-1]], 1)), bidirectional=True), "step": lambda: packed(lambda m, out, h, n: m.end(out[torch.arange(len(out)), n - 1])),
    "gathered": lambda: packed(lambda m, out, h, n: m.end(out.gather(1, (n - 1)[:, None, None].expand(-1, 1, 16))[:, 0])), "mean": lambda: packed(lambda m, out, h, n: m.end(out.sum(1) / n[:, None])),
    "first": lambda: packed(lambda m, out, h, n: m.end(out[:, 0])), "one_by_one": lambda: packed(looped), "one_length": lambda: packed(lambda m, out, h, n: m.end(out[:, -1])) | {"x": (ROWS, torch.full((64,), 12))},
}  # fmt: skip


@pytest.mark.parametrize("make, layer, images", PAST.values(), ids=PAST)
def test_padding_that_is_taken_for_the_last_step_is_named_and_its_number_counted(make, layer, images):
    torch.manual_seed(0)
    report = audit(**make())
    assert str(report.findings[0]).startswith(f"{layer}padding taken for the last step") and f"for {images} of 64 images" in str(report), str(report)
    assert len(report.findings) == 1 and MIXED not in str(report), str(report)


@pytest.mark.parametrize("make", WITHIN.values(), ids=WITHIN)
def test_a_step_or_state_within_each_sequence_is_sound_and_packing_mixes_no_images(make):
    torch.manual_seed(0)
    report = audit(**make())
    assert report.outcome == "sound" and MIXED not in str(report), str(report)


COUNTED = {  # where padding counts
    "maximum": (lambda m, out, h, n: m.end(out.amax(1)), "amax"), "attention": (lambda m, out, h, n: m.end((m.end(out)[..., :1].softmax(1) * out).sum(1)), "sum"), "end": (lambda m, out, h, n: m.end(m.second(out)[0][:, -1]), "second"),
}  # fmt: skip


@pytest.mark.parametrize("end, place", COUNTED.values(), ids=COUNTED)
def test_padding_that_counts_is_noted_where_it_does(end, place):
    torch.manual_seed(0)
    report = audit(**packed(end))
    assert report.outcome == "sound" and any(f"first in {place}, behind pad_packed_sequence" in note for note in report.notes), str(report)


def worded(end, sort=False):
    """Words packed before they are embedded, or sorted by hand and put back or not."""
    def forward(m, x):
        n = (x > 0).sum(1)
        if sort:
            order = n.argsort(descending=True)
            h = m.loop(rnn.pack_padded_sequence(m.words(x[order]), n[order], True))[1][0][-1]
            return m.end(h[order.argsort()])
        p = rnn.pack_padded_sequence(x, n, True, enforce_sorted=False)
        out, h = m.loop(rnn.PackedSequence(m.words(p.data), p.batch_sizes, p.sorted_indices, p.unsorted_indices))
        return m.end(end(rnn.pad_packed_sequence(out, True)[0], h[0]))

    x = torch.where(torch.arange(12) < LENGTHS[:, None], 1 + WORDS % 49, 0)
    return case(Net(forward, words=nn.Embedding(50, 12), loop=nn.LSTM(12, 16, batch_first=True), end=nn.Linear(16, 10)), x)


def test_words_that_are_packed_and_padded_again_before_they_are_embedded_are_sound():
    torch.manual_seed(0)

    def forward(m, x):
        x, n = rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, LENGTHS, True, enforce_sorted=False), True, total_length=12)
        return m.end(m.words(x).sum(1) / n[:, None])

    given = worded(None) | {"model": Net(forward, words=nn.Embedding(50, 16, padding_idx=0), end=nn.Linear(16, 10))}
    assert (report := audit(**given)).outcome == "sound" and MIXED not in str(report), str(report)


def test_words_that_are_embedded_packed_or_sorted_by_hand_are_no_mixing():
    torch.manual_seed(0)
    for given in (worded(lambda out, h: h[-1]), worded(None, sort=True)):
        assert (report := audit(**given)).outcome == "sound" and MIXED not in str(report), str(report)
    assert "padding taken for the last step" in str(audit(**worded(lambda out, h: out[:, -1])))


def test_the_remedy_of_taken_padding_names_the_layer_and_its_state():
    torch.manual_seed(0)
    remedies = [audit(**PAST[name][0]()).findings[0].remedy for name in ("last", "gru", "both_ways")]
    assert [one.partition(", or")[0] for one in remedies] == ["`h[-1]` of `_, (h, c) = self.loop(...)`", "`h[-1]` of `_, h = self.loop(...)`",
                                                              "`torch.cat([h[-2], h[-1]], 1)` of `_, (h, c) = self.loop(...)`"]


def stated(end, x=ROWS, units=24, **options):
    """The last states of a recurrent layer, of the shape (layers and directions, images, units)."""
    many = options.get("num_layers", 1) * (1 + options.get("bidirectional", False))
    return case(Net(lambda m, x: m.end(end(m.loop(x)[1], len(x))), loop=nn.GRU(12, units, batch_first=True, **options), end=nn.LazyLinear(10)), x), many


def ready(given):
    """With the layers made whose sizes depend on what comes in."""
    given["model"](*given["x"]) if isinstance(given["x"], tuple) else given["model"](given["x"])
    return given


TANGLED = {  # a view that puts several images into one row, the place, what comes in
    "view": (lambda h, n: h.view(n, -1), {"bidirectional": True}, "view", (2, 64, 24)), "reshape": (lambda h, n: h.reshape(-1, 48), {"bidirectional": True}, "reshape", (2, 64, 24)),
    "layers": (lambda h, n: h.view(n, -1), {"num_layers": 3}, "view", (3, 64, 24)), "as_many_units_as_images": (lambda h, n: h.view(n, -1), {"bidirectional": True, "units": 32}, "view", (2, 64, 32)), "units_for_images": (lambda h, n: h.view(n, -1), {"bidirectional": True, "units": 64}, "view", (2, 64, 64)),
    "unflattened": (lambda h, n: h.flatten().unflatten(0, (n, -1)), {"bidirectional": True}, "flatten", None),
}  # fmt: skip
APART = {
    "two": (lambda h, n: torch.cat([h[-2], h[-1]], 1), {"bidirectional": True}), "turned": (lambda h, n: h.transpose(0, 1).flatten(1), {"bidirectional": True}),
    "turned_back": (lambda h, n: h.view(-1, 24).view(2, n, 24).transpose(0, 1).reshape(n, -1), {"bidirectional": True}), "one": (lambda h, n: h.view(n, -1), {}),
    "last": (lambda h, n: h.view(3, 2, n, 24)[-1].permute(1, 0, 2).flatten(1), {"num_layers": 3, "bidirectional": True}),
}  # fmt: skip


@pytest.mark.parametrize("end, options, place, shape", TANGLED.values(), ids=TANGLED)
def test_a_view_that_puts_several_images_into_one_row_is_named_before_the_layer_behind_it(end, options, place, shape):
    torch.manual_seed(0)
    found = audit(**ready(stated(end, **options)[0])).findings
    assert [(one.layer, one.fault) for one in found] == [(place, "images mixed")], found
    assert not shape or f"whose input of {shape} has the images on axis 1" in found[0].evidence and "h.transpose(0, 1).flatten(1)" in found[0].remedy


@pytest.mark.parametrize("end, options", APART.values(), ids=APART)
def test_a_view_that_keeps_images_apart_is_sound(end, options):
    torch.manual_seed(0)
    report = audit(**ready(stated(end, **options)[0]))
    assert report.outcome == "sound" and MIXED not in str(report), str(report)


def leading(h):
    return h[0] if isinstance(h, tuple) else h


def test_the_remedy_for_a_view_of_steps_and_not_of_states_exchanges_the_axes():
    torch.manual_seed(0)
    for first in (nn.Linear(12, 8), nn.GRU(12, 8)):
        net = Net(lambda m, x: m.end(F.relu(leading(m.first(x.transpose(0, 1)))).reshape(64, -1)), first=first, end=nn.Linear(96, 10))
        report = audit(net, ROWS, Y)
        assert report.findings[0].layer == "reshape" and report.findings[0].remedy.startswith("`h.transpose(0, 1).flatten(1)`: the images first"), str(report)
