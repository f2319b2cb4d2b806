"""Identity: each unit starts as a copy of one unit of the layer below.

W[i, j] = 1 if i == j else 0
mean = 1 / max(fan_in, fan_out), variance = mean * (1 - mean).
Le, Jaitly and Hinton 2015, arXiv:1504.00941.
"""
import numpy as np


def identity(shape, rng):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    rows, columns = shape  # a matrix, no convolution
    return np.eye(rows, columns, dtype="float32")


fan_in, fan_out = 784, 128
kernel = identity((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 1 / fan_in, (1 - 1 / fan_in) / fan_in
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
