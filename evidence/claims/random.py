"""Claims of the chapter Plain random."""

import numpy as np

from evidence.readings.budget import steps
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, listed, over_seeds, percent, plus_minus, points, word
from evidence.readings.rate_and_spread import usable_rates
from evidence.readings.rates import best_rate, reached

GOOD = 0.5  # test accuracy that counts as learning, in the short budget of std_sweep


def swept(runs, activation, depth, std):
    """Test accuracy of one cell of the sweep, (seeds,)."""
    return runs["std_sweep"][f"{activation}_{depth}_{std}"]["test_accuracy"][:, 0]


def stds(runs):
    """The standard deviations that were swept, smallest first."""
    return runs["std_sweep"].protocol["stds"]


def budget(runs):
    """What sentences say of the sweep: "stds" swept, "passes" over so many "images"."""
    protocol = runs["std_sweep"].protocol
    return {"stds": word(len(protocol["stds"])), "passes": word(protocol["epochs"]), "images": f"{protocol['images']:,}"}


def rule_of(runs, activation, depth):
    """Test accuracy from the rule made for the activation, (seeds,)."""
    return swept(runs, activation, depth, "rule")


def depths(runs):
    """The numbers of hidden layers in the sweep, fewest first."""
    return runs["std_sweep"].protocol["hidden_layers"]


def working(runs, activation):
    """How many of the standard deviations reach GOOD on average, by depth."""
    return [sum(swept(runs, activation, depth, std).mean() > GOOD for std in stds(runs)) for depth in depths(runs)]


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


@claim(refuted_by=swap_grids("std_sweep", "relu_1", "relu_16"))
def depth_narrows_the_working_range(runs):
    """Of the {stds} standard deviations, {relu} bring the mean accuracy above one half with {depths} hidden ReLU layers, and
    {tanh} with as many tanh layers, after {passes} pass over {images} images."""
    counts = {activation: working(runs, activation) for activation in ("relu", "tanh")}
    for count in counts.values():
        assert count == sorted(count, reverse=True) and count[-1] <= count[0] / 2
    said = {activation: listed([word(count) if count else "none" for count in c]) for activation, c in counts.items()}
    return budget(runs) | said | {"depths": listed(depths(runs))}


@claim(refuted_by=set_cell("relu", 8, 0.01, GOOD))
def small_spreads_freeze_deep_networks(runs):
    """A standard deviation of {std} reaches {one} with one hidden ReLU layer and {four} with four. With eight and with sixteen every
    seed gives all test images one answer, and most end at {frozen}, the share of ones in the test set."""
    one, four, eight, sixteen = (swept(runs, "relu", depth, 0.01) for depth in (1, 4, 8, 16))
    shares = runs["class_prior"]["test"]["share"][0]
    assert interval(one).low > GOOD and (one - four).min() > 0.1
    assert np.isin([eight, sixteen], shares).all() and np.median(eight) == np.median(sixteen) == shares[1]
    return {"std": "a hundredth", "one": percent(one), "four": percent(four), "frozen": fixed(shares[1])}


@claim(refuted_by=set_cell("tanh", 1, 1, 0.9))
def the_standard_normal_trails(runs):
    """With a standard deviation of one none of the {networks} networks comes near its own rule: the best of them, {layers} hidden {activation}
    layers, ends at {best}, and the rule there at {rule}."""
    cells = {(activation, depth): swept(runs, activation, depth, 1) for activation in ("relu", "tanh") for depth in depths(runs)}
    for place, cell in cells.items():
        assert (rule_of(runs, *place) - cell).min() > 0.2
    activation, depth = max(cells, key=lambda place: cells[place].mean())
    name = {"relu": "ReLU", "tanh": "tanh"}[activation]
    best, rule = cells[activation, depth], rule_of(runs, activation, depth)
    return {"networks": word(len(cells)), "layers": word(depth), "activation": name, "best": percent(best), "rule": percent(rule)}


def best_of_all(runs):
    """A refutation: a standard deviation that does in sixteen layers what the rule does."""
    runs["std_sweep"]["relu_16_0.2"] = runs["std_sweep"]["relu_16_rule"]


@claim(refuted_by=best_of_all)
def no_single_spread_does_what_the_rule_does(runs):
    """With sixteen hidden ReLU layers He normal leads the best of the {stds} standard deviations, {std}, in every seed, by {gap} percentage
    points; the best is the one with the highest accuracy on validation images."""
    std, rule = best_rate(runs["std_sweep"], "relu_16"), rule_of(runs, "relu", 16)
    gap = paired_difference(rule, reached(runs["std_sweep"], "relu_16"))
    assert all((rule > swept(runs, "relu", 16, one)).all() for one in stds(runs)) and gap.low > 0
    return budget(runs) | {"std": f"`{std:g}`", "gap": points(gap)}


@claim(refuted_by=best_of_all)
def sixteen_layers_need_a_rule(runs):
    """None of {stds} spreads, each for all weights, trains sixteen hidden ReLU layers as He's rule does, which reaches {rule} in {passes}
    pass over {images} images; with one hidden layer {near} of them reach {good} per cent and more, and He {shallow}."""
    rule, shallow = rule_of(runs, "relu", 16), rule_of(runs, "relu", 1)
    near = working(runs, "relu")[0]
    swept_all = all((rule > swept(runs, "relu", 16, std)).all() for std in stds(runs))
    assert swept_all and near > len(stds(runs)) / 2 and interval(rule).low > GOOD
    return budget(runs) | {"rule": percent(rule), "near": word(near), "good": round(100 * GOOD), "shallow": percent(shallow)}


@claim(refuted_by=set_cell("relu", 1, 0.001, 0.95))
def small_spreads_trail_when_shallow_too(runs):
    """With one hidden layer He still leads the three smallest spreads in every seed, by {gaps} points."""
    gaps = [paired_difference(rule_of(runs, "relu", 1), swept(runs, "relu", 1, std), 3) for std in stds(runs)[:3]]
    assert all((rule_of(runs, "relu", 1) > swept(runs, "relu", 1, std)).all() for std in stds(runs)[:3])
    return {"gaps": "{}, {} and {}".format(*(points(gap) for gap in gaps))}


@claim(refuted_by=swap("saturation", "kernels", "biases"))
def saturated_kernels_explode(runs):
    """In tanh layers whose kernels are standard normal, {share} of the units are saturated, and yet the error signal grows by a
    factor of {growth} per layer on its way down, where the formula says {predicted}: the gradient of the first kernel is
    {decades} powers of ten larger than that of the last hidden one."""
    arm = runs["saturation"]["kernels"]
    width = runs["saturation"].protocol["widths"][1]
    share, measured, predicted = arm["saturated_share"].mean(1), growth(runs, "kernels"), wide_tanh(width, width**0.5)
    decades = interval(arm["gradient"][:, 0] - arm["gradient"][:, -1])
    assert interval(share).low > 0.75 and abs(interval(measured).mean / predicted - 1) < 0.05 and decades.low > 7
    return {
        "share": percent(share),
        "growth": over_seeds(measured),
        "predicted": fixed(predicted, 2),
        "decades": plus_minus(*decades),
    }


@claim(refuted_by=swap("saturation", "biases", "kernels"))
def saturated_biases_vanish(runs):
    """With LeCun's kernels and biases of standard deviation {std:g}, nearly as many units are saturated, {share}, and the error signal
    shrinks by a factor of {shrinkage} per layer, within {band} per cent of the {predicted} that the formula says."""
    arm, std = runs["saturation"]["biases"], runs["saturation"].protocol["arms"]["biases"]["bias_std"]
    share, measured, predicted = arm["saturated_share"].mean(1), growth(runs, "biases"), wide_tanh(1, std)
    kernels = runs["saturation"]["kernels"]["saturated_share"].mean(1)
    band = 10  # per cent: at width 200 few units are not saturated, which takes about 2 from the typical factor, and seeds scatter by 1.3
    assert abs(share.mean() - kernels.mean()) < 0.1 and abs(interval(measured).mean / predicted - 1) < band / 100
    return {"std": std, "band": word(band), "share": percent(share), "shrinkage": over_seeds(1 / measured), "predicted": fixed(1 / predicted, 2)}


@claim(refuted_by=swap("saturation", "small", "lecun"))
def small_kernels_vanish_unsaturated(runs):
    """With a standard deviation of a hundredth not one of these tanh units is saturated, and the error signal loses a factor of
    {shrinkage} per layer."""
    measured = growth(runs, "small")
    assert (runs["saturation"]["small"]["saturated_share"] == 0).all() and interval(measured).high < 0.2
    return {"shrinkage": over_seeds(1 / measured)}


@claim(refuted_by=swap("sparse_start", "tenth", "zeros"))
def most_weights_may_be_zero(runs):
    """With {share} of all weights at zero, and the rest scaled up so that the variance stays, {epochs} epoch of all images gives
    {tenth}, against {dense} for He normal: a difference of {gap} percentage points."""
    arms = runs["sparse_start"]
    dense, tenth = (arms[arm]["test_accuracy"][:, -1] for arm in ("he_normal", "tenth"))
    gap = paired_difference(tenth, dense)
    assert abs(gap.mean) < 0.02 and arms["tenth"]["zero_share"].min() > 0.85
    share = arms["tenth"]["zero_share"][:, 0]
    epochs = word(arms.protocol["epochs"])
    return {"epochs": epochs, "share": percent(share), "tenth": percent(tenth), "dense": percent(dense), "gap": points(gap)}


def beyond(runs):
    """A refutation: a tenth of He's spread that trains at four times the rate that He stands."""
    runs["rate_and_spread"]["2_0.1_2"] = runs["rate_and_spread"]["2_0.1_0.5"]


@claim(refuted_by=beyond)
def a_smaller_start_allows_no_larger_rate(runs):
    """With two hidden layers the largest of the {rates} rates that still trains in {steps} steps is {he:g} from He's spread, {third:g} from
    three tenths of it and {tenth:g} from a tenth, neighbours in the grid if not the same; from three times it, {triple:g}. With four it is
    {deep_he:g} from He's spread and {deep_triple:g} from three times it, and from a tenth no rate trains."""
    protocol = runs["rate_and_spread"].protocol
    tried = protocol["learning_rates"]
    rates = {(depth, scale): usable_rates(runs, depth, scale) for depth in protocol["hidden_layers"] for scale in protocol["scales"]}
    he, third, tenth, triple = (tried.index(rates[2, scale][-1]) for scale in (1, 0.3, 0.1, 3))
    assert max(third, tenth) <= he + 1 and triple < he
    assert not rates[4, 0.1] and rates[4, 3][-1] < rates[4, 1][-1] / 3
    return {
        "rates": len(tried), "steps": steps(protocol), "he": tried[he], "third": tried[third], "tenth": tried[tenth], "triple": tried[triple],
        "deep_he": rates[4, 1][-1], "deep_triple": rates[4, 3][-1],
    }  # fmt: skip


@claim(refuted_by=swap_grids("rate_and_spread", "2_0.1", "2_1"))
def a_smaller_start_needs_a_larger_rate(runs):
    """With two hidden layers the smallest rate that trains rises from {he:g} at He's spread to {third:g} and {tenth:g}. Each at its best rate,
    {steps} steps from He end at {best}; three tenths are {third_gap} points behind in the mean, a tenth {tenth_gap} and three times
    {triple_gap}."""
    lowest = [usable_rates(runs, 2, scale)[0] for scale in (1, 0.3, 0.1)]
    own, *others = (reached(runs["rate_and_spread"], f"2_{scale}") for scale in (1, 0.3, 0.1, 3))
    gaps = [paired_difference(own, other, 3) for other in others]
    assert lowest == sorted(set(lowest)) and gaps[0].mean > 0 and min(gap.mean for gap in gaps[1:]) > 0.02
    printed = [plus_minus(*gap, 100) for gap in gaps]
    names = ("he", "third", "tenth", "third_gap", "tenth_gap", "triple_gap")
    return dict(zip(names, [*lowest, *printed], strict=True)) | {"best": percent(own), "steps": steps(runs["rate_and_spread"].protocol)}


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
