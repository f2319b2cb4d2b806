"""Claims of the page ReZero and SkipInit."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import percent, word

RATES = {"sgd": [0.0001, 0.01, 0.1], "adam": [0.0001, 0.001, 0.01]}


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
    """With SGD, plain He ends in NaN at rates of {rates}, in all {seeds} seeds; with ReZero no run does."""
    for rate in RATES["sgd"]:
        assert lost(runs, "he_normal", "sgd", rate).all() and not lost(runs, "rezero", "sgd", rate).any()
    seeds = word(len(lost(runs, "rezero", "sgd", 0.1)))
    *smaller, largest = (f"{rate:g}" for rate in RATES["sgd"])
    return {"rates": f"{', '.join(smaller)} and {largest}", "seeds": seeds}


@claim(refuted_by=swap("residual_starts", "rezero_adam_0.0001", "he_normal_adam_0.0001"))
def adam_does_not_save_he_blocks(runs):
    """Adam keeps plain He finite, but after {steps} steps its best rate has a test accuracy of {he}, and the worst rate with
    ReZero has {rezero}."""
    grid = {start: [accuracy(runs, start, "adam", rate) for rate in RATES["adam"]] for start in ("he_normal", "rezero")}
    best, worst = max(grid["he_normal"], key=np.mean), min(grid["rezero"], key=np.mean)
    assert not any(lost(runs, "he_normal", "adam", rate).any() for rate in RATES["adam"])
    assert paired_difference(worst, best).low > 0
    steps = runs["residual_starts"]["rezero_adam_0.001"]["loss"].shape[1]
    return {"steps": steps, "he": percent(best), "rezero": percent(worst)}


@claim(refuted_by=swap("residual_starts", "rezero_sgd_0.1", "residual_scale_sgd_0.1"))
def rezero_stands_a_larger_rate(runs):
    """With SGD at a rate of {rate}, ReZero reaches {rezero}, and division by √N ends in NaN in {count} of {seeds} seeds."""
    rate = max(RATES["sgd"])
    scaled, rezero = (lost(runs, start, "sgd", rate) for start in ("residual_scale", "rezero"))
    reached = accuracy(runs, "rezero", "sgd", rate)
    assert scaled.sum() >= 4 and not rezero.any() and interval(reached).low > 0.7
    return {"rate": f"{rate:g}", "rezero": percent(reached), "count": word(scaled.sum()), "seeds": word(len(scaled))}


@claim(refuted_by=swap("residual_starts", "rezero_adam_0.0001", "rezero_adam_0.001"))
def rezero_wakes_slowly(runs):
    """At small rates ReZero is behind: with Adam at {rate} it has {rezero} after {steps} steps, where division by √N has {scaled}."""
    rate = min(RATES["adam"])
    scaled, rezero = (accuracy(runs, start, "adam", rate) for start in ("residual_scale", "rezero"))
    assert paired_difference(scaled, rezero).low > 0
    steps = runs["residual_starts"]["rezero_adam_0.0001"]["loss"].shape[1]
    return {"rate": f"{rate:g}", "rezero": percent(rezero), "scaled": percent(scaled), "steps": steps}
