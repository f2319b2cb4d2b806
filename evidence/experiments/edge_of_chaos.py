"""Tanh networks with random biases: how gradients grow per layer, and which depths can be trained, by weight variance."""

import numpy as np

from evidence import mnist
from evidence.networks import dense
from evidence.theory.mean_field import BIAS_VARIANCE, DEPTHS, RATES, WEIGHT_VARIANCES

PROTOCOL = {
    "question": "Does mean-field theory predict how fast tanh's gradients change per layer, and how deep tanh can be trained?",
    "weight_variances": WEIGHT_VARIANCES,  # times fan_in
    "bias_variance": BIAS_VARIANCE,
    "activation": "tanh",
    "signal": {"width": 300, "layers": 30, "images": 256},
    "training": {"width": 100, "hidden_layers": DEPTHS, "images": 6400, "batch_size": 32, "optimizer": "sgd", "learning_rates": RATES},
    "validation_images": 1000,
    "test_images": 2000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"signal_<variance>": {"square": mean square of z, "delta": root mean square of δ, both (layers,)}, "train_<variance>_<depth>_
    <rate>": {"val_accuracy", "test_accuracy": (1,) after one pass over the images}} of one seed."""
    (x, y), *asked = mnist.split(seed, PROTOCOL["training"]["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    order, runs = np.arange(len(x)).reshape(-1, PROTOCOL["training"]["batch_size"]), {}
    for variance in WEIGHT_VARIANCES:
        square, delta = signal(x[: PROTOCOL["signal"]["images"]], variance, np.random.default_rng([seed, 0]))
        runs[f"signal_{variance}"] = {"square": square, "delta": delta}
    for depth in DEPTHS:
        widths = [784, *[PROTOCOL["training"]["width"]] * depth, 10]
        grid = [(variance, rate) for variance in WEIGHT_VARIANCES for rate in RATES]
        drawn = [network(widths, variance, np.random.default_rng([seed, depth])) for variance, _ in grid]
        weights = dense.stack(drawn)
        dense.train(weights, x, y, order, [rate for _, rate in grid], activation="tanh")
        scores = [dense.accuracy(weights, *images, "tanh") for images in asked]
        for (variance, rate), chosen_by, reported in zip(grid, *scores, strict=True):
            runs[f"train_{variance}_{depth}_{rate}"] = {"val_accuracy": [chosen_by], "test_accuracy": [reported]}
    return runs


def network(widths, variance, rng):
    """Kernel, bias, kernel, … with n_in σ² = variance for the kernels and BIAS_VARIANCE for the biases."""
    shapes = list(zip(widths, widths[1:]))
    pairs = [(rng.normal(0, np.sqrt(variance / a), (a, b)), rng.normal(0, np.sqrt(BIAS_VARIANCE), b)) for a, b in shapes]
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
