"""Claims of the chapter Activations and their constants: on relatives of ReLU, from the start to where they settle."""

import numpy as np

from evidence.readings.claim import claim, swap_grids
from evidence.readings.numbers import fixed, listed, percent, points, word
from evidence.readings.rates import grid
from evidence.readings.settled import SETTLED
from evidence.readings.settled_rectifiers import LABELS, NAME, accuracy, gain, steps


def budget(runs, optimizer):
    """The images of a pass, the passes, the steps of one and of all, and how many seeds."""
    protocol, ends = runs[NAME].protocol, steps(runs, optimizer)
    counts = {"images": f"{protocol['images']:,}", "passes": word(len(ends)), "seeds": word(len(protocol["seeds"]))}
    return counts | {"first": f"{ends[0]:,}", "steps": f"{ends[-1]:,}"}


def moved(runs, activation, optimizer):
    """By how much the lead changes in the last pass."""
    return abs(gain(runs, activation, optimizer).mean - gain(runs, activation, optimizer, -2).mean)


def a_late_loss(runs):
    """A refutation: networks from their own constants lose five points in the last pass."""
    for name, arm in runs[NAME].items():
        if "_own_" in name:
            arm["test_accuracy"][:, -1] -= 0.05


@claim(refuted_by=a_late_loss)
def with_adam_constants_end_level(runs):
    """With Adam, {activations} from their own constants are after {passes} passes over {images} images, {steps} steps, {gaps} percentage points ahead
    of Keras's default, in the mean over {seeds} seeds: less than two points in each case, and in the last pass the leads moved by {moved} points at most."""
    names = runs[NAME].protocol["learning_rates"]["adam"]
    gaps, moves = [gain(runs, name, "adam") for name in names], [moved(runs, name, "adam") for name in names]
    assert max(abs(one.mean) for one in gaps) < SETTLED and max(moves) < SETTLED
    said = {"activations": listed([LABELS[name] for name in names]), "gaps": listed([points(one) for one in gaps]), "moved": fixed(100 * max(moves), 1)}
    return budget(runs, "adam") | said


@claim(refuted_by=swap_grids(NAME, "gelu_own_sgd", "gelu_glorot_uniform_sgd"))
def gelu_and_silu_start_late_with_sgd(runs):
    """With SGD, GELU and SiLU from Keras's default are at {gelu_default} and {silu_default} after the first pass, {first} steps, where their own constants
    have {gelu_own} and {silu_own}. After {steps} steps the constants are {gelu} and {silu} points ahead; in the last pass these leads moved by {moved} points at most."""
    names = runs[NAME].protocol["learning_rates"]["sgd"]
    said = {}
    for name in names:
        default, own = (accuracy(runs, name, start, "sgd")[:, 0] for start in ("glorot_uniform", "own"))
        assert default.mean() < 0.3 and own.mean() > 0.6 and abs(gain(runs, name, "sgd").mean) < SETTLED
        said |= {f"{name}_default": percent(default), f"{name}_own": percent(own), name: points(gain(runs, name, "sgd"))}
    most = max(moved(runs, name, "sgd") for name in names)
    assert most < SETTLED
    return budget(runs, "sgd") | said | {"moved": fixed(100 * most, 1)}


@claim(refuted_by=swap_grids(NAME, "silu_own_sgd", "silu_glorot_uniform_sgd"))
def the_default_asks_for_larger_rates(runs):
    """At a rate of {rate}, where GELU and SiLU from their own constants end at {gelu} and {silu}, the default is after all {passes} passes below {bound} % in every
    seed."""
    said, stuck = {}, []
    for name in runs[NAME].protocol["learning_rates"]["sgd"]:
        default, own = (grid(runs[NAME], f"{name}_{start}_sgd") for start in ("glorot_uniform", "own"))
        rate = min(own)
        stuck.append(default[rate]["test_accuracy"].max())
        said[name] = percent(own[rate]["test_accuracy"][:, -1])
        assert own[rate]["test_accuracy"][:, -1].mean() > 0.9
    assert max(stuck) < 0.2
    return budget(runs, "sgd") | said | {"rate": f"{rate:g}", "bound": f"{np.ceil(100 * max(stuck)):.0f}"}
