"""Layer-normalized networks whose weights are kept in bfloat16: which updates rounding takes away, by the size of what they start from."""

import itertools

import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import built, convolutions, stack
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which starts lose their updates where weights are kept in bfloat16?",
    "initializer": "he_normal",
    "widths": [196, 64, 64, 64, 64, 10],  # 14 by 14 pixels
    "epsilon": 1e-3,  # of layer normalization, Keras's default
    "arms": {  # factor on the hidden kernels; what the weights are kept in; whether a normalized layer scales by 1 + γ, with γ from zero
        "he_float32": [1, "float32", False], "he_bfloat16": [1, "bfloat16", False], "he_centred": [1, "bfloat16", True],
        "large_float32": [8, "float32", False], "large_bfloat16": [8, "bfloat16", False],
    },
    "learning_rates": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],  # of Adam, which computes in float32, as all else does
    "images": 12_800,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 32,
    "steps": [25, 50, 100, 200, 300],
    "seeds": list(range(5)),
}  # fmt: skip


def measure(seed):
    """{"<arm>_<rate>": a curve, "kernel_kept", "gain_kept": (1,)} of one seed.

    "kernel_kept", "gain_kept": share of the entries of the kernels between hidden layers, and of the scales γ, that are to the
    bit what they were before training.
    """
    parts = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    parts = [(convolutions.maps(x).reshape(len(x), -1), y) for x, y in parts]
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    names, rates = zip(*itertools.product(PROTOCOL["arms"], PROTOCOL["learning_rates"]), strict=True)
    arms = [PROTOCOL["arms"][name] for name in names]
    after = rounded([kept == "bfloat16" for _, kept, _ in arms])
    weights = start(stacked.initial_kernels(PROTOCOL["initializer"], PROTOCOL["widths"], seed), arms)
    for weight in tf.nest.flatten(weights):
        weight.assign(after(weight))
    before = tf.nest.map_structure(lambda weight: weight.numpy(), weights)
    found = stack.Stack(forward, weights, rates, after=after).curves(*parts, order, PROTOCOL["steps"])
    kept = tf.nest.map_structure(lambda weight, first: np.mean(weight.numpy() == first, axis=(1, 2)), weights, before)
    for k, one in enumerate(found):
        one["kernel_kept"] = [np.mean([layer[0][k] for layer in kept[1:-1]])]
        one["gain_kept"] = [np.mean([layer[1][k] for layer in kept[:-1]])]
    return {f"{name}_{rate}": one for name, rate, one in zip(names, rates, found, strict=True)}


def start(kernels, arms):
    """Variables of the networks: per hidden layer [kernel, γ, what is added to γ, β], then [kernel, bias]; see PROTOCOL for the arms."""
    factors, _, centred = (np.float32(each).reshape(-1, 1, 1) for each in zip(*[(f, 0, c) for f, _, c in arms], strict=True))
    weights = []
    for kernel in kernels[:-1]:
        shift = np.zeros((len(arms), 1, kernel.shape[1]), "float32")
        weights.append([tf.Variable(factors * kernel), tf.Variable(shift + 1 - centred), tf.Variable(centred, trainable=False), tf.Variable(shift)])
    last = np.repeat(kernels[-1][None], len(arms), 0)
    return [*weights, [tf.Variable(last), tf.Variable(np.zeros((len(arms), 1, last.shape[2]), "float32"))]]


def forward(weights, x):
    """Logits (K, images, classes) of networks as from `start`: per hidden layer a kernel, layer normalization and ReLU."""
    h = x
    for kernel, gain, added, shift in weights[:-1]:
        z = tf.matmul(h, kernel)
        mean, variance = tf.nn.moments(z, -1, keepdims=True)
        h = tf.nn.relu((gain + added) * (z - mean) * tf.math.rsqrt(variance + PROTOCOL["epsilon"]) + shift)
    kernel, bias = weights[-1]
    return tf.matmul(h, kernel) + bias


def rounded(which):
    """A function of a weight, (K, …), that rounds it to the nearest bfloat16 in the networks that are marked. which: (K,) bool."""
    marked = np.reshape(which, (-1, 1, 1))
    return lambda weight: tf.where(marked, tf.cast(tf.cast(weight, "bfloat16"), "float32"), weight)
