"""The grid of the experiment rate_and_spread, and how its record is read."""

import numpy as np

DEPTHS = [2, 4]  # hidden layers
SCALES = [0.1, 0.3, 1, 3]  # of He's standard deviation, in every kernel
RATES = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2]
TRAINS = 0.5  # test accuracy that counts as learning, in 200 steps


def accuracies(runs, depth, scale):
    """Test accuracy after the last step, (rates, seeds) fraction."""
    return np.array([runs["rate_and_spread"][f"{depth}_{scale}_{rate}"]["test_accuracy"][:, -1] for rate in RATES])


def usable_rates(runs, depth, scale):
    """The learning rates at which the mean over seeds counts as learning, ascending."""
    return [rate for rate, values in zip(RATES, accuracies(runs, depth, scale)) if values.mean() > TRAINS]


def best(runs, depth, scale):
    """Test accuracy at the learning rate with the highest mean over seeds, (seeds,) fraction."""
    return max(accuracies(runs, depth, scale), key=np.mean)
