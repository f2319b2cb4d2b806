"""Claims of the chapter Small data and transfer."""

import numpy as np
from scipy.special import fdtri  # quantile of the F distribution

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, measured, percent, plus_minus, word

RULES = ["lecun_normal", "glorot_normal", "he_normal"]
SIZES = [100, 300, 1000]  # images in small_data


def last(runs, experiment, arm, quantity="test_accuracy"):
    """A quantity of an arm after the last epoch, (seeds,)."""
    return runs[experiment][arm][quantity][:, -1]


def gap(runs, experiment, arm, other, quantity="test_accuracy", comparisons=1):
    """Paired difference of two arms after the last epoch."""
    values = [last(runs, experiment, each, quantity) for each in (arm, other)]
    return paired_difference(*values, comparisons)


@claim(refuted_by=swap("small_data", "zeros_500", "he_normal_500"))
def zeros_answer_the_commonest_digit(runs):
    """From zeros, each of {seeds} networks trained on 500 images of its own gives every test image the digit that was commonest
    among the 500, and is right as often as that digit occurs in the test set: {zeros}, where He normal reaches {he}. The
    digits they chose are {digits}."""
    zeros, shares = last(runs, "small_data", "zeros_500"), runs["class_prior"]["test"]["share"][0]
    commonest = runs["small_data"]["zeros_500"]["share"].argmax(1)
    assert np.abs(zeros - shares[commonest]).max() < 1e-6
    he = last(runs, "small_data", "he_normal_500")
    digits = [str(digit) for digit in sorted(set(commonest))]
    said = f"{', '.join(digits[:-1])} and {digits[-1]}"
    return {"seeds": word(len(zeros)), "zeros": percent(zeros), "he": percent(he), "digits": said}


@claim(refuted_by=swap("small_data", "lecun_normal_1000", "lecun_normal_300"))
def the_rules_lie_close_together(runs):
    """At none of the three sizes do LeCun, Glorot and He normal differ by more than {bound} percentage points, with 95 %
    confidence for all nine pairs together; ten times as many images are worth {images}."""
    pairs = [(a, b) for k, a in enumerate(RULES) for b in RULES[:k]]
    gaps = [gap(runs, "small_data", f"{a}_{size}", f"{b}_{size}", comparisons=9) for size in SIZES for a, b in pairs]
    bound = max(max(-each.low, each.high) for each in gaps)
    more = gap(runs, "small_data", "he_normal_1000", "he_normal_100")
    assert bound < 0.015 and more.low > 0.1
    return {"bound": fixed(100 * bound, 1), "images": plus_minus(*more, 100)}


@claim(refuted_by=swap("small_data", "lecun_normal_100", "he_normal_100"))
def he_overfits_more_and_less(runs):
    """With 100 images the accuracy of He normal falls from training to test images by {more} percentage points more than that of
    LeCun normal, and with 1,000 by {less} less; every network has learned every training image."""
    few, many = (gap(runs, "small_data", f"he_normal_{size}", f"lecun_normal_{size}", "gap", len(SIZES)) for size in (100, 1000))
    assert few.low > 0 > many.high
    assert all((runs["small_data"][f"{rule}_{size}"]["accuracy"] == 1).all() for rule in RULES for size in SIZES)
    return {"more": plus_minus(*few, 100), "less": plus_minus(-many.mean, many.half, 100)}


@claim(refuted_by=swap("small_data", "glorot_normal_1000", "lecun_normal_1000"))
def he_and_glorot_tie_on_a_thousand(runs):
    """With 1,000 images He and Glorot normal are equal within {bound} percentage points, with 95 % confidence."""
    difference = gap(runs, "small_data", "he_normal_1000", "glorot_normal_1000")
    bound = max(-difference.low, difference.high)
    assert bound < 0.0025
    return {"bound": fixed(100 * bound, 2)}


@claim(refuted_by=swap("start_scale", "adam_10", "adam_1"))
def a_large_start_learns_without_generalizing(runs):
    """With ten times He's kernels, {seen} of the training images are learned, and {unseen} of the test images; He's own kernels
    end at {he}."""
    seen, unseen = (last(runs, "start_scale", "adam_10", each) for each in ("accuracy", "test_accuracy"))
    assert seen.min() > 0.99 and gap(runs, "start_scale", "adam_10", "adam_1").high < -0.2
    return {"seen": percent(seen), "unseen": percent(unseen), "he": percent(last(runs, "start_scale", "adam_1"))}


@claim(refuted_by=swap("start_scale", "sgd_3", "sgd_1"))
def three_times_he_costs_with_every_optimizer(runs):
    """Three times He's kernels cost {adam} percentage points with Adam at its default rate, {fast_adam} with Adam at ten times
    that rate, and {sgd} with SGD."""
    gaps = {name: gap(runs, "start_scale", f"{name}_3", f"{name}_1", comparisons=3) for name in ("adam", "fast_adam", "sgd")}
    assert all(each.high < 0 for each in gaps.values())
    return {name: plus_minus(-each.mean, each.half, 100) for name, each in gaps.items()}


@claim(refuted_by=swap("start_scale", "adam_0.1", "adam_1"))
def a_small_start_costs_as_well(runs):
    """A tenth of He's kernels ends {tenth} percentage points below He's own with Adam at its default rate, and three tenths
    {third}, again with every training image learned but {missed} in {total}."""
    tenth, third = (gap(runs, "start_scale", f"adam_{factor}", "adam_1", comparisons=2) for factor in ("0.1", "0.3"))
    seen = np.concatenate([last(runs, "start_scale", f"adam_{factor}", "accuracy") for factor in ("0.1", "0.3")])
    assert tenth.high < 0 and third.high < 0 and seen.min() > 0.998
    missed = round(float((1 - seen).sum() * 1000))
    named = {"tenth": plus_minus(-tenth.mean, tenth.half, 100), "third": plus_minus(-third.mean, third.half, 100)}
    return named | {"missed": word(missed), "total": f"{len(seen) * 1000:,}"}


@claim(refuted_by=swap("start_scale", "fast_adam_0.3", "fast_adam_3"))
def a_fast_rate_narrows_the_small_side(runs):
    """At ten times Adam's rate and in half as many epochs, three tenths of He's kernels cost {cost} percentage points, with 95 % confidence
    at most {bound}; that is {less} less than the {slow} at the default rate."""
    fast, slow = (gap(runs, "start_scale", f"{name}_1", f"{name}_0.3") for name in ("fast_adam", "adam"))
    ends = [last(runs, "start_scale", f"{name}_{factor}") for name in ("adam", "fast_adam") for factor in (1, 0.3)]
    less = paired_difference(ends[0] - ends[1], ends[2] - ends[3])
    assert fast.high < slow.mean and less.low > 0
    return {"less": plus_minus(*less, 100), "cost": plus_minus(*fast, 100), "bound": fixed(100 * fast.high, 1), "slow": plus_minus(*slow, 100)}


@claim(refuted_by=swap("start_scale", "silent_10", "adam_10"))
def a_silent_output_layer_repairs_most(runs):
    """With hidden kernels ten times He's and zeros in the output layer the network ends at {silent}, {gain} percentage points above
    the one whose output layer is large as well; above hidden kernels of He's own size zeros cost {cost}."""
    gain, cost = gap(runs, "start_scale", "silent_10", "adam_10"), gap(runs, "start_scale", "adam_1", "silent_1")
    assert gain.low > 0.15 and cost.low > 0
    return {"silent": percent(last(runs, "start_scale", "silent_10")), "gain": plus_minus(*gain, 100), "cost": plus_minus(*cost, 100)}


def mean_squares(table):
    """Variance of the row means and of the column means of a square table, each times its size: (rows, columns)."""
    return len(table) * table.mean(1).var(ddof=1), len(table) * table.mean(0).var(ddof=1)


def transpose(runs):
    """A refutation: images and seeds of the weights, exchanged."""
    arm = runs["seeds_and_images"]["he_normal"]
    arm["test_accuracy"] = arm["test_accuracy"].T


@claim(refuted_by=transpose)
def the_images_matter_more_than_the_seed(runs):
    """Over ten sets of 1,000 images, the mean of ten seeds has a standard deviation of {images} percentage points; over ten seeds,
    the mean of ten sets has one of {seeds}. The first is {ratio} times the second, with 95 % confidence at least {low} times."""
    table = runs["seeds_and_images"]["he_normal"]["test_accuracy"]
    images, seeds = mean_squares(table)
    # in the two-way table without repetition the mean squares are independent multiples of chi square
    low = np.sqrt(images / seeds / fdtri(len(table) - 1, len(table) - 1, 0.975))
    assert low > 1
    spread = {name: fixed(100 * np.sqrt(square / len(table)), 2) for name, square in (("images", images), ("seeds", seeds))}
    return spread | {"ratio": fixed(np.sqrt(images / seeds), 1), "low": fixed(low, 1)}


def unpaired(runs):
    """A refutation: the runs of one rule in another order of seeds."""
    arm = runs["small_data"]["lecun_normal_1000"]
    arm["test_accuracy"] = np.roll(arm["test_accuracy"], 1, axis=0)


@claim(refuted_by=unpaired)
def pairing_sees_what_two_intervals_hide(runs):
    """The intervals of He and LeCun normal with 1,000 images, {he} and {lecun}, overlap; the paired difference, {gap} percentage
    points, is detectable."""
    he, lecun = (interval(last(runs, "small_data", f"{rule}_1000")) for rule in ("he_normal", "lecun_normal"))
    difference = gap(runs, "small_data", "he_normal_1000", "lecun_normal_1000")
    assert he.low < lecun.high and difference.low > 0.001
    return {"he": plus_minus(*he, 100, " %"), "lecun": plus_minus(*lecun, 100, " %"), "gap": plus_minus(*difference, 100)}


@claim(refuted_by=swap("new_head", "sgd_zeros", "sgd_glorot_uniform"))
def a_zero_head_starts_at_log_five(runs):
    """On the first batch of five classes a head of zeros has a loss of {zeros} nats in all {seeds} seeds, the logarithm of five, and
    its first step leaves the body exactly where it was; a Glorot uniform head starts from a loss of {glorot}, a He normal head
    from {he}."""
    zeros, glorot, he = (last(runs, "new_head", f"sgd_{head}", "first_loss") for head in ("zeros", "glorot_uniform", "he_normal"))
    assert np.abs(zeros - np.log(5)).max() < 1e-5 and interval(glorot).low > 1.8 and interval(he).low > 1.8
    assert all((last(runs, "new_head", f"{optimizer}_zeros", "first_move") == 0).all() for optimizer in ("adam", "sgd"))
    return {
        "zeros": fixed(zeros.mean()), "seeds": word(len(zeros)),
        "glorot": measured(glorot), "he": measured(he),
    }  # fmt: skip


@claim(refuted_by=swap("new_head", "frozen_zeros", "frozen_he_normal"))
def a_frozen_body_prefers_a_zero_head(runs):
    """On a frozen body a head from zeros reaches {zeros}, {glorot} percentage points above one from Glorot uniform, {he} above one
    from He normal and {large} above one ten times as large."""
    gaps = {head: gap(runs, "new_head", "frozen_zeros", f"frozen_{head}") for head in ("glorot_uniform", "he_normal", "large")}
    assert all(each.low > 0 for each in gaps.values())
    named = {head.partition("_")[0]: plus_minus(*each, 100) for head, each in gaps.items()}
    return {"zeros": percent(last(runs, "new_head", "frozen_zeros"))} | named


@claim(refuted_by=swap("new_head", "scratch", "frozen_zeros"))
def frozen_features_trail_training_from_scratch(runs):
    """Features learned on 0 to 4 are worth {random} percentage points more than those of an untrained network; but the network that
    learns 5 to 9 from scratch, on the same images, reaches {scratch}, {behind} more than the frozen body allows."""
    random, behind = (gap(runs, "new_head", *arms) for arms in (("frozen_zeros", "frozen_random"), ("scratch", "frozen_zeros")))
    assert random.low > 0 and behind.low > 0.05
    return {"random": plus_minus(*random, 100), "scratch": percent(last(runs, "new_head", "scratch")), "behind": plus_minus(*behind, 100)}


@claim(refuted_by=swap("new_head", "adam_zeros", "adam_glorot_uniform"))
def a_zero_head_costs_in_fine_tuning(runs):
    """When the body is trained along with Adam, a head from zeros ends {adam} percentage points below one from Glorot uniform; with
    SGD the difference is {sgd}."""
    gaps = {name: gap(runs, "new_head", f"{name}_glorot_uniform", f"{name}_zeros") for name in ("adam", "sgd")}
    assert gaps["adam"].low > 0.003 and abs(gaps["sgd"].mean) < 0.015
    return {name: plus_minus(*each, 100) for name, each in gaps.items()}


@claim(refuted_by=swap("new_head", "adam_zeros", "adam_glorot_uniform"))
def with_adam_a_zero_head_moves_the_body_most(runs):
    """With Adam the body's first kernel moves by {zeros} of its norm under a head from zeros, by {glorot} under Glorot uniform and
    by {large} under the large head; with the old head put back, it still recognizes {kept_zeros}, {kept_glorot} and {kept_large}
    of the old digits, from {before} before."""
    moves = {head: last(runs, "new_head", f"adam_{head}", "move") for head in ("zeros", "glorot_uniform", "large")}
    assert gap(runs, "new_head", "adam_zeros", "adam_glorot_uniform", "move").low > 0.2
    assert gap(runs, "new_head", "adam_glorot_uniform", "adam_large", "move").low > 0.1
    assert gap(runs, "new_head", "adam_zeros", "adam_glorot_uniform", "old_accuracy").high < -0.1
    named = {head.partition("_")[0]: percent(values) for head, values in moves.items()}
    kept = {f"kept_{head.partition('_')[0]}": percent(last(runs, "new_head", f"adam_{head}", "old_accuracy")) for head in moves}
    return named | kept | {"before": percent(last(runs, "new_head", "pretrained", "old_accuracy"))}


@claim(refuted_by=swap("new_head", "sgd_large", "adam_large"))
def with_sgd_a_large_head_wrecks_the_body(runs):
    """With SGD the first step moves the first kernel by {he} of its norm under He normal and by {large} under a head ten times as
    large; at the end {kept} of the old digits are recognized under the large head. With Adam the same first step is {adam} under both."""
    first = {head: last(runs, "new_head", f"sgd_{head}", "first_move") for head in ("he_normal", "large")}
    adam = gap(runs, "new_head", "adam_large", "adam_he_normal", "first_move")
    kept = last(runs, "new_head", "sgd_large", "old_accuracy")
    assert paired_difference(first["large"], first["he_normal"]).low > 0.1 and abs(adam.mean) < 0.001 and interval(kept).high < 0.6
    return {
        "he": percent(first["he_normal"]), "large": percent(first["large"]), "kept": percent(kept),
        "adam": percent(last(runs, "new_head", "adam_large", "first_move")),
    }  # fmt: skip


@claim(refuted_by=swap("new_head", "adam_probed", "adam_zeros"))
def train_the_head_first(runs):
    """A head trained on the frozen body before both are trained on ends at {probed} with Adam, {scratch} percentage points above the
    network from scratch, and keeps {kept} of the old digits, {more} more than a Glorot uniform head does."""
    scratch, more = gap(runs, "new_head", "adam_probed", "scratch"), gap(runs, "new_head", "adam_probed", "adam_glorot_uniform", "old_accuracy")
    assert scratch.low > 0 and more.low > 0
    return {
        "probed": percent(last(runs, "new_head", "adam_probed")), "scratch": plus_minus(*scratch, 100),
        "kept": percent(last(runs, "new_head", "adam_probed", "old_accuracy")), "more": plus_minus(*more, 100),
    }  # fmt: skip
