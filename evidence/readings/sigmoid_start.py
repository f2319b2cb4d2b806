"""Reads the record of the experiment sigmoid_start."""

from evidence.readings import rates


def curve(runs, start, optimizer, depth):
    """Test accuracy after each epoch at the best rate, (seeds, epochs) fraction."""
    return rates.best(runs["sigmoid_start"], f"{start}_{optimizer}_{depth}")["test_accuracy"]
