"""Dense ReLU networks of equal shape, stacked, some of whose weights are held at zero: pruned ones, and untrained ones under a mask."""

import numpy as np
import tensorflow as tf


def start(networks, masks):
    """Variables of K networks: per layer [kernel, mask, bias], of which the mask is not trained.

    networks: per network its kernels, (fan_in, fan_out) float32; masks: the same, of 0 and 1. Biases start at 0.
    """
    weights = []
    for kernels, held in zip(zip(*networks, strict=True), zip(*masks, strict=True), strict=True):
        kernel = np.stack(kernels)
        bias = np.zeros((len(kernel), 1, kernel.shape[2]), "float32")
        weights.append([tf.Variable(kernel), tf.Variable(np.stack(held).astype("float32"), trainable=False), tf.Variable(bias)])
    return weights


def forward(weights, x):
    """Logits (K, images, classes). weights: of `start`; x: (images, inputs)."""
    h = x
    for layer, (kernel, mask, bias) in enumerate(weights):
        z = tf.matmul(h, kernel * mask) + bias
        h = z if layer == len(weights) - 1 else tf.nn.relu(z)
    return h


def accuracy(weights, x, y):
    """Share of the images that each network classifies correctly, (K,)."""
    return np.mean(tf.argmax(forward(weights, x), -1).numpy() == y, axis=1)


def kernels(weights):
    """Per network its kernels, each (fan_in, fan_out)."""
    return list(zip(*(layer[0].numpy() for layer in weights), strict=True))


def largest(scores, share):
    """The mask of that share of a kernel's entries whose score is largest. scores: (fan_in, fan_out); returns 0 and 1."""
    count = max(round(share * scores.size), 1)
    mask = np.zeros(scores.size, "float32")
    mask[np.argsort(scores, axis=None)[-count:]] = 1
    return mask.reshape(scores.shape)
