"""Deep residual networks from three starts: plain He, the last kernel of a branch divided by sqrt(N), and ReZero."""

import math

import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import branches, descent
from snippets.tools.rezero import ReZero

DEPTHS = [1, 4, 16, 64]
BLOCKS, BATCH, STEPS = 64, 32, 100  # of the networks that are trained
RATES = {
    "sgd": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    "adam": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
}
STARTS = ["he_normal", "residual_scale", "rezero"]
PROTOCOL = {
    "question": "Which starts let a network of many residual blocks without normalization train?",
    "block": "x + relu(relu(x) @ first) @ second, between a dense layer from the pixels and one to the classes",
    "kernels": "he_normal in the blocks, lecun_normal from the pixels, glorot_uniform to the classes",
    "starts": STARTS,
    "signal": {"blocks": DEPTHS, "width": 64, "images": 128},
    "training": {"blocks": BLOCKS, "width": 32, "learning_rates": RATES, "batch_size": BATCH, "steps": STEPS},
    "adam_epsilon": 1e-7,  # added to the root of the corrected mean square, as in Adam's paper; Keras adds it before correcting
    "validation_images": 1000,
    "test_images": 2000,
    "seeds": list(range(5)),
}


def measure(seed):
    """The runs of one seed, from the same images, batches and random numbers for every start.

    Returns {start: {"blocks": (depths,), "log2_growth": (depths,) of the mean square of x from the first block's input to
    the last block's output}}, and {"<start>_<optimizer>_<rate>": {"loss" of the last batch, NaN where it is no
    finite number, "val_accuracy" and "test_accuracy": (1,)}}.
    """
    return growth(seed) | trained(seed)


def growth(seed):
    """What networks of each depth do to the mean square of x before training, by start."""
    (x, _), *_ = mnist.split(seed, PROTOCOL["signal"]["images"])
    stem, kernels = branches.drawn(seed, PROTOCOL["signal"]["width"], DEPTHS[-1])
    factors = {start: [] for start in STARTS}
    for start in STARTS:
        for blocks in DEPTHS:
            h = first = x @ stem
            for one, two in kernels[:blocks]:
                branch = tf.nn.relu(tf.nn.relu(h) @ one) @ two(start, blocks)
                h += ReZero()(branch) if start == "rezero" else branch
            factors[start].append(math.log2(tf.reduce_mean(h**2) / tf.reduce_mean(first**2)))
    return {start: {"blocks": DEPTHS, "log2_growth": factors[start]} for start in STARTS}


def trained(seed):
    """{"<start>_<optimizer>_<rate>": quantities of `measure`}, the networks of one optimizer side by side."""
    data, *held_out = mnist.split(seed, STEPS * BATCH, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    order, runs = np.arange(STEPS * BATCH).reshape(STEPS, BATCH), {}
    for optimizer, rates in RATES.items():
        grid = [(start, rate) for start in STARTS for rate in rates]
        weights = branches.initial(seed, [start for start, _ in grid], PROTOCOL["training"]["width"], BLOCKS)
        losses = descent.train(branches.forward, weights, *data, order, [rate for _, rate in grid], optimizer, epsilon=lambda step: PROTOCOL["adam_epsilon"])
        loss = np.where(np.isfinite(losses[-1]), losses[-1], np.nan)
        chosen_by, reported = ((branches.forward(weights, images).numpy().argmax(-1) == labels).mean(-1) for images, labels in held_out)
        for k, (start, rate) in enumerate(grid):
            quantities = {"loss": loss, "val_accuracy": chosen_by, "test_accuracy": reported}
            runs[f"{start}_{optimizer}_{rate}"] = {name: values[k : k + 1] for name, values in quantities.items()}
    return runs
