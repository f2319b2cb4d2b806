"""Glorot and Bengio's comparison on MNIST: three activations and three starts, trained until they settle."""

import keras

from evidence import mnist
from evidence.networks.trials import trials

PROTOCOL = {
    "question": "Does the ordering that Glorot and Bengio found appear on MNIST, at the start and in the end?",
    "widths": [784, *[64] * 5, 10],
    "activations": ["sigmoid", "tanh", "softsign"],
    "starts": {
        "standard": {"scale": 1 / 3, "mode": "fan_in", "distribution": "uniform"},  # uniform within ±1/√n_in
        "glorot": {"scale": 1, "mode": "fan_avg", "distribution": "uniform"},
        "he": {"scale": 2, "mode": "fan_in", "distribution": "uniform"},
    },
    "optimizer": "sgd",
    "learning_rates": {"sigmoid": [0.3, 1.0, 3.0, 10.0], "tanh": [0.01, 0.03, 0.1, 0.3], "softsign": [0.03, 0.1, 0.3, 1.0]},
    "images": 55_000,
    "validation_images": 5000,
    "batch_size": 32,
    "epochs": 6,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<start>_<rate>": quantities of `trials`, (epochs,)} of one seed."""
    images = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"])
    setting = {name: PROTOCOL[name] for name in ("widths", "optimizer", "batch_size", "epochs")}
    rules = {start: keras.initializers.VarianceScaling(**rule) for start, rule in PROTOCOL["starts"].items()}
    runs = {}
    for activation in PROTOCOL["activations"]:
        rates = PROTOCOL["learning_rates"][activation]
        arms = [(start, rate) for start in rules for rate in rates]
        networks = [(rules[start], seed) for start, _ in arms]
        found = trials(networks, *images, activation=activation, learning_rate=[rate for _, rate in arms], **setting)
        runs |= {f"{activation}_{start}_{rate}": one for (start, rate), one in zip(arms, found, strict=True)}
    return runs
