"""Claims of the chapter Activations and their constants: on eight activations and six starts, in their first steps."""

import numpy as np

from evidence.readings.activation_matrix import reached
from evidence.readings.budget import steps
from evidence.readings.claim import claim
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import fixed, median_and_range, percent, points, spelled, word
from evidence.theory.activations import preserving

DIFFERENCES = 5  # of the matrix that the page prints for each optimizer: one family
SCALED = ["lecun_normal", "orthogonal", "he_normal", "own"]  # beside Glorot


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
    values = {"glorot": median_and_range(glorot), "he": median_and_range(he), "adam": printed["adam"]}
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
