"""Trains networks whose learning rate is then chosen: what is reported and what one may choose by, kept apart."""

import numpy as np

from snippets.tools import stacked


def trials(networks, training, validation, test, **setting):
    """Train networks as `stacked.train` does, with its settings; one dictionary of quantities for each.

    networks: (initializer, seed) each; training, validation, test: (x, y), as `mnist.split` gives them.
    "test_loss" and "test_accuracy": (epochs,), on the test images, to report. "val_accuracy": (1,), after the last
    epoch on the validation images, to choose by; see evidence/readings/rates.py.
    """
    history, weights = stacked.train(networks, *training, test, **setting, verbose=False)
    _, chosen_by = scores(weights, *validation, setting.get("activation", "relu"))
    return [
        {"test_loss": history["val_loss"][k], "test_accuracy": history["val_accuracy"][k], "val_accuracy": chosen_by[k : k + 1]}
        for k in range(len(networks))
    ]


def scores(weights, x, y, activation):
    """Loss (nats) and accuracy of trained networks of one shape on images x and labels y: (2, networks) float32.

    weights: per network [kernel, bias, kernel, …] as `stacked.train` returns them.
    """
    evaluate, found = stacked.evaluation(activation, "softmax"), []
    for k in range(0, len(weights), stacked.GROUP):
        layers = (np.stack(parts) for parts in zip(*weights[k : k + stacked.GROUP], strict=True))
        found.append(evaluate([part[..., None] if part.ndim == 2 else part.transpose(0, 2, 1) for part in layers], x, y))
    return np.concatenate(found, axis=1)
