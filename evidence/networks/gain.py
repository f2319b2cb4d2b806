"""By what a layer and its ReLU multiply the mean square: in any framework, whose layers are functions of NumPy arrays."""

import numpy as np


def rectified(shape, seed):
    """ReLU of standard normals, float32: what a layer behind a ReLU is given. shape: (inputs, …, channels)."""
    return np.maximum(np.random.default_rng(seed).standard_normal(shape), 0).astype("float32")


def gain(layer, x):
    """Mean square of ReLU(outputs) over that of the inputs x, (inputs, …, channels); borders cut off."""
    y = np.array(layer(x))
    spatial = [slice(max(0, after - before), min(after, before)) for before, after in zip(x.shape[1:-1], y.shape[1:-1])]
    return np.mean(np.maximum(y[(slice(None), *spatial)], 0) ** 2) / np.mean(x**2)
