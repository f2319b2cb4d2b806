"""A result is written whole and valid, or not at all."""

import json

import numpy as np
import pytest

from evidence import mnist
from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem

RESULTS = sorted((ROOT / "evidence/results").glob("*.json"))


def result(**changes):
    return {
        "experiment": "toy",
        "protocol": {"question": "Does it record?", "seeds": [0, 1]},
        "data": {"name": "MNIST", "sha256": mnist.SHA256},
        "versions": {"numpy": "1"},
        "inputs": {"evidence/experiments/toy.py": "0" * 64},
        "runs": {"arm": {"loss": [[1 / 3, float("nan")], [2e-9, 123456.78]]}},
    } | changes


def test_every_experiment_has_its_result_and_no_other_is_there():
    assert [path.stem for path in RESULTS] == freshness.experiments()


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_a_committed_result_is_valid_sorted_small_and_written_by_us(path, tmp_path):
    record.write(json.loads(path.read_text()), tmp_path / path.name)
    assert (tmp_path / path.name).read_text() == path.read_text()
    assert path.stat().st_size < record.LARGEST


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_two_arms_of_a_committed_result_cannot_be_exchanged_unseen(path, tmp_path):
    recorded = json.loads(path.read_text())
    runs, arms = recorded["runs"], sorted(recorded["runs"])
    pairs = [(a, b) for a, b in zip(arms, arms[1:]) if runs[a] != runs[b]]
    assert pairs or len(arms) == 1
    exchanged = [recorded | {"runs": runs | {a: runs[b], b: runs[a]}} for a, b in pairs[:5]]
    assert recorded["sha256"] not in map(record.seal, exchanged)
    for one in exchanged[:1]:
        (tmp_path / path.name).write_text(json.dumps(one))
        with pytest.raises(Problem, match="does not hold what was recorded"):
            record.read(path.stem, tmp_path)


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_no_setting_of_a_committed_protocol_can_be_changed_unseen(path, tmp_path):
    recorded = json.loads(path.read_text())
    for setting in recorded["protocol"]:
        changed = recorded | {"protocol": recorded["protocol"] | {setting: "altered"}}
        assert record.seal(changed) != recorded["sha256"], setting


def test_numbers_keep_six_digits_and_nan_survives(tmp_path):
    record.write(result(), tmp_path / "toy.json")
    assert json.loads((tmp_path / "toy.json").read_text())["runs"]["arm"]["loss"] == [[0.333333, None], [2e-9, 123457.0]]
    assert np.isnan(record.read("toy", tmp_path)["runs"]["arm"]["loss"][0, 1])


@pytest.mark.parametrize(
    "broken",
    [
        {"runs": {}},
        {"runs": {"arm": {"loss": [1.0, 2.0]}}},
        {"runs": {"arm": {"loss": [[1.0]]}}},
        {"inputs": {}},
        {"duration": 3},
        {"experiment": "other"},
        {"versions": {"numpy": 1}},
        {"protocol": {"seeds": [0, 1]}},
        {"data": {"name": "digits", "sha256": mnist.SHA256}},
        {"runs": {"arm": {"loss": [[float("inf")], [1.0]]}}},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_an_invalid_result_is_refused_and_the_old_one_stays(tmp_path, broken):
    record.write(result(), tmp_path / "toy.json")
    before = (tmp_path / "toy.json").read_text()
    with pytest.raises(Problem):
        record.write(result(**broken), tmp_path / "toy.json")
    assert [path.name for path in tmp_path.iterdir()] == ["toy.json"]
    assert (tmp_path / "toy.json").read_text() == before


def test_an_overlong_result_is_refused(tmp_path):
    with pytest.raises(Problem, match="over 1,000,000"):
        record.write(result(runs={"arm": {"loss": np.random.rand(2, 100_000)}}), tmp_path / "toy.json")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"experiment": "toy"}'])
def test_a_corrupt_result_is_one_sentence(tmp_path, text):
    (tmp_path / "toy.json").write_text(text)
    with pytest.raises(Problem, match="toy.json"):
        record.read("toy", tmp_path)


def test_what_is_missing_in_the_replication_says_how_to_replicate(tmp_path):
    with pytest.raises(Problem, match="no recorded result; run: python -m evidence replicate"):
        record.read_every(tmp_path / "replication")


def test_a_missing_result_says_how_to_measure_it(tmp_path):
    with pytest.raises(Problem, match="run: python -m evidence measure toy"):
        record.read("toy", tmp_path)
