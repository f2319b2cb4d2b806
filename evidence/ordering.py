"""Reads the record of the experiment glorot_ordering: what each activation and start reached at its best learning rate."""

import numpy as np

ACTIVATIONS = ["sigmoid", "tanh", "softsign"]
RATES = [0.03, 0.1, 0.3]


def best(runs, activation, start):
    """Test accuracy after the last epoch at the rate with the highest mean over seeds, (seeds,) fraction."""
    values = [runs["glorot_ordering"][f"{activation}_{start}_{rate}"]["test_accuracy"][:, -1] for rate in RATES]
    return values[int(np.argmax([one.mean() for one in values]))]
