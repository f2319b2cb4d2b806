"""Learning curves of deep networks on nearly all of MNIST: what evidence/experiments/settled_*.py measure."""

import itertools

import numpy as np

from evidence import mnist
from evidence.networks.trials import trials
from snippets.tools import stacked


def curves(protocol, seed):
    """{"<initializer>_<optimizer>_<rate>": quantities} of one seed, over the grids of a protocol.

    "test_accuracy": (early steps + epochs,), after the protocol's early steps, then after each epoch; "val_accuracy": (1,),
    after the last.
    """
    training, validation, test = mnist.split(seed, protocol["images"], protocol["validation_images"])
    widths = [784, *[protocol["width"]] * protocol["hidden_layers"], 10]
    runs = {}
    for optimizer, rates in protocol["learning_rates"].items():
        arms = list(itertools.product(protocol["initializers"], rates))
        networks, setting = [(initializer, seed) for initializer, _ in arms], {
            "widths": widths, "activation": protocol["activation"], "optimizer": optimizer,
            "learning_rate": [rate for _, rate in arms], "batch_size": protocol["batch_size"],
        }  # fmt: skip
        early = [
            stacked.train(networks, *beginning(training, seed, steps * protocol["batch_size"]), test, **setting, epochs=1, verbose=False)[0]
            for steps in protocol["early_steps"]
        ]
        found = trials(networks, training, validation, test, **setting, epochs=protocol["epochs"][optimizer])
        for k, (initializer, rate) in enumerate(arms):
            first = [history["val_accuracy"][k, -1] for history in early]
            accuracy = np.append(first, found[k]["test_accuracy"])
            runs[f"{initializer}_{optimizer}_{rate}"] = {"test_accuracy": accuracy, "val_accuracy": found[k]["val_accuracy"]}
    return runs


def beginning(training, seed, images):
    """The first images that a seed is trained on, laid so that one epoch of `stacked.train` takes them in the same order."""
    x, y = training
    chosen = np.empty(images, int)
    chosen[stacked.batch_order(seed, 0, images)] = stacked.batch_order(seed, 0, len(y))[:images]
    return x[chosen], y[chosen]
