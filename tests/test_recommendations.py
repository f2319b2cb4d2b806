"""Every row of the five-minute answer runs as it stands, says the same in both frameworks, and rests on what it names."""

import re

import keras
import numpy as np
import pytest

from evidence.checks.replicate import Watched
from evidence.engine import record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from evidence.readings import claim
from evidence.readings.budget import derived
from evidence.readings.recommendations import FIRST, OTHERS, Seen
from evidence.tables import answer

ROWS = FIRST + OTHERS
CLAIMS = {one.name: one for one in claim.collect()}
SLOPE, UNITS = 0.2, 400
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.layer)
each_seen = pytest.mark.parametrize("one", sorted({one for row in ROWS for one in row.seen}), ids=lambda one: one.claim)


@pytest.fixture(scope="module")
def runs(request):
    return record.runs(request.config.getoption("--results") or record.RESULTS)


def code(cell):
    """The pieces of code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def drawn_by_keras(piece):
    """The kernel that a Keras cell draws, None if the cell is a layer, which is built and called."""
    words = {"VarianceScaling": keras.initializers.VarianceScaling, "a": SLOPE, "units": 8, "words": 10}
    words |= {name: getattr(keras.layers, name) for name in ("LSTM", "GRU", "Embedding")}
    found = eval(piece, words)
    if isinstance(found, keras.layers.Layer):
        found(np.zeros((1, 3) if isinstance(found, keras.layers.Embedding) else (1, 3, 4), "float32"))
        return None
    layer = keras.layers.Dense(UNITS, kernel_initializer=found)
    layer.build((None, UNITS))
    return layer.kernel.numpy()


def drawn_by_torch(pieces, layer):
    """The weight that the PyTorch cell leaves, None if it is about a layer of its own, which is started and called."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    w = torch.full((UNITS, UNITS), 7.0)
    rnn = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}.get(layer, torch.nn.Identity)(4, 8)
    words = vars(torch.nn.init) | {"w": w, "n": UNITS, "a": SLOPE, "rnn": rnn, "h": 8}
    before = [weight.clone() for weight in rnn.parameters()]
    for piece in pieces:
        exec(piece, words)
    if before:
        rnn(torch.zeros(3, 1, 4))
        assert any(not torch.equal(old, new) for old, new in zip(before, rnn.parameters(), strict=True)), "the code changes nothing"
        return None
    return w.numpy()


@each_row
def test_the_keras_cell_runs(row):
    assert code(row.keras) or row.keras in ("nothing", "as without")
    for piece in code(row.keras):
        drawn_by_keras(piece)


@each_row
def test_the_torch_cell_runs(row):
    assert code(row.torch) or row.torch in ("nothing", "as without")
    drawn_by_torch(code(row.torch), row.layer)


@each_row
def test_both_frameworks_draw_one_variance(row):
    if not (code(row.keras) and code(row.torch)):
        return
    keras.utils.set_random_seed(0)
    ours, theirs = drawn_by_keras(code(row.keras)[0]), drawn_by_torch(code(row.torch), row.layer)
    if ours is not None and theirs is not None:
        assert abs(ours.std() - theirs.std()) <= 0.02 * theirs.std() and abs(ours.mean()) < 0.01


def test_a_recurrent_cell_of_pytorch_starts_as_keras_does():
    torch = pytest.importorskip("torch")
    rnn, (lstm, gru) = {"LSTM": torch.nn.LSTM(4, 8), "GRU": torch.nn.GRU(4, 8)}, (row for row in OTHERS if row.layer in ("LSTM", "GRU"))
    for row in (lstm, gru):
        names = vars(torch.nn.init) | {"rnn": rnn[row.layer], "h": 8}
        for piece in code(row.torch):
            exec(piece, names)
    forget = torch.zeros(32)
    forget[8:16] = 1  # the second of PyTorch's gates
    for cell, bias in ((rnn["LSTM"], forget), (rnn["GRU"], torch.zeros(24))):
        recurrent, inputs = cell.weight_hh_l0, cell.weight_ih_l0
        assert torch.allclose(recurrent.T @ recurrent, torch.eye(8), atol=1e-5)  # as Keras: all gates together
        limit = (6 / sum(inputs.shape)) ** 0.5
        assert 0.9 * limit < inputs.abs().max() <= limit  # Glorot uniform, the fan-out over all gates
        assert (cell.bias_ih_l0 + cell.bias_hh_l0 == bias).all()


@each_seen
def test_the_claim_that_carries_a_row_exists(one):
    assert one.claim in CLAIMS, f"no claim is called {one.claim}"


@each_seen
def test_what_a_row_was_seen_on_is_an_experiment_that_its_claim_reads(one, runs):
    watched = Watched(runs)
    CLAIMS[one.claim].sentence(watched)
    assert one.experiment in watched.read
    assert "{" not in answer.on(one, runs)


@each_seen
def test_a_row_says_for_how_many_steps_was_trained(one, runs):
    protocol = runs[one.experiment].protocol
    if any(name.endswith("steps") for name in derived(protocol)) or isinstance(protocol.get("steps"), int):
        assert re.search(r"\d steps", answer.on(one, runs))


@each_row
def test_a_row_names_what_carries_it_or_is_a_derivation(row, runs):
    printed = answer.seen(row, runs)
    assert (printed == "derivation") == (not row.seen)
    assert printed.count("](generated/claims/") == len(row.seen)


def test_a_row_on_an_experiment_that_nobody_made_is_found(runs):
    with pytest.raises(KeyError, match="no_such"):
        answer.on(Seen("constants_hold_in_a_wide_layer", "no_such", "dense layers"), runs)


def test_a_claim_that_nobody_made_is_found():
    with pytest.raises(Problem, match="no_such_claim"):
        answer.address("no_such_claim")


def test_the_page_shows_all_four_tables_and_types_none():
    page = (ROOT / "docs/answer.md").read_text()
    table = answer.table(record.runs())
    names = re.findall(r"\[start:(\w+)\]", table)
    assert names == re.findall(r'--8<-- "docs/generated/answer-table\.md:(\w+)"', page) == ["first_keras", "first_torch", "others_keras", "others_torch"]
    assert "| `" not in page
