"""Rare positives: a network whose output bias starts at zero, and one whose output bias starts at the log-odds."""

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from snippets.tools import stacked

CHECKS = [0, 8, 16, 24, 32, 48, 64, 96, 128, 156]  # batches after which the loss is measured
PROTOCOL = {
    "question": "What does an output bias at the log-odds of the labels save?",
    "task": "digit 0 against the rest",
    "images": 10_000,
    "positives": 100,
    "widths": [784, 64, 1],
    "activation": "relu",
    "kernels": ["he_normal", "glorot_uniform"],
    "arms": {"zero": [1, 0], "prior": [1, 1], "prior_alone": [0, 1]},  # factors on the output kernel and on the log-odds
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 64,
    "checks": CHECKS,
    "seeds": list(range(10)),
}


def measure(seed):
    """{arm: {"loss": (checks,) nats on all images, "batch": (checks,)}} of one seed, on the same images and batches."""
    x, y = rare(seed)
    share = y.mean()
    odds = np.log(share / (1 - share))
    hidden, output = stacked.initial_kernels(PROTOCOL["kernels"], PROTOCOL["widths"], seed)
    runs = {}
    for arm, (kernel, factor) in PROTOCOL["arms"].items():
        start = [hidden, np.zeros(PROTOCOL["widths"][1]), kernel * output, [factor * odds]]
        runs[arm] = {"loss": losses([tf.Variable(each, dtype="float32") for each in start], x, y), "batch": CHECKS}
    return runs


def losses(weights, x, y):
    """Train [kernel, bias, kernel, bias] for one pass over the images in order; the loss on all images at CHECKS."""
    optimizer, x, y = keras.optimizers.Adam(PROTOCOL["learning_rate"]), tf.constant(x), tf.constant(y)
    optimizer.build(weights)
    size = PROTOCOL["batch_size"]

    def loss(images, labels):
        z = tf.nn.relu(images @ weights[0] + weights[1]) @ weights[2] + weights[3]
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, z[:, 0]))

    @tf.function
    def step(batch):
        images = slice(size * batch, size * (batch + 1))
        with tf.GradientTape() as tape:
            value = loss(x[images], y[images])
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights))

    measured = []
    for batch in range(CHECKS[-1] + 1):
        if batch in CHECKS:
            measured.append(float(loss(x, y)))
        step(tf.constant(batch))
    return measured


def rare(seed):
    """Images and labels in random order: (images, 784) float32, and (images,) with a one for each positive, a zero by its digit."""
    (x, y), _ = mnist.pixels()
    positives, images = PROTOCOL["positives"], PROTOCOL["images"]
    rng = np.random.default_rng(seed)
    positive, negative = (rng.permutation(np.flatnonzero(each)) for each in (y == 0, y != 0))
    chosen = rng.permutation(np.concatenate([positive[:positives], negative[: images - positives]]))
    return x[chosen], (y[chosen] == 0).astype("float32")
