"""How far the sums of each layer move in the first steps of Adam, by width, in standard and in maximal update parametrization."""

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import built, convolutions
from snippets.tools.mup import mup

PROTOCOL = {
    "question": "How far does each layer move in the first steps, as the network is made wider?",
    "widths": [64, 128, 256, 512, 1024],
    "base_width": 64,
    "hidden_layers": 3,
    "initializer": "he_normal",
    "parametrizations": ["standard", "mup"],
    "optimizer": "adam",
    "learning_rate": 2**-8,
    "pixels": 14,
    "batch_size": 64,
    "steps": 4,
    "seeds": list(range(5)),
}


def network(width):
    """A dense ReLU network of this width on 14 by 14 pixels, which gives logits."""
    start = PROTOCOL["initializer"]
    hidden = [keras.layers.Dense(width, "relu", kernel_initializer=start) for _ in range(PROTOCOL["hidden_layers"])]
    return keras.Sequential([keras.Input((PROTOCOL["pixels"] ** 2,)), *hidden, keras.layers.Dense(10, kernel_initializer=start)])


def measure(seed):
    """{"<parametrization>_<width>": {"layer_<n>": (steps,)}} of one seed: the root mean square over images and units of how far
    the sum of layer n is from where it started, after each step; the last layer gives the logits."""
    (x, y), *_ = mnist.split(seed, PROTOCOL["batch_size"] * PROTOCOL["steps"])
    x, order, runs = convolutions.maps(x).reshape(len(x), -1), built.batches(seed, len(y), PROTOCOL["batch_size"], PROTOCOL["steps"]), {}
    for rule in PROTOCOL["parametrizations"]:
        for width in PROTOCOL["widths"]:
            keras.utils.set_random_seed(seed)
            base, model, optimizer = network(PROTOCOL["base_width"]), network(width), keras.optimizers.Adam(PROTOCOL["learning_rate"])
            moved = moves(model, mup(model, base, optimizer) if rule == "mup" else optimizer, x, y, order)
            runs[f"{rule}_{width}"] = {f"layer_{n}": moved[:, n - 1] for n in range(1, len(model.layers) + 1)}
    return runs


def moves(model, optimizer, x, y, order):
    """Train a model on batches (steps, images) of x and y; how far each layer's sums on the first have moved by each step, (steps, layers)."""
    first, found = sums(model, x[order[0]]), []
    for batch in order:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y[batch], model(x[batch])))
        optimizer.apply(tape.gradient(loss, [v.value for v in model.trainable_variables]), model.trainable_variables)
        found.append([np.sqrt(np.mean((now - then) ** 2)) for now, then in zip(sums(model, x[order[0]]), first, strict=True)])
    return np.array(found)


def sums(model, h):
    """What each layer of a dense network makes of inputs h before its activation: [(images, units) per layer]."""
    found = []
    for layer in model.layers:
        found.append(h @ layer.kernel.numpy() + layer.bias.numpy())
        h = np.maximum(found[-1], 0)
    return found
