"""Where an initializer's name promises a variance that the layer does not get."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks.gain import gain, rectified
from snippets.tools import stacked

WIDTH, WINDOW = 64, 3
PROTOCOL = {
    "question": "Which uses of Keras's initializers do not give the variance that their rule states?",
    "channels": WIDTH,
    "window": WINDOW,
    "pixels": 8,  # along each side
    "inputs": 64,  # on which the gain is measured
    "narrow": 16,  # channels that the transposed convolution makes of them
    "cut": [500, 500],  # shape of the weights whose distribution is cut at two standard deviations
    "widths": [784, *[WIDTH] * 8, 10],  # of the network whose layers share one draw
    "images": 10_000,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 64,
    "epochs": 1,
    "seeds": list(range(10)),
}


class Reused(keras.initializers.Initializer):
    """He normal that draws the same numbers for every layer, as one shared instance in Keras does."""

    def __init__(self, draw):
        self.draw = draw

    def __call__(self, shape, dtype=None):
        return keras.initializers.HeNormal(self.draw)(shape, dtype)

    def get_config(self):
        return {"draw": self.draw}


def measure(seed):
    """One seed of each trap.

    "<layer>_<start>": {"gain": (1,)}, the factor on the mean square per ReLU layer, as in the experiment defaults.
    "truncated" and "corrected": {"variance": (1,)} of a normal cut at two standard deviations, asked to have variance 1.
    "instance" and "string": {"equal_share": (1,) of the weights that two Dense layers have in common, "test_accuracy":
    (1,) of a deep ReLU network whose layers all draw the same, and of one whose layers do not}.
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    counted = keras.initializers.VarianceScaling(2, "fan_in", "truncated_normal", input_axes=[0, 1], output_axes=[0, 1, 3])
    runs = {
        "dense_he": layers.Dense(WIDTH, kernel_initializer="he_normal"),
        "convolution_he": layers.Conv2D(WIDTH, WINDOW, kernel_initializer="he_normal"),
        "depthwise_he": layers.DepthwiseConv2D(WINDOW, depthwise_initializer="he_normal"),
        "depthwise_counted": layers.DepthwiseConv2D(WINDOW, depthwise_initializer=counted),
        "narrowing_transpose_he": layers.Conv2DTranspose(PROTOCOL["narrow"], WINDOW, kernel_initializer="he_normal"),
    }
    pixels = {arm: () if arm == "dense_he" else (PROTOCOL["pixels"],) * 2 for arm in runs}
    runs = {arm: {"gain": [gain(layer, rectified((PROTOCOL["inputs"], *pixels[arm], WIDTH), seed))]} for arm, layer in runs.items()}
    cut = {
        "truncated": keras.initializers.TruncatedNormal(stddev=1, seed=seed),
        "corrected": keras.initializers.VarianceScaling(PROTOCOL["cut"][0], "fan_in", "truncated_normal", seed=seed),
    }
    runs |= {arm: {"variance": [np.var(rule(PROTOCOL["cut"]), dtype=float)]} for arm, rule in cut.items()}
    return runs | reused(seed)


def reused(seed):
    """The share of equal weights of two layers, and what sharing a draw does to training."""
    (x, y), test = mnist.pixels()
    x, y = x[: PROTOCOL["images"]], y[: PROTOCOL["images"]]
    setting = {name: PROTOCOL[name] for name in ("widths", "optimizer", "learning_rate", "batch_size", "epochs")}
    starts = {"instance": Reused(seed), "string": "he_normal"}
    history, _ = stacked.train([(start, seed) for start in starts.values()], x, y, test, **setting, verbose=False)
    passed = {"instance": keras.initializers.HeNormal(), "string": "he_normal"}
    runs = {}
    for k, arm in enumerate(starts):
        kernels = []
        for _ in range(2):
            layer = keras.layers.Dense(WIDTH, kernel_initializer=passed[arm])
            layer.build((None, WIDTH))
            kernels.append(np.array(layer.kernel))
        runs[arm] = {"equal_share": [np.mean(kernels[0] == kernels[1])], "test_accuracy": history["val_accuracy"][k]}
    return runs
