"""Glorot and He on ReLU networks of growing depth, with SGD and with Adam, over a grid of learning rates."""

import itertools

from evidence import mnist
from evidence.networks.trials import trials

PROTOCOL = {
    "question": "At which depth does Glorot stall where He starts, and does the learning rate or Adam change that?",
    "initializers": ["glorot_normal", "he_normal"],
    "width": 64,
    "hidden_layers": [5, 15, 30],
    "activation": "relu",
    "learning_rates": {"sgd": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "adam": [0.0001, 0.0003, 0.001, 0.003, 0.01]},
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
    for depth, (optimizer, rates) in itertools.product(PROTOCOL["hidden_layers"], PROTOCOL["learning_rates"].items()):
        grid = list(itertools.product(PROTOCOL["initializers"], rates))
        found = trials(
            [(initializer, seed) for initializer, _ in grid], *data, widths=[784, *[PROTOCOL["width"]] * depth, 10],
            optimizer=optimizer, learning_rate=[rate for _, rate in grid], **setting,
        )  # fmt: skip
        runs |= {f"{initializer}_{optimizer}_{depth}_{rate}": one for (initializer, rate), one in zip(grid, found, strict=True)}
    return runs
