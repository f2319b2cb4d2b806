"""Truncated normal: random normal, redrawn beyond two standard deviations.

W ~ N(0, 0.05^2) cut at limit = 0.1
mean = 0, variance = (0.05 * 0.8796)**2.
The default of Keras: keras.io/api/layers/initializers.
"""
import numpy as np


def truncated_normal(shape, rng, std=0.05):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    kernel = rng.normal(0, std, shape)
    while (beyond := abs(kernel) > 2 * std).any():
        kernel[beyond] = rng.normal(0, std, beyond.sum())
    return kernel.astype("float32")


fan_in, fan_out = 784, 128
kernel = truncated_normal((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, (0.05 * 0.8796) ** 2
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
