"""Networks of equal shape, stacked on one axis, with batch normalization or dropout in their hidden layers."""

import functools

import numpy as np
import tensorflow as tf

from snippets.tools import stacked

EPSILON, MOMENTUM = 1e-3, 0.99  # Keras's defaults for batch normalization


def start(kernels, normalized):
    """Variables of K networks: per layer [kernel, bias], and the gain γ in between if the layer is normalized.

    kernels: per layer (K, fan_in, fan_out) float32. Biases (β where normalized) start at 0, γ at 1.
    """
    biases = [np.zeros((len(kernel), 1, kernel.shape[2]), "float32") for kernel in kernels]
    gains = [[bias + 1] if normalized else [] for bias in biases[:-1]] + [[]]
    return [[tf.Variable(part) for part in (w, *gain, b)] for w, b, gain in zip(kernels, biases, gains, strict=True)]


def forward(weights, x, statistics=None, keep=1.0, draw=0):
    """Logits (K, images, classes) of stacked networks, and per normalized layer (mean, variance) of z, each (K, 1, units).

    x: (images, pixels). Layers with a gain are normalized, by `statistics` if given, else by those of the batch.
    keep: probability with which dropout keeps a unit, whose output it divides by `keep`. The mask depends on the layer
    and on the number `draw` alone, and is the same for all K networks.
    """
    h, seen = x, []
    for layer, (kernel, *gain, bias) in enumerate(weights):
        z = tf.matmul(h, kernel)
        if gain:
            seen.append(statistics[layer] if statistics else tf.nn.moments(z, 1, keepdims=True))
            z = gain[0] * (z - seen[-1][0]) * tf.math.rsqrt(seen[-1][1] + EPSILON)
        h = tf.nn.relu(z + bias)
        if keep < 1:
            h = h * tf.cast(tf.random.stateless_uniform(h.shape[1:], (draw, layer)) < keep, "float32") / keep
    return z + bias, seen


def train(weights, x, y, order, rates, optimizer, keep=1.0):
    """Train stacked networks in place on batches of x (n, pixels) and y (n,): order is (steps, images) of indices into both.

    rates: (K,) learning rates; optimizer: "sgd" or "adam" with Keras's constants; keep: see `forward`.
    Returns the moving statistics of the normalized layers as Keras keeps them: mean from 0, variance from 1.
    """
    rates = tf.reshape(tf.constant(rates, "float32"), (-1, 1, 1))
    moving = [tuple(tf.Variable(value * tf.ones_like(bias)) for value in (0.0, 1.0)) for _, *gain, bias in weights if gain]
    moments = [[tf.Variable(tf.zeros_like(w)) for _ in range(2)] if optimizer == "adam" else [] for w in tf.nest.flatten(weights)]
    x, y, order = (tf.constant(array) for array in (x, y, order))
    stacked.traced(program(optimizer, keep), weights, moving, moments, x, y, order, rates)
    return moving


@functools.cache
def program(optimizer, keep):
    """The steps of `train` as one TensorFlow function, traced once for networks of the same shape."""

    @tf.function
    def run(weights, moving, moments, x, y, order, rates):
        for step in tf.range(len(order)):
            with tf.GradientTape() as tape:
                logits, seen = forward(weights, tf.gather(x, order[step]), keep=keep, draw=step)
                labels = tf.broadcast_to(tf.gather(y, order[step]), tf.shape(logits)[:2])
                loss = tf.reduce_sum(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits), 1))
            gradients = tf.nest.flatten(tape.gradient(loss, weights))
            for average, value in zip(tf.nest.flatten(moving), tf.nest.flatten(seen), strict=True):
                average.assign(MOMENTUM * average + (1 - MOMENTUM) * value)
            t = tf.cast(step + 1, "float32")
            for w, g, pair in zip(tf.nest.flatten(weights), gradients, moments, strict=True):
                w.assign_sub(rates * (adam(g, *pair, t) if pair else g))

    return run


def adam(gradient, m, v, t):
    """Adam's step t for a learning rate of 1, with Keras's constants (Kingma, Ba 2015, arXiv:1412.6980)."""
    m.assign(0.9 * m + 0.1 * gradient)
    v.assign(0.999 * v + 0.001 * gradient**2)
    return m * tf.sqrt(1 - 0.999**t) / (1 - 0.9**t) / (tf.sqrt(v) + 1e-7)


def accuracy(weights, x, y, statistics=None):
    """Share of the images that each network classifies correctly, (K,), without dropout; see `forward`."""
    logits, _ = forward(weights, x, statistics)
    return np.mean(tf.argmax(logits, -1).numpy() == y, axis=1)
