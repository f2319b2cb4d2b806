"""Orthogonal: columns of length 1 at right angles (rows, where there are fewer).

W^T W = I if fan_in >= fan_out, else W W^T = I
mean = 0, variance = 1 / max(fan_in, fan_out).
Saxe, McClelland and Ganguli 2014, arXiv:1312.6120.
"""
from math import prod

import numpy as np


def orthogonal(shape, rng):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    *window, inputs, columns = shape
    rows = prod(window) * inputs
    tall = max(rows, columns), min(rows, columns)
    q, r = np.linalg.qr(rng.normal(size=tall))
    q = q * np.sign(np.diag(r))  # makes q uniform: Mezzadri 2007, arXiv:math-ph/0609050
    return (q if rows >= columns else q.T).reshape(shape).astype("float32")


fan_in, fan_out = 784, 128
kernel = orthogonal((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 1 / max(fan_in, fan_out)
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
