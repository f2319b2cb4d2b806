"""Slack grows with the distance of a check from failing, in the units in which re-measurements differ."""

import math
import shutil
import sys

import numpy as np
import pytest

from evidence.__main__ import main
from evidence.checks import slack
from evidence.engine import record
from evidence.readings import claim as claims
from evidence.readings.claim import Claim

RNG = np.random.default_rng(0)
ONE, OTHER = RNG.normal(0, 1, (2, 10, 1))
RUNS = {"an_experiment": record.Arms({
    "one": {"loss": ONE - ONE.mean(), "test_accuracy": RNG.uniform(0.95, 1, (10, 3)), "gradient": np.exp(3 * OTHER)},
    "other": {"loss": ONE - ONE.mean() - 2, "rate": np.full((10, 1), 0.1), "learned": np.repeat([0.0, 1.0], 5)[:, None]},
}, {"steps": 80}, {})}  # fmt: skip
ERROR = ONE.std(ddof=1) / math.sqrt(10)  # of the mean loss, which is 0


def quantity(runs, arm, name):
    return runs["an_experiment"][arm][name]


def resampled(monkeypatch, draws, much, runs=RUNS):
    monkeypatch.setattr(slack, "DRAWS", draws)
    return slack.resampled(runs, much)


def claim(holds):
    def check(runs):
        assert holds(runs)

    return Claim(check, lambda runs: None, "a_chapter")


def found(*checks):
    claims = [claim(one) for one in checks]
    slacks = slack.slacks(claims, RUNS)
    return [slacks[one].slack for one in claims]


def below(errors):
    return lambda runs: quantity(runs, "one", "loss").mean() < errors * ERROR


def test_slack_grows_with_the_distance_in_standard_errors():
    near, far, further = found(below(0.5), below(4), below(12))
    assert near < slack.NEED < far < further


def test_a_check_four_errors_away_survives_as_many_errors_as_stay_below_it_in_95_of_100_draws():
    assert found(below(4)) == [2]  # 1.645 · 2 < 4 < 1.645 · 3


def test_a_refuted_claim_has_no_slack_at_all():
    assert found(below(-1)) == [slack.REFUTED]


def test_what_reads_nothing_that_moves_is_exact():
    exact, moving = found(lambda runs: quantity(runs, "other", "rate").max() <= 0.1, lambda runs: np.isfinite(quantity(runs, "one", "loss")).all())
    assert exact == slack.EXACT and moving == slack.LAMBDAS[-1]


def test_an_error_on_moved_runs_is_no_pass():
    recorded = quantity(RUNS, "one", "loss")
    only_there = lambda runs: {True: True}[np.array_equal(quantity(runs, "one", "loss"), recorded)]  # elsewhere a KeyError
    assert found(only_there) == [0]


def test_a_check_may_ask_the_protocol():
    assert found(lambda runs: runs["an_experiment"].protocol["steps"] == 80) == [slack.EXACT]


def test_means_move_as_far_as_two_measurements_differ(monkeypatch):
    means = [quantity(moved, "one", "loss").mean() for moved in resampled(monkeypatch, 400, slack.NEED)]
    assert np.std(means) == pytest.approx(math.sqrt(2) * ERROR, rel=0.15)


@pytest.mark.parametrize("much", [0.5, 3, 12])
def test_arms_stay_paired_and_values_possible(monkeypatch, much):
    for moved in resampled(monkeypatch, 20, much):
        assert np.ptp(quantity(moved, "one", "loss") - quantity(moved, "other", "loss")) < 1e-9
        assert 0 <= quantity(moved, "one", "test_accuracy").min() and quantity(moved, "one", "test_accuracy").max() <= 1
        assert quantity(moved, "one", "gradient").min() > 0
        assert set(quantity(moved, "other", "learned").flat) <= {0, 1}


def test_nan_and_numbers_change_places_whole(monkeypatch):
    runs = {"an_experiment": record.Arms({"one": {"loss": np.array([[np.nan], [1.0], [2.0], [3.0], [np.nan]])}}, {}, {})}
    rows = [quantity(moved, "one", "loss")[:, 0] for moved in resampled(monkeypatch, 40, 1, runs)]
    assert {int(np.isnan(row).sum()) for row in rows} > {1, 2, 3}


def test_the_order_is_the_same_each_time():
    checks = [claim(below(errors)) for errors in (0.5, 4, 12)]
    assert slack.slacks(checks, RUNS) == slack.slacks(checks, RUNS)


def test_the_list_begins_with_what_is_nearest_to_failing(monkeypatch):
    monkeypatch.setattr(slack, "DRAWS", 1)  # enough to sort by
    some = [one for one in claims.collect() if one.chapter != "census"][::17]  # whose four thousand quantities take as long as all others
    monkeypatch.setattr(claims, "collect", lambda: some)
    said = []
    slack.show(say=said.append)
    title, *rows, summary = said
    shares = [row.split()[0] for row in rows]
    order = ["refuted", "<0.5", "0.5", "1", "√2", "2", "3", "4", "6", "8", "≥12", "exact"]
    assert shares == sorted(shares, key=order.index) and len(set(shares)) > 5
    assert len(rows) == len(some) and f"of {len(rows)} claims" in summary


def test_a_missing_result_is_named_in_one_sentence(tmp_path, monkeypatch, capsys):
    for path in record.RESULTS.glob("*.json"):
        shutil.copy(path, tmp_path)
    (tmp_path / "zero_start.json").unlink()
    monkeypatch.setattr(slack, "DRAWS", 3)  # a list made in spite of it is soon made
    monkeypatch.setattr(sys, "argv", ["evidence", "claims", "--results", str(tmp_path)])
    assert main() == 1
    assert capsys.readouterr() == ("", "zero_start has no recorded result; run: python -m evidence measure zero_start\n")
