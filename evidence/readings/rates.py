"""The one rule by which this book chooses a learning rate: on validation images, never on those that are reported."""

import re

import numpy as np

LEARNS = 0.2  # mean validation accuracy; an arm that stays below it at every rate learned at none
RATE = re.compile(r"[\d.e-]+")


def grid(arms, stem):
    """{rate: quantities} of the arms "<stem>_<rate>", slowest first. Raises KeyError if there is none.

    arms: {name: quantities} of one experiment.
    """
    begin = f"{stem}_"
    found = {float(name[len(begin) :]): arm for name, arm in arms.items() if name.startswith(begin) and RATE.fullmatch(name, len(begin))}
    if not found:
        raise KeyError(f"no arm is called {stem}_<rate>")
    return dict(sorted(found.items()))


def best_rate(arms, stem):
    """The rate that validates best in the mean over the seeds after the last step, of equals the lowest: by the loss where an
    experiment records "val_loss", as of tokens, of which most are easy, and else by the accuracy."""
    means = {rate: _validated(arm) for rate, arm in grid(arms, stem).items()}
    return max(means, key=means.get)


def best(arms, stem):
    """The quantities of the arm at its best rate."""
    return grid(arms, stem)[best_rate(arms, stem)]


def reached(arms, stem, quantity="test_accuracy"):
    """A quantity of the arm after the last step, at the rate that `best_rate` chooses, (seeds,)."""
    return best(arms, stem)[quantity][:, -1]


def stems(arms):
    """What the names of an experiment's arms begin with, where a rate ends them and validation images were asked."""
    ended = (re.fullmatch(rf"(.+)_{RATE.pattern}", name) for name, arm in arms.items() if "val_accuracy" in arm)
    return list(dict.fromkeys(found[1] for found in ended if found))


def at_an_end(arms):
    """{stem: rate} of the arms that learn and whose best rate is the lowest or the highest that was tried."""
    found = {}
    for stem in stems(arms):
        rates, chosen = list(grid(arms, stem)), best_rate(arms, stem)
        learns = grid(arms, stem)[chosen]["val_accuracy"][:, -1].mean() >= LEARNS
        if learns and chosen in (rates[0], rates[-1]):
            found[stem] = chosen
    return found


def _validated(arm):
    if "val_loss" in arm:
        return -np.nan_to_num(arm["val_loss"][:, -1], nan=np.inf).mean()
    return arm["val_accuracy"][:, -1].mean()
