"""Signal and error signal in deep tanh and sigmoid networks under Glorot's rule, before training."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks.signal import layer_statistics
from snippets.tools import stacked

PROTOCOL = {
    "question": "What does Glorot's rule hold in networks of tanh and sigmoid, and what does it lose?",
    "width": 256,
    "networks": {  # scale: standard deviation in units of Glorot's
        "tanh": {"activation": "tanh", "hidden_layers": 50, "scale": 1.0},
        "tanh_ten": {"activation": "tanh", "hidden_layers": 10, "scale": 1.0},
        "sigmoid_ten": {"activation": "sigmoid", "hidden_layers": 10, "scale": 1.0},
        "sigmoid_four_ten": {"activation": "sigmoid", "hidden_layers": 10, "scale": 4.0},
    },
    "images": 100,
    "seeds": list(range(20)),
}


def measure(seed):
    """{arm: {"activation": mean square of h per hidden layer, "delta": rms of δ per layer}} of one seed, first to last."""
    (x, y), _ = mnist.pixels()
    chosen = np.random.default_rng(seed).choice(len(x), PROTOCOL["images"], replace=False)
    x, y, runs = x[chosen], y[chosen], {}
    x = x / np.sqrt(np.mean(x**2, axis=1, keepdims=True))  # every image with a mean square of 1
    for arm, network in PROTOCOL["networks"].items():
        hidden = network["hidden_layers"]
        widths = [784] + [PROTOCOL["width"]] * hidden + [10]
        # Glorot's rule between layers of equal width; fan-in in the first layer, so that z starts with a mean square of 1
        first = keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal")
        rest = keras.initializers.VarianceScaling(network["scale"] ** 2, "fan_avg", "untruncated_normal")
        kernels = stacked.initial_kernels([first] + [rest] * hidden, widths, seed)
        statistics = layer_statistics(kernels, x, y, network["activation"])
        runs[arm] = {"activation": statistics["activation"][:-1], "delta": statistics["delta"]}
    return runs
