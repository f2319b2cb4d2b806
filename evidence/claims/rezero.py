"""Claims of the page ReZero and SkipInit."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import percent, word


def steps(runs):
    """How many steps the networks of residual_starts train."""
    return runs["residual_starts"].protocol["training"]["steps"]


def accuracy(runs, start, optimizer, rate):
    """Test accuracy after the last step, (seeds,)."""
    return runs["residual_starts"][f"{start}_{optimizer}_{rate}"]["test_accuracy"][:, -1]


def lost(runs, start, optimizer, rate):
    """Whether the loss of the last step is no finite number, (seeds,)."""
    return np.isnan(runs["residual_starts"][f"{start}_{optimizer}_{rate}"]["loss"][:, -1])


@claim(refuted_by=swap("residual_starts", "rezero", "residual_scale"))
def rezero_starts_as_the_identity(runs):
    """Before training, {blocks} blocks behind an α of zero change the mean square of the stream by less than one part in a million,
    in all {seeds} seeds."""
    rezero = runs["residual_starts"]["rezero"]
    assert np.abs(2 ** rezero["log2_growth"] - 1).max() < 1e-6  # the mean is rounded, the stream is not: see tests/test_rezero.py
    return {"blocks": int(rezero["blocks"][0, -1]), "seeds": word(len(rezero["blocks"]))}


@claim(refuted_by=swap("residual_starts", "he_normal_sgd_0.0001", "residual_scale_sgd_0.0001"))
def he_blocks_overflow_with_sgd(runs):
    """With SGD, plain He ends in NaN at each of {count} rates from {slowest} to {fastest}, in all {seeds} seeds; ReZero reaches {rezero} at its best, {rate}."""
    arms = runs["residual_starts"]
    grid = list(rates.grid(arms, "he_normal_sgd"))
    best = rates.best_rate(arms, "rezero_sgd")
    assert all(lost(runs, "he_normal", "sgd", rate).all() for rate in grid)
    assert accuracy(runs, "rezero", "sgd", best).mean() > 0.6
    named = {"seeds": word(len(lost(runs, "rezero", "sgd", best))), "rezero": percent(accuracy(runs, "rezero", "sgd", best))}
    return named | {"count": word(len(grid)), "slowest": f"{grid[0]:g}", "fastest": f"{grid[-1]:g}", "rate": f"{best:g}"}


@claim(refuted_by=swap_grids("residual_starts", "rezero_adam", "he_normal_adam"))
def adam_does_not_save_he_blocks(runs):
    """With Adam, each at its best of {count} rates, plain He has a test accuracy of {he} after {steps} steps, and ReZero has {rezero}."""
    arms = runs["residual_starts"]
    he, rezero = (rates.reached(arms, f"{start}_adam") for start in ("he_normal", "rezero"))
    assert paired_difference(rezero, he).low > 0.3
    return {"count": word(len(rates.grid(arms, "he_normal_adam"))), "steps": steps(runs), "he": percent(he), "rezero": percent(rezero)}


@claim(refuted_by=swap("residual_starts", "rezero_sgd_0.1", "residual_scale_sgd_0.1"))
def rezero_stands_a_larger_rate(runs):
    """With SGD at a rate of {rate}, ReZero reaches {rezero} in these {steps} steps, and more than a half in every seed. With division by √N
    not every seed trains there: {lost} of {seeds} stayed at chance; at {slower} it reaches {reached}."""
    rate, slower = 0.1, rates.best_rate(runs["residual_starts"], "residual_scale_sgd")
    scaled, rezero = (accuracy(runs, start, "sgd", rate) for start in ("residual_scale", "rezero"))
    assert rezero.min() > 0.5 and scaled.min() < 0.2 and slower < rate
    named = {"rezero": percent(rezero), "reached": percent(accuracy(runs, "residual_scale", "sgd", slower))}
    named |= {"lost": word(int((scaled < 0.2).sum())), "seeds": word(len(scaled))}
    return named | {"rate": f"{rate:g}", "slower": f"{slower:g}", "steps": steps(runs)}


@claim(refuted_by=swap("residual_starts", "rezero_adam_0.0001", "rezero_adam_0.001"))
def rezero_wakes_slowly(runs):
    """At small rates ReZero is behind: with Adam at {rate} it has {rezero} after {steps} steps, where division by √N has {scaled}."""
    rate = 0.0001
    scaled, rezero = (accuracy(runs, start, "adam", rate) for start in ("residual_scale", "rezero"))
    assert paired_difference(scaled, rezero).low > 0
    return {"rate": f"{rate:g}", "rezero": percent(rezero), "scaled": percent(scaled), "steps": steps(runs)}
