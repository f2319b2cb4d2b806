"""What a deep plain network's signal and gradients look like before the first step, layer by layer."""

import functools

import keras
import numpy as np

from evidence import mnist
from evidence.networks.signal import layer_statistics
from snippets.tools import stacked

PROTOCOL = {
    "question": "How do activations, error signals and gradients change with depth at initialization?",
    "widths": [784] + [256] * 29 + [10],
    "doubled_he": 2,  # times He's standard deviation
    "unit_normal": 1.0,  # standard deviation
    "leaky_slope": 0.01,
    "images": 512,
    "arms": {
        "relu": ["glorot_uniform", "he_normal", "doubled_he"],
        "leaky_relu": ["glorot_uniform"],
        "tanh": ["glorot_uniform", "he_normal", "unit_normal"],
        "sigmoid": ["glorot_uniform", "he_normal", "unit_normal"],
    },
    "seeds": list(range(10)),
}
INITIALIZERS = {
    "glorot_uniform": "glorot_uniform",
    "he_normal": "he_normal",
    "doubled_he": keras.initializers.VarianceScaling(2.0 * PROTOCOL["doubled_he"] ** 2),
    "unit_normal": keras.initializers.RandomNormal(stddev=PROTOCOL["unit_normal"]),
}
ACTIVATIONS = {
    "relu": "relu",
    "leaky_relu": functools.partial(keras.activations.leaky_relu, negative_slope=PROTOCOL["leaky_slope"]),
    "tanh": "tanh",
    "sigmoid": "sigmoid",
}


def measure(seed):
    """{"<activation>_<initializer>": {"activation", "delta", "gradient", "bias_gradient": (layers,)}} of one seed.

    Root mean squares per layer, first to last: of what the layer puts out (for the last: the logits), of δ, and of
    the gradients of its kernel and its bias; see evidence.networks.signal. Four digits, which is plenty beside the seeds' spread.
    """
    (x, y), _ = mnist.pixels()
    chosen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    runs = {}
    for activation, initializers in PROTOCOL["arms"].items():
        for name in initializers:
            kernels = stacked.initial_kernels(INITIALIZERS[name], PROTOCOL["widths"], seed)
            sizes = layer_statistics(kernels, x[chosen], y[chosen], ACTIVATIONS[activation])
            sizes["activation"] = np.sqrt(sizes["activation"])
            runs[f"{activation}_{name}"] = {
                quantity: [float(f"{value:.4g}") for value in values] for quantity, values in sizes.items()
            }
    return runs
