"""Networks whose output, less what they say before training, is multiplied by a scale: how far their kernels move, and how well they generalize."""

import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import built, dense, descent
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does a network that learns by moving its kernels little, since its output is multiplied, generalize as well?",
    "widths": [784, 128, 64, 10],
    "initializer": "he_normal",
    "scales": [0.1, 1, 10, 100],
    "optimizer": "sgd",
    "learning_rates": {  # by scale: a rate times the square of its scale says how fast the logits move
        "0.1": [0.5, 1, 2, 4],
        "1": [0.1, 0.3, 0.5, 1],
        "10": [0.003, 0.01, 0.03, 0.1],
        "100": [3e-6, 1e-5, 3e-5, 1e-4, 1e-3, 1e-2],
    },
    "images": 1000,
    "validation_images": 1000,
    "test_images": 5000,
    "batch_size": 50,
    "steps": 800,  # 40 epochs
    "seeds": list(range(5)),
}
IMAGES = ("images", "validation_images", "test_images")


def measure(seed):
    """{"<scale>_<rate>": {"accuracy", "val_accuracy", "test_accuracy", "moved": (1,)}} of one seed, after the last epoch.

    "accuracy" is that on the training images; "moved" is the norm of the change of all kernels over that of the kernels at the start.
    """
    parts = dict(zip(("accuracy", "val_accuracy", "test_accuracy"), mnist.split(seed, *(PROTOCOL[name] for name in IMAGES))))
    grid = [(scale, rate) for scale in PROTOCOL["scales"] for rate in PROTOCOL["learning_rates"][str(scale)]]
    kernels = stacked.initial_kernels(PROTOCOL["initializer"], PROTOCOL["widths"], seed)
    first = [np.stack([kernel] * len(grid)) for kernel in kernels]
    weights, order = dense.start(first), built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"])
    scales = tf.Variable([[[scale]] for scale, _ in grid], dtype="float32", trainable=False)
    networks = [weights, [[tf.Variable(kernel[:1], trainable=False)] for kernel in first], scales]
    descent.train(forward, networks, *parts["accuracy"], order, [rate for _, rate in grid], PROTOCOL["optimizer"])
    found = {name: np.mean(forward(networks, x).numpy().argmax(-1) == y, axis=1) for name, (x, y) in parts.items()}
    found["moved"] = moved(first, [layer[0].numpy() for layer in weights])
    return {f"{scale}_{rate}": {name: values[k : k + 1] for name, values in found.items()} for k, (scale, rate) in enumerate(grid)}


def forward(networks, x, step=None):
    """α (h(w) − h(w₀)) of stacked networks h, logits (K, images, classes).

    networks: the variables w, the kernels of the start w₀, whose biases are zero, and the scales α, (K, 1, 1). Source: Chizat, Oyallon, Bach 2019,
    arXiv:1812.07956, whose loss is divided by α²; here the rate is.
    """
    weights, first, scales = networks
    begun, (*hidden, last) = x, [kernel for (kernel,) in first]
    for kernel in hidden:
        begun = tf.nn.relu(tf.matmul(begun, kernel))
    return scales * (dense.forward(weights, x)[0] - tf.matmul(begun, last))


def moved(first, last):
    """Norm of the change of all kernels over that of those at the start, (K,). first, last: (K, fan_in, fan_out) per layer."""
    change = sum(np.sum((b - a) ** 2, axis=(1, 2)) for a, b in zip(first, last, strict=True))
    return np.sqrt(change / sum(np.sum(kernel**2, axis=(1, 2)) for kernel in first))
