"""Claims of the page Fixup."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, percent, plus_minus, word


def growth(runs, arm, quantity):
    """Logarithm of a quantity with 64 blocks over the same with 4, per seed: (seeds,)."""
    arms = runs["fixup_depth"]
    return np.log(arms[f"{arm}_64"][quantity] / arms[f"{arm}_4"][quantity])[:, 0]


@claim(refuted_by=swap("fixup_depth", "fixup_64", "zero_last_64"))
def fixup_steps_do_not_grow(runs):
    """With 64 residual blocks, one step of SGD changes the logits of a Fixup network {factor} times as much as with 4 (geometric
    mean)."""
    ratio = interval(growth(runs, "fixup", "step"))
    assert -0.05 < ratio.low and ratio.high < 0.05
    return {"factor": plus_minus(np.exp(ratio.mean), ratio.half)}


@claim(refuted_by=swap("fixup_depth", "zero_last_64", "fixup_64"))
def zero_last_layers_are_not_enough(runs):
    """With rule 1 alone, last layers at zero and He elsewhere, the step grows by a factor of {factor} from 4 blocks to 64 (geometric
    mean)."""
    ratio = interval(growth(runs, "zero_last", "step"))
    assert ratio.low > np.log(3)
    return {"factor": plus_minus(np.exp(ratio.mean), np.exp(ratio.mean) * ratio.half)}


@claim(refuted_by=swap("fixup_depth", "he_64", "fixup_64"))
def he_doubles_per_block(runs):
    """Under He the mean square of the logits grows by a factor of {factor} per block between 4 and 64 blocks, two being what the
    formula says."""
    rate = interval(2 * growth(runs, "he", "output") / 60)
    assert abs(np.exp(rate.mean) - 2) < 0.25
    return {"factor": plus_minus(np.exp(rate.mean), np.exp(rate.mean) * rate.half)}


@claim(refuted_by=swap("fixup_depth", "he_64_0.01", "fixup_64_0.01"))
def fixup_trains_where_he_overflows(runs):
    """After {steps} steps with 64 images each, the Fixup network of 64 blocks has a test accuracy of {accuracy} at the best of {tried} learning rates,
    `{rate}`, while the same network under He ends in NaN at each of {rates} rates, from 10<sup>−8</sup> to 10<sup>−2</sup>, in every seed."""
    arms = runs["fixup_depth"]
    fixup, he = rates.grid(arms, "fixup_64"), rates.grid(arms, "he_64")
    reached = rates.best(arms, "fixup_64")["test_accuracy"][:, 0]
    assert all(np.isnan(arm["test_loss"]).all() for arm in he.values()) and interval(reached).low > 0.7
    named = {"rate": rates.best_rate(arms, "fixup_64"), "accuracy": percent(reached)}
    return named | {"steps": 60, "tried": word(len(fixup)), "rates": word(len(he))}


@claim(refuted_by=swap("fixup_depth", "zero_last_64_0.3", "fixup_64_0.3"))
def the_first_rule_alone_has_a_narrower_range(runs):
    """At a learning rate of `{high}` rule 1 alone loses runs to NaN, {lost} of {seeds}, and Fixup none. At its own best rate, `{low}`,
    rule 1 alone reaches {alone}."""
    arms = runs["fixup_depth"]
    fixup, alone = (arms[arm]["test_loss"][:, 0] for arm in ("fixup_64_0.3", "zero_last_64_0.3"))
    lost = np.isnan(alone).sum()
    assert lost and np.isfinite(fixup).all()
    named = {"lost": word(lost), "seeds": word(len(alone)), "alone": percent(rates.best(arms, "zero_last_64")["test_accuracy"][:, 0])}
    return named | {"high": 0.3, "low": rates.best_rate(arms, "zero_last_64")}


@claim(refuted_by=swap("fixup_depth", "zero_last_64", "he_64"))
def a_zero_classifier_hides_the_depth(runs):
    """From a classifier of zeros, as the paper starts it, the first {steps} steps of 64 blocks differ by at most {bound} % between rule
    1 alone and all rules."""
    fixup, alone = (runs["fixup_depth"][f"{arm}_64"]["first_steps"] for arm in ("fixup", "zero_last"))
    bound = abs(alone / fixup - 1).max()
    assert bound < 0.01
    return {"steps": word(5), "bound": fixed(np.ceil(1000 * bound) / 10, 1)}
