"""Claims of the chapter Small data and transfer: on few images, starts too large or lazy, and what an interval covers."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference, share
from evidence.readings.last_epoch import gap, last
from evidence.readings.numbers import counted, fixed, listed, percent, plus_minus, points, word
from evidence.readings.small_data import PAIRS, sizes

SCALES = 7  # comparisons of test accuracy in start_scale on this page


@claim(refuted_by=swap("small_data", "zeros_500", "he_normal_500"))
def zeros_answer_one_common_digit(runs):
    """From zeros, each of {seeds} networks trained for {epochs} epochs on {few} images of its own gives every test image one and the same digit,
    in {hits} of them the commonest of its {few} images, and is right as often as that digit occurs in the test set: {zeros}, where
    He normal reaches {he}. The digits they chose are {digits}."""
    zeros, shares = last(runs, "small_data", "zeros_500"), runs["class_prior"]["test"]["share"][0]
    chosen = np.abs(zeros[:, None] - shares).argmin(1)
    seen = runs["small_data"]["zeros_500"]["share"]
    behind = seen.max(1) - seen[np.arange(len(seen)), chosen]  # the commonest two can be nearly as common as each other
    assert np.abs(zeros - shares[chosen]).max() < 1e-6 and behind.max() < 0.02
    he = last(runs, "small_data", "he_normal_500")
    digits = [str(digit) for digit in sorted(set(chosen))]
    said = listed(digits)
    protocol = runs["small_data"].protocol
    return {"epochs": protocol["epochs"], "few": protocol["images_for_zeros"], "seeds": word(len(zeros)), "hits": word(int((behind == 0).sum())),
            "zeros": percent(zeros), "he": percent(he), "digits": said}  # fmt: skip


@claim(refuted_by=swap("small_data", "lecun_normal_1000", "lecun_normal_300"))
def the_rules_lie_close_together(runs):
    """After {epochs} epochs LeCun, Glorot and He normal differ at none of the {sizes} sizes by more than {bound} percentage points, with 95 %
    confidence for all {pairs} pairs together; ten times as many images are worth {images}."""
    rules, images = runs["small_data"].protocol["initializers"], sizes(runs)
    pairs = [(f"{a}_{size}", f"{b}_{size}") for k, a in enumerate(rules) for b in rules[:k] for size in images]
    assert len(pairs) == PAIRS
    gaps = [gap(runs, "small_data", *pair, comparisons=PAIRS) for pair in pairs]
    bound = max(max(-each.low, each.high) for each in gaps)
    more = gap(runs, "small_data", "he_normal_1000", "he_normal_100")
    assert 4 * bound < more.low
    said = {"epochs": runs["small_data"].protocol["epochs"], "sizes": word(len(images)), "pairs": word(PAIRS)}
    return said | {"bound": fixed(100 * bound, 1), "images": points(more)}


@claim(refuted_by=swap("small_data", "lecun_normal_100", "he_normal_100"))
def he_overfits_more_and_less(runs):
    """With 100 images the accuracy of He normal falls from training to test images on average by {more} percentage points more than
    that of LeCun normal, and with 1,000 by {less} less: between the two sizes the excess falls by {turn}. That is after {epochs} epochs, in which every
    network learned {learned} of its training images."""
    few, many = (gap(runs, "small_data", f"he_normal_{size}", f"lecun_normal_{size}", "gap", len(sizes(runs))) for size in (100, 1000))
    protocol = runs["small_data"].protocol
    learned = min(runs["small_data"][f"{rule}_{size}"]["accuracy"].min() for rule in protocol["initializers"] for size in sizes(runs))
    he, lecun = ([last(runs, "small_data", f"{rule}_{size}", "gap") for size in (100, 1000)] for rule in ("he_normal", "lecun_normal"))
    turn = paired_difference(he[0] - lecun[0], he[1] - lecun[1])
    assert few.mean > 0 > many.mean and turn.mean > 0.003 and learned > 0.98
    return {"epochs": protocol["epochs"], "more": points(few), "less": plus_minus(-many.mean, many.half, 100),
            "turn": points(turn), "learned": "all" if learned == 1 else f"at least {100 * learned:.4g} %"}  # fmt: skip


def scaled(runs, way):
    """How start_scale trained the networks of one way: "epochs", "factors" and more."""
    return runs["start_scale"].protocol["trained"][way]


@claim(refuted_by=swap("start_scale", "adam_10", "adam_1"))
def a_large_start_learns_without_generalizing(runs):
    """After {epochs} epochs with Adam from ten times He's kernels, {seen} of the {images} training images are learned, and {unseen} of the test
    images; He's own kernels end at {he}, with 95 % confidence more than {bound} points higher."""
    seen, unseen = (last(runs, "start_scale", "adam_10", each) for each in ("accuracy", "test_accuracy"))
    ahead = gap(runs, "start_scale", "adam_1", "adam_10", comparisons=SCALES)
    assert seen.min() > 0.98 and ahead.low > 0.1
    said = {"epochs": scaled(runs, "adam")["epochs"], "images": f"{runs['start_scale'].protocol['images']:,}"}
    said |= {"bound": int(100 * ahead.low)}
    return said | {"seen": percent(seen), "unseen": percent(unseen), "he": percent(last(runs, "start_scale", "adam_1"))}


@claim(refuted_by=swap("start_scale", "sgd_3", "sgd_1"))
def three_times_he_costs_with_adam_and_sgd(runs):
    """Three times He's kernels cost {adam} percentage points with {adam_epochs} epochs of Adam at its default rate, and {sgd} with {sgd_epochs} of SGD."""
    gaps = {name: gap(runs, "start_scale", f"{name}_3", f"{name}_1", comparisons=SCALES) for name in ("adam", "sgd")}
    assert all(each.high < 0 for each in gaps.values())
    said = {f"{name}_epochs": scaled(runs, name)["epochs"] for name in gaps}
    return said | {name: plus_minus(-each.mean, each.half, 100) for name, each in gaps.items()}


@claim(refuted_by=swap("start_scale", "adam_0.1", "adam_1"))
def a_small_start_costs_as_well(runs):
    """With {epochs} epochs of Adam at its default rate, a tenth of He's kernels ends {tenth} percentage points below He's own, and three tenths
    {third}, with at least {seen} of the training images learned in every run."""
    tenth, third = (gap(runs, "start_scale", f"adam_{factor}", "adam_1", comparisons=SCALES) for factor in ("0.1", "0.3"))
    seen = min(last(runs, "start_scale", f"adam_{factor}", "accuracy").min() for factor in ("0.1", "0.3"))
    assert tenth.high < 0 and third.high < 0 and seen > 0.98
    return {"epochs": scaled(runs, "adam")["epochs"], "tenth": plus_minus(-tenth.mean, tenth.half, 100),
            "third": plus_minus(-third.mean, third.half, 100), "seen": f"{100 * seen:.4g} %"}  # fmt: skip


@claim(refuted_by=swap("start_scale", "silent_10", "adam_10"))
def a_silent_output_layer_repairs_most(runs):
    """With hidden kernels ten times He's and zeros in the output layer the network ends at {silent} after {epochs} epochs: {gain} percentage
    points more than with an output layer as large, which ends {loss} below He's own size throughout. With hidden kernels of He's own size zeros
    in the output layer cost {cost}."""
    pairs = {"gain": ("silent_10", "adam_10"), "loss": ("adam_1", "adam_10"), "cost": ("adam_1", "silent_1")}
    gaps = {name: gap(runs, "start_scale", *pair, comparisons=SCALES) for name, pair in pairs.items()}
    assert gaps["gain"].low > gaps["loss"].mean / 2 and gaps["cost"].low > 0
    said = {name: plus_minus(*each, 100) for name, each in gaps.items()}
    return said | {"epochs": scaled(runs, "adam")["epochs"], "silent": percent(last(runs, "start_scale", "silent_10"))}


def lazily(runs, scale, quantity="test_accuracy"):
    """A quantity of lazy_training at a scale's best rate, (seeds,)."""
    return rates.reached(runs["lazy_training"], str(scale), quantity)


def no_worse_for_resting(runs):
    """A refutation: networks whose kernels rest generalize as those do whose kernels move."""
    rates.best(runs["lazy_training"], "100")["test_accuracy"] = rates.best(runs["lazy_training"], "1")["test_accuracy"]


@claim(refuted_by=no_worse_for_resting)
def lazy_networks_learn_all_and_generalize_less(runs):
    """With $\\alpha = {lazy}$ the kernels move by {lazy_moved} of their norm, every run has learned {seen} its training images after {steps} steps of SGD, and {lazy_right}
    of the test images are right; with $\\alpha = {plain}$ they move by {plain_moved}, and {plain_right} are right, {gap} percentage points more, each at its best
    rate. With $\\alpha = {rich}$ they move by {rich_moved}, and {rich_right} are right."""
    scales = dict(zip(("rich", "plain", "lazy"), (0.1, 1, 100), strict=True))
    moved, right = ({name: lazily(runs, scale, quantity) for name, scale in scales.items()} for quantity in ("moved", "test_accuracy"))
    seen = min(lazily(runs, scale, "accuracy").min() for scale in (1, 100))
    gap, alike = (paired_difference(right["plain"], right[other]) for other in ("lazy", "rich"))
    assert gap.low > 0.01 and abs(alike.mean) < 0.015 and seen > 0.98
    assert moved["lazy"].max() < 0.05 and moved["plain"].min() > 0.2 and moved["rich"].min() > moved["plain"].mean()
    said = scales | {f"{name}_moved": percent(values) for name, values in moved.items()} | {f"{name}_right": percent(values) for name, values in right.items()}
    steps = runs["lazy_training"].protocol["steps"]
    return said | {"gap": points(gap), "steps": steps, "seen": "all" if seen == 1 else f"at least {100 * seen:.4g} % of"}


def images_alike(runs):
    """A refutation: no set of images is better to learn from than another."""
    arm = runs["seeds_and_images"]["he_normal"]
    table = arm["test_accuracy"]
    arm["test_accuracy"] = table - table.mean(1, keepdims=True) + table.mean()


@claim(refuted_by=images_alike)
def seeds_do_not_cover_images(runs):
    """On one set of {images} images the interval from {seeds} seeds holds the mean over all {sets} sets in {hits} of them, which is {share},
    and not in 95 %. The means of the sets have a standard deviation of {between} percentage points, the seeds within a set one of
    {within}, after {epochs} epochs."""
    protocol, table = runs["seeds_and_images"].protocol, runs["seeds_and_images"]["he_normal"]["test_accuracy"]
    found = [interval(row) for row in table]
    hits = sum(each.low <= table.mean() <= each.high for each in found)
    assert share(hits, len(table)).high < 0.9
    between, within = table.mean(1).std(ddof=1), np.sqrt(table.var(axis=1, ddof=1).mean())
    return {"images": f"{protocol['images']:,}", "epochs": protocol["epochs"], "seeds": word(table.shape[1]), "sets": len(table),
            "hits": word(hits), "share": counted(hits, len(table)),
            "between": fixed(100 * between, 2), "within": fixed(100 * within, 2)}  # fmt: skip


def unpaired(runs):
    """A refutation: the runs of one rule in another order of seeds."""
    arm = runs["small_data"]["lecun_normal_1000"]
    arm["test_accuracy"] = np.roll(arm["test_accuracy"], 1, axis=0)


@claim(refuted_by=unpaired)
def pairing_narrows_the_interval(runs):
    """With 1,000 images He normal reaches {he} and LeCun normal {lecun} in {epochs} epochs. Their difference in pairs is {paired} percentage points;
    without pairs the same {seeds} seeds know it to ± {unpaired}."""
    he, lecun = (last(runs, "small_data", f"{rule}_1000") for rule in ("he_normal", "lecun_normal"))
    paired, unpaired = paired_difference(he, lecun), np.hypot(interval(he).half, interval(lecun).half)
    assert paired.half < 0.7 * unpaired
    return {"he": percent(he), "lecun": percent(lecun), "paired": points(paired), "unpaired": fixed(100 * unpaired, 2),
            "seeds": word(len(he)), "epochs": runs["small_data"].protocol["epochs"]}  # fmt: skip
