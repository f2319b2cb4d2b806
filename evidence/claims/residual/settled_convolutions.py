"""Claims of the chapter Residual networks: on residual convolutions, followed for more than their first steps."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, instead
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import median_and_range, points, spelled
from evidence.readings.settled import SETTLED

NAME = "settled_residual_convolutions"
EARLY = 0  # the first point of a curve, after as many steps as residual_convolutions takes


def accuracy(runs, start):
    """Test accuracy at a start's best rate, (seeds, points)."""
    return rates.best(runs[NAME], start)["test_accuracy"]


def lead(runs, start, other, point):
    """What a start is ahead of another after the steps of a point, an interval."""
    return paired_difference(accuracy(runs, start)[:, point], accuracy(runs, other)[:, point])


def budget(runs):
    """Steps of the first and the last point, and what a step sees."""
    protocol = runs[NAME].protocol
    return {"early": protocol["steps"][EARLY], "steps": f"{protocol['steps'][-1]:,}", "batch": protocol["batch_size"], "blocks": spelled(protocol["blocks"])}


def moved(runs, start, other):
    """By how much a lead changed in the last stretch of steps."""
    return abs(lead(runs, start, other, -1).mean - lead(runs, start, other, -2).mean)


@claim(refuted_by=instead(NAME, "he", "zero_last"))
def plain_convolutions_start_late(runs):
    """After {early} steps of SGD with {batch} images each, {blocks} plain He blocks are at {he_early}, after {steps} steps at {he}, each the median and the range of the seeds. All of them are then
    below each seed with a last kernel of zero, which are at {zero_last}."""
    he, zero_last = (accuracy(runs, start) for start in ("he", "zero_last"))
    assert np.median(he[:, -1]) > np.median(he[:, EARLY]) + 0.2 and he[:, -1].max() < zero_last[:, -1].min()
    return budget(runs) | {"he_early": median_and_range(he[:, EARLY]), "he": median_and_range(he[:, -1]), "zero_last": median_and_range(zero_last[:, -1])}


@claim(refuted_by=instead(NAME, "normalized", "he"))
def the_lead_of_a_last_gamma_of_zero_does_not_last(runs):
    """With batch normalization, a last γ that starts at zero is {gain} percentage points from one that starts at one after {steps} steps, each at its best rate; in the last {stretch} of these
    that moved by less than two points."""
    gain = lead(runs, "zero_gamma", "normalized", -1)
    assert abs(gain.mean) < SETTLED and moved(runs, "zero_gamma", "normalized") < SETTLED
    before, last = runs[NAME].protocol["steps"][-2:]
    return budget(runs) | {"gain": points(gain), "stretch": last - before}


@claim(refuted_by=instead(NAME, "zero_last", "he"))
def a_last_kernel_of_zero_ends_beside_normalization(runs):
    """Without any normalization, a last kernel of zero is then {one} percentage points from batch normalization with a last γ of one, and {zero} from one with a last γ of zero."""
    gaps = {name: lead(runs, "zero_last", start, -1) for name, start in (("one", "normalized"), ("zero", "zero_gamma"))}
    assert all(abs(gap.mean) < SETTLED for gap in gaps.values()) and max(moved(runs, "zero_last", start) for start in ("normalized", "zero_gamma")) < SETTLED
    return {name: points(gap) for name, gap in gaps.items()}
