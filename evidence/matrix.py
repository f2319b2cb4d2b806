"""The grid of the experiment activation_matrix, for the experiment, its figure, its table and its claims."""

import numpy as np

ACTIVATIONS = ["relu", "elu", "selu", "gelu", "silu", "tanh", "softsign", "sigmoid"]
STARTS = ["random_normal", "lecun_normal", "glorot_normal", "orthogonal", "he_normal", "own"]
RATES = {"adam": [0.001], "sgd": [0.01, 0.03, 0.1, 0.3]}


def best(runs, activation, start, optimizer):
    """Test accuracy after the last step at the rate with the highest mean over seeds, (seeds,) fraction."""
    arms = runs["activation_matrix"]
    values = [arms[f"{activation}_{start}_{optimizer}_{rate}"]["test_accuracy"][:, 0] for rate in RATES[optimizer]]
    return values[int(np.argmax([one.mean() for one in values]))]
