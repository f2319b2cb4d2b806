"""Claims of the chapter Glorot."""

import numpy as np

from evidence.claim import claim, swap
from evidence.decay import tanh_decay
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, plus_minus, word
from evidence.ordering import ACTIVATIONS, RATES, best
from evidence.variance import WIDTHS


def activation(runs, arm):
    """Mean square of h per hidden layer, (seeds, layers)."""
    return runs["glorot_signal"][arm]["activation"]


def backward_factor(runs, arm):
    """By what the mean square of δ is multiplied per hidden layer on its way down, geometric mean, (seeds,)."""
    delta = runs["glorot_signal"][arm]["delta"]
    layers = delta.shape[1] - 2  # between the last hidden layer and the first
    return (delta[:, 0] / delta[:, -2]) ** (2 / layers)


def levels_off(runs):
    """A refutation: a signal that stays at a quarter from layer two on."""
    runs["glorot_signal"]["tanh"]["activation"][:, 1:] = 0.25


@claim(refuted_by=levels_off)
def tanh_fades_as_one_over_two_l(runs):
    """Through tanh layers the mean square of h falls to {two} in layer two, {ten} in layer ten and {last} in layer {layers}; $1 / 2l$ there is
    {limit}."""
    squares = activation(runs, "tanh")
    layers = squares.shape[1]
    two, ten, last = (interval(squares[:, layer - 1]) for layer in (2, 10, layers))
    assert abs(last.mean * 2 * layers - 1) < 0.2 and abs(ten.mean * 20 - 1) < 0.2
    values = {"two": plus_minus(*two), "ten": plus_minus(*ten), "last": plus_minus(*last)}
    return values | {"layers": layers, "limit": fixed(1 / (2 * layers), 3)}


@claim(refuted_by=levels_off)
def the_recursion_predicts_tanh(runs):
    """Over {layers} layers the measured mean squares stay within {worst} per cent of the recursion."""
    means = activation(runs, "tanh").mean(axis=0)
    worst = np.abs(means / tanh_decay(len(means)) - 1).max()
    assert worst < 0.15
    return {"layers": len(means), "worst": fixed(100 * worst, 1)}


@claim(refuted_by=swap("glorot_signal", "sigmoid_ten", "tanh_ten"))
def sigmoid_kills_the_error_signal(runs):
    """Under Glorot's rule each sigmoid layer multiplies the mean square of the error signal by {sigmoid} on its way down, each tanh layer by
    {tanh}."""
    sigmoid, tanh = (interval(backward_factor(runs, f"{name}_ten")) for name in ("sigmoid", "tanh"))
    assert sigmoid.high < 1 / 16 < 0.5 < tanh.low
    return {"sigmoid": plus_minus(*sigmoid), "tanh": plus_minus(*tanh)}


@claim(refuted_by=swap("glorot_signal", "sigmoid_four_ten", "tanh_ten"))
def four_times_glorot_is_not_enough(runs):
    """With weights four times as large the factor of sigmoid rises to {factor}, and in {layers} layers one part in {left} of the mean
    square is left."""
    factor = interval(backward_factor(runs, "sigmoid_four_ten"))
    layers = activation(runs, "sigmoid_four_ten").shape[1]
    assert 0.1 < factor.low and factor.high < 0.6
    return {"factor": plus_minus(*factor), "layers": word(layers), "left": f"{factor.mean ** (1 - layers):,.0f}"}


def per_pair(runs, direction, start, stop):
    """By what a pair of layers multiplies the mean square under Glorot's rule, (seeds,), on the alternating widths."""
    squares = runs["layer_variance"]["fan_avg"][direction]
    return (squares[:, stop] / squares[:, start]) ** (2 / abs(stop - start))


@claim(refuted_by=swap("layer_variance", "fan_avg", "fan_in"))
def the_compromise_loses_both_ways(runs):
    """On widths of {wide} and {narrow} in turn, each pair of linear layers under Glorot's rule multiplies the signal's mean square by {forward} and
    the error signal's by {backward}; the formula says {predicted}."""
    wide, narrow = WIDTHS[1:3]
    predicted = 4 * wide * narrow / (wide + narrow) ** 2
    forward, backward = interval(per_pair(runs, "forward", 0, 4)), interval(per_pair(runs, "backward", 4, 0))
    assert all(abs(one.mean / predicted - 1) < 0.1 and one.high < 0.9 for one in (forward, backward))
    return {"wide": wide, "narrow": narrow, "predicted": fixed(predicted, 2), "forward": plus_minus(*forward), "backward": plus_minus(*backward)}


def error(runs, name, start):
    """Test error at the best rate, printed in per cent with its interval."""
    return plus_minus(*interval(1 - best(runs, name, start)), 100, " %")


def exchanged(activation_name, other, start="standard"):
    """A refutation: the runs of two activations with one start exchanged at every rate."""

    def alter(runs):
        for arm in list(runs["glorot_ordering"]):
            name, which, rate = arm.split("_")
            if (name, which) == (activation_name, start):
                swap("glorot_ordering", arm, f"{other}_{which}_{rate}")(runs)

    return alter


@claim(refuted_by=exchanged("sigmoid", "tanh", "glorot"))
def sigmoid_is_last(runs):
    """With five hidden layers and each start at its best learning rate, sigmoid ends at a test error of {sigmoid} and {sigmoid_glorot}
    (old rule, Glorot), tanh at {tanh} and {tanh_glorot}, softsign at {softsign} and {softsign_glorot}."""
    worst = np.array([best(runs, "sigmoid", start) for start in ("standard", "glorot")]).max()
    others = np.array([best(runs, name, start) for name in ACTIVATIONS[1:] for start in ("standard", "glorot")]).min()
    assert worst < others
    return {name + suffix: error(runs, name, start) for name in ACTIVATIONS for suffix, start in (("", "standard"), ("_glorot", "glorot"))}


@claim(refuted_by=lambda runs: runs["glorot_ordering"].update({f"tanh_glorot_{rate}": runs["glorot_ordering"][f"tanh_standard_{rate}"] for rate in (0.03, 0.1, 0.3)}))
def glorot_beats_the_old_rule_with_tanh(runs):
    """With tanh, Glorot's rule is {gap} percentage points of test accuracy ahead of the old one."""
    gap = paired_difference(best(runs, "tanh", "glorot"), best(runs, "tanh", "standard"))
    assert gap.low > 0
    return {"gap": plus_minus(*gap, 100)}


def no_gain(runs):
    """A refutation: with softsign the old rule at the largest rate does what it does at the one before."""
    runs["glorot_ordering"]["softsign_standard_0.3"] = runs["glorot_ordering"]["softsign_standard_0.1"]


@claim(refuted_by=no_gain)
def the_old_rule_does_best_at_the_largest_rate(runs):
    """The old rule does best at {rate}, the largest rate of the grid: from {before} to there it gains {softsign} points with softsign and
    {tanh} with tanh, the latter not detectable."""
    means, gains = {}, {}
    for name in ("softsign", "tanh"):
        values = [runs["glorot_ordering"][f"{name}_standard_{rate}"]["test_accuracy"][:, -1] for rate in RATES]
        means[name], gains[name] = [one.mean() for one in values], paired_difference(values[-1], values[-2], 2)
    assert all(np.argmax(one) == len(RATES) - 1 for one in means.values())
    assert gains["softsign"].low > 0 and gains["tanh"].holds_zero
    return {"rate": RATES[-1], "before": RATES[-2]} | {name: plus_minus(*gap, 100) for name, gap in gains.items()}
