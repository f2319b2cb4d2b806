"""Plain convolutional networks on small maps of MNIST, and their learning curves: what several experiments measure."""

import functools

import keras

from evidence import mnist
from evidence.networks import built


def maps(images):
    """MNIST as maps of 14 by 14 pixels: (n, 784) float32 as (n, 14, 14, 1), the mean of every 2 by 2."""
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))[..., None]


def plain(initializer, depth, channels):
    """`depth` convolutions of 3 by 3 with ReLU, the one half way with stride 2, then a dense layer on all pixels, which gives logits.

    initializer: of the convolutions, by its name in Keras. The dense layer keeps Keras's default.
    """
    strides = [2 if layer == depth // 2 else 1 for layer in range(depth)]
    layers = [keras.layers.Conv2D(channels, 3, stride, "same", activation="relu", kernel_initializer=initializer) for stride in strides]
    return keras.Sequential([keras.Input((14, 14, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(10)])


def split(seed, protocol):
    """`mnist.split` as maps, by the protocol's numbers of images."""
    parts = mnist.split(seed, protocol["images"], protocol["validation_images"], protocol["test_images"])
    return [(maps(x), y) for x, y in parts]


def curves(protocol, seed):
    """{"<initializer>_<depth>_<rate>": quantities} of one seed, as `built.curve` gives them, over a protocol's depths and grids."""
    parts, runs = split(seed, protocol), {}
    order = built.batches(seed, protocol["images"], protocol["batch_size"], protocol["steps"][-1])
    for depth in protocol["depths"]:
        build = functools.partial(plain, depth=depth, channels=protocol["channels"])
        trainer = built.Trainer(build(protocol["initializers"][0]), protocol["optimizer"])  # of one shape, whatever their weights
        rates = protocol["learning_rates"][str(depth)]
        starts = {f"{rule}_{depth}": (functools.partial(build, rule), rates) for rule in protocol["initializers"]}
        runs |= built.curves(trainer, starts, seed, *parts, order, protocol["steps"])
    return runs
