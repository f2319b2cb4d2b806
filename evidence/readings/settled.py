"""Reads settled_*: deep networks, each rule at its best learning rate, from the first steps to where they settle."""

from evidence.networks.budget import steps
from evidence.readings.intervals import paired_difference
from evidence.readings.rates import best

RULES = {"relu": ("he_normal", "glorot_normal"), "tanh": ("orthogonal", "glorot_uniform")}  # the one for depth first
DEPTHS = [15, 30]
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}
COMPARISONS = len(DEPTHS) * len(OPTIMIZERS)  # of the accuracy after so many steps, on one page
SIXTH = steps(8)[-1]  # the steps of six epochs


def accuracy(runs, activation, depth, rule, optimizer, step=None):
    """Test accuracy of a rule at the rate that is best at the end: (seeds, points), or (seeds,) after `step` steps."""
    curve = best(runs[f"settled_{activation}_{depth}"], f"{rule}_{optimizer}")["test_accuracy"]
    return curve if step is None else curve[:, steps(curve.shape[1]).index(step)]


def gain(runs, activation, depth, optimizer, step):
    """What the rule for depth is ahead of Glorot after `step` steps: an interval, one of COMPARISONS that hold together."""
    pair = (accuracy(runs, activation, depth, rule, optimizer, step) for rule in RULES[activation])
    return paired_difference(*pair, COMPARISONS)
