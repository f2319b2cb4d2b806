"""How large the signal is in untrained networks of rectifiers: by width, by activation, and what scaling does to it."""

import keras
import numpy as np

from evidence import mnist
from evidence.theory.activations import ACTIVATIONS, preserving
from evidence.networks.signal import layer_statistics
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does the factor 2 keep the signal through many ReLU layers, and which factor do other activations need?",
    "initializers": ["glorot_normal", "he_normal"],
    "widths": [64, 128, 256, 512],
    "hidden_layers": 20,
    "activations": ["linear", "relu", "leaky_relu", "elu", "gelu", "silu"],
    "activation_width": 256,
    "activation_layers": 30,
    "starts": {"quarter": 0.25, "one": 1.0, "four": 4.0},  # mean square of the first pre-activation
    "constant_width": 4096,
    "small_leak": 0.01,
    "mask_width": 256,
    # a power of two changes no digit of a float; 0.1 rounds every weight; much less underflows in twenty layers
    "masks": {"exact": {"factor": 0.5, "bias": 0.0}, "rounded": {"factor": 0.1, "bias": 0.0}, "biased": {"factor": 0.1, "bias": 0.1}},
    "gradients": {"width": 64, "hidden_layers": [5, 15, 30]},  # of the networks of rectifier_depth
    "images": 50,
    "seeds": list(range(15)),
}


def measure(seed):
    """Quantities of one seed by arm.

    "<initializer>_<width>" and "<activation>_<start>": "signal", mean square of z per layer, float32 networks summed in
    float64; the latter with variance c / n_in, c from `preserving`, and from the start "one" also "constant", c as one
    wide layer measures it. "leaky_glorot": the same for the slope small_leak and variance 1 / n_in. "mask_<change>": "changed_share",
    the share of ReLUs that fire in one of two networks and not in the other.
    "start_<initializer>_<hidden layers>": "gradient", rms per kernel, in the networks of rectifier_depth.
    """
    (x, y), _ = mnist.pixels()
    chosen = np.random.default_rng(seed).choice(len(x), PROTOCOL["images"], replace=False)
    x, y = x[chosen], y[chosen]
    relu, runs = ACTIVATIONS["relu"], {}
    for width in PROTOCOL["widths"]:
        for name in PROTOCOL["initializers"]:
            kernels = stacked.initial_kernels(name, [784] + [width] * PROTOCOL["hidden_layers"], seed)
            runs[f"{name}_{width}"] = {"signal": mean_squares(pre_activations(kernels, x, relu))}
    runs |= by_activation(x, seed) | masks(x, seed)
    for depth in PROTOCOL["gradients"]["hidden_layers"]:
        for name in PROTOCOL["initializers"]:
            kernels = stacked.initial_kernels(name, [784] + [PROTOCOL["gradients"]["width"]] * depth + [10], seed)
            runs[f"start_{name}_{depth}"] = {"gradient": layer_statistics(kernels, x, y, "relu")["gradient"]}
    return runs


def pre_activations(kernels, x, activation, bias=0.0):
    """z of every layer for images x: list of (images, units) float32. `activation` does not act on the images."""
    z = [x @ kernels[0] + np.float32(bias)]
    for kernel in kernels[1:]:
        z.append(activation(z[-1]).astype("float32") @ kernel + np.float32(bias))
    return z


def mean_squares(arrays):
    """Mean square of each array, (arrays,) float64."""
    return [np.mean(array.astype("float64") ** 2) for array in arrays]


def by_activation(x, seed):
    """Signal by layer for each activation at its own constant, from three sizes of the first pre-activation."""
    x = x / np.sqrt(np.mean(x**2, axis=1, keepdims=True))  # every image the same size
    widths = [784] + [PROTOCOL["activation_width"]] * PROTOCOL["activation_layers"]
    rule = keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal")
    normal = stacked.initial_kernels(rule, widths, seed)
    wide = x @ stacked.initial_kernels(rule, [784, PROTOCOL["constant_width"]], seed)[0]
    runs = {}
    for name in PROTOCOL["activations"]:
        function, factor = ACTIVATIONS[name], np.float32(np.sqrt(preserving(name)))
        for start, size in PROTOCOL["starts"].items():
            kernels = [normal[0] * np.float32(np.sqrt(size))] + [factor * kernel for kernel in normal[1:]]
            runs[f"{name}_{start}"] = {"signal": mean_squares(pre_activations(kernels, x, function))}
        runs[f"{name}_one"]["constant"] = [np.mean(wide**2) / np.mean(function(wide) ** 2)]
    signal = mean_squares(pre_activations(normal, x, lambda z: np.where(z > 0, z, PROTOCOL["small_leak"] * z)))
    return runs | {"leaky_glorot": {"signal": signal}}


def masks(x, seed):
    """Which ReLUs change their mind when every kernel is multiplied by one number."""
    kernels = stacked.initial_kernels("he_normal", [784] + [PROTOCOL["mask_width"]] * PROTOCOL["hidden_layers"], seed)
    runs = {}
    for name, mask in PROTOCOL["masks"].items():
        small = [kernel * np.float32(mask["factor"]) for kernel in kernels]
        pairs = zip(*(pre_activations(one, x, ACTIVATIONS["relu"], mask["bias"]) for one in (kernels, small)), strict=True)
        runs[f"mask_{name}"] = {"changed_share": [np.mean([(a > 0) != (b > 0) for a, b in pairs])]}
    return runs
