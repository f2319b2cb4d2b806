"""Fresh numbers agree with committed ones when only the seeds' noise is between them, and not otherwise."""

import json
import shutil

import numpy as np
import pytest

from evidence.engine import record
from evidence.engine.compare import agree, compare
from evidence.problem import Problem

RNG = np.random.default_rng(0)


def test_two_samples_of_one_experiment_agree():
    assert np.mean([agree(*RNG.normal(0.977, 0.001, (2, 10))) for _ in range(2000)]) > 0.999


def test_a_shift_of_three_standard_deviations_is_noticed():
    before, after = RNG.normal(0.977, 0.001, (2, 10))
    assert not agree(before, after - 0.004)


def test_exact_values_must_repeat():
    assert agree(np.full(5, 0.1135), np.full(5, 0.1135))
    assert not agree(np.full(5, 0.1135), np.full(5, 0.1140))


def test_nan_agrees_only_with_nan():
    nan = np.full(5, np.nan)
    assert agree(nan, nan)
    assert not agree(nan, np.ones(5))


def test_one_seed_more_that_diverged_agrees_and_the_others_must_repeat():
    some, more = np.array([np.nan, np.nan, np.nan, 2.30, 2.31]), np.array([np.nan, np.nan, np.nan, np.nan, 2.30])
    assert agree(some, more) and agree(more, some)
    assert agree(np.array([2.29, 2.30, 2.31]), np.array([np.nan, 2.30, 2.31]))
    assert not agree(some, np.array([np.nan, np.nan, np.nan, 2.10, 2.11]))


@pytest.mark.parametrize("lost, same", [(0, True), (1, True), (4, False), (5, False)])
def test_most_seeds_lost_where_none_was_is_noticed(lost, same):
    before = np.array([2.29, 2.30, 2.31, 2.30, 2.32])
    after = np.where(np.arange(5) < lost, np.nan, before)
    assert agree(before, after) is same and agree(after, before) is same


@pytest.mark.parametrize("stalled, same", [(0, True), (1, True), (2, True), (4, False), (5, False)])
def test_most_seeds_stalled_where_none_was_is_noticed(stalled, same):
    before = np.array([0.95, 0.96, 0.94, 0.95, 0.96])
    after = np.where(np.arange(5) < stalled, 0.11, before)
    assert agree(before, after) is same and agree(after, before) is same


def test_what_stalled_networks_answer_may_change():
    assert agree(np.full(5, 0.117), np.array([0.117, 0.097, 0.1025, 0.1025, 0.1025]))


def test_heavy_tails_agree_and_hide_no_other_size():
    many, more = np.exp(RNG.normal(0, 3, (2, 500, 10)))
    assert np.mean([agree(*both) for both in zip(many, more, strict=True)]) > 0.99
    assert not any(agree(one, 1e9 * one) for one in many)


def test_rounding_of_another_size_agrees():
    assert agree(np.array([1e-17, 3e-17, 2e-17, 1e-17, 5e-17]), np.array([2e-9, 1e-9, 4e-9, 3e-9, 0.0]))


def test_the_committed_results_agree_with_themselves():
    compare(record.RESULTS, say=lambda line: None)


@pytest.fixture
def both(tmp_path):
    """A folder of fresh results and one of committed ones, with the same two in them."""
    folders = tmp_path / "fresh", tmp_path / "committed"
    for folder in folders:
        folder.mkdir()
        for name in ("mnist_shootout", "zero_start"):
            shutil.copy(record.RESULTS / f"{name}.json", folder)
    return folders


def test_swapped_arms_are_named(both):
    path = both[0] / "mnist_shootout.json"
    result = json.loads(path.read_text())
    runs = result["runs"]
    runs["zeros"], runs["he_normal"] = runs["he_normal"], runs["zeros"]
    record.write(result, path)  # sealed anew, as a measurement would
    with pytest.raises(Problem, match="mnist_shootout.he_normal.test_accuracy"):
        compare(*both, say=lambda line: None)


def test_a_result_that_was_not_measured_afresh_is_named(both):
    (both[0] / "zero_start.json").unlink()
    with pytest.raises(Problem, match="zero_start is in one folder only"):
        compare(*both, say=lambda line: None)


def test_a_folder_without_results_is_one_sentence(tmp_path):
    with pytest.raises(Problem, match="There are no results in .*; run: make fresh"):
        compare(tmp_path)
