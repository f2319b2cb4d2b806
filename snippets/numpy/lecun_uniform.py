"""LeCun uniform: keeps the variance of the signal through a linear layer.

W ~ U(-limit, limit), limit = sqrt(3 / fan_in)
mean = 0, variance = 1 / fan_in.
LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6.
"""
from math import prod, sqrt

import numpy as np


def lecun_uniform(shape, rng):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    fan_in = prod(shape[:-1] or shape)
    limit = sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, shape).astype("float32")


fan_in, fan_out = 784, 128
kernel = lecun_uniform((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 1 / fan_in
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
