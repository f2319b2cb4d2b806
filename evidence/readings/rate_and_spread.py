"""Reads the record of the experiment rate_and_spread."""

from evidence.readings import rates

TRAINS = 0.5  # test accuracy that counts as learning in so few steps


def accuracies(runs, depth, scale):
    """{rate: test accuracy after the last step, (seeds,) fraction}."""
    return {rate: arm["test_accuracy"][:, -1] for rate, arm in rates.grid(runs["rate_and_spread"], f"{depth}_{scale}").items()}


def usable_rates(runs, depth, scale):
    """The learning rates at which the mean over seeds counts as learning, ascending."""
    return [rate for rate, values in accuracies(runs, depth, scale).items() if values.mean() > TRAINS]
