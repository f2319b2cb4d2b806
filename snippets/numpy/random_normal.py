"""Random normal: one spread for every layer, whatever its size.

W ~ N(0, std^2), std = 0.05
mean = 0, variance = 0.05**2.
The default of Keras: keras.io/api/layers/initializers.
"""
import numpy as np


def random_normal(shape, rng, std=0.05):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    return rng.normal(0, std, shape).astype("float32")


fan_in, fan_out = 784, 128
kernel = random_normal((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 0.05**2
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
