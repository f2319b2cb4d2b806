"""Reads the record of the experiment activation_matrix."""

from evidence.readings import rates


def reached(runs, activation, start, optimizer):
    """Test accuracy after the last step at the best rate, (seeds,) fraction."""
    return rates.reached(runs["activation_matrix"], f"{activation}_{start}_{optimizer}")
