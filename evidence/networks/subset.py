"""Random subsets of MNIST, for experiments on few images, and how networks trained on them answer."""

import numpy as np

WATCHED = 100  # test images per epoch: all 10,000 after each epoch would cost more than training on a few hundred


def subset(x, y, size, seed):
    """`size` of the images x and their labels y, drawn at random without replacement."""
    chosen = np.random.default_rng([seed, size]).choice(len(y), size, replace=False)
    return x[chosen], y[chosen]


def watched(test):
    """The first test images and their labels: stacked.train asks for some, and the rest answers after the last epoch."""
    return tuple(a[:WATCHED] for a in test)


def hidden(weights, x):
    """Activations of the last hidden ReLU layer, (n, width). weights: [kernel, bias, kernel, …] with the output layer."""
    for kernel, bias in zip(weights[0:-2:2], weights[1:-2:2], strict=True):
        x = np.maximum(x @ kernel + bias, 0)
    return x


def accuracy(weights, x, y):
    """Share of the images that a ReLU network with these weights classifies correctly."""
    return np.mean((hidden(weights, x) @ weights[-2] + weights[-1]).argmax(axis=1) == y)
