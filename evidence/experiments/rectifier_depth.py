"""Glorot and He on ReLU networks of growing depth, with SGD and with Adam, over a grid of learning rates."""

import itertools

from evidence import mnist
from evidence.theory.rectifiers import DEPTHS, RATES
from evidence.networks.trials import trials

INITIALIZERS = ["glorot_normal", "he_normal"]
PROTOCOL = {
    "question": "At which depth does Glorot stall where He starts, and does the learning rate or Adam change that?",
    "width": 64,
    "hidden_layers": DEPTHS,
    "activation": "relu",
    "learning_rates": RATES,
    "images": 2560,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 4,  # of 40 steps each
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<initializer>_<optimizer>_<hidden layers>_<rate>": quantities of `trials`} of one seed.

    The loss is NaN where a run diverged.
    """
    data = mnist.split(seed, *(PROTOCOL[f"{part}images"] for part in ("", "validation_", "test_")))
    setting = {name: PROTOCOL[name] for name in ("activation", "batch_size", "epochs")}
    runs = {}
    for depth, (optimizer, rates) in itertools.product(DEPTHS, RATES.items()):
        grid = list(itertools.product(INITIALIZERS, rates))
        found = trials(
            [(initializer, seed) for initializer, _ in grid], *data, widths=[784, *[PROTOCOL["width"]] * depth, 10],
            optimizer=optimizer, learning_rate=[rate for _, rate in grid], **setting,
        )  # fmt: skip
        runs |= {f"{initializer}_{optimizer}_{depth}_{rate}": one for (initializer, rate), one in zip(grid, found, strict=True)}
    return runs
