"""The losses just before a loss is NaN, for four causes."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from snippets.tools import stacked

PROTOCOL = {
    "question": "What does the loss do before it is NaN, and does that tell the cause?",
    "causes": {
        "learning_rate": {"hidden_layers": 10, "width": 64, "start": "he_normal", "optimizer": "sgd", "learning_rate": 3.0, "loss": "logits"},
        "start": {"hidden_layers": 36, "width": 256, "start": "standard_normal", "optimizer": "sgd", "learning_rate": 0.01, "loss": "logits"},
        "zero_by_zero": {"hidden_layers": 1, "width": 256, "start": "he_normal", "optimizer": "adam", "learning_rate": 0.001, "loss": "relu_output"},
        "log_of_zero": {"hidden_layers": 1, "width": 256, "start": "standard_normal", "optimizer": "sgd", "learning_rate": 0.01, "loss": "own_entropy"},
    },
    "too_deep": {"hidden_layers": 45, "width": 256, "start": "standard_normal", "images": 64},
    "activation": "relu",
    "batch_size": 64,
    "most_batches": 150,
    "losses": 12,  # on record, the last before the NaN
    "seeds": list(range(5)),
}
STANDARD = keras.initializers.RandomNormal(stddev=1.0)


def measure(seed):
    """{cause: quantities, "too_deep": see untrained} of one seed.

    "batch": the first whose loss is infinite or NaN, from 1, and NaN if there was none; "loss": (losses,) of the batches
    before it, the last one last, NaN where there were fewer; "first_loss": of batch 1.
    """
    (x, y), _ = mnist.pixels()
    order, size = stacked.batch_order(seed, 0, len(x)), PROTOCOL["batch_size"]
    runs = {}
    for name, cause in PROTOCOL["causes"].items():
        rule = STANDARD if cause["start"] == "standard_normal" else cause["start"]
        kernels = stacked.initial_kernels(rule, [784] + [cause["width"]] * cause["hidden_layers"] + [10], seed)
        weights = [tf.Variable(part) for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1], "float32"))]
        optimizer, losses = keras.optimizers.get(cause["optimizer"]), []
        optimizer.learning_rate = cause["learning_rate"]
        while not losses or (np.isfinite(losses[-1]) and len(losses) < PROTOCOL["most_batches"]):
            chosen = order[len(losses) * size : (len(losses) + 1) * size]
            value, gradients = differentiate(cause["loss"])(weights, x[chosen], y[chosen])
            optimizer.apply(gradients, weights)
            losses.append(float(value))
        lost = not np.isfinite(losses[-1])
        before = losses[:-1][-PROTOCOL["losses"] :]
        runs[name] = {
            "batch": [len(losses) if lost else np.nan],
            "loss": [np.nan] * (PROTOCOL["losses"] - len(before)) + before,
            "first_loss": losses[:1],
        }
    return runs | {"too_deep": untrained(x[: PROTOCOL["too_deep"]["images"]], seed)}


def untrained(x, seed):
    """A network too deep for its start: the shares of NaN among its weights and among the outputs of a plain call.

    Not the loss that Keras reports of it: the processor decides whether that is NaN.
    """
    depth, width = PROTOCOL["too_deep"]["hidden_layers"], PROTOCOL["too_deep"]["width"]
    rules = [keras.initializers.RandomNormal(stddev=1.0, seed=1000 * seed + layer) for layer in range(depth)]
    layers = [keras.layers.Dense(width, "relu", kernel_initializer=rule) for rule in rules]
    model = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
    outputs = model(x)
    weights = np.concatenate([part.ravel() for part in model.get_weights()])
    return {"nan_weights": [np.isnan(weights).mean()], "nan_share": [np.isnan(outputs).mean()]}


@functools.cache
def differentiate(loss):
    """A function of weights, images and labels: the mean loss of a batch and its gradients."""

    @tf.function(reduce_retracing=True)
    def forward_and_back(weights, images, labels):
        with tf.GradientTape() as tape:
            h = images
            for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
                h = tf.nn.relu(h @ kernel + bias)
            value = tf.reduce_mean(LOSSES[loss](h @ weights[-2] + weights[-1], labels))
        return value, tape.gradient(value, weights)

    return forward_and_back


def own_entropy(z, labels):
    """The textbook formula as one would type it: 0 · log 0 is NaN where a probability is too small for float32."""
    return -tf.reduce_sum(tf.one_hot(labels, 10) * tf.math.log(tf.nn.softmax(z)), axis=1)


LOSSES = {
    "logits": lambda z, labels: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z),
    "relu_output": lambda z, labels: keras.losses.categorical_crossentropy(tf.one_hot(labels, 10), tf.nn.relu(z)),
    "own_entropy": own_entropy,
}
