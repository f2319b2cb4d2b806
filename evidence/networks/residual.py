"""Residual convolutional networks on small maps of MNIST, with and without batch normalization, from the starts that the literature gives them."""

import functools

import keras
import numpy as np

from evidence.networks import built
from snippets.tools.fixup import FixupBlock
from snippets.tools.residual_scale import ResidualScale
from snippets.tools.rezero import ReZero

NORMALIZED = {"normalized": "ones", "zero_gamma": "zeros"}  # starts with batch normalization, and the last γ of a branch
STARTS = ["he", "zero_last", "scaled", "skipinit", "fixup", *NORMALIZED]
MOMENTUM = 0.9  # Keras's 0.99 would leave much of the moving averages' start after a hundred steps


def network(start, blocks, channels):
    """A convolution with stride 2, residual blocks on 7 by 7 pixels, and a dense layer on all of them, which gives logits.

    Every block is x + F(x), and F(x) twice ReLU and a convolution of 3 by 3, with batch normalization after each convolution
    in the starts of NORMALIZED. All convolutions start from He normal, but for what the start says of the branch:
    "zero_last": its last kernel is zero. "scaled": its last kernel is divided by √blocks. "skipinit": a trained factor of zero ends
    it. "fixup": Fixup's rules, for the dense layer as well. "zero_gamma": its last γ is zero.
    """
    pixels = keras.Input((14, 14, 1))
    x = convolution(channels, strides=2)(pixels)
    if start in NORMALIZED:
        x = keras.layers.BatchNormalization(momentum=MOMENTUM)(x)
    for _ in range(blocks):
        x = block(start, blocks, channels)(x)
    classes = keras.layers.Dense(10, kernel_initializer="zeros" if start == "fixup" else "glorot_uniform")
    return keras.Model(pixels, classes(keras.layers.Flatten()(keras.layers.ReLU()(x))))


def convolution(channels, initializer="he_normal", **options):
    """A new convolution of 3 by 3 that keeps the size of its maps."""
    return keras.layers.Conv2D(channels, 3, padding="same", kernel_initializer=initializer, **options)


def block(start, blocks, channels):
    """A function that puts one more block behind a tensor."""
    if start == "fixup":
        return FixupBlock([convolution(channels), convolution(channels)], blocks)
    last = {"zero_last": "zeros", "scaled": ResidualScale("he_normal", blocks)}.get(start, "he_normal")
    layers = [keras.layers.ReLU(), convolution(channels), keras.layers.ReLU(), convolution(channels, last)]
    if start in NORMALIZED:
        layers.insert(2, keras.layers.BatchNormalization(momentum=MOMENTUM))
        layers.append(keras.layers.BatchNormalization(momentum=MOMENTUM, gamma_initializer=NORMALIZED[start]))
    if start == "skipinit":
        layers.append(ReZero())
    return lambda x: keras.layers.Add()([x, keras.Sequential(layers)(x)])


def stream(start, blocks, channels, seed, images):
    """Mean square of x before the first block and after each, before training: (blocks + 1,) float."""
    keras.utils.set_random_seed(seed)
    model = network(start, blocks, channels)
    after = [layer.output for layer in model.layers if isinstance(layer, (keras.layers.Add, FixupBlock))]
    before = model.layers[2 if start in NORMALIZED else 1].output
    return [float(keras.ops.mean(x**2)) for x in keras.Model(model.input, [before, *after])(images, training=True)]


@functools.lru_cache(1)  # for the rates of a grid
def beginning(start, blocks, channels, seed):
    """The weights of a network of this seed."""
    return built.start(functools.partial(network, start, blocks, channels), seed)


@functools.cache
def trainer(start, blocks, channels):
    """One program for all networks of one shape, whatever their weights."""
    return built.Trainer(network(start, blocks, channels))


def curve(start, blocks, rate, protocol, seed, parts):
    """What a network reaches by SGD over a protocol's steps, as `built.curve` gives it; a loss that is infinite is NaN.

    parts: images and labels to train on, to choose by and to report, as `convolutions.split` gives them.
    """
    shape = {"he": "scaled", "zero_last": "scaled", "normalized": "zero_gamma"}.get(start, start)
    weights = beginning(start, blocks, protocol["channels"], seed)
    order = built.batches(seed, protocol["images"], protocol["batch_size"], protocol["steps"][-1])
    found = built.curve(trainer(shape, blocks, protocol["channels"]), weights, rate, *parts, order, protocol["steps"])
    return found | {"test_loss": np.where(np.isfinite(found["test_loss"]), found["test_loss"], np.nan)}
