"""Reads the record of the experiment depth_shootout: what each initializer, and each family of them, reached."""

import numpy as np

from evidence.readings import rates
from evidence.readings.budget import steps
from evidence.readings.numbers import spelled

OPTIMIZERS = ["sgd", "adam"]
FAMILIES = {
    "LeCun": ["lecun_normal", "lecun_uniform"],
    "Glorot": ["glorot_normal", "glorot_uniform"],
    "He": ["he_normal", "he_uniform"],
    "orthogonal": ["orthogonal"],
}


def reached(runs, activation, initializer, optimizer, depth):
    """Test accuracy at the learning rate that is best on validation images, (seeds,) fraction."""
    return rates.reached(runs["depth_shootout"], f"{activation}_{initializer}_{optimizer}_{depth}")


def family(runs, activation, name, optimizer, depth):
    """What the rules of a family reached, averaged over normal and uniform, (seeds,) fraction."""
    return np.mean([reached(runs, activation, rule, optimizer, depth) for rule in FAMILIES[name]], axis=0)


def others(runs, activation, name, optimizer, depth):
    """What the three families beside this one reached, by name."""
    return {other: family(runs, activation, other, optimizer, depth) for other in FAMILIES if other != name}


def every(runs, initializers, optimizers=OPTIMIZERS, layers=None):
    """Test accuracy of every single run of some initializers, with both activations, at every rate, flat; None: all depths."""
    arms = runs["depth_shootout"]
    layers = layers or depths(runs)
    stems = [f"{a}_{i}_{o}_{d}" for a in arms.protocol["activations"] for i in initializers for o in optimizers for d in layers]
    return np.concatenate([arm["test_accuracy"].ravel() for stem in stems for arm in rates.grid(arms, stem).values()])


def depths(runs):
    """The three numbers of hidden layers, fewest first."""
    return runs["depth_shootout"].protocol["hidden_layers"]


def budget(runs):
    """What sentences say of the runs: "steps", "batch" in images, and the three depths in words, "few", "more", "most"."""
    protocol = runs["depth_shootout"].protocol
    return {"steps": steps(protocol), "batch": protocol["batch_size"]} | dict(zip(("few", "more", "most"), map(spelled, depths(runs)), strict=True))


def other_depth(target, source):
    """A refutation: of the networks with `target` hidden layers, the runs of those with `source`."""

    def alter(runs):
        arms = runs["depth_shootout"]
        for arm in [name for name in arms if f"_{target}_" in name]:
            del arms[arm]
        for arm in [name for name in arms if f"_{source}_" in name]:
            arms[arm.replace(f"_{source}_", f"_{target}_")] = arms[arm]

    return alter


def other_rule(one, other):
    """A refutation: the runs of two initializers exchanged, at every depth."""

    def alter(runs):
        arms = runs["depth_shootout"]
        for arm in [name for name in arms if f"_{one}_" in name]:
            twin = arm.replace(one, other)
            arms[arm], arms[twin] = arms[twin], arms[arm]

    return alter
