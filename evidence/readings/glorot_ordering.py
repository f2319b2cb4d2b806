"""Reads the record of the experiment glorot_ordering."""

from evidence.readings import rates


def curve(runs, activation, start):
    """Test accuracy after each epoch at the best rate, (seeds, epochs) fraction."""
    return rates.best(runs["glorot_ordering"], f"{activation}_{start}")["test_accuracy"]
