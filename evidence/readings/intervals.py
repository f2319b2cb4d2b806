"""Means with 95 % intervals, for values measured once per seed, and shares with theirs, for what is counted."""

from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv, stdtrit  # quantiles; scipy.stats has them too and takes a second to import


class Interval(NamedTuple):
    """A mean over seeds and its 95 % interval, in the unit of the values."""

    mean: float
    half: float  # half the width

    @property
    def low(self):
        return self.mean - self.half

    @property
    def high(self):
        return self.mean + self.half

    @property
    def holds_zero(self):
        return self.low <= 0 <= self.high


def interval(values, comparisons=1):
    """Student's t interval of the mean of independent values.

    values: (seeds,) or (seeds, epochs) float, reduced over seeds. With `comparisons` m > 1 each interval is at
    level 1 - 0.05 / m, so that all m hold together with probability 0.95 (Bonferroni).
    Raises ValueError for fewer than two seeds.
    Source: Student 1908, "The probable error of a mean", Biometrika 6(1).
    """
    values = np.asarray(values, float)
    if len(values) < 2:
        raise ValueError("an interval needs at least two seeds")
    quantile = stdtrit(len(values) - 1, 1 - 0.025 / comparisons)
    return Interval(values.mean(0), quantile * values.std(0, ddof=1) / np.sqrt(len(values)))


def paired_difference(values, reference, comparisons=1):
    """Interval of the mean of values - reference, both (seeds,), seed s of one beside seed s of the other.

    Arms of one seed see the same batches, so what they share cancels; see `interval` for `comparisons`.
    """
    return interval(np.asarray(values, float) - np.asarray(reference, float), comparisons)


class Share(NamedTuple):
    """What share of the trials was a hit, and the ends of its interval, as fractions."""

    mean: float
    low: float
    high: float


def share(hits, of, comparisons=1):
    """The exact 95 % interval of a probability that `hits` of so many independent trials estimate.

    Student's interval is wrong for few hits: it reaches below zero, and has no width where all seeds hit equally often.
    Here each end is the probability under which so many hits, or so few, come up in 2.5 of 100 repetitions. See
    `interval` for `comparisons`. Raises ValueError if there are no trials, or more hits than trials.
    Source: Clopper and Pearson 1934, "The use of confidence or fiducial limits", Biometrika 26(4).
    """
    if not 0 <= hits <= of or of < 1:
        raise ValueError(f"{hits} of {of} is no share")
    tail = 0.025 / comparisons
    low = betaincinv(hits, of - hits + 1, tail) if hits else 0.0
    high = betaincinv(hits + 1, of - hits, 1 - tail) if hits < of else 1.0
    return Share(hits / of, float(low), float(high))
