"""The arms of the experiment glorot_ordering, and what each reached."""

from evidence.readings import rates

STARTS = ["standard", "glorot", "he"]
SMALL = [0.01, 0.03, 0.1, 0.3, 1.0]
RATES = {"sigmoid": [0.1, 0.3, 1.0, 3.0, 10.0], "tanh": SMALL, "softsign": SMALL}


def curve(runs, activation, start):
    """Test accuracy after each epoch at the best rate, (seeds, epochs) fraction."""
    return rates.best(runs["glorot_ordering"], f"{activation}_{start}")["test_accuracy"]
