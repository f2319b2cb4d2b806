"""Dense networks of equal shape, stacked on one axis, with or without batch normalization or dropout in their hidden layers."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence.networks import descent

EPSILON, MOMENTUM = 1e-3, 0.99  # Keras's defaults for batch normalization


def start(kernels, normalized=False):
    """Variables of K networks: per layer [kernel, bias], per normalized one [kernel, γ, moving mean, moving variance, β].

    kernels: per layer (K, fan_in, fan_out); all others (K, 1, fan_out), float32. γ and moving variances start at 1, the rest at
    0, as in Keras. The output layer is never normalized.
    """
    weights = []
    for layer, kernel in enumerate(kernels, 1):
        zeros, normal = np.zeros((len(kernel), 1, kernel.shape[2]), "float32"), []
        if normalized and layer < len(kernels):
            normal = [tf.Variable(zeros + 1), *(tf.Variable(value, trainable=False) for value in (zeros, zeros + 1))]
        weights.append([tf.Variable(kernel, dtype="float32"), *normal, tf.Variable(zeros)])
    return weights


def stack(networks):
    """Variables of networks of one shape, each given as [kernel, bias, kernel, …] in Keras's shapes; form as from `start`."""
    parts = [tf.Variable(np.stack(part), dtype="float32") for part in zip(*networks, strict=True)]
    return [[kernel, tf.Variable(bias[:, None])] for kernel, bias in zip(parts[0::2], parts[1::2], strict=True)]


def unstack(weights):
    """Per network [kernel, bias, kernel, …], arrays in Keras's shapes, of networks that are not normalized."""
    parts = [part.numpy() for part in tf.nest.flatten(weights)]
    return [[part[k, 0] if n % 2 else part[k] for n, part in enumerate(parts)] for k in range(len(parts[0]))]


def moving(weights):
    """The moving (mean, variance) of each normalized layer, (K, 1, units) each, as training left them."""
    return [(mean, variance) for _, _, mean, variance, _ in (layer for layer in weights if len(layer) > 2)]


def forward(weights, x, activation="relu", statistics=None, keep=1.0, draw=0):
    """Logits (K, images, classes) of stacked networks, and per normalized layer (mean, variance) of z, each (K, 1, units).

    x: (images, inputs); activation: Keras's name. Layers with a gain are normalized, by `statistics` if given, else by those
    of the batch. keep: see `mask`, whose `draw` is this one.
    """
    function, h, seen = keras.activations.get(activation), x, []
    for layer, (kernel, *normal, bias) in enumerate(weights):
        z = tf.matmul(h, kernel)
        if normal:
            seen.append(statistics[layer] if statistics else tf.nn.moments(z, 1, keepdims=True))
            z = normal[0] * (z - seen[-1][0]) * tf.math.rsqrt(seen[-1][1] + EPSILON)
        z += bias
        h = function(z)
        if keep < 1:
            h *= mask(h.shape[1:], layer, draw, keep)
    return z, seen


def mask(shape, layer, draw, keep):
    """What dropout multiplies a hidden layer by, (images, units): 1 / keep with the probability `keep`, else 0.

    It depends on the layer and on the number `draw` alone, and is the same for all networks of a stack.
    """
    return tf.cast(tf.random.stateless_uniform(shape, (draw, layer)) < keep, "float32") / keep


def train(weights, x, y, order, rates, optimizer="sgd", activation="relu", keep=1.0, **options):
    """Train stacked networks in place, as `descent.train` does, whose arguments and losses these are; keep: see `mask`.

    The moving statistics of normalized layers are kept up as Keras does.
    """
    return descent.train(training(activation, keep), weights, x, y, order, rates, optimizer, **options)


@functools.cache
def training(activation, keep):
    """The forward pass while training, one object for each setting."""

    def logits(weights, images, step):
        z, seen = forward(weights, images, activation, keep=keep, draw=step)
        for average, value in zip(tf.nest.flatten(moving(weights)), tf.nest.flatten(seen), strict=True):
            average.assign(MOMENTUM * average + (1 - MOMENTUM) * value)
        return z

    return logits


def accuracy(weights, x, y, activation="relu", statistics=None):
    """Share of the images that each network classifies correctly, (K,), without dropout; see `forward`."""
    logits, _ = forward(weights, x, activation, statistics)
    return np.mean(tf.argmax(logits, -1).numpy() == y, axis=1)
