"""Every initializer at three depths, with ReLU and tanh, with SGD and Adam, in the first 80 steps."""

import itertools

from evidence import mnist
from evidence.networks.initializers import INITIALIZERS
from evidence.networks.trials import trials

PROTOCOL = {
    "question": "Which initializers start detectably faster than others, and at what depth does that appear?",
    "initializers": INITIALIZERS,
    "width": 64,
    "hidden_layers": [2, 10, 30],
    "activations": ["relu", "tanh"],
    "learning_rates": {  # by hidden layers: deeper networks want smaller ones
        "sgd": {2: [0.03, 0.1, 0.3, 1.0], 10: [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], 30: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]},
        "adam": {2: [0.001, 0.003, 0.01, 0.03], 10: [0.0003, 0.001, 0.003, 0.01, 0.03], 30: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]},
    },
    "batch_size": 32,
    "images": 2560,
    "epochs": 1,
    "validation_images": 1000,
    "test_images": 1000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<initializer>_<optimizer>_<hidden layers>_<rate>": "test_accuracy" and "val_accuracy", (1,)} of one seed.

    Each seed draws its images: all its networks are trained, chosen and tested on the same ones.
    """
    data = mnist.split(seed, *(PROTOCOL[f"{part}images"] for part in ("", "validation_", "test_")))
    rates, runs = PROTOCOL["learning_rates"], {}
    for activation, depth, optimizer in itertools.product(PROTOCOL["activations"], PROTOCOL["hidden_layers"], rates):
        arms = list(itertools.product(INITIALIZERS, rates[optimizer][depth]))
        found = trials(
            [(INITIALIZERS[name], seed) for name, _ in arms], *data, widths=[784, *[PROTOCOL["width"]] * depth, 10],
            activation=activation, optimizer=optimizer, learning_rate=[rate for _, rate in arms],
            batch_size=PROTOCOL["batch_size"], epochs=PROTOCOL["epochs"],
        )  # fmt: skip
        for (name, rate), one in zip(arms, found, strict=True):
            del one["test_loss"]  # or the record would be too long to be read as a diff
            runs[f"{activation}_{name}_{optimizer}_{depth}_{rate}"] = one
    return runs
