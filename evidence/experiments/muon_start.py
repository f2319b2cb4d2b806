"""Starts of a deep ReLU network under Adam and under Muon, and what keeps the small ones from moving: the guard, and the biases."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import built, convolutions, dense, signal, stack
from snippets.tools import stacked

PROTOCOL = {
    "question": "The size of Muon's step does not depend on that of the gradient. Does the start still matter?",
    "hidden_layers": 15,
    "width": 32,
    "pixels": 14,  # along each side
    "activation": "relu",
    "starts": {  # by Keras's name, or its class and configuration
        "he_normal": "he_normal", "glorot_uniform": "glorot_uniform",
        "orthogonal": {"class_name": "Orthogonal", "config": {"gain": 1.4142135623730951}},
        "normal_0.02": {"class_name": "RandomNormal", "config": {"stddev": 0.02}},
        "normal_0.001": {"class_name": "RandomNormal", "config": {"stddev": 0.001}},
    },
    "guards": {"keras": 1e-7, "tiny": 1e-30},  # added to the norm that a step is divided by
    "arms": {  # starts, and the guards they are trained with; "held": by Muon, with the hidden biases held at zero
        "adam": {"keras": ["he_normal", "glorot_uniform", "orthogonal", "normal_0.02", "normal_0.001"]},
        "muon": {"keras": ["he_normal", "glorot_uniform", "orthogonal", "normal_0.02", "normal_0.001"], "tiny": ["normal_0.02"]},
        "held": {"keras": ["normal_0.02"], "tiny": ["normal_0.02"]},
    },
    "learning_rates": {
        "adam": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03], "muon": [0.001, 0.003, 0.01, 0.03], "held": [0.001, 0.003, 0.01, 0.03],
    },
    "images": 12_800,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 32,
    "steps": [25, 50, 100, 200],
    "seeds": list(range(5)),
}  # fmt: skip


def measure(seed):
    """{"<start>_<how>_<guard>_<rate>": a curve and "moved"; "<start>": "gradient", (hidden layers less one,)} of one seed.

    "moved": root mean square of what training added to the kernels between hidden layers, over that of the kernels before, (1,).
    "gradient": Frobenius norm of the gradient of each on the first batch.
    """
    parts = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    parts = [(convolutions.maps(x).reshape(len(x), -1), y) for x, y in parts]
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    widths = [PROTOCOL["pixels"] ** 2, *[PROTOCOL["width"]] * PROTOCOL["hidden_layers"], 10]
    kernels = {name: stacked.initial_kernels(keras.initializers.get(rule), widths, seed) for name, rule in PROTOCOL["starts"].items()}
    runs = {name: {"gradient": gradients(kernel, *(part[order[0]] for part in parts[0]))} for name, kernel in kernels.items()}
    for how, guards in PROTOCOL["arms"].items():
        starts = [(start, guard) for guard, starts in guards.items() for start in starts]
        arms = [(*arm, rate) for arm, rate in itertools.product(starts, PROTOCOL["learning_rates"][how])]
        weights = dense.start([np.stack(layer) for layer in zip(*(kernels[start] for start, *_ in arms), strict=True)])
        before = inner(weights)
        trained = networks(weights, how, [rate for *_, rate in arms], [PROTOCOL["guards"][guard] for _, guard, _ in arms])
        found = trained.curves(*parts, order, PROTOCOL["steps"])
        moved = np.sqrt(np.mean((inner(weights) - before) ** 2, axis=(0, 2, 3)) / np.mean(before**2, axis=(0, 2, 3)))
        for k, (start, guard, rate) in enumerate(arms):
            runs[f"{start}_{how}_{guard}_{rate}"] = found[k] | {"moved": moved[k : k + 1]}
    return runs


def networks(weights, how, rates, guards):
    """The networks, ready to be trained. Under Muon the last kernel and the biases go by Adam."""
    places = range(0, 2 * PROTOCOL["hidden_layers"], 2)  # of the hidden kernels, each followed by its bias
    if how == "held":
        weights = [[kernel, tf.Variable(bias, trainable=False)] for kernel, bias in weights[:-1]] + weights[-1:]
        places = range(PROTOCOL["hidden_layers"])
    return stack.Stack(logits, weights, rates, places if how != "adam" else (), guards)


def logits(weights, x):
    """Logits (K, images, classes), as `stack.Stack` asks for them."""
    return dense.forward(weights, x, PROTOCOL["activation"])[0]


def inner(weights):
    """The kernels between hidden layers, (layers, networks, units, units) float64."""
    return np.array([kernel.numpy() for kernel, _ in weights[1:-1]], "float64")


def gradients(kernels, x, y):
    """Frobenius norms of the gradients of the kernels between hidden layers for the mean loss on these images."""
    roots = signal.layer_statistics(kernels, x, y, PROTOCOL["activation"])["gradient"][1:-1]
    return roots * PROTOCOL["width"]
