"""Intervals agree with scipy's own tests, and cover as often as they say."""

import numpy as np
import pytest
from scipy import stats

from evidence.readings.intervals import interval, paired_difference, share

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


@pytest.mark.parametrize("hits, of", [(0, 7), (1, 7), (7, 7), (2, 2000), (1889, 2000), (2000, 2000)])
@pytest.mark.parametrize("comparisons", [1, 3])
def test_a_share_has_scipys_exact_interval(hits, of, comparisons):
    low, high = stats.binomtest(hits, of).proportion_ci(1 - 0.05 / comparisons, method="exact")
    assert share(hits, of, comparisons) == pytest.approx((hits / of, low, high))


def test_no_hit_and_nothing_but_hits_leave_one_end_open():
    # all of n trials are hits with probability low ** n, which is 2.5 in 100 at the lower end
    assert share(0, 50) == pytest.approx((0, 0, 1 - 0.025 ** (1 / 50)))
    assert share(50, 50) == pytest.approx((1, 0.025 ** (1 / 50), 1))


def test_the_interval_of_a_share_covers_at_least_as_often_as_it_says():
    found = [share(hits, 200) for hits in RNG.binomial(200, 0.005, 2000)]
    assert np.mean([each.low <= 0.005 <= each.high for each in found]) > 0.94


@pytest.mark.parametrize("hits, of", [(-1, 5), (6, 5), (0, 0)])
def test_a_share_of_no_trials_or_with_more_hits_than_trials_is_refused(hits, of):
    with pytest.raises(ValueError, match="is no share"):
        share(hits, of)
