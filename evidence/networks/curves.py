"""Learning curves of deep networks on nearly all of MNIST: what evidence/experiments/settled_*.py measure."""

import itertools

import numpy as np

from evidence import mnist
from evidence.networks.budget import BATCH, EARLY, IMAGES, VALIDATION
from evidence.networks.trials import trials
from snippets.tools import stacked


def curves(protocol, seed):
    """{"<initializer>_<optimizer>_<rate>": quantities} of one seed, over the grids of a protocol.

    "test_accuracy": (2 + epochs,), at the steps of `budget.steps`; "val_accuracy": (1,), after the last epoch.
    """
    training, validation, test = mnist.split(seed, IMAGES, VALIDATION)
    widths = [784, *[protocol["width"]] * protocol["hidden_layers"], 10]
    runs = {}
    for optimizer, rates in protocol["learning_rates"].items():
        arms = list(itertools.product(protocol["initializers"], rates))
        networks, setting = [(initializer, seed) for initializer, _ in arms], {
            "widths": widths, "activation": protocol["activation"], "optimizer": optimizer,
            "learning_rate": [rate for _, rate in arms], "batch_size": BATCH,
        }  # fmt: skip
        early = [stacked.train(networks, *beginning(training, seed, count), test, **setting, epochs=1, verbose=False)[0] for count in EARLY]
        found = trials(networks, training, validation, test, **setting, epochs=protocol["epochs"][optimizer])
        for k, (initializer, rate) in enumerate(arms):
            first = [history["val_accuracy"][k, -1] for history in early]
            accuracy = np.append(first, found[k]["test_accuracy"])
            runs[f"{initializer}_{optimizer}_{rate}"] = {"test_accuracy": accuracy, "val_accuracy": found[k]["val_accuracy"]}
    return runs


def beginning(training, seed, count):
    """The images of a seed's first `count` steps, laid so that one epoch of `stacked.train` takes these very steps."""
    (x, y), images = training, count * BATCH
    chosen = np.empty(images, int)
    chosen[stacked.batch_order(seed, 0, images)] = stacked.batch_order(seed, 0, len(y))[:images]
    return x[chosen], y[chosen]
