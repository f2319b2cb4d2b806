"""Claims of the page Fixup."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus, word


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
    assert rate.low < np.log(2) < rate.high and rate.half < 0.1
    return {"factor": plus_minus(np.exp(rate.mean), np.exp(rate.mean) * rate.half)}


@claim(refuted_by=swap("fixup_depth", "he_64", "fixup_64"))
def fixup_trains_where_he_overflows(runs):
    """After {steps} steps with 64 images each, the Fixup network of 64 blocks has a test accuracy of {accuracy} at a learning rate of
    `{rate}`, while the same network under He ends in NaN at each of {rates} rates, from 10<sup>−8</sup> to 10<sup>−2</sup>, in every seed."""
    fixup, he = (runs["fixup_depth"][f"{arm}_64"] for arm in ("fixup", "he"))
    assert np.isnan(he["test_loss"]).all() and interval(fixup["test_accuracy"][:, 1]).low > 0.7
    return {"steps": 60, "rate": 0.3, "accuracy": percent(fixup["test_accuracy"][:, 1]), "rates": word(he["test_loss"].shape[1])}


@claim(refuted_by=swap("fixup_depth", "zero_last_64", "fixup_64"))
def the_first_rule_alone_has_a_narrower_range(runs):
    """At a learning rate of `{high}` rule 1 alone ends in NaN in {lost} of {seeds} seeds, and Fixup in none; at `{low}` their test losses
    differ by {gap} nats, no detectable difference."""
    fixup, alone = (runs["fixup_depth"][f"{arm}_64"]["test_loss"] for arm in ("fixup", "zero_last"))
    lost, gap = np.isnan(alone[:, 1]).sum(), paired_difference(alone[:, 0], fixup[:, 0])
    assert lost > len(alone) / 2 and np.isfinite(fixup).all() and gap.holds_zero
    return {"high": 0.3, "low": 0.1, "lost": word(lost), "seeds": word(len(alone)), "gap": plus_minus(*gap)}


@claim(refuted_by=swap("fixup_depth", "zero_last_64", "he_64"))
def a_zero_classifier_hides_the_depth(runs):
    """From a classifier of zeros, as the paper starts it, the first {steps} steps of 64 blocks differ by at most {bound} % between rule
    1 alone and all rules."""
    fixup, alone = (runs["fixup_depth"][f"{arm}_64"]["first_steps"] for arm in ("fixup", "zero_last"))
    bound = abs(alone / fixup - 1).max()
    assert bound < 0.01
    return {"steps": word(5), "bound": fixed(np.ceil(1000 * bound) / 10, 1)}
