"""Networks of grouped convolutions that start from fans counted by Keras and counted right, by Glorot's rule and by He's."""

import functools

import keras
import numpy as np

from evidence.networks import built, convolutions

PROTOCOL = {
    "question": "What does it cost in training that Keras counts the fan-out of a grouped kernel over all groups, in networks without normalization?",
    "starts": ["default", "glorot", "he"],  # Glorot by Keras's count, Glorot counted right, and He, whose fan-in Keras counts right
    "groups": [4, 8],
    "layers": 4,  # grouped convolutions with ReLU, the channels shuffled before each, behind an ordinary one
    "channels": 32,
    "window": 3,
    "pixels": 7,  # along each side, in all grouped layers
    "optimizer": "sgd",
    "learning_rates": [0.03, 0.1, 0.3],
    "images": 25_600,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 16,
    "steps": [50, 100, 200, 400, 800, 1200, 1600],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<groups>_<rate>": quantities} of one seed, as `built.curve` gives them."""
    parts, runs = convolutions.split(seed, PROTOCOL), {}
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    for groups in PROTOCOL["groups"]:
        trainer = built.Trainer(network("he", groups), PROTOCOL["optimizer"])  # of one shape, whatever their weights
        rates = PROTOCOL["learning_rates"]
        starts = {f"{start}_{groups}": (functools.partial(network, start, groups), rates) for start in PROTOCOL["starts"]}
        runs |= built.curves(trainer, starts, seed, *parts, order, PROTOCOL["steps"])
    return runs


class Shuffled(keras.layers.Layer):
    """A channel shuffle, which deals the channels out to the groups in turn, and Conv2D(channels, window, groups=groups, padding="same", activation="relu").

    Computed as an ordinary convolution whose kernel is zero between groups, since TensorFlow's gradients of grouped kernels take many times as long on
    a processor. The kernel has the shape that Conv2D gives it. Source of the shuffle: Zhang et al. 2018, arXiv:1707.01083, figure 1.
    """

    def __init__(self, channels, groups, initializer):
        super().__init__()
        inputs, outputs = np.arange(channels)[:, None] % groups, np.arange(channels) * groups // channels
        self.groups, self.within = groups, (inputs == outputs).astype("float32")
        self.kernel = self.add_weight(shape=(PROTOCOL["window"], PROTOCOL["window"], channels // groups, channels), initializer=initializer)
        self.bias = self.add_weight(shape=(channels,), initializer="zeros")

    def call(self, inputs):
        kernel = keras.ops.repeat(self.kernel, self.groups, axis=2) * self.within
        return keras.ops.relu(keras.ops.conv(inputs, kernel, padding="same") + self.bias)


def network(start, groups):
    """A model that gives logits of maps (n, 14, 14, 1); the first convolution starts from He normal, the grouped ones by `rule`."""
    first = keras.layers.Conv2D(PROTOCOL["channels"], PROTOCOL["window"], 2, "same", activation="relu", kernel_initializer="he_normal")
    grouped = [Shuffled(PROTOCOL["channels"], groups, rule(start, groups)) for _ in range(PROTOCOL["layers"])]
    return keras.Sequential([keras.Input((14, 14, 1)), first, *grouped, keras.layers.Flatten(), keras.layers.Dense(10)])


def rule(start, groups):
    """A grouped kernel's initializer.

    start: "default", Keras's Glorot uniform by its own count of the fans; "glorot", uniform of variance 2 / (n_in + n_out), where an output reads
    the channels of its group and an input is read by the filters of its group; "he", He normal.
    """
    if start == "glorot":
        inputs = PROTOCOL["window"] ** 2 * PROTOCOL["channels"] // groups  # as many read an input, since a layer has as many channels as the one before
        return keras.initializers.RandomUniform(-((3 / inputs) ** 0.5), (3 / inputs) ** 0.5)
    return {"default": "glorot_uniform", "he": "he_normal"}[start]
