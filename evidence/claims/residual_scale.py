"""Claims of the page Residual scale."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, percent, plus_minus


def growth(runs, start):
    """log2 of the factor on the mean square from the first block's input to the last one's output, (seeds, depths)."""
    return runs["residual_starts"][start]["log2_growth"]


def depths(runs):
    """How many blocks the untrained networks have."""
    return runs["residual_starts"].protocol["signal"]["blocks"]


@claim(refuted_by=swap("residual_starts", "he_normal", "residual_scale"))
def plain_blocks_double_the_mean_square(runs):
    """Over {blocks} blocks plain He multiplies the mean square by 2 to the power of {power}: by {factor} per block."""
    blocks = depths(runs)[-1]
    power = interval(growth(runs, "he_normal")[:, -1])
    per_block = interval(2 ** (growth(runs, "he_normal")[:, -1] / blocks))
    assert abs(per_block.mean - 2) < 0.25
    return {"blocks": blocks, "power": plus_minus(*power), "factor": plus_minus(*per_block)}


@claim(refuted_by=swap("residual_starts", "residual_scale", "he_normal"))
def the_scaled_stream_keeps_its_size(runs):
    """Divided by √N, {few} blocks multiply the mean square by {few_low} to {few_high} over the seeds, median {few_median}, and {many} blocks by {many_low} to
    {many_high}, median {many_median}."""
    factors, blocks = 2 ** growth(runs, "residual_scale"), depths(runs)
    assert factors.max() < 30 and factors.min() > 0.5
    named = {"few": blocks[-2], "many": blocks[-1]}
    for name, column in (("few", factors[:, -2]), ("many", factors[:, -1])):
        for end, reduce in (("low", np.min), ("high", np.max), ("median", np.median)):
            named[f"{name}_{end}"] = fixed(reduce(column), 1)
    return named


@claim(refuted_by=swap("residual_starts", "residual_scale_adam_0.001", "he_normal_adam_0.001"))
def scaled_branches_train(runs):
    """After {steps} steps of Adam at {rate} with {batch} images each, {blocks} blocks reach a test accuracy of {scaled} with the division, and {he} without."""
    rate, training = 0.001, runs["residual_starts"].protocol["training"]
    scaled, he = (runs["residual_starts"][f"{start}_adam_{rate}"]["test_accuracy"][:, 0] for start in ("residual_scale", "he_normal"))
    assert paired_difference(scaled, he).low > 0.4
    budget = {"rate": f"{rate:g}", "steps": training["steps"], "batch": training["batch_size"], "blocks": training["blocks"]}
    return budget | {"scaled": percent(scaled), "he": percent(he)}
