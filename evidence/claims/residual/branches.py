"""Claims of the chapter Residual networks: why branches of dense layers double, and what silences them."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import below, fixed, percent, plus_minus, word


def doublings(runs, start):
    """log2 of the factor on the mean square from the first block's input to the last one's output, (seeds, depths)."""
    return runs["residual_starts"][start]["log2_growth"]


def untrained(runs):
    """How many blocks the untrained networks have."""
    return runs["residual_starts"].protocol["signal"]["blocks"]


@claim(refuted_by=swap("residual_starts", "he_normal", "residual_scale"))
def plain_blocks_double_the_mean_square(runs):
    """Over {blocks} blocks plain He multiplies the mean square by 2 to the power of {power}: by {factor} per block."""
    blocks = untrained(runs)[-1]
    power = interval(doublings(runs, "he_normal")[:, -1])
    per_block = interval(2 ** (doublings(runs, "he_normal")[:, -1] / blocks))
    assert abs(per_block.mean - 2) < 0.25
    return {"blocks": blocks, "power": plus_minus(*power), "factor": plus_minus(*per_block)}


@claim(refuted_by=swap("residual_starts", "residual_scale", "he_normal"))
def the_scaled_stream_keeps_its_size(runs):
    """Divided by √N, {few} blocks multiply the mean square by {few_low} to {few_high} over the seeds, median {few_median}, and {many} blocks by {many_low} to
    {many_high}, median {many_median}."""
    factors, blocks = 2 ** doublings(runs, "residual_scale"), untrained(runs)
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
    {lost} of {seeds} seeds stay at chance there; at {slower} it reaches {reached}."""
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


def depths(runs):
    """The fewest and the most blocks of the networks."""
    few, *_, many = runs["fixup_depth"].protocol["blocks"]
    return few, many


def growth(runs, arm, quantity):
    """Logarithm of a quantity with the most blocks over the same with the fewest, per seed: (seeds,)."""
    arms, (few, many) = runs["fixup_depth"], depths(runs)
    return np.log(arms[f"{arm}_{many}"][quantity] / arms[f"{arm}_{few}"][quantity])[:, 0]


def blocks(runs):
    """The same as sentences print them."""
    return dict(zip(("few", "many"), depths(runs), strict=True))


@claim(refuted_by=swap("fixup_depth", "fixup_64", "zero_last_64"))
def fixup_steps_do_not_grow(runs):
    """With {many} residual blocks, one step of SGD changes the logits of a Fixup network {factor} times as much as with {few} (geometric
    mean)."""
    ratio = interval(growth(runs, "fixup", "step"))
    assert -0.05 < ratio.low and ratio.high < 0.05
    return blocks(runs) | {"factor": plus_minus(np.exp(ratio.mean), ratio.half)}


@claim(refuted_by=swap("fixup_depth", "zero_last_64", "fixup_64"))
def zero_last_layers_are_not_enough(runs):
    """With rule 1 alone, last layers at zero and He elsewhere, the step grows by a factor of {factor} from {few} blocks to {many} (geometric
    mean)."""
    ratio = interval(growth(runs, "zero_last", "step"))
    assert ratio.low > np.log(3)
    return blocks(runs) | {"factor": plus_minus(np.exp(ratio.mean), np.exp(ratio.mean) * ratio.half)}


@claim(refuted_by=swap("fixup_depth", "he_64", "fixup_64"))
def he_doubles_per_block(runs):
    """Under He the mean square of the logits grows by a factor of {factor} per block between {few} and {many} blocks, two being what the
    formula says."""
    few, many = depths(runs)
    rate = interval(2 * growth(runs, "he", "output") / (many - few))
    assert abs(np.exp(rate.mean) - 2) < 0.25
    return blocks(runs) | {"factor": plus_minus(np.exp(rate.mean), np.exp(rate.mean) * rate.half)}


@claim(refuted_by=swap("fixup_depth", "he_64_0.01", "fixup_64_0.01"))
def fixup_trains_where_he_overflows(runs):
    """After {steps} steps with {batch} images each, the Fixup network of {many} blocks has a test accuracy of {accuracy} at the best of {tried} learning rates,
    `{rate}`, while the same network under He ends in NaN at each of {rates} rates, from {slowest} to {fastest}, in every seed."""
    arms, (_, many) = runs["fixup_depth"], depths(runs)
    fixup, he = rates.grid(arms, f"fixup_{many}"), rates.grid(arms, f"he_{many}")
    reached = rates.reached(arms, f"fixup_{many}")
    assert all(np.isnan(arm["test_loss"]).all() for arm in he.values()) and interval(reached).low > 0.7
    named = {"rate": rates.best_rate(arms, f"fixup_{many}"), "accuracy": percent(reached), "slowest": below(min(he)), "fastest": below(max(he))}
    budget = {"steps": arms.protocol["steps"], "batch": arms.protocol["batch_size"], "many": many}
    return named | budget | {"tried": word(len(fixup)), "rates": word(len(he))}


@claim(refuted_by=swap("fixup_depth", "zero_last_64_0.3", "fixup_64_0.3"))
def the_first_rule_alone_has_a_narrower_range(runs):
    """At a learning rate of `{high}` rule 1 alone loses runs to NaN, {lost} of {seeds}, and Fixup none. At its own best rate, `{low}`,
    rule 1 alone reaches {alone}."""
    arms, (_, many), high = runs["fixup_depth"], depths(runs), 0.3
    fixup, alone = (arms[f"{arm}_{many}_{high}"]["test_loss"][:, 0] for arm in ("fixup", "zero_last"))
    lost = np.isnan(alone).sum()
    assert lost and np.isfinite(fixup).all()
    named = {"lost": word(lost), "seeds": word(len(alone)), "alone": percent(rates.reached(arms, f"zero_last_{many}"))}
    return named | {"high": high, "low": rates.best_rate(arms, f"zero_last_{many}")}


@claim(refuted_by=swap("fixup_depth", "zero_last_64", "he_64"))
def a_zero_classifier_hides_the_depth(runs):
    """From a classifier of zeros, as the paper starts it, the first {steps} steps of {many} blocks differ by at most {bound} % between rule
    1 alone and all rules."""
    _, many = depths(runs)
    fixup, alone = (runs["fixup_depth"][f"{arm}_{many}"]["first_steps"] for arm in ("fixup", "zero_last"))
    bound = abs(alone / fixup - 1).max()
    assert bound < 0.01
    return {"steps": word(runs["fixup_depth"].protocol["first_steps"]), "many": many, "bound": fixed(np.ceil(1000 * bound) / 10, 1)}
