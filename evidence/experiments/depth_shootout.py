"""Every initializer at three depths, with ReLU and tanh, with SGD and Adam, in the first 80 steps."""

import itertools

from evidence import mnist
from evidence.readings.depths import ACTIVATIONS, DEPTHS, RATES, WIDTH
from evidence.experiments.mnist_shootout import INITIALIZERS
from evidence.networks.trials import trials

PROTOCOL = {
    "question": "Which initializers start detectably faster than others, and at what depth does that appear?",
    "width": WIDTH,
    "hidden_layers": DEPTHS,
    "activations": ACTIVATIONS,
    "learning_rates": RATES,
    "batch_size": 32,
    "images": 2560,  # seen once: 80 steps
    "validation_images": 1000,
    "test_images": 1000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<initializer>_<optimizer>_<hidden layers>_<rate>": "test_accuracy" and "val_accuracy", (1,)} of one seed.

    Each seed draws its images: all its networks are trained, chosen and tested on the same ones.
    """
    data = mnist.split(seed, *(PROTOCOL[f"{part}images"] for part in ("", "validation_", "test_")))
    runs = {}
    for activation, depth, optimizer in itertools.product(ACTIVATIONS, DEPTHS, RATES):
        arms = list(itertools.product(INITIALIZERS, RATES[optimizer][depth]))
        found = trials(
            [(INITIALIZERS[name], seed) for name, _ in arms], *data, widths=[784, *[WIDTH] * depth, 10],
            activation=activation, optimizer=optimizer, learning_rate=[rate for _, rate in arms],
            batch_size=PROTOCOL["batch_size"], epochs=1,
        )  # fmt: skip
        for (name, rate), one in zip(arms, found, strict=True):
            del one["test_loss"]  # or the record would be too long to be read as a diff
            runs[f"{activation}_{name}_{optimizer}_{depth}_{rate}"] = one
    return runs
