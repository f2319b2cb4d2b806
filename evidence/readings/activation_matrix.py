"""The grid of the experiment activation_matrix, for the experiment, its figure, its table and its claims."""

from evidence.readings import rates

ACTIVATIONS = ["relu", "elu", "selu", "gelu", "silu", "tanh", "softsign", "sigmoid"]
STARTS = ["random_normal", "lecun_normal", "glorot_normal", "orthogonal", "he_normal", "own"]
RATES = {"adam": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03], "sgd": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]}


def reached(runs, activation, start, optimizer):
    """Test accuracy after the last step at the best rate, (seeds,) fraction."""
    return rates.best(runs["activation_matrix"], f"{activation}_{start}_{optimizer}")["test_accuracy"][:, -1]
