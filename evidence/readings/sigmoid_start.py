"""The arms of the experiment sigmoid_start, for the experiment, its figure and its claims."""

from evidence.readings import rates

STARTS = {  # by optimizer; "centred" is four times Glorot with sigmoid less one half
    "sgd": ["glorot_uniform", "four_glorot", "centred"],
    "adam": ["glorot_uniform", "four_glorot"],
}
RATES = {"sgd": [0.1, 0.3, 1.0, 3.0, 10.0], "adam": [0.0003, 0.001, 0.003, 0.01]}
DEPTHS = [5, 15]  # hidden layers


def curve(runs, start, optimizer, depth):
    """Test accuracy after each epoch at the best rate, (seeds, epochs) fraction."""
    return rates.best(runs["sigmoid_start"], f"{start}_{optimizer}_{depth}")["test_accuracy"]
