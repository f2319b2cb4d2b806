"""Claims of the chapter Activations and their constants."""

import numpy as np

from evidence.readings import rates, sigmoid_start
from evidence.readings.activation_constants import backward, gain_of, growth, last, squares
from evidence.readings.activation_matrix import reached
from evidence.readings.budget import steps
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.gradient_anatomy import power
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, over_seeds, percent, plus_minus, points, spelled, word
from evidence.theory.activations import SELU_SCALE, chi, chi_at_one, mean_share, preserving, settled

DIFFERENCES = 5  # of the matrix that the page prints for each optimizer: one family
SCALED = ["lecun_normal", "orthogonal", "he_normal", "own"]  # beside Glorot


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
    """Measured, $\\chi$ is {tanh} for tanh and {softsign} for softsign, above 1 as they have no mean, and {sigmoid} for sigmoid, whose
    mean is {share} per cent of its mean square; no activation lies detectably below its bound."""
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


def trained(runs):
    """What sentences say of the networks of sigmoid_start, in words where the prose has words."""
    protocol = runs["sigmoid_start"].protocol
    shallow, deeper = map(spelled, protocol["hidden_layers"])
    counts = {"seeds": word(len(protocol["seeds"])), "epochs": word(protocol["epochs"])}
    return counts | {"shallow": shallow, "deep": deeper, "images": f"{protocol['images']:,}", "batch": protocol["batch_size"]}


def curve(runs, start, optimizer, which):
    """Test accuracy after each epoch in the shallow network (which = 0) or the deep one (1), at its best rate, (seeds, epochs)."""
    return sigmoid_start.curve(runs, start, optimizer, runs["sigmoid_start"].protocol["hidden_layers"][which])


def first_gradient(runs, start):
    """Root mean square of the shallow network's first kernel's gradient over that of its last hidden one, before training, (seeds,)."""
    return runs["sigmoid_start"][f"{start}_{runs['sigmoid_start'].protocol['hidden_layers'][0]}"]["gradient"][:, 0]


@claim(refuted_by=swap("sigmoid_start", "glorot_uniform_5", "four_glorot_5"))
def larger_sigmoid_weights_pass_more_gradient(runs):
    """With {shallow} hidden layers the gradient of the first kernel is, in root mean square, {glorot_uniform} of that of the last hidden one under
    Glorot, {four_glorot} under four times Glorot and {kumar} under Kumar's rule."""
    for larger in ("four_glorot", "kumar"):
        assert paired_difference(*(np.log(first_gradient(runs, start)) for start in (larger, "glorot_uniform")), 2).low > 0
    return trained(runs) | {start: over_seeds(first_gradient(runs, start)) for start in ("glorot_uniform", "four_glorot", "kumar")}


def spread(values):
    """Median and range over seeds, in per cent."""
    return f"{100 * np.median(values):.1f} % ({100 * values.min():.1f} to {100 * values.max():.1f})"


@claim(refuted_by=swap_grids("sigmoid_start", "glorot_uniform_sgd_5", "four_glorot_sgd_5"))
def glorot_sigmoid_is_slow_with_sgd(runs):
    """With {shallow} hidden layers and SGD, Glorot needs a rate of {rate}, and time: its {seeds} seeds have a median of {first} after one epoch of
    {images} images in batches of {batch}, where four times Glorot has {four_first}; after {epochs} epochs it is {last} against {four_last}."""
    glorot, four = (curve(runs, start, "sgd", 0) for start in ("glorot_uniform", "four_glorot"))
    rate = rates.best_rate(runs["sigmoid_start"], f"glorot_uniform_sgd_{runs['sigmoid_start'].protocol['hidden_layers'][0]}")
    assert rate >= 3 and np.median(glorot[:, 0]) < 0.7 < np.median(four[:, 0]) and np.median(glorot[:, -1]) > 0.9
    values = {"first": glorot[:, 0], "four_first": four[:, 0], "last": glorot[:, -1], "four_last": four[:, -1]}
    return trained(runs) | {"rate": f"{rate:g}"} | {name: spread(one) for name, one in values.items()}


@claim(refuted_by=swap_grids("sigmoid_start", "glorot_uniform_adam_15", "four_glorot_adam_15"))
def sigmoid_glorot_trains_with_adam_if_shallow(runs):
    """With Adam and {shallow} hidden layers Glorot ends at {five} after {epochs} epochs, four times Glorot {gap} points higher. With {deep}, no seed
    of Glorot exceeds {highest} after any epoch, with either optimizer at any of {rates} rates."""
    depth = runs["sigmoid_start"].protocol["hidden_layers"][-1]
    grids = [rates.grid(runs["sigmoid_start"], f"glorot_uniform_{optimizer}_{depth}") for optimizer in ("sgd", "adam")]
    highest = [arm["test_accuracy"].max() for grid in grids for arm in grid.values()]
    five, four = (curve(runs, start, "adam", 0)[:, -1] for start in ("glorot_uniform", "four_glorot"))
    assert interval(five).low > 0.9 and max(highest) < 0.3
    values = {"five": percent(five), "gap": plus_minus(*paired_difference(four, five), 100)}
    return trained(runs) | values | {"highest": f"{100 * max(highest):.1f} %", "rates": word(len(highest))}


@claim(refuted_by=swap_grids("sigmoid_start", "four_glorot_adam_15", "glorot_uniform_adam_15"))
def four_times_glorot_trains_fifteen_layers(runs):
    """From four times Glorot {deep} sigmoid layers reach {adam} with Adam after {epochs} epochs. With SGD, at the best rate, {rate}, {seeds} seeds
    have a median of {first} after one epoch and of {last} after {epochs}; at rates of {large} and more no median ends above {bound} %."""
    adam, sgd = (curve(runs, "four_glorot", optimizer, 1) for optimizer in ("adam", "sgd"))
    stem, large, bound = f"four_glorot_sgd_{runs['sigmoid_start'].protocol['hidden_layers'][1]}", 1.0, 0.3
    lost = [arm["test_accuracy"][:, -1] for rate, arm in rates.grid(runs["sigmoid_start"], stem).items() if rate >= large]
    assert interval(adam[:, -1]).low > 0.85 and np.median(sgd[:, 0]) < 0.5 < np.median(sgd[:, -1]) and np.median(lost, axis=1).max() < bound
    values = {"adam": percent(adam[:, -1]), "first": spread(sgd[:, 0]), "last": spread(sgd[:, -1])}
    return trained(runs) | values | {"rate": f"{rates.best_rate(runs['sigmoid_start'], stem):g}", "large": f"{large:g}", "bound": f"{100 * bound:.0f}"}


@claim(refuted_by=swap_grids("sigmoid_start", "centred_sgd_15", "four_glorot_sgd_15"))
def a_centred_sigmoid_trains(runs):
    """Without its mean, the same sigmoid from the same four times Glorot is at {first} with SGD and {deep} layers after one epoch, and at
    {fifteen} after {epochs}; with {shallow} layers it ends at {five}."""
    five, fifteen = (curve(runs, "centred", "sgd", which) for which in (0, 1))
    assert min(interval(one).low for one in (fifteen[:, 0], fifteen[:, -1], five[:, -1])) > 0.8
    return trained(runs) | {"first": percent(fifteen[:, 0]), "fifteen": percent(fifteen[:, -1]), "five": percent(five[:, -1])}


def gap(runs, activations, start, reference, optimizer):
    """Paired difference in test accuracy of two starts, each at its best rate, averaged over the activations."""
    ends = [np.mean([reached(runs, name, one, optimizer) for name in activations], axis=0) for one in (start, reference)]
    return paired_difference(*ends, DIFFERENCES)


def gaps(runs, activations, start, reference):
    """Such a difference for each optimizer, and as the prose prints them."""
    found = {optimizer: gap(runs, activations, start, reference, optimizer) for optimizer in ("adam", "sgd")}
    return found, {optimizer: points(one) for optimizer, one in found.items()}


def replaced(activations, start, other):
    """A refutation: for some activations, for all if none is named, every run of a start replaced by that of another."""

    def alter(runs):
        arms = runs["activation_matrix"]
        for optimizer, grid in arms.protocol["learning_rates"].items():
            for activation in activations or arms.protocol["activations"]:
                for rate in grid:
                    arms[f"{activation}_{start}_{optimizer}_{rate}"] = arms[f"{activation}_{other}_{optimizer}_{rate}"]

    return alter


@claim(refuted_by=replaced(["selu"], "he_normal", "lecun_normal"))
def selu_starts_faster_from_lecun(runs):
    """For SELU, LeCun is on average ahead of He, by {adam} percentage points with Adam and by {sgd} with SGD."""
    found, printed = gaps(runs, ["selu"], "lecun_normal", "he_normal")
    assert all(one.mean > 0 for one in found.values())
    return printed


@claim(refuted_by=replaced(["relu", "gelu", "silu"], "he_normal", "glorot_normal"))
def relu_gelu_silu_start_faster_from_he(runs):
    """With SGD, He is {sgd} percentage points ahead of Glorot, averaged over ReLU, GELU and SiLU; with Adam the difference is {adam}."""
    found, printed = gaps(runs, ["relu", "gelu", "silu"], "he_normal", "glorot_normal")
    assert found["sgd"].low > 0
    return printed


@claim(refuted_by=replaced(["gelu"], "orthogonal", "own"))
def gelu_and_silu_freeze_below_their_constant(runs):
    """With SGD, GELU and SiLU from LeCun, Glorot and orthogonal hardly get going: each at its best of {rates} rates, the mean over the seeds is below {bound} % in all {cells} cases,
    and {frozen} over all of them."""
    starts, bound = ("lecun_normal", "glorot_normal", "orthogonal"), 0.2
    cells = np.array([reached(runs, name, start, "sgd") for name in ("gelu", "silu") for start in starts])
    assert cells.mean(axis=1).max() < bound
    counts = {"rates": word(len(runs["activation_matrix"].protocol["learning_rates"]["sgd"])), "cells": word(len(cells))}
    return counts | {"frozen": percent(cells.mean(axis=0)), "bound": f"{100 * bound:.0f}"}


@claim(refuted_by=replaced(["gelu", "silu"], "own", "he_normal"))
def gelu_and_silu_gain_from_their_constants(runs):
    """With SGD their own constants are on average ahead of He's 2, averaged over the two by {sgd} percentage points; with Adam the difference
    is {adam}."""
    found, printed = gaps(runs, ["gelu", "silu"], "own", "he_normal")
    assert found["sgd"].mean > 0.05
    return printed


@claim(refuted_by=replaced(["tanh"], "own", "random_normal"))
def tanh_takes_any_scaled_start(runs):
    """For tanh the means of LeCun, orthogonal, He and its own constant lie within {adam} points of Glorot's with Adam and within {sgd} with SGD,
    where one standard deviation for every layer is at least {behind} points behind."""
    away = {
        optimizer: {start: gap(runs, ["tanh"], start, "glorot_normal", optimizer).mean for start in [*SCALED, "random_normal"]}
        for optimizer in ("adam", "sgd")
    }
    behind = -max(one.pop("random_normal") for one in away.values())
    widest = {optimizer: max(map(abs, one.values())) for optimizer, one in away.items()}
    assert max(widest.values()) < behind / 4
    return {optimizer: fixed(100 * one, 1) for optimizer, one in widest.items()} | {"behind": f"{np.floor(100 * behind):.0f}"}


@claim(refuted_by=replaced(["softsign"], "he_normal", "random_normal"))
def softsign_starts_faster_from_he(runs):
    """For softsign, {seeds} seeds have a median of {glorot} from Glorot with SGD and of {he} from He's 2; with Adam He is {adam} points
    ahead on average. Its own constant, {constant}, lies no further than {own} points from He's 2."""
    found, printed = gaps(runs, ["softsign"], "he_normal", "glorot_normal")
    own = max(abs(one.mean) for one in gaps(runs, ["softsign"], "own", "he_normal")[0].values())
    glorot, he = (reached(runs, "softsign", start, "sgd") for start in ("glorot_normal", "he_normal"))
    assert np.median(he) > np.median(glorot) and found["adam"].mean > 0 and own < 0.05
    values = {"glorot": spread(glorot), "he": spread(he), "adam": printed["adam"]}
    values["seeds"] = word(len(runs["activation_matrix"].protocol["seeds"]))
    return values | {"constant": fixed(preserving("softsign"), 2), "own": fixed(100 * own, 1)}


def sigmoid_like_tanh(runs):
    """A refutation: tanh's runs in the place of sigmoid's."""
    arms = runs["activation_matrix"]
    for name in [one for one in arms if one.startswith("tanh_")]:
        arms[name.replace("tanh", "sigmoid")] = arms[name]


@claim(refuted_by=sigmoid_like_tanh)
def no_start_brings_ten_sigmoid_layers_far(runs):
    """None of the {starts} starts brings a seed of {layers} sigmoid layers above {highest} in these {steps} steps; the farthest on average is {own},
    its own constant with Adam."""
    protocol = runs["activation_matrix"].protocol
    highest = max(reached(runs, "sigmoid", start, optimizer).max() for start in protocol["starts"] for optimizer in ("adam", "sgd"))
    assert highest < 0.5
    counts = {"starts": word(len(protocol["starts"])), "layers": spelled(len(protocol["widths"]) - 2), "steps": steps(protocol)}
    return counts | {"own": percent(reached(runs, "sigmoid", "own", "adam")), "highest": f"{100 * highest:.1f} %"}


@claim(refuted_by=replaced((), "random_normal", "glorot_normal"))
def one_spread_trails(runs):
    """One standard deviation for every layer, Keras's `random_normal`, trails Glorot by {adam} percentage points with Adam and by {sgd} with
    SGD, averaged over the other {others} activations."""
    others = [name for name in runs["activation_matrix"].protocol["activations"] if name != "sigmoid"]
    found, printed = gaps(runs, others, "glorot_normal", "random_normal")
    assert all(one.low > 0.15 for one in found.values())
    return printed | {"others": word(len(others))}
