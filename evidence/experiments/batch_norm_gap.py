"""Training minus test accuracy on few images: plain, with batch normalization, with dropout."""

import numpy as np

from evidence import mnist
from evidence.networks import dense
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does batch normalization regularize: does it close the gap between training and test accuracy?",
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "images": 1000,
    "batch_size": 50,
    "epochs": 10,
    "test_images": 10_000,
    "dropout_keeps": 0.8,
    "seeds": list(range(10)),
}


def measure(seed):
    """{"plain", "bn", "dropout": {"accuracy", "test_accuracy", "gap": (1,)}} of one seed after the last epoch.

    Accuracies without dropout; with batch normalization, by the mean and variance of the training images. "gap": their
    difference, as a fraction.
    """
    (x, y), test = mnist.pixels()
    chosen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    x, y = x[chosen], y[chosen]
    epochs = [stacked.batch_order(seed, epoch, len(x)) for epoch in range(PROTOCOL["epochs"])]
    order = np.concatenate(epochs).reshape(-1, PROTOCOL["batch_size"])
    kernels = [kernel[None] for kernel in stacked.initial_kernels("he_normal", PROTOCOL["widths"], seed)]
    runs = {}
    for arm, keep in (("plain", 1.0), ("bn", 1.0), ("dropout", PROTOCOL["dropout_keeps"])):
        weights = dense.start(kernels, arm == "bn")
        dense.train(weights, x, y, order, [PROTOCOL["learning_rate"]], PROTOCOL["optimizer"], keep=keep)
        statistics = dense.forward(weights, x)[1]
        train, unseen = (dense.accuracy(weights, *data, statistics=statistics)[0] for data in ((x, y), test))
        runs[arm] = {"accuracy": [train], "test_accuracy": [unseen], "gap": [train - unseen]}
    return runs
