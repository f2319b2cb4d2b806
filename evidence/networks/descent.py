"""Trains stacked networks side by side, each at a learning rate of its own, by SGD or by Adam."""

import functools

import numpy as np
import tensorflow as tf

from evidence.theory.adam import EPSILONS
from snippets.tools import stacked


def train(forward, weights, x, y, order, rates, optimizer="sgd", epsilon=EPSILONS["keras"]):
    """Train K networks in place on the same batches. Returns their losses on each batch, before its step: (steps, K) float32.

    forward: a function of (weights, images, step from 0) that gives logits (K, images, classes); calls that hand the same
    function and shapes share a trace. weights: tf.Variables, nested as `forward` wants them, the networks on the third axis from
    the end; those that are trainable are trained. x: (n, inputs) float32; y: (n,) integers; order: (steps, images)
    indices into both. rates: (K,), or (steps, K) where they change; optimizer: "sgd" or "adam"; epsilon: what Adam adds to the
    root of its corrected mean square, a function of the step from 1 that gives a number or (K,).
    """
    steps, networks = len(order), np.shape(rates)[-1]
    rates = np.broadcast_to(rates, (steps, networks))
    epsilons = [np.broadcast_to(epsilon(step), networks) for step in range(1, steps + 1)]
    scales = [tf.constant(np.reshape(each, (steps, networks, 1, 1)), "float32") for each in (rates, epsilons)]
    moments = [[tf.Variable(tf.zeros_like(weight)) for _ in range(2)] if optimizer == "adam" else [] for weight in trainable(weights)]
    data = [tf.constant(array) for array in (x, y, order)]
    return stacked.traced(program(forward), weights, moments, *data, *scales).numpy()


@functools.cache
def program(forward):
    """The steps of `train` as one TensorFlow function, traced once for networks of the same shape."""

    @tf.function
    def run(weights, moments, x, y, order, rates, epsilons):
        trained = trainable(weights)
        losses = tf.TensorArray("float32", len(order))
        for step in tf.range(len(order)):
            with tf.GradientTape() as tape:
                logits = forward(weights, tf.gather(x, order[step]), step)
                labels = tf.broadcast_to(tf.gather(y, order[step]), tf.shape(logits)[:2])
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits), 1)
            losses = losses.write(step, loss)
            count = tf.cast(step + 1, "float32")
            for weight, gradient, pair in zip(trained, tape.gradient(loss, trained), moments, strict=True):
                weight.assign_sub(rates[step] * (adam(gradient, *pair, count, epsilons[step]) if pair else gradient))
        return losses.stack()

    return run


def trainable(weights):
    """The variables to train, in one list."""
    return [weight for weight in tf.nest.flatten(weights) if weight.trainable]


def adam(gradient, m, v, step, epsilon):
    """Adam's step for a learning rate of 1, with the usual 0.9 and 0.999, and its mean m and mean square v, updated.

    epsilon: added to the root of the corrected mean square. Source: Kingma, Ba 2015, arXiv:1412.6980, algorithm 1.
    """
    m.assign(0.9 * m + 0.1 * gradient)
    v.assign(0.999 * v + 0.001 * gradient**2)
    root = tf.sqrt(1 - 0.999**step)
    return m * (root / (1 - 0.9**step)) / (tf.sqrt(v) + epsilon * root)
