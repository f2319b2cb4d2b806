"""Thirty ReLU layers under Adam, with Keras's small constant and with that of Adam's paper, which is PyTorch's too."""

import itertools

import numpy as np

from evidence import mnist
from evidence.theory.adam import EPSILONS
from evidence.networks import dense
from evidence.networks.trials import scores
from snippets.tools import stacked

PROTOCOL = {
    "question": "Is it Adam under which Glorot starts slowly at thirty layers, or Keras's Adam?",
    "initializers": ["glorot_normal", "he_normal"],
    "width": 64,
    "hidden_layers": 30,
    "activation": "relu",
    "optimizer": "adam",
    "epsilons": ["keras", "paper"],  # of evidence/theory/adam.py
    "learning_rates": [0.0001, 0.0003, 0.001, 0.003, 0.01],
    "images": 2560,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 4,  # of 40 steps each, as in rectifier_depth, on its images in its order
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<initializer>_<epsilon>_<rate>": "test_loss", "test_accuracy" and "val_accuracy", (1,) each} of one seed."""
    (x, y), validation, test = mnist.split(seed, *(PROTOCOL[f"{part}images"] for part in ("", "validation_", "test_")))
    widths = [784, *[PROTOCOL["width"]] * PROTOCOL["hidden_layers"], 10]
    grid = list(itertools.product(*(PROTOCOL[name] for name in ("initializers", "epsilons", "learning_rates"))))
    kernels = [stacked.initial_kernels(initializer, widths, seed) for initializer, _, _ in grid]
    order = np.concatenate([stacked.batch_order(seed, epoch, len(x)) for epoch in range(PROTOCOL["epochs"])])
    batches = order.reshape(-1, PROTOCOL["batch_size"])
    weights = dense.start([np.stack(layer) for layer in zip(*kernels, strict=True)])

    def epsilon(step):
        return [EPSILONS[name](step) for _, name, _ in grid]

    dense.train(weights, x, y, batches, [rate for *_, rate in grid], PROTOCOL["optimizer"], epsilon=epsilon)
    (loss, accuracy), (_, chosen_by) = (scores(dense.unstack(weights), *part, PROTOCOL["activation"]) for part in (test, validation))
    return {
        "_".join(map(str, arm)): {"test_loss": [loss[k]], "test_accuracy": [accuracy[k]], "val_accuracy": [chosen_by[k]]}
        for k, arm in enumerate(grid)
    }
