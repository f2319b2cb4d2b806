"""Reads settled_*: deep networks, each rule at its best learning rate, from the first steps to where they settle."""

from evidence.readings.intervals import paired_difference
from evidence.readings.rates import best

RULES = {"relu": ("he_normal", "glorot_normal"), "tanh": ("orthogonal", "glorot_uniform")}  # the one for depth first
DEPTHS = [15, 30]  # as the experiments are called
SETTLED = 0.02  # a difference in accuracy that moves less in the last stretch of a run has settled; fixed before it was asked of any run
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}
COMPARISONS = len(DEPTHS) * len(OPTIMIZERS)  # of the accuracy at one mark, on one page


def steps(protocol, optimizer):
    """The steps after which the accuracies of a curve were taken: the early ones, then the ends of the epochs."""
    epoch = protocol["images"] // protocol["batch_size"]
    return [*protocol["early_steps"], *(epoch * count for count in range(1, 1 + protocol["epochs"][optimizer]))]


def marks(protocol):
    """{mark: steps} where curves are compared: "start" and "half" an epoch, and the "end" of the shortest run."""
    start, half = protocol["early_steps"]
    return {"start": start, "half": half, "end": min(steps(protocol, optimizer)[-1] for optimizer in OPTIMIZERS)}


def accuracy(runs, activation, depth, rule, optimizer, mark=None):
    """Test accuracy of a rule at the rate that is best at the end: (seeds, points), or (seeds,) at a mark."""
    arms = runs[f"settled_{activation}_{depth}"]
    curve = best(arms, f"{rule}_{optimizer}")["test_accuracy"]
    return curve if mark is None else curve[:, steps(arms.protocol, optimizer).index(marks(arms.protocol)[mark])]


def gain(runs, activation, depth, optimizer, mark):
    """What the rule for depth is ahead of Glorot at a mark: an interval, one of COMPARISONS that hold together."""
    pair = (accuracy(runs, activation, depth, rule, optimizer, mark) for rule in RULES[activation])
    return paired_difference(*pair, COMPARISONS)
