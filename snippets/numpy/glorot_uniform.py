"""Glorot uniform: a compromise between the signal forward and the gradient back.

W ~ U(-limit, limit), limit = sqrt(6 / (fan_in + fan_out))
mean = 0, variance = 2 / (fan_in + fan_out).
Glorot and Bengio 2010, AISTATS, PMLR 9:249-256.
"""
from math import prod, sqrt

import numpy as np


def glorot_uniform(shape, rng):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    fan_in, fan_out = prod(shape[:-1] or shape), prod(shape[:-2]) * shape[-1]
    limit = sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, shape).astype("float32")


fan_in, fan_out = 784, 128
kernel = glorot_uniform((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 2 / (fan_in + fan_out)
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
