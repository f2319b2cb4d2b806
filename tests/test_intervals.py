"""Intervals agree with scipy's own tests, and cover as often as they say."""

import numpy as np
import pytest
from scipy import stats

from evidence.intervals import interval, paired_difference

RNG = np.random.default_rng(0)


def test_an_interval_is_scipys_t_interval():
    values = RNG.normal(3, 2, 10)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (interval(values).low, interval(values).high) == pytest.approx((low, high))


def test_a_paired_difference_is_scipys_paired_test():
    a, b = RNG.normal(size=(2, 8))
    low, high = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (paired_difference(a, b).low, paired_difference(a, b).high) == pytest.approx((low, high))


def test_simultaneous_intervals_hold_together_95_times_in_100():
    draws = RNG.normal(size=(2000, 10, 13))  # trials, seeds, comparisons
    together = [interval(trial, comparisons=13) for trial in draws]
    held = np.mean([np.all((each.low <= 0) & (each.high >= 0)) for each in together])
    assert 0.94 < held < 0.97


def test_one_seed_has_no_interval():
    with pytest.raises(ValueError, match="at least two seeds"):
        interval([1.0])
