"""LeCun normal: keeps the variance of the signal through a linear layer.

W ~ normal cut at two standard deviations
mean = 0, variance = 1 / fan_in.
LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6.
"""
from math import erf, exp, pi, prod, sqrt

import numpy as np


def lecun_normal(shape, rng):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    fan_in = prod(shape[:-1] or shape)
    kept = sqrt(1 - 4 * exp(-2) / sqrt(2 * pi) / erf(sqrt(2)))  # 0.8796: std of cut N(0, 1)
    std = sqrt(1 / fan_in) / kept
    kernel = rng.normal(0, std, shape)
    while (beyond := abs(kernel) > 2 * std).any():
        kernel[beyond] = rng.normal(0, std, beyond.sum())
    return kernel.astype("float32")


fan_in, fan_out = 784, 128
kernel = lecun_normal((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 1 / fan_in
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
