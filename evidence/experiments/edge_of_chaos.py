"""Tanh networks with random biases: how gradients grow per layer, and which depths can be trained, by weight variance."""

import itertools

import numpy as np

from evidence import mnist
from evidence.networks import dense

PROTOCOL = {
    "question": "Does mean-field theory predict how fast tanh's gradients change per layer, and how deep tanh can be trained?",
    "weight_variances": [1.0, 1.3, 1.76, 2.5, 4.0],  # times fan_in
    "bias_variance": 0.05,
    "activation": "tanh",
    "signal": {"width": 300, "layers": 30, "images": 256},
    "training": {
        "width": 100, "hidden_layers": [5, 10, 20, 40], "images": 6400, "batch_size": 32, "epochs": 1, "optimizer": "sgd",
        "learning_rates": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    },
    "validation_images": 1000,
    "test_images": 2000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"signal_<variance>": {"square": mean square of z, "delta": root mean square of δ, both (layers,)}, "train_<variance>_<depth>_
    <rate>": {"val_accuracy", "test_accuracy": (1,) after one pass over the images}} of one seed."""
    (x, y), *asked = mnist.split(seed, PROTOCOL["training"]["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    order, runs = np.arange(len(x)).reshape(-1, PROTOCOL["training"]["batch_size"]), {}
    for variance in PROTOCOL["weight_variances"]:
        square, delta = signal(x[: PROTOCOL["signal"]["images"]], variance, np.random.default_rng([seed, 0]))
        runs[f"signal_{variance}"] = {"square": square, "delta": delta}
    for depth in PROTOCOL["training"]["hidden_layers"]:
        widths = [784, *[PROTOCOL["training"]["width"]] * depth, 10]
        grid = list(itertools.product(PROTOCOL["weight_variances"], PROTOCOL["training"]["learning_rates"]))
        drawn = [network(widths, variance, np.random.default_rng([seed, depth])) for variance, _ in grid]
        weights = dense.stack(drawn)
        dense.train(weights, x, y, order, [rate for _, rate in grid], activation=PROTOCOL["activation"])
        scores = [dense.accuracy(weights, *images, PROTOCOL["activation"]) for images in asked]
        for (variance, rate), chosen_by, reported in zip(grid, *scores, strict=True):
            runs[f"train_{variance}_{depth}_{rate}"] = {"val_accuracy": [chosen_by], "test_accuracy": [reported]}
    return runs


def network(widths, variance, rng):
    """Kernel, bias, kernel, … with n_in σ² = variance for the kernels and the protocol's for the biases."""
    shapes = list(zip(widths, widths[1:]))
    pairs = [(rng.normal(0, np.sqrt(variance / a), (a, b)), rng.normal(0, np.sqrt(PROTOCOL["bias_variance"]), b)) for a, b in shapes]
    return [part for pair in pairs for part in pair]


def signal(x, variance, rng):
    """Mean square of z and root mean square of δ in every layer of an untrained network, for a random δ at the top."""
    width, layers = PROTOCOL["signal"]["width"], PROTOCOL["signal"]["layers"]
    weights = network([x.shape[1], *[width] * layers], variance, rng)
    kernels, biases = weights[0::2], weights[1::2]
    h, z = x, []
    for kernel, bias in zip(kernels, biases, strict=True):
        z.append(h @ kernel + bias)
        h = np.tanh(z[-1])
    delta, sizes = rng.normal(size=h.shape) * (1 - h**2), []
    for kernel, below in zip(kernels[:0:-1], z[-2::-1], strict=True):
        sizes.append(np.sqrt(np.mean(delta**2)))
        delta = delta @ kernel.T * (1 - np.tanh(below) ** 2)
    sizes.append(np.sqrt(np.mean(delta**2)))
    return [np.mean(each**2) for each in z], sizes[::-1]
