"""Glorot and Bengio's comparison on a small budget: three activations, two ways to start."""

import keras

from evidence import mnist
from evidence.ordering import ACTIVATIONS, RATES
from snippets.tools import stacked

STARTS = {
    "standard": keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform"),  # uniform within ±1/√n_in
    "glorot": "glorot_uniform",
}
PROTOCOL = {
    "question": "Does the ordering that Glorot and Bengio found appear on MNIST with a small budget?",
    "widths": [784, *[100] * 5, 10],
    "optimizer": "sgd",
    "learning_rates": RATES,
    "images": 12_800,
    "batch_size": 32,
    "epochs": 2,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<start>_<rate>": {"test_loss" and "test_accuracy": (epochs,)}} of one seed."""
    (x, y), test = mnist.pixels()
    x, y = x[: PROTOCOL["images"]], y[: PROTOCOL["images"]]
    setting = {name: PROTOCOL[name] for name in ("widths", "optimizer", "batch_size", "epochs")}
    grid = [(start, rate) for start in STARTS for rate in RATES]
    networks, rates = [(STARTS[start], seed) for start, _ in grid], [rate for _, rate in grid]
    runs = {}
    for activation in ACTIVATIONS:
        history, _ = stacked.train(
            networks, x, y, test, activation=activation, learning_rate=rates, **setting, verbose=False
        )
        for k, (start, rate) in enumerate(grid):
            quantities = {quantity: history[quantity][k] for quantity in ("test_loss", "test_accuracy")}
            runs[f"{activation}_{start}_{rate}"] = quantities
    return runs
