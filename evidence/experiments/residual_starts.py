"""Deep residual networks from three starts: plain He, the last kernel of a branch divided by sqrt(N), and ReZero."""

import math
from functools import cache

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
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
    "validation_images": 1000,
    "test_images": 2000,
    "seeds": list(range(5)),
}
GRID = [(start, optimizer, rate) for start in STARTS for optimizer, rates in RATES.items() for rate in rates]


def measure(seed):
    """The runs of one seed, from the same images, batches and random numbers for every start.

    Returns {start: {"blocks": (depths,), "log2_growth": (depths,) of the mean square of x from the first block's input to
    the last block's output}}, and {"<start>_<optimizer>_<rate>": {"loss" of the last batch, NaN where it is no
    finite number, "val_accuracy" and "test_accuracy": (1,)}}.
    """
    runs = growth(seed)
    loss, (chosen_by, reported) = train(seed)
    loss = np.where(np.isfinite(loss), loss, np.nan)
    for k, (start, optimizer, rate) in enumerate(GRID):
        runs[f"{start}_{optimizer}_{rate}"] = {"loss": [loss[k]], "val_accuracy": [chosen_by[k]], "test_accuracy": [reported[k]]}
    return runs


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


def train(seed):
    """Train every network of GRID side by side: loss of the last batch, and accuracies on validation and test images, (networks,) each."""
    (x, y), *held_out = mnist.split(seed, STEPS * BATCH, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    weights = [tf.Variable(each, dtype="float32") for each in initial(seed)]
    moments = [[tf.Variable(tf.zeros_like(each)) for each in weights] for _ in range(2)]
    train_batch, batches = program(), np.arange(STEPS * BATCH).reshape(STEPS, BATCH)
    for step, batch in enumerate(batches):
        losses = train_batch(weights, moments, x[batch], y[batch], tf.constant(step + 1.0))
    return losses.numpy(), [(forward(weights, images).numpy().argmax(-1) == labels).mean(-1) for images, labels in held_out]


def initial(seed):
    """Kernels from the pixels (K, 784, width), first and second of the branches (blocks, K, width, width), alpha
    (blocks, K, 1, 1), and kernels to the classes (K, width, 10), for the K networks of GRID."""
    width = PROTOCOL["training"]["width"]
    stem, kernels = drawn(seed, width)
    classes = keras.initializers.GlorotUniform(seed=seed)((width, 10))
    return [
        np.array([stem for _ in GRID]),
        np.array([[one for _ in GRID] for one, _ in kernels]),
        np.array([[two(start, BLOCKS) for start, _, _ in GRID] for _, two in kernels]),
        np.array([[[[start != "rezero"]] for start, _, _ in GRID] for _ in kernels]),
        np.array([classes for _ in GRID]),
    ]


def forward(weights, images):
    """Logits of all networks: (networks, images, 10)."""
    stem, first, second, alphas, classes = weights
    h = tf.einsum("bi,kij->kbj", images, stem)
    for one, two, alpha in zip(*(tf.unstack(each) for each in (first, second, alphas))):
        h += alpha * (tf.nn.relu(tf.nn.relu(h) @ one) @ two)
    return h @ classes


@cache
def program():
    """One step of SGD or Adam, as GRID says, on one batch, as a TensorFlow function: losses before it, (networks,)."""
    adam = np.reshape([optimizer == "adam" for _, optimizer, _ in GRID], (-1, 1, 1))
    rate = np.reshape([rate for *_, rate in GRID], (-1, 1, 1)).astype("float32")
    free = np.reshape([start == "rezero" for start, _, _ in GRID], (-1, 1, 1)).astype("float32")

    @tf.function
    def train_batch(weights, moments, images, labels, count):
        with tf.GradientTape() as tape:
            logits = forward(weights, images)
            labels = tf.broadcast_to(labels, tf.shape(logits)[:2])
            losses = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits), -1)
        gradients = tape.gradient(losses, weights)
        gradients[3] *= free  # alpha is 1 for good in the other starts
        for weight, mean, square, gradient in zip(weights, *moments, gradients):
            mean.assign(0.9 * mean + 0.1 * gradient)
            square.assign(0.999 * square + 0.001 * gradient**2)
            step = mean / (1 - 0.9**count) / (tf.sqrt(square / (1 - 0.999**count)) + 1e-7)
            weight.assign_sub(rate * tf.where(adam, step, gradient))
        return losses

    return train_batch
