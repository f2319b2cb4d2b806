"""Constant: every weight is one number, so hidden units of a layer stay equal.

W[i, j] = 0.1
mean = 0.1, variance = 0.
On equal starts: Rumelhart, Hinton and Williams 1986, in PDP 1, chapter 8.
"""
import numpy as np


def constant(shape, rng, value=0.1):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    return np.full(shape, value, "float32")


fan_in, fan_out = 784, 128
kernel = constant((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0.1, 0
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
