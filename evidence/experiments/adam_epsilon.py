"""Thirty ReLU layers under Adam, with Keras's small constant and with that of Adam's paper, which is PyTorch's too."""

import itertools

import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.theory.adam import EPSILONS
from evidence.theory.rectifiers import DEPTHS, RATES
from evidence.networks.trials import scores
from snippets.tools import stacked

INITIALIZERS = ["glorot_normal", "he_normal"]
PROTOCOL = {
    "question": "Is it Adam under which Glorot starts slowly at thirty layers, or Keras's Adam?",
    "width": 64,
    "hidden_layers": DEPTHS[-1],
    "activation": "relu",
    "learning_rates": RATES["adam"],
    "images": 2560,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 4,  # of 40 steps each, as in rectifier_depth, on its images in its order
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<initializer>_<epsilon>_<rate>": "test_loss", "test_accuracy" and "val_accuracy", (1,) each} of one seed."""
    (x, y), validation, test = mnist.split(seed, *(PROTOCOL[f"{part}images"] for part in ("", "validation_", "test_")))
    widths = [784, *[PROTOCOL["width"]] * PROTOCOL["hidden_layers"], 10]
    grid = list(itertools.product(INITIALIZERS, EPSILONS, PROTOCOL["learning_rates"]))
    kernels = [stacked.initial_kernels(initializer, widths, seed) for initializer, _, _ in grid]
    order = np.concatenate([stacked.batch_order(seed, epoch, len(x)) for epoch in range(PROTOCOL["epochs"])])
    batches = order.reshape(-1, PROTOCOL["batch_size"])
    weights = train(kernels, x, y, batches, [EPSILONS[epsilon] for _, epsilon, _ in grid], [rate for *_, rate in grid])
    (loss, accuracy), (_, chosen_by) = (scores(weights, *part, "relu") for part in (test, validation))
    return {
        "_".join(map(str, arm)): {"test_loss": [loss[k]], "test_accuracy": [accuracy[k]], "val_accuracy": [chosen_by[k]]}
        for k, arm in enumerate(grid)
    }


def train(kernels, x, y, batches, epsilons, rates):
    """Train ReLU networks of one shape by Adam on the same batches: per network [kernel, bias, kernel, …].

    kernels: per network, (fan_in, fan_out) each; biases start at 0. batches: (steps, images) indices.
    epsilons: per network, a function of the step from 1; rates: (networks,).
    """
    parts = [part for layer in zip(*kernels, strict=True) for part in (np.stack(layer), np.zeros((len(layer), 1, layer[0].shape[1])))]
    weights = [tf.Variable(part, dtype="float32") for part in parts]
    means, squares = ([tf.Variable(tf.zeros_like(part)) for part in weights] for _ in range(2))
    rates = tf.constant(rates, "float32", (len(kernels), 1, 1))

    @tf.function
    def step(images, labels, t, epsilon):
        with tf.GradientTape() as tape:
            h = images @ weights[0] + weights[1]
            for kernel, bias in zip(weights[2::2], weights[3::2], strict=True):
                h = tf.nn.relu(h) @ kernel + bias
            labels = tf.broadcast_to(labels, tf.shape(h)[:2])
            losses = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, h), axis=1)
        for weight, m, v, gradient in zip(weights, means, squares, tape.gradient(losses, weights), strict=True):
            m.assign(0.9 * m + 0.1 * gradient)
            v.assign(0.999 * v + 0.001 * gradient**2)
            weight.assign_sub(rates * m / (1 - 0.9**t) / (tf.sqrt(v / (1 - 0.999**t)) + epsilon))

    for t, batch in enumerate(batches, 1):
        epsilon = np.array([one(t) for one in epsilons], "float32").reshape(-1, 1, 1)
        step(x[batch], y[batch], tf.constant(t, "float32"), tf.constant(epsilon))
    trained = [weight.numpy() for weight in weights]
    return [[part[k].squeeze() for part in trained] for k in range(len(kernels))]
