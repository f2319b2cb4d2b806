"""Claims of the chapter Glorot."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.glorot_ordering import curve
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, percent, plus_minus, word
from evidence.theory.mean_field import tanh_decay


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
    seeds, layers = activation(runs, "tanh").shape
    worst = np.abs(activation(runs, "tanh").mean(axis=0) / tanh_decay(layers) - 1).max()
    # A layer of n units multiplies a mean square by 1 ± √(2 / n), and of what layer k adds, k / l is left in layer l: in the last
    # the logarithm for one image has a variance of Σ (2 / n) (k / l)² = 2 l / 3 n. More images only lower it.
    error = np.sqrt(2 * layers / (3 * runs["glorot_signal"].protocol["width"] * seeds))
    assert worst < 3 * error
    return {"layers": layers, "worst": fixed(100 * worst, 1)}


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
    wide, narrow = runs["layer_variance"].protocol["widths"][1:3]
    predicted = 4 * wide * narrow / (wide + narrow) ** 2
    forward, backward = interval(per_pair(runs, "forward", 0, 4)), interval(per_pair(runs, "backward", 4, 0))
    assert all(abs(one.mean / predicted - 1) < 0.1 and one.high < 0.9 for one in (forward, backward))
    return {"wide": wide, "narrow": narrow, "predicted": fixed(predicted, 2), "forward": plus_minus(*forward), "backward": plus_minus(*backward)}


def reached(runs, name, start, epoch=-1):
    """Test accuracy after an epoch at the best rate, printed in per cent with its interval."""
    return percent(curve(runs, name, start)[:, epoch])


def median(accuracy):
    """Median and range over seeds, in per cent."""
    return f"{100 * np.median(accuracy):.1f} % ({100 * accuracy.min():.1f} to {100 * accuracy.max():.1f})"


def trained(runs):
    """{"seeds", "epochs"} of glorot_ordering, in words."""
    protocol = runs["glorot_ordering"].protocol
    return {"seeds": word(len(protocol["seeds"])), "epochs": word(protocol["epochs"])}


def late(runs):
    """A refutation: under Glorot sigmoid does what tanh does."""
    arms = runs["glorot_ordering"]
    for rate, other in zip(*(arms.protocol["learning_rates"][name] for name in ("sigmoid", "tanh")), strict=True):
        arms[f"sigmoid_glorot_{rate}"] = arms[f"tanh_glorot_{other}"]


@claim(refuted_by=late)
def sigmoid_starts_last(runs):
    """After one epoch {seeds} seeds of sigmoid have a median of {standard} under the old rule and of {glorot} under Glorot's, where the lowest
    median of tanh and softsign, under either, is {others}."""
    standard, glorot = (curve(runs, "sigmoid", start)[:, 0] for start in ("standard", "glorot"))
    others = min(np.median(curve(runs, name, start)[:, 0]) for name in ("tanh", "softsign") for start in ("standard", "glorot"))
    assert max(np.median(standard), np.median(glorot)) < 0.8 < others
    return trained(runs) | {"standard": median(standard), "glorot": median(glorot), "others": f"{100 * others:.1f} %"}


@claim(refuted_by=late)
def sigmoid_ends_last_by_little(runs):
    """After {epochs} epochs sigmoid from Glorot is at {sigmoid}; the mean of tanh from Glorot is {tanh} points above that of sigmoid, and
    that of softsign {softsign}."""
    sigmoid, *others = (curve(runs, name, "glorot")[:, -1] for name in ("sigmoid", "tanh", "softsign"))
    gaps = [other.mean() - sigmoid.mean() for other in others]
    assert 0.002 < min(gaps) and max(gaps) < 0.2
    values = trained(runs) | {"sigmoid": reached(runs, "sigmoid", "glorot")}
    return values | {name: fixed(100 * gap, 1) for name, gap in zip(("tanh", "softsign"), gaps)}


def tanh_like_sigmoid(runs):
    """A refutation: under the old rule tanh does what sigmoid does at the lowest rate."""
    arms = runs["glorot_ordering"]
    lowest = arms.protocol["learning_rates"]["sigmoid"][0]
    for rate in arms.protocol["learning_rates"]["tanh"]:
        arms[f"tanh_standard_{rate}"] = arms[f"sigmoid_standard_{lowest}"]


@claim(refuted_by=tanh_like_sigmoid)
def the_rules_end_together_with_tanh(runs):
    """With tanh and with softsign the old rule, Glorot's and He's end within {widest} points of each other on average: tanh at {tanh} from
    Glorot, softsign at {softsign}. With sigmoid the old rule ends at {standard}, He's at {he}."""
    means = {name: [curve(runs, name, start)[:, -1].mean() for start in ("standard", "glorot", "he")] for name in ("tanh", "softsign")}
    widest = max(max(one) - min(one) for one in means.values())
    assert widest < 0.02
    values = {name: reached(runs, name, "glorot") for name in means}
    sigmoid = {start: median(curve(runs, "sigmoid", start)[:, -1]) for start in ("standard", "he")}
    return values | sigmoid | {"widest": fixed(100 * widest, 1)}
