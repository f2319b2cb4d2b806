"""The networks that `make bench` times are one network in Keras and in PyTorch, and what it records is printed as ratios."""

import json

import numpy as np
import pytest

from evidence.bench import kinds, speed
from evidence.engine import freshness
from evidence.problem import Problem
from evidence.tables import speed_of_kinds

each_kind = pytest.mark.parametrize("kind", kinds.SHAPES)


def as_torch(kind, weights):
    """The weights of the Keras model in the order and the form of the module's parameters."""
    weights = list(weights)
    if kind == "recurrent":
        kernel, recurrent, bias, out, shift = weights
        return [kernel.T, recurrent.T, bias, 0 * bias, out.T, shift]  # PyTorch adds a second bias
    if kind == "convolution":
        return [w.T if w.ndim == 2 else w.transpose(3, 2, 0, 1) if w.ndim == 4 else w for w in weights]

    def take(count):
        return [weights.pop(0) for _ in range(count)]

    def dense():
        kernel, bias = take(2)
        return [kernel.T, bias]

    def block():
        first, heads, (out, bias), second = take(2), take(6), take(2), take(2)
        query_key_value = np.concatenate([kernel.reshape(32, 32).T for kernel in heads[::2]])
        biases = np.concatenate([one.ravel() for one in heads[1::2]])
        return [*first, *second, query_key_value, biases, out.reshape(32, 32).T, bias, *dense(), *dense()]

    return [*dense(), *block(), *block(), *take(2), *dense()]


@pytest.mark.needs("torch")
@each_kind
def test_the_two_networks_answer_alike_from_the_same_weights(kind):
    import torch

    made, module = kinds.keras_network(kind), kinds.torch_network(kind)
    rng = np.random.default_rng(0)
    made.set_weights([rng.normal(0, 0.2, w.shape) for w in made.get_weights()])
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), as_torch(kind, made.get_weights()), strict=True):
            parameter.copy_(torch.tensor(np.ascontiguousarray(value)))
        x = rng.random((5, *kinds.SHAPES[kind]), "float32")
        np.testing.assert_allclose(module(torch.tensor(x)), made(x), rtol=1e-4, atol=1e-4)


@pytest.mark.needs("torch")
def test_every_contender_trains_the_network_and_each_repeat_is_timed(monkeypatch):
    monkeypatch.setattr(kinds, "SHAPES", {"recurrent": kinds.SHAPES["recurrent"]})
    found = kinds.measure(repeats=2, steps=2, say=lambda *_, **__: None)["recurrent"]
    assert found.keys() == {"keras.fit", "built.Trainer", "PyTorch"} and all(len(times) == 2 for times in found.values())


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "bench.json"
    path.write_text(speed.RECORD.read_text())
    times = {"keras.fit": [6.0, 9.0, 8.0], "built.Trainer": [3.0, 3.0, 4.0], "PyTorch": [2.0, 3.0, 4.0]}
    speed.write_kinds(dict.fromkeys(kinds.SHAPES, times), path)
    return path


def test_kinds_are_recorded_beside_the_rest_and_printed_as_ratios_within_a_repeat(recorded):
    before, after = (json.loads(path.read_text()) for path in (speed.RECORD, recorded))
    assert {name: part for name, part in after.items() if name != "kinds"} == {name: part for name, part in before.items() if name != "kinds"}
    printed = speed.printed(speed.read(recorded))["kinds"]["recurrent"]
    assert printed == {"keras_fit": "2.0 (2.0 to 3.0)", "PyTorch": "1.0 (0.7 to 1.0)", "milliseconds": "3.0"}


def test_another_run_of_the_rest_leaves_the_kinds(recorded):
    result = json.loads(recorded.read_text())
    speed.replace(result | {"rows": {}}, recorded)
    assert json.loads(recorded.read_text())["kinds"] == result["kinds"]


def test_a_record_without_the_kinds_is_not_printed(recorded):
    result = json.loads(recorded.read_text())
    recorded.write_text(json.dumps({name: part for name, part in result.items() if name != "kinds"}))
    with pytest.raises(Problem, match="make bench"):
        speed.read(recorded)


def test_the_table_has_a_row_for_each_kind():
    assert speed_of_kinds.LABELS.keys() == kinds.SHAPES.keys()
    rows = speed_of_kinds.table(None).splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == list(speed_of_kinds.LABELS.values())


def test_the_recorded_kinds_are_of_the_programs_as_they_are():
    found = speed.read()["kinds"]
    assert found["inputs"] == speed.inputs(speed.KINDS), "a program that was timed has changed; run: make bench"
    assert {name: freshness.pin(name) for name in found["versions"]} == found["versions"]
