"""LSUV and two fixed rules in deep dense networks: the variance of every layer, and the loss after a few SGD steps."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from snippets.tools import stacked
from snippets.tools.lsuv import lsuv

WIDTHS = [784] + [64] * 20 + [10]
PROTOCOL = {
    "question": "Does LSUV give every layer unit variance, on its batch and on others, and does the network then train sooner?",
    "widths": WIDTHS,
    "activations": ["tanh", "relu", "gelu"],
    "starts": ["glorot_uniform", "he_normal", "lsuv"],
    "batch_images": 512,
    "trained": {"activations": ["relu", "gelu"], "starts": ["he_normal", "lsuv"]},
    "optimizer": "sgd",
    "learning_rates": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    "batch_size": 64,
    "steps": 120,
    "validation_images": 1000,
    "test_images": 2000,
    "seeds": list(range(10)),
}


def measure(seed):
    """The quantities of one seed.

    {"<activation>_<start>": {"variance" and "unseen_variance": (layers,)}}, variances of a layer's output before the
    activation, over units and images: of the batch that LSUV sees, and of as many other images.
    {"<activation>_<start>_<rate>": {"val_accuracy", "test_accuracy" and "test_loss": (1,)}} after the training, the loss
    NaN where it diverged.
    """
    images = PROTOCOL["steps"] * PROTOCOL["batch_size"]
    (x, y), *held_out = mnist.split(seed, images, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    seen, unseen = x[: PROTOCOL["batch_images"]], x[-PROTOCOL["batch_images"] :]
    runs = {}
    for activation in PROTOCOL["activations"]:
        model, train = network(activation)
        for start in PROTOCOL["starts"]:
            weights = initial_weights(model, start, seen, seed)
            runs[f"{activation}_{start}"] = {"variance": variances(model, seen), "unseen_variance": variances(model, unseen)}
            if activation in PROTOCOL["trained"]["activations"] and start in PROTOCOL["trained"]["starts"]:
                for rate in PROTOCOL["learning_rates"]:
                    (_, chosen_by), (loss, reported) = train(weights, x, y, held_out, tf.constant(rate)).numpy()
                    runs[f"{activation}_{start}_{rate}"] = {
                        "val_accuracy": [chosen_by], "test_accuracy": [reported], "test_loss": [loss if np.isfinite(loss) else np.nan],
                    }  # fmt: skip
    return runs


@functools.cache
def network(activation):
    """A Keras model, and a TensorFlow function that trains it from given weights: loss and accuracy on each of some data, (data, 2)."""
    dense = keras.layers.Dense
    layers = [*(dense(width, activation) for width in WIDTHS[1:-1]), dense(WIDTHS[-1])]
    model = keras.Sequential([keras.Input(WIDTHS[:1]), *layers])
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train(weights, x, y, held_out, rate):
        variables, size = [variable.value for variable in model.trainable_variables], PROTOCOL["batch_size"]
        for variable, value in zip(variables, weights):
            variable.assign(value)
        for step in tf.range(PROTOCOL["steps"]):
            batch = slice(step * size, (step + 1) * size)
            with tf.GradientTape() as tape:
                loss = cross_entropy(y[batch], model(x[batch]))
            for variable, gradient in zip(variables, tape.gradient(loss, variables)):
                variable.assign_sub(rate * gradient)
        return tf.convert_to_tensor([score(labels, model(images)) for images, labels in held_out])

    def score(y, logits):
        return cross_entropy(y, logits), tf.reduce_mean(tf.cast(tf.argmax(logits, 1, y.dtype) == y, "float32"))

    return model, train


def initial_weights(model, start, x, seed):
    """Give the model the start that is named and zero biases; returns its weights."""
    kernels = stacked.initial_kernels("orthogonal" if start == "lsuv" else start, WIDTHS, seed)
    model.set_weights([part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1]))])
    if start == "lsuv":
        lsuv(model, x, seed=seed)
    return [tf.constant(weight) for weight in model.get_weights()]


def variances(model, h):
    """The variance of what each layer puts out before its activation: (layers,)."""
    found = []
    for layer in model.layers:
        z = tf.matmul(h, layer.kernel) + layer.bias
        found.append(z.numpy().var(dtype="float64"))
        h = layer.activation(z)
    return found
