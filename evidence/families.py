"""Reads the record of the experiment depth_shootout: what each initializer, and each family of them, reached."""

import numpy as np

from evidence.depths import ACTIVATIONS, DEPTHS, RATES
from evidence.intervals import paired_difference

FAMILIES = {
    "LeCun": ["lecun_normal", "lecun_uniform"],
    "Glorot": ["glorot_normal", "glorot_uniform"],
    "He": ["he_normal", "he_uniform"],
    "orthogonal": ["orthogonal"],
}


def runs_of(runs, activation, initializer, optimizer, depth):
    """Test accuracy of every run, (rates, seeds) fraction."""
    arms = [f"{activation}_{initializer}_{optimizer}_{depth}_{rate}" for rate in RATES[optimizer]]
    return np.array([runs["depth_shootout"][arm]["test_accuracy"][:, -1] for arm in arms])


def reached(runs, activation, initializer, optimizer, depth):
    """Test accuracy at the learning rate with the highest mean over seeds, (seeds,) fraction."""
    return max(runs_of(runs, activation, initializer, optimizer, depth), key=np.mean)


def family(runs, activation, name, optimizer, depth):
    """What the rules of a family reached, averaged over normal and uniform, (seeds,) fraction."""
    return np.mean([reached(runs, activation, rule, optimizer, depth) for rule in FAMILIES[name]], axis=0)


def leads(runs, activation, name, optimizer, depth):
    """Paired differences of a family to each of the three others, simultaneous, by name."""
    own = family(runs, activation, name, optimizer, depth)
    others = [other for other in FAMILIES if other != name]
    return {other: paired_difference(own, family(runs, activation, other, optimizer, depth), len(others)) for other in others}


def every(runs, initializers, optimizers=RATES, depths=DEPTHS, activations=ACTIVATIONS):
    """Test accuracy of every single run of some initializers, flat."""
    cells = [(a, i, o, d) for a in activations for i in initializers for o in optimizers for d in depths]
    return np.concatenate([runs_of(runs, *cell).ravel() for cell in cells])


def other_depth(target, source):
    """A refutation: of the networks with `target` hidden layers, the runs of those with `source`."""

    def alter(runs):
        arms = runs["depth_shootout"]
        for arm in [name for name in arms if f"_{target}_" in name]:
            arms[arm] = arms[arm.replace(f"_{target}_", f"_{source}_")]

    return alter


def other_rule(one, other):
    """A refutation: the runs of two initializers exchanged, at every depth."""

    def alter(runs):
        arms = runs["depth_shootout"]
        for arm in [name for name in arms if f"_{one}_" in name]:
            twin = arm.replace(one, other)
            arms[arm], arms[twin] = arms[twin], arms[arm]

    return alter
