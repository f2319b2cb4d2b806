"""What arms reach after their last epoch, and by how much two of them differ."""

from evidence.readings.intervals import paired_difference


def last(runs, experiment, arm, quantity="test_accuracy"):
    """A quantity of an arm after the last epoch, (seeds,)."""
    return runs[experiment][arm][quantity][:, -1]


def gap(runs, experiment, arm, other, quantity="test_accuracy", comparisons=1):
    """Paired difference of two arms after the last epoch."""
    values = [last(runs, experiment, each, quantity) for each in (arm, other)]
    return paired_difference(*values, comparisons)
