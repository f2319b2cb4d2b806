"""Tanh networks with random biases: how gradients grow per layer, and which depths can be trained, by weight variance."""

import functools

import numpy as np
import tensorflow as tf

from evidence import mnist
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
    runs = {}
    for variance in WEIGHT_VARIANCES:
        square, delta = signal(x[: PROTOCOL["signal"]["images"]], variance, np.random.default_rng([seed, 0]))
        runs[f"signal_{variance}"] = {"square": square, "delta": delta}
    for depth in DEPTHS:
        widths = [784, *[PROTOCOL["training"]["width"]] * depth, 10]
        grid = [(variance, rate) for variance in WEIGHT_VARIANCES for rate in RATES]
        drawn = [network(widths, variance, np.random.default_rng([seed, depth])) for variance, _ in grid]
        weights = [tf.Variable(np.stack(parts).astype("float32")) for parts in zip(*drawn)]
        train()(weights, tf.constant(x), tf.constant(y), tf.constant([rate for _, rate in grid], "float32"))
        scores = [np.mean(np.argmax(logits(weights, images), axis=-1) == labels, axis=1) for images, labels in asked]
        for (variance, rate), chosen_by, reported in zip(grid, *scores, strict=True):
            runs[f"train_{variance}_{depth}_{rate}"] = {"val_accuracy": [chosen_by], "test_accuracy": [reported]}
    return runs


def network(widths, variance, rng):
    """Kernel, bias, kernel, … with n_in σ² = variance for the kernels and BIAS_VARIANCE for the biases."""
    shapes = list(zip(widths, widths[1:]))
    pairs = [(rng.normal(0, np.sqrt(variance / a), (a, b)), rng.normal(0, np.sqrt(BIAS_VARIANCE), (1, b))) for a, b in shapes]
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


def logits(weights, x):
    """(networks, images, classes) of stacked networks, each [kernel, bias, …] with the networks on the first axis."""
    h = tf.convert_to_tensor(x)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
        h = tf.tanh(tf.matmul(h, kernel) + bias)
    return tf.matmul(h, weights[-2]) + weights[-1]


@functools.cache
def train():
    """A function that trains stacked networks in place, one pass of SGD over the images with a rate for each."""

    @tf.function(reduce_retracing=True)
    def run(weights, x, y, rates):
        size = PROTOCOL["training"]["batch_size"]
        for first in tf.range(0, len(y), size):
            with tf.GradientTape() as tape:
                z = logits(weights, x[first : first + size])
                labels = tf.broadcast_to(y[first : first + size], tf.shape(z)[:2])
                loss = tf.reduce_sum(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z), 1))
            for w, g in zip(weights, tape.gradient(loss, weights)):
                w.assign_sub(tf.reshape(rates, (-1, 1, 1)) * g)

    return run
