"""Random uniform: one range for every layer, whatever its size.

W ~ U(-limit, limit), limit = 0.05
mean = 0, variance = 0.05**2 / 3.
The default of Keras: keras.io/api/layers/initializers.
"""
import numpy as np


def random_uniform(shape, rng, limit=0.05):
    """A float32 kernel: (inputs, outputs) or (height, width, inputs, outputs)."""
    return rng.uniform(-limit, limit, shape).astype("float32")


fan_in, fan_out = 784, 128
kernel = random_uniform((fan_in, fan_out), np.random.default_rng(0))
mean, variance = 0, 0.05**2 / 3
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}")
print(f"values from {kernel.min():.4f} to {kernel.max():.4f}")
