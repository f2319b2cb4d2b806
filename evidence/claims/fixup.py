"""Claims of the page Fixup."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval
from evidence.readings.numbers import below, fixed, percent, plus_minus, word


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
