"""Claims of the page Residual scale."""

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import percent, plus_minus


def growth(runs, start):
    """log2 of the factor on the mean square from the first block's input to the last one's output, (seeds, depths)."""
    return runs["residual_starts"][start]["log2_growth"]


def depths(runs):
    """How many blocks the networks have, (depths,)."""
    return runs["residual_starts"]["he_normal"]["blocks"][0]


@claim(refuted_by=swap("residual_starts", "he_normal", "residual_scale"))
def plain_blocks_double_the_mean_square(runs):
    """Over {blocks} blocks plain He multiplies the mean square by 2 to the power of {power}: by {factor} per block."""
    blocks = depths(runs)[-1]
    power = interval(growth(runs, "he_normal")[:, -1])
    per_block = interval(2 ** (growth(runs, "he_normal")[:, -1] / blocks))
    assert per_block.low > 1.8 and per_block.high < 2.2
    return {"blocks": int(blocks), "power": plus_minus(*power), "factor": plus_minus(*per_block)}


@claim(refuted_by=swap("residual_starts", "residual_scale", "he_normal"))
def the_scaled_stream_keeps_its_size(runs):
    """Divided by √N, {few} blocks multiply the mean square by {at_few}, and {many} blocks by {at_many}: no detectable
    difference."""
    factors, blocks = 2 ** growth(runs, "residual_scale"), depths(runs)
    assert factors.max() < 8 and factors.min() > 1
    assert paired_difference(factors[:, -1], factors[:, -2]).holds_zero
    few, many = (plus_minus(*interval(factors[:, depth])) for depth in (-2, -1))
    return {"few": int(blocks[-2]), "at_few": few, "many": int(blocks[-1]), "at_many": many}


@claim(refuted_by=swap("residual_starts", "residual_scale_adam_0.001", "he_normal_adam_0.001"))
def scaled_branches_train(runs):
    """After {steps} steps of Adam at {rate}, {blocks} blocks reach a test accuracy of {scaled} with the division, and {he} without."""
    rate = 0.001
    scaled, he = (runs["residual_starts"][f"{start}_adam_{rate}"] for start in ("residual_scale", "he_normal"))
    assert paired_difference(scaled["test_accuracy"][:, -1], he["test_accuracy"][:, -1]).low > 0.4
    reached = {name: percent(arm["test_accuracy"][:, -1]) for name, arm in (("scaled", scaled), ("he", he))}
    return reached | {"rate": f"{rate:g}", "steps": scaled["loss"].shape[1], "blocks": int(depths(runs)[-1])}
