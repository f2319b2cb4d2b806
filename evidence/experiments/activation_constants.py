"""Each activation at the variance that keeps the size of its signal: does that hold, and what becomes of the error signal?"""

import keras
import numpy as np

from evidence import mnist
from evidence.theory.activations import ACTIVATIONS, preserving
from evidence.networks.signal import layer_statistics
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which variance keeps the signal of each activation, what does it do to the error signal, and is it stable?",
    "activations": ["linear", "relu", "leaky_relu", "elu", "gelu", "silu", "selu", "tanh", "softsign", "sigmoid"],
    "hidden_layers": 3,
    "width": 512,
    "path_layers": 30,
    "path_width": 256,
    "paths": {  # gain: n σ² of every layer after the first; own: the one that keeps a mean square of 1
        "selu_lecun": {"activation": "selu", "gain": 1.0},
        "selu_he": {"activation": "selu", "gain": 2.0},
        "selu_three_quarters": {"activation": "selu", "gain": 0.75**2},  # PyTorch's gain, a factor on the standard deviation
        "tanh_five_thirds": {"activation": "tanh", "gain": (5 / 3) ** 2},  # likewise
        "tanh_own": {"activation": "tanh", "gain": "own"},
        "softsign_own": {"activation": "softsign", "gain": "own"},
        "sigmoid_own": {"activation": "sigmoid", "gain": "own"},
    },
    "starts": {"half": 0.5, "one": 1.0, "two": 2.0},  # mean square of the first pre-activation
    "images": 50,
    "seeds": list(range(10)),
}


def measure(seed):
    """Quantities of one seed by arm.

    "<activation>": "forward" and "backward", what a layer of variance c / n does to the mean square of h and, on the way
    down from a real loss, of δ; the layer's z starts from a mean square of 1. "<path>_<start>": "signal", mean square of
    z per layer; from the start "one" also "error", that of δ per hidden layer, first to last, in units of the last.
    """
    (x, y), _ = mnist.pixels()
    chosen = np.random.default_rng(seed).choice(len(x), PROTOCOL["images"], replace=False)
    x, y = x[chosen], y[chosen]
    x = x / np.sqrt(np.mean(x**2, axis=1, keepdims=True))  # every image with a mean square of 1
    rule = keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal")
    wide = stacked.initial_kernels(rule, [784, *[PROTOCOL["width"]] * PROTOCOL["hidden_layers"], 10], seed)
    runs = {}
    for name in PROTOCOL["activations"]:
        statistics = layer_statistics(scaled(wide, 1, preserving(name)), x, y, name)
        h, delta = statistics["activation"], statistics["delta"] ** 2
        runs[name] = {"forward": [h[1] / h[0]], "backward": [delta[0] / delta[1]]}
    deep = stacked.initial_kernels(rule, [784, *[PROTOCOL["path_width"]] * PROTOCOL["path_layers"], 10], seed)
    for path, setting in PROTOCOL["paths"].items():
        name, gain = setting["activation"], setting["gain"]
        gain = preserving(name) if gain == "own" else gain
        for start, size in PROTOCOL["starts"].items():
            runs[f"{path}_{start}"] = {"signal": signal(scaled(deep[:-1], size, gain), x, ACTIVATIONS[name])}
        error = layer_statistics(scaled(deep, 1, gain), x, y, name)["delta"][:-1] ** 2
        runs[f"{path}_one"]["error"] = error / error[-1]
    return runs


def scaled(kernels, first, gain):
    """Kernels of variance 1 / n_in, turned into kernels of variance first / n_in and, after the first, gain / n_in."""
    return [kernel * np.float32(np.sqrt(first if layer == 0 else gain)) for layer, kernel in enumerate(kernels)]


def signal(kernels, x, activation):
    """Mean square of z in every layer, (layers,), for images x and an activation of arrays."""
    z, squares = x @ kernels[0], []
    for kernel in kernels[1:]:
        squares.append(np.mean(z.astype("float64") ** 2))
        z = activation(z).astype("float32") @ kernel
    return [*squares, np.mean(z.astype("float64") ** 2)]
