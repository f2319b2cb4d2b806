"""Claims of the chapter Activations and their constants: on what the constants hold, before training."""

import numpy as np

from evidence.readings.activation_constants import backward, gain_of, growth, last, squares
from evidence.readings.claim import claim, swap
from evidence.readings.gradient_anatomy import power
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, over_seeds, plus_minus, spelled, word
from evidence.theory.activations import SELU_SCALE, chi, chi_at_one, mean_share, settled


def deep(runs):
    """How many layers the paths have, in words."""
    return {"layers": spelled(runs["activation_constants"].protocol["path_layers"])}


@claim(refuted_by=swap("activation_constants", "tanh", "relu"))
def wide_layers_confirm_the_integrals(runs):
    """For all {count} activations the measured gain of a layer at its constant is near 1, and the measured $\\chi$, of a real loss, near
    the integral: the largest deviation of a mean is {worst} per cent, and with 95 % confidence all {comparisons} are below {bound}."""
    names = runs["activation_constants"].protocol["activations"]
    comparisons, found = 2 * len(names), []
    for name in names:
        gain = interval(runs["activation_constants"][name]["forward"][:, 0], comparisons)
        found += [(gain, 1), (backward(runs, name, comparisons), chi_at_one(name))]
    worst, bound = (max((abs(one.mean - predicted) + wide * one.half) / predicted for one, predicted in found) for wide in (0, 1))
    assert bound < chi_at_one("tanh") - 1  # that a constant for the signal leaves χ at 1, as ReLU's does, is excluded for tanh
    return {"count": word(len(names)), "comparisons": word(comparisons), "worst": fixed(100 * worst, 1), "bound": fixed(np.ceil(100 * bound), 0)}


@claim(refuted_by=swap("activation_constants", "sigmoid", "tanh"))
def only_the_mean_lets_chi_below_one(runs):
    """Measured, $\\chi$ is {tanh} for tanh and {softsign} for softsign, above 1 as they have no mean, and {sigmoid} for sigmoid, where
    the square of the mean is {share} per cent of the mean square; no activation lies detectably below its bound."""
    names = runs["activation_constants"].protocol["activations"]
    measured = {name: backward(runs, name, len(names)) for name in names}
    assert all(one.high > 1 - mean_share(name) for name, one in measured.items())
    assert min(measured["tanh"].low, measured["softsign"].low) > 1 and measured["sigmoid"].high < 0.2
    return {name: plus_minus(*backward(runs, name)) for name in ("tanh", "softsign", "sigmoid")} | {"share": fixed(100 * mean_share("sigmoid"), 0)}


@claim(refuted_by=swap("activation_constants", "selu_lecun_two", "selu_he_two"))
def selu_returns_to_one(runs):
    """With LeCun normal, SELU that starts from a mean square of a half, one and two has {ten} in layer ten, and in layer {layers}
    {half}, {one} and {two}."""
    ends = {start: last(runs, f"selu_lecun_{start}") for start in ("half", "one", "two")}
    assert all(abs(end.mean - 1) < 0.15 for end in ends.values())
    tens = [fixed(squares(runs, f"selu_lecun_{start}")[:, 9].mean(), 2) for start in ends]
    return deep(runs) | {start: plus_minus(*end) for start, end in ends.items()} | {"ten": f"{tens[0]}, {tens[1]} and {tens[2]}"}


@claim(refuted_by=swap("activation_constants", "selu_he_one", "selu_lecun_one"))
def he_blows_selu_up(runs):
    """Under He's variance the mean square of z reaches {last} in layer {layers}, and its factor per layer over the last ten is {factor},
    where $\\lambda^2$ is {limit}."""
    end, before = (squares(runs, "selu_he_one")[:, layer] for layer in (-1, -11))
    factor = interval((end / before) ** 0.1)
    assert interval(end).low > 100 and abs(factor.mean / SELU_SCALE**2 - 1) < 0.05
    return deep(runs) | {"last": over_seeds(end), "factor": plus_minus(*factor), "limit": fixed(SELU_SCALE**2, 3)}


@claim(refuted_by=swap("activation_constants", "selu_three_quarters_one", "selu_lecun_one"))
def three_quarters_lets_selu_fade(runs):
    """With three quarters of LeCun's standard deviation, PyTorch's advice, it has fallen to {last} in layer {layers}, on the way to
    {limit}."""
    end, limit = last(runs, "selu_three_quarters_one"), settled("selu", gain_of(runs, "selu_three_quarters"))
    assert limit * 0.9 < end.mean < 2 * limit
    return deep(runs) | {"last": plus_minus(*end), "limit": fixed(limit, 3)}


@claim(refuted_by=swap("activation_constants", "tanh_five_thirds_one", "tanh_own_one"))
def five_thirds_settles_and_grows(runs):
    """With a gain of 5/3, tanh that starts from a half, one and two has a mean square of {half}, {one} and {two} in layer {layers}
    (predicted: {limit}), and each layer multiplies that of the error signal by {chi} on its way down (predicted: {predicted})."""
    limit = settled("tanh", gain_of(runs, "tanh_five_thirds"))
    ends = {start: last(runs, f"tanh_five_thirds_{start}") for start in ("half", "one", "two")}
    assert all(abs(end.mean / limit - 1) < 0.06 for end in ends.values())
    measured, predicted = growth(runs, "tanh_five_thirds"), chi("tanh", gain_of(runs, "tanh_five_thirds"), limit)
    assert abs(measured.mean / predicted - 1) < 0.02 and measured.low > 1.15
    return deep(runs) | {start: fixed(end.mean, 2) for start, end in ends.items()} | {
        "limit": fixed(limit, 2), "chi": plus_minus(*measured), "predicted": fixed(predicted, 2),
    }  # fmt: skip


@claim(refuted_by=swap("activation_constants", "sigmoid_own_one", "tanh_own_one"))
def sigmoid_holds_the_signal_alone(runs):
    """At its own constant sigmoid holds the mean square of z at {signal} through {layers} layers, and of that of the error signal one part
    in {inverse} arrives in the first."""
    end, error = last(runs, "sigmoid_own_one"), runs["activation_constants"]["sigmoid_own_one"]["error"][:, 0]
    lost = 10 ** -np.log10(error).mean()
    assert abs(end.mean - 1) < 0.2 and lost > 1e20
    return deep(runs) | {"signal": plus_minus(*end), "inverse": power(lost)}
