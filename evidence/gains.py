"""How much He gains over Glorot in ReLU networks, by depth and optimizer, read from two experiments."""

import numpy as np

from evidence.intervals import paired_difference
from evidence.rectifiers import DEPTHS, RATES

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}


def at_best_rate(runs, rule, optimizer, depth, quantity="test_accuracy"):
    """A quantity after the last step of rectifier_depth, (seeds,), at the rule's rate with the lowest median loss."""
    arms = [runs["rectifier_depth"][f"{rule}_normal_{optimizer}_{depth}_{rate}"] for rate in RATES[optimizer]]
    losses = [np.median(np.nan_to_num(arm["test_loss"][:, -1], nan=np.inf)) for arm in arms]
    return arms[int(np.argmin(losses))][quantity][:, -1]


def gains(runs):
    """Test accuracy from He minus that from Glorot, as a fraction: {(hidden layers, optimizer): Interval}, shallowest first.

    Two hidden layers are those of mnist_shootout, five epochs of all images; the others 160 steps, each rule at its best rate.
    """
    shootout = (runs["mnist_shootout"][f"{rule}_normal"]["test_accuracy"][:, -1] for rule in ("he", "glorot"))
    found = {(2, "adam"): paired_difference(*shootout)}
    for depth in DEPTHS:
        for optimizer in OPTIMIZERS:
            pair = (at_best_rate(runs, rule, optimizer, depth) for rule in ("he", "glorot"))
            found[depth, optimizer] = paired_difference(*pair)
    return found
