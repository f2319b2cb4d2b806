"""Dense networks whose kernels rest while a product of two thin matrices beside each is trained, stacked on one axis."""

import numpy as np
import tensorflow as tf

UNIFORM, NORMAL = "uniform", "normal"


def start(body, factors):
    """Weights of K adapted networks on one body, as `logits` takes them: per layer (kernel, bias, A, B); A and B alone are trained.

    body: [kernel, bias, …], arrays in Keras's shapes, shared by all. factors: per network, per layer (A, B), of shapes (fan_in, rank)
    and (rank, fan_out).
    """
    frozen = [tf.Variable(part, trainable=False) for part in body]
    pairs = [[tf.Variable(np.stack(part), dtype="float32") for part in zip(*layer, strict=True)] for layer in zip(*factors, strict=True)]
    return [[kernel, bias, *pair] for kernel, bias, pair in zip(frozen[0::2], frozen[1::2], pairs, strict=True)]


def logits(weights, x, step=0):
    """Logits (K, images, classes) of x (images, inputs): in each layer x (W + A B) + b, with ReLU between. step: not used."""
    h = x
    for layer, (kernel, bias, a, b) in enumerate(weights):
        h = tf.nn.relu(h) if layer else h
        # the body's product has no axis of networks in the first layer: it is the same for all
        h = tf.matmul(h, kernel) + bias + tf.matmul(tf.matmul(h, a), b)
    return h


def draw(rng, shape, distribution, std):
    """A matrix of independent entries of mean zero and this standard deviation, float32; zeros for a std of 0."""
    values = rng.uniform(-np.sqrt(3), np.sqrt(3), shape) if distribution == UNIFORM else rng.normal(size=shape)
    return (std * values).astype("float32")


def rms(factor):
    """Root mean square of a matrix's entries."""
    return float(np.sqrt(np.mean(np.square(factor, dtype="float64"))))


def scores(weights, x, y, at_once=500):
    """Mean loss (nats) and accuracy on images x with labels y: (2, K)."""
    sums = [_scores(weights, x[k : k + at_once], y[k : k + at_once]) for k in range(0, len(y), at_once)]
    return np.sum(sums, axis=0) / len(y)


@tf.function
def _scores(weights, x, y):
    z = logits(weights, x)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.broadcast_to(y, tf.shape(z)[:2]), z)
    hits = tf.cast(tf.argmax(z, -1, y.dtype) == y, "float32")
    return tf.reduce_sum(tf.stack([loss, hits]), -1)
