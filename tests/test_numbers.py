"""Numbers are printed by one rule: a mean with its interval where that says what it can, else the median and the range."""

import doctest

import numpy as np
import pytest

from evidence.engine import record
from evidence.readings import numbers
from evidence.readings.numbers import counted, over_seeds, percent


def test_the_examples_hold():
    assert doctest.testmod(numbers).failed == 0


@pytest.mark.parametrize("values, said", [
    ([0.961, 0.962, 0.963], "96.20 ± 0.25 %"),
    ([0.1135, 0.1135, 0.1135], "11.35 % in every seed"),
    ([0.0, 0.0], "0.00 % in every seed"),
    ([0.1135], "11.35 %"),  # one seed
    ([0.11, 0.95, 0.96, 0.94, 0.95], "95 % (median, from 11 to 96)"),  # one run stalled, the interval ends above 100 %
    ([0.0, 0.0, 0.0, 0.02], "0 % (median, from 0 to 2)"),
])  # fmt: skip
def test_shares_show_an_interval_or_the_runs(values, said):
    assert percent(np.array(values)) == said


def test_only_values_that_cannot_be_negative_lose_a_wide_interval():
    assert over_seeds(np.array([0.1, 2.0, 7.0])) == "2 (median, from 0.1 to 7)"
    assert over_seeds(np.array([-0.1, 2.0, 7.0])) == "3 ± 9"


def test_counts_that_fill_their_trials_keep_an_interval():
    assert counted(2000, 2000) == "100.00 % (99.82 to 100.00)"
    assert counted(0, 65) == "0.0 % (0.0 to 5.5)"


def test_cells_of_a_table_say_nothing_of_seeds():
    assert over_seeds(np.array([0.1135, 0.1135]), 100) == "11.35"


def test_placeholders_follow_the_same_rule():
    last = [[0.5, 0.148], [0.5, 0.097], [0.5, 0.288], [0.5, 0.417], [0.5, 0.470]]
    protocol = {"images": 54400, "batch_size": 64, "epochs": 2, "rate": 0.1, "hidden_layers": [2, 10, 30], "trained": {"adam": {"epochs": 6}}, "seeds": [0, 1, 2]}
    arms = record.Arms({"he": {"test_accuracy": np.array(last), "loss": np.full((5, 1), 2.0)}}, protocol, {})
    printed = numbers.numbers({"clipping": arms, "census": arms}, {}, {"clipping"})
    assert "census" not in printed and "census" in printed["protocol"]
    assert printed["clipping"]["he"]["test_accuracy"] == numbers.unbroken(percent(np.array(last)[:, -1]))
    assert printed["clipping"]["he"]["loss"] == "2.0000"
    said = {"images": "54,400", "batch_size": "64", "epochs": "2", "steps": "1,700", "rate": "0.1", "hidden_layers": "2, 10 and 30", "trained": {"adam": {"epochs": "6"}}, "seeds": "3"}
    assert printed["protocol"]["clipping"] == said


@pytest.mark.parametrize("value, said", [([0.00005, 0.0007, 0.01], "0.00005, 0.0007 and 0.01"), (1e-8, "1e-08"), (0.0001, "0.0001"), (1.0, "1.0")])
def test_rates_that_stand_side_by_side_are_written_alike(value, said):
    assert numbers.setting(value) == said
