"""Glorot normal: a compromise between the signal forward and the gradient back.

W ~ normal cut at two standard deviations
mean = 0, variance = 2 / (fan_in + fan_out).
Glorot and Bengio 2010, AISTATS, PMLR 9:249-256.
"""
from math import erf, exp, pi, prod, sqrt

import numpy as np


def glorot_normal(shape, rng):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    fan_in, fan_out = prod(shape[:-1] or shape), prod(shape[:-2]) * shape[-1]
    kept = sqrt(1 - 4 * exp(-2) / sqrt(2 * pi) / erf(sqrt(2)))  # 0.8796: std of cut N(0, 1)
    std = sqrt(2 / (fan_in + fan_out)) / kept
    kernel = rng.normal(0, std, shape)
    while (beyond := abs(kernel) > 2 * std).any():
        kernel[beyond] = rng.normal(0, std, beyond.sum())
    return kernel.astype("float32")


fan_in, fan_out = 784, 128
kernel = glorot_normal((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 2 / (fan_in + fan_out)
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
