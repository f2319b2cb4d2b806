"""The grid of the experiment rate_and_spread, and how its record is read."""

from evidence.readings import rates

DEPTHS = [2, 4]  # hidden layers
SCALES = [0.1, 0.3, 1, 3]  # of He's standard deviation, in every kernel
RATES = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2]
TRAINS = 0.5  # test accuracy that counts as learning, in 200 steps


def accuracies(runs, depth, scale):
    """{rate: test accuracy after the last step, (seeds,) fraction}."""
    return {rate: arm["test_accuracy"][:, -1] for rate, arm in rates.grid(runs["rate_and_spread"], f"{depth}_{scale}").items()}


def usable_rates(runs, depth, scale):
    """The learning rates at which the mean over seeds counts as learning, ascending."""
    return [rate for rate, values in accuracies(runs, depth, scale).items() if values.mean() > TRAINS]
