"""Glorot and Bengio's comparison on MNIST: three activations and three starts, trained until they settle."""

import keras

from evidence import mnist
from evidence.readings.glorot_ordering import RATES, STARTS
from evidence.networks.trials import trials

RULES = {
    "standard": keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform"),  # uniform within ±1/√n_in
    "glorot": "glorot_uniform",
    "he": "he_uniform",
}
PROTOCOL = {
    "question": "Does the ordering that Glorot and Bengio found appear on MNIST, at the start and in the end?",
    "widths": [784, *[64] * 5, 10],
    "starts": STARTS,
    "optimizer": "sgd",
    "learning_rates": RATES,
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
    runs = {}
    for activation, rates in RATES.items():
        arms = [(start, rate) for start in STARTS for rate in rates]
        networks = [(RULES[start], seed) for start, _ in arms]
        found = trials(networks, *images, activation=activation, learning_rate=[rate for _, rate in arms], **setting)
        runs |= {f"{activation}_{start}_{rate}": one for (start, rate), one in zip(arms, found, strict=True)}
    return runs
