"""Thirty plain convolutions with tanh, trained from delta-orthogonal kernels and from others."""

import functools

import keras

from evidence.networks import built, convolutions
from snippets.tools.delta_orthogonal import DeltaOrthogonal

PROTOCOL = {
    "question": "Do thirty plain convolutions with tanh train faster from delta-orthogonal kernels?",
    "layers": 30,
    "channels": 16,
    "window": 3,
    "pixels": 7,  # along each side, in all layers
    "optimizer": "sgd",
    "learning_rates": {
        "glorot_uniform": [0.01, 0.03, 0.1],
        "orthogonal": [0.01, 0.03, 0.1],
        "delta_orthogonal": [0.003, 0.01, 0.03, 0.1],
    },
    "images": 1920,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 16,
    "steps": [15, 30, 60, 90, 120],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<rate>": quantities} of one seed, as `built.curve` gives them."""
    parts = convolutions.split(seed, PROTOCOL)
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    trainer = built.Trainer(network("glorot_uniform"), PROTOCOL["optimizer"])  # of one shape, whatever their weights
    starts = {start: (functools.partial(network, start), rates) for start, rates in PROTOCOL["learning_rates"].items()}
    return built.curves(trainer, starts, seed, *parts, order, PROTOCOL["steps"])


def network(start):
    """A model that gives logits of maps (n, 14, 14, 1): a first convolution with stride 2, then thirty that `start` is about.

    The first, from one channel, and the dense layer behind all pixels keep Keras's default: from one channel nothing is orthogonal.
    """
    channels, window = PROTOCOL["channels"], PROTOCOL["window"]
    layers = [keras.layers.Conv2D(channels, window, 2, "same", activation="tanh")]
    for _ in range(PROTOCOL["layers"]):
        rule = DeltaOrthogonal() if start == "delta_orthogonal" else start
        layers.append(keras.layers.Conv2D(channels, window, padding="same", activation="tanh", kernel_initializer=rule))
    return keras.Sequential([keras.Input((14, 14, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(10)])
