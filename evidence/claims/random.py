"""Claims of the chapter Plain random."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus, word
from evidence.spread import RATES, SCALES, best, usable_rates
from evidence.sweep import DEPTHS, STDS

GOOD = 0.73  # test accuracy that counts as learning, in the short budget of std_sweep: a mark with no cell near it


def swept(runs, activation, depth, std):
    """Test accuracy of one cell of the sweep, (seeds,)."""
    return runs["std_sweep"][f"{activation}_{depth}"]["test_accuracy"][:, STDS.index(std)]


def working(runs, activation):
    """How many of the standard deviations reach GOOD on average, by depth."""
    return [int((runs["std_sweep"][f"{activation}_{depth}"]["test_accuracy"].mean(0) > GOOD).sum()) for depth in DEPTHS]


def growth(runs, arm):
    """Factor on the root mean square of δ per layer on the way down, as (seeds,)."""
    delta = runs["saturation"][arm]["delta"]
    return 10 ** ((delta[:, 0] - delta[:, -1]) / (delta.shape[1] - 1))


def wide_tanh(gain, spread):
    """Predicted factor on the root mean square of δ per tanh layer whose pre-activations have a large standard deviation.

    gain: n_out σ², what the kernel alone does to the mean square; spread: the standard deviation of z, far above 1.
    """
    return np.sqrt(gain * 4 / 3 / np.sqrt(2 * np.pi) / spread)


def set_cell(activation, depth, std, accuracy):
    """A refutation: another accuracy in one cell of the sweep, in every seed."""

    def alter(runs):
        swept(runs, activation, depth, std)[:] = accuracy

    return alter


@claim(refuted_by=swap("std_sweep", "relu_1", "relu_16"))
def depth_narrows_the_working_range(runs):
    """Of the {stds} standard deviations, {relu} reach {good} per cent with 1, 2, 4, 8 and 16 hidden ReLU layers, and {tanh}
    with as many tanh layers; no mean lies within {margin} points of that mark."""
    counts = {activation: working(runs, activation) for activation in ("relu", "tanh")}
    means = [runs["std_sweep"][f"{activation}_{depth}"]["test_accuracy"].mean(0) for activation in counts for depth in DEPTHS]
    margin = np.abs(np.array(means) - GOOD).min()
    assert margin > 0.02
    for count in counts.values():
        assert count == sorted(count, reverse=True) and count[-1] <= count[0] / 4
    said = {activation: ", ".join(map(word, c[:-1])) + f" and {word(c[-1]).replace('no', 'none')}" for activation, c in counts.items()}
    return {"stds": word(len(STDS)), "good": round(100 * GOOD), "margin": fixed(np.floor(1000 * margin) / 10, 1)} | said


@claim(refuted_by=set_cell("relu", 8, 0.01, GOOD))
def small_spreads_freeze_deep_networks(runs):
    """A standard deviation of {std} reaches {one} with one hidden ReLU layer and {four} with four; with eight and with sixteen
    every seed ends at {frozen}, the share of ones in the test set."""
    one, four, eight, sixteen = (swept(runs, "relu", depth, 0.01) for depth in (1, 4, 8, 16))
    assert interval(one).low > GOOD > interval(four).high
    assert (eight == runs["class_prior"]["test"]["share"][0, 1]).all() and (sixteen == eight).all()
    return {"std": "a hundredth", "one": percent(one), "four": percent(four), "frozen": fixed(eight[0])}


@claim(refuted_by=set_cell("tanh", 1, 1, GOOD))
def the_standard_normal_trails(runs):
    """With a standard deviation of one, the best of the ten networks, {layers} hidden {activation} layers, ends at {best}, where
    its own rule reaches {rule}."""
    cells = {(activation, depth): swept(runs, activation, depth, 1) for activation in ("relu", "tanh") for depth in DEPTHS}
    activation, depth = max(cells, key=lambda cell: cells[cell].mean())
    best, rule = cells[activation, depth], runs["std_sweep"][f"{activation}_{depth}"]["rule_accuracy"][:, 0]
    assert interval(best).high < 0.5 and all(interval(cell).high < 0.5 for cell in cells.values())
    name = {"relu": "ReLU", "tanh": "tanh"}[activation]
    return {"layers": word(depth), "activation": name, "best": percent(best), "rule": percent(rule)}


def best_of_all(runs):
    """A refutation: a standard deviation that does in sixteen layers what the rule does."""
    arm = runs["std_sweep"]["relu_16"]
    arm["test_accuracy"][:, STDS.index(0.2)] = arm["rule_accuracy"][:, 0]


@claim(refuted_by=best_of_all)
def no_single_spread_does_what_the_rule_does(runs):
    """With sixteen hidden ReLU layers He normal leads the best of the {stds} standard deviations, {std}, by {gap} percentage
    points."""
    arm = runs["std_sweep"]["relu_16"]
    gaps = [paired_difference(arm["rule_accuracy"][:, 0], column, len(STDS)) for column in arm["test_accuracy"].T]
    best = int(arm["test_accuracy"].mean(0).argmax())
    assert all(gap.low > 0 for gap in gaps)
    return {"stds": word(len(STDS)), "std": f"`{STDS[best]:g}`", "gap": plus_minus(*gaps[best], 100)}


@claim(refuted_by=best_of_all)
def sixteen_layers_need_a_rule(runs):
    """None of {stds} spreads, each for all weights, trains sixteen hidden ReLU layers as He's rule does, which reaches {rule} in one
    pass over 10,000 images; with one hidden layer {near} of them end less than {behind} points behind it, on average."""
    arms = [runs["std_sweep"][f"relu_{depth}"] for depth in (1, 16)]
    shallow, deep = ([paired_difference(arm["rule_accuracy"][:, 0], column, len(STDS)) for column in arm["test_accuracy"].T] for arm in arms)
    near = [gap.mean for gap in shallow if gap.mean < 0.1]
    assert all(gap.low > 0.05 for gap in deep) and len(near) > len(STDS) / 2
    rule = percent(arms[1]["rule_accuracy"][:, 0])
    return {"stds": len(STDS), "rule": rule, "near": word(len(near)), "behind": word(int(np.ceil(100 * max(near))))}


@claim(refuted_by=set_cell("relu", 1, 0.001, 0.95))
def small_spreads_trail_when_shallow_too(runs):
    """With one hidden layer He still leads the {small} smallest spreads, by {most} to {least} points; from {level} we cannot tell it."""
    arm = runs["std_sweep"]["relu_1"]
    gaps = [paired_difference(arm["rule_accuracy"][:, 0], column, len(STDS)) for column in arm["test_accuracy"].T]
    level = [std for std, gap in zip(STDS, gaps) if gap.holds_zero]
    small = [gap for std, gap in zip(STDS, gaps) if std < min(level)]
    assert all(gap.low > 0 for gap in small) and level == STDS[len(small) : len(small) + len(level)]
    means = [100 * gap.mean for gap in small]
    return {"small": word(len(small)), "most": fixed(max(means), 1), "least": fixed(min(means), 1), "level": " and ".join(f"`{one:g}`" for one in level)}


@claim(refuted_by=swap("saturation", "kernels", "biases"))
def saturated_kernels_explode(runs):
    """In tanh layers whose kernels are standard normal, {share} of the units are saturated, and yet the error signal grows by a
    factor of {growth} per layer on its way down, where the formula says {predicted}: the gradient of the first kernel is
    {decades} powers of ten larger than that of the twentieth."""
    arm = runs["saturation"]["kernels"]
    share, measured, predicted = arm["saturated_share"].mean(1), growth(runs, "kernels"), wide_tanh(200, 200**0.5)
    decades = interval(arm["gradient"][:, 0] - arm["gradient"][:, -1])
    assert interval(share).low > 0.75 and abs(interval(measured).mean / predicted - 1) < 0.05 and decades.low > 7
    return {
        "share": percent(share),
        "growth": plus_minus(*interval(measured)),
        "predicted": fixed(predicted, 2),
        "decades": plus_minus(*decades),
    }


@claim(refuted_by=swap("saturation", "biases", "kernels"))
def saturated_biases_vanish(runs):
    """With LeCun's kernels and biases of standard deviation 10, nearly as many units are saturated, {share}, and the error signal
    shrinks by a factor of {shrinkage} per layer, where the formula says {predicted}."""
    arm = runs["saturation"]["biases"]
    share, measured, predicted = arm["saturated_share"].mean(1), growth(runs, "biases"), wide_tanh(1, 10)
    kernels = runs["saturation"]["kernels"]["saturated_share"].mean(1)
    assert abs(share.mean() - kernels.mean()) < 0.1 and abs(interval(measured).mean / predicted - 1) < 0.05
    return {"share": percent(share), "shrinkage": plus_minus(*interval(1 / measured)), "predicted": fixed(1 / predicted, 2)}


@claim(refuted_by=swap("saturation", "small", "lecun"))
def small_kernels_vanish_unsaturated(runs):
    """With a standard deviation of a hundredth not one of these tanh units is saturated, and the error signal loses a factor of
    {shrinkage} per layer."""
    measured = growth(runs, "small")
    assert (runs["saturation"]["small"]["saturated_share"] == 0).all() and interval(measured).high < 0.2
    return {"shrinkage": plus_minus(*interval(1 / measured))}


@claim(refuted_by=swap("sparse_start", "tenth", "zeros"))
def most_weights_may_be_zero(runs):
    """With {share} of all weights at zero, and the rest scaled up so that the variance stays, one epoch gives {tenth}, against
    {dense} for He normal: a difference of {gap} percentage points."""
    arms = runs["sparse_start"]
    dense, tenth = (arms[arm]["test_accuracy"][:, -1] for arm in ("he_normal", "tenth"))
    gap = paired_difference(tenth, dense)
    assert abs(gap.mean) < 0.02 and arms["tenth"]["zero_share"].min() > 0.85
    share = arms["tenth"]["zero_share"][:, 0]
    return {"share": percent(share), "tenth": percent(tenth), "dense": percent(dense), "gap": plus_minus(*gap, 100)}


def beyond(runs):
    """A refutation: a tenth of He's spread that trains at twice the rate that He stands."""
    runs["rate_and_spread"]["2_0.1_1"] = runs["rate_and_spread"]["2_0.1_0.5"]


@claim(refuted_by=beyond)
def a_smaller_start_allows_no_larger_rate(runs):
    """With two hidden layers the largest of the {rates} rates that still trains is {he} from He's spread, {third} from three tenths of it
    and {tenth} from a tenth; from three times it, {triple}. With four it is {deep_he} from He's spread and {deep_triple} from three times
    it; from three tenths and a tenth no rate trains in these 200 steps."""
    rates = {(depth, scale): usable_rates(runs, depth, scale) for depth in (2, 4) for scale in SCALES}
    he, deep_he = rates[2, 1][-1], rates[4, 1][-1]
    assert rates[2, 0.1][-1] <= he and rates[2, 0.3][-1] <= he and rates[2, 3][-1] < he
    assert not rates[4, 0.1] and not rates[4, 0.3] and rates[4, 3][-1] < deep_he / 10
    return {
        "rates": len(RATES), "he": he, "third": rates[2, 0.3][-1], "tenth": rates[2, 0.1][-1], "triple": rates[2, 3][-1],
        "deep_he": deep_he, "deep_triple": rates[4, 3][-1],
    }  # fmt: skip


@claim(refuted_by=swap("rate_and_spread", "2_0.1_0.5", "2_1_0.3"))
def a_smaller_start_needs_a_larger_rate(runs):
    """With two hidden layers the smallest rate that trains rises from {he} at He's spread to {third} and {tenth}. Each at its best rate,
    He ends at {best}, ahead of three tenths by {third_gap} points, of a tenth by {tenth_gap} and of three times by {triple_gap}."""
    lowest = [usable_rates(runs, 2, scale)[0] for scale in (1, 0.3, 0.1)]
    own = best(runs, 2, 1)
    gaps = [paired_difference(own, best(runs, 2, scale), 3) for scale in (0.3, 0.1, 3)]
    assert lowest == sorted(set(lowest)) and all(gap.low > 0 for gap in gaps)
    printed = [plus_minus(*gap, 100) for gap in gaps]
    return dict(zip(("he", "third", "tenth", "third_gap", "tenth_gap", "triple_gap"), [*lowest, *printed], strict=True)) | {"best": percent(own)}


def start_gain(runs, depth):
    """Factor on the gradient of the first kernel from a tenth to three tenths of He's spread, (seeds,)."""
    return runs["rate_and_spread"][f"{depth}_0.3"]["gradient"][:, 0] / runs["rate_and_spread"][f"{depth}_0.1"]["gradient"][:, 0]


@claim(refuted_by=swap("rate_and_spread", "2_0.3", "4_0.3"))
def gradients_scale_with_the_other_kernels(runs):
    """Tripling every kernel, from a tenth of He's spread to three tenths, multiplies the gradient of the first kernel by {three} in a
    network of three layers, where $3^2 = 9$, and by {five} in one of five, where $3^4 = 81$."""
    three, five = (interval(start_gain(runs, depth)) for depth in (2, 4))
    assert abs(three.mean / 9 - 1) < 0.05 and abs(five.mean / 81 - 1) < 0.05
    return {"three": plus_minus(*three), "five": plus_minus(*five)}
