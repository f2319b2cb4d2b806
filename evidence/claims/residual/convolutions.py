"""Claims of the chapter Residual networks: what silent branches of convolutions gain in training."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, instead, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import over_seeds, percent, plus_minus, points, spelled, word

SILENT = ["zero_last", "skipinit", "fixup", "scaled"]  # starts of residual_convolutions that quieten branches without normalization


def convolutional(runs):
    """What the sentences say of the convolutional networks and their training."""
    protocol = runs["residual_convolutions"].protocol
    return {"blocks": spelled(protocol["blocks"]), "steps": protocol["steps"][-1], "batch": protocol["batch_size"]}


def common_rate(runs):
    """The rate at which convolutional networks of several depths were trained."""
    return runs["residual_convolutions"].protocol["by_depth"]["learning_rate"]


def ended(runs, start, rate, blocks=None):
    """Test accuracy of a convolutional network after the last step, (seeds,); blocks: None for the most."""
    return runs["residual_convolutions"][f"{start}_{blocks}_blocks" if blocks else f"{start}_{rate}"]["test_accuracy"][:, -1]


@claim(refuted_by=instead("residual_convolutions", "fixup", "he"))
def silent_branches_train_with_and_without_normalization(runs):
    """With {blocks} residual blocks of two convolutions, {steps} steps of SGD on {batch} images each take plain He to a test accuracy of {he} and Fixup to
    {fixup}, each at its best rate. With batch normalization a last γ of one reaches {normalized}, and a last γ of zero {zero_gamma}."""
    he, fixup, normalized, zero_gamma = (rates.reached(runs["residual_convolutions"], start) for start in ("he", "fixup", "normalized", "zero_gamma"))
    assert interval(he).high < 0.5 and fixup.min() > 0.6 and paired_difference(zero_gamma, normalized).low > 0
    named = {"he": he, "fixup": fixup, "normalized": normalized, "zero_gamma": zero_gamma}
    return convolutional(runs) | {start: percent(found) for start, found in named.items()}


@claim(refuted_by=swap("residual_convolutions", "normalized", "he"))
def normalized_branches_add_one_each(runs):
    """In the convolutional network below, {blocks} normalized branches take the mean square of the stream from {first} to {last}: each adds
    {added}. Plain branches from He multiply it by {factor}."""
    arms = runs["residual_convolutions"]
    stream, plain = (arms[start]["stream"] for start in ("normalized", "he"))
    added = interval((stream[:, -1] - stream[:, 0]) / (stream.shape[1] - 1))
    assert abs(added.mean - 1) < 0.15
    ends = {"first": over_seeds(stream[:, 0]), "last": over_seeds(stream[:, -1]), "factor": over_seeds(plain[:, -1] / plain[:, 0])}
    return ends | {"blocks": convolutional(runs)["blocks"], "added": plus_minus(added.mean, added.half)}


@claim(refuted_by=instead("residual_convolutions", "he", "scaled"))
def plain_convolutions_hardly_start(runs):
    """Without normalization, plain He reaches {he} at the best of {rates} rates."""
    arms = runs["residual_convolutions"]
    he = rates.reached(arms, "he")
    assert interval(he).high < 0.5
    return {"he": percent(he), "rates": word(len(rates.grid(arms, "he")))}


@claim(refuted_by=instead("residual_convolutions", "fixup", "he"))
def each_quiet_start_trains(runs):
    """Each of the four quiet starts trains, at its own best rate: SkipInit reaches {skipinit}, Fixup {fixup}, a last kernel of zero {zero_last},
    and division by √N {scaled}."""
    arms = runs["residual_convolutions"]
    reached, he = {start: rates.reached(arms, start) for start in SILENT}, rates.reached(arms, "he")
    assert all(paired_difference(found, he).low > 0.1 for found in reached.values())
    return {start: percent(found) for start, found in reached.items()}


@claim(refuted_by=swap("residual_convolutions", "skipinit_0.3", "skipinit_1.0"))
def a_zero_factor_stands_the_largest_rate(runs):
    """They differ in the rates that they stand. At {rate} every seed of SkipInit ends above {least}, while of {seeds} seeds {zero_last} stay below a half
    with a last kernel of zero and {scaled} with division by √N."""
    rate = 0.3
    skipinit, *others = (ended(runs, start, rate) for start in ("skipinit", "zero_last", "scaled"))
    assert skipinit.min() > 0.5 and all((found < 0.5).any() for found in others)
    lost = dict(zip(("zero_last", "scaled"), (word(int((found < 0.5).sum())) for found in others), strict=True))
    return lost | {"rate": rate, "least": f"{np.floor(100 * skipinit.min()):.0f} %", "seeds": word(len(skipinit))}


@claim(refuted_by=instead("residual_convolutions", "zero_gamma", "normalized"))
def a_last_gamma_of_zero_gains(runs):
    """With normalization, the last γ at one, as Keras starts it, reaches {normalized} at its best rate, {slow}, and a last γ of zero {zero_gamma} at its own, {fast}: {gain}
    percentage points more."""
    arms = runs["residual_convolutions"]
    normalized, zero_gamma = (rates.reached(arms, start) for start in ("normalized", "zero_gamma"))
    gain = paired_difference(zero_gamma, normalized)
    assert gain.low > 0
    best = {"slow": f"{rates.best_rate(arms, 'normalized'):g}", "fast": f"{rates.best_rate(arms, 'zero_gamma'):g}"}
    return best | {"normalized": percent(normalized), "zero_gamma": percent(zero_gamma), "gain": points(gain)}


@claim(refuted_by=instead("residual_convolutions", "skipinit", "he"))
def skipinit_is_not_behind_normalization(runs):
    """Without any normalization, SkipInit is not detectably behind a last γ of one: the difference is {gap} percentage points."""
    arms = runs["residual_convolutions"]
    gap = paired_difference(rates.reached(arms, "skipinit"), rates.reached(arms, "normalized"))
    assert gap.high > 0 and gap.mean > -0.05
    return {"gap": points(gap)}


@claim(refuted_by=swap("residual_convolutions", "normalized_0.1", "zero_gamma_0.1"))
def depth_costs_plain_and_normalized_branches(runs):
    """From {few} blocks to {many}, at this one rate, plain He falls from {he} to {fallen}, and batch normalization with γ at one loses {normalized} percentage
    points. Fixup changes by {fixup}, a last γ of zero by {zero_gamma}."""
    few, rate = runs["residual_convolutions"].protocol["by_depth"]["blocks"][0], common_rate(runs)
    shallow, deep = ({start: ended(runs, start, rate, blocks) for start in ("he", "normalized", "fixup", "zero_gamma")} for blocks in (few, None))
    lost = paired_difference(shallow["normalized"], deep["normalized"])
    level = {start: paired_difference(deep[start], shallow[start]) for start in ("fixup", "zero_gamma")}
    assert shallow["he"].min() > 0.5 and deep["he"].max() < 0.3 and lost.low > 0 and all(abs(one.mean) < 0.05 for one in level.values())
    named = {start: points(one) for start, one in level.items()} | {"normalized": points(lost)}
    return named | {"few": word(few), "many": convolutional(runs)["blocks"], "he": percent(shallow["he"]), "fallen": percent(deep["he"])}
