"""LSUV and two fixed rules in deep dense networks: the variance of every layer, and the loss after a few SGD steps."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import dense
from evidence.networks.trials import scores
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
        model = network(activation)
        for start in PROTOCOL["starts"]:
            weights = initial_weights(model, start, seen, seed)
            runs[f"{activation}_{start}"] = {"variance": variances(model, seen), "unseen_variance": variances(model, unseen)}
            if activation in PROTOCOL["trained"]["activations"] and start in PROTOCOL["trained"]["starts"]:
                arms = (f"{activation}_{start}_{rate}" for rate in PROTOCOL["learning_rates"])
                runs |= zip(arms, trained(weights, activation, (x, y), held_out))
    return runs


@functools.cache
def network(activation):
    """The Keras model that takes each start in turn."""
    hidden = (keras.layers.Dense(width, activation) for width in WIDTHS[1:-1])
    return keras.Sequential([keras.Input(WIDTHS[:1]), *hidden, keras.layers.Dense(WIDTHS[-1])])


def trained(weights, activation, training, held_out):
    """The quantities of a training from these weights, at each learning rate."""
    rates = PROTOCOL["learning_rates"]
    networks = dense.stack([weights] * len(rates))
    order = np.arange(len(training[0])).reshape(PROTOCOL["steps"], -1)
    dense.train(networks, *training, order, rates, PROTOCOL["optimizer"], activation)
    (_, chosen_by), (loss, reported) = (scores(dense.unstack(networks), *images, activation) for images in held_out)
    loss = np.where(np.isfinite(loss), loss, np.nan)
    quantities = {"val_accuracy": chosen_by, "test_accuracy": reported, "test_loss": loss}
    return [{name: values[k : k + 1] for name, values in quantities.items()} for k in range(len(rates))]


def initial_weights(model, start, x, seed):
    """Give the model the start that is named and zero biases; returns its weights."""
    kernels = stacked.initial_kernels("orthogonal" if start == "lsuv" else start, WIDTHS, seed)
    model.set_weights([part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1]))])
    if start == "lsuv":
        lsuv(model, x, seed=seed)
    return model.get_weights()


def variances(model, h):
    """The variance of what each layer puts out before its activation: (layers,)."""
    found = []
    for layer in model.layers:
        z = tf.matmul(h, layer.kernel) + layer.bias
        found.append(z.numpy().var(dtype="float64"))
        h = layer.activation(z)
    return found
