"""Deep residual networks from three starts: plain He, the last kernel of a branch divided by sqrt(N), and ReZero."""

import math
from functools import cache

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import descent
from snippets.tools.residual_scale import ResidualScale
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
    stem, kernels = drawn(seed, PROTOCOL["signal"]["width"])
    factors = {start: [] for start in STARTS}
    for start in STARTS:
        for blocks in DEPTHS:
            h = first = x @ stem
            for one, two in kernels[:blocks]:
                branch = tf.nn.relu(tf.nn.relu(h) @ one) @ two(start, blocks)
                h += ReZero()(branch) if start == "rezero" else branch
            factors[start].append(math.log2(tf.reduce_mean(h**2) / tf.reduce_mean(first**2)))
    return {start: {"blocks": DEPTHS, "log2_growth": factors[start]} for start in STARTS}


def drawn(seed, width):
    """The kernel from the pixels, (784, width), and per block its first kernel and a function that gives its second."""
    numbers = iter(np.random.SeedSequence(seed).generate_state(2 * BLOCKS + 1).tolist())

    def last(number):
        plain = keras.initializers.HeNormal(seed=number)
        values = np.array(plain((width, width)))
        scaled = cache(lambda blocks: np.array(ResidualScale(plain, blocks)((width, width))))
        return lambda start, blocks: scaled(blocks) if start == "residual_scale" else values

    stem = np.array(keras.initializers.LecunNormal(seed=next(numbers))((784, width)))
    draw = keras.initializers.HeNormal
    return stem, [(np.array(draw(seed=next(numbers))((width, width))), last(next(numbers))) for _ in range(BLOCKS)]


def trained(seed):
    """{"<start>_<optimizer>_<rate>": quantities of `measure`}, the networks of one optimizer side by side."""
    data, *held_out = mnist.split(seed, STEPS * BATCH, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    order, runs = np.arange(STEPS * BATCH).reshape(STEPS, BATCH), {}
    for optimizer, rates in RATES.items():
        grid = [(start, rate) for start in STARTS for rate in rates]
        weights = initial(seed, [start for start, _ in grid])
        losses = descent.train(forward, weights, *data, order, [rate for _, rate in grid], optimizer, epsilon=lambda step: PROTOCOL["adam_epsilon"])
        loss = np.where(np.isfinite(losses[-1]), losses[-1], np.nan)
        chosen_by, reported = ((forward(weights, images).numpy().argmax(-1) == labels).mean(-1) for images, labels in held_out)
        for k, (start, rate) in enumerate(grid):
            quantities = {"loss": loss, "val_accuracy": chosen_by, "test_accuracy": reported}
            runs[f"{start}_{optimizer}_{rate}"] = {name: values[k : k + 1] for name, values in quantities.items()}
    return runs


def initial(seed, starts):
    """Kernels from the pixels (K, 784, width), first and second of the branches (blocks, K, width, width), their alpha
    (blocks, K, 1, 1), kernels to the classes (K, width, 10), and whether alpha is free (K, 1, 1), for K starts."""
    width = PROTOCOL["training"]["width"]
    stem, kernels = drawn(seed, width)
    classes = keras.initializers.GlorotUniform(seed=seed)((width, 10))
    parts = [
        [stem for _ in starts],
        [[one for _ in starts] for one, _ in kernels],
        [[two(start, BLOCKS) for start in starts] for _, two in kernels],
        np.zeros((BLOCKS, len(starts), 1, 1)),
        [classes for _ in starts],
    ]
    free = tf.Variable(np.reshape([start == "rezero" for start in starts], (-1, 1, 1)), trainable=False, dtype="float32")
    return [*(tf.Variable(np.array(part), dtype="float32") for part in parts), free]


def forward(weights, images, step=None):
    """Logits of all networks, (networks, images, 10), the same at every step."""
    stem, first, second, alphas, classes, free = weights
    h = tf.einsum("bi,kij->kbj", images, stem)
    for one, two, alpha in zip(*(tf.unstack(each) for each in (first, second, alphas))):
        h += (1 - free + free * alpha) * (tf.nn.relu(tf.nn.relu(h) @ one) @ two)  # alpha is 1 for good in the other starts
    return h @ classes
