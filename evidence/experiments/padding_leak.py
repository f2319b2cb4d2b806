"""The mean square of z through plain convolutional ReLU networks, with zeros or with the other side around the map."""

import keras
import numpy as np
import tensorflow as tf

MODES = {"zero": "constant", "circular": "wrap"}  # of np.pad
PROTOCOL = {
    "question": "How much of the signal does zero padding take from a convolutional network that starts from He normal?",
    "layers": 30,
    "window": 3,
    "channels": [64, 256],
    "pixels": [7, 14, 28],  # along each side
    "paddings": list(MODES),
    "images": 2,  # the pixels and channels of a few are many numbers
    "inputs": "standard normal, behind ReLU, times the square root of 2",  # mean square 1 at every pixel
    "seeds": list(range(20)),
}


def measure(seed):
    """{"<padding>_<channels>_<pixels>": {"mean_square": (layers,)}}: of z over images, pixels and channels, layer by layer.

    Both paddings have the same inputs and kernels.
    """
    rng, runs = np.random.default_rng(seed), {}
    for channels in PROTOCOL["channels"]:
        draws = rng.integers(2**31, size=PROTOCOL["layers"])
        shape = (PROTOCOL["window"],) * 2 + (channels, channels)
        kernels = [keras.initializers.HeNormal(int(draw))(shape) for draw in draws]
        for pixels in PROTOCOL["pixels"]:
            inputs = rng.standard_normal((PROTOCOL["images"], pixels, pixels, channels), "float32")
            h = 2**0.5 * np.maximum(inputs, 0)
            runs |= {f"{padding}_{channels}_{pixels}": {"mean_square": through(h, kernels, padding)} for padding in PROTOCOL["paddings"]}
    return runs


def through(h, kernels, padding):
    """Mean square of z in every layer. h: (images, pixels, pixels, channels)."""
    found = []
    for kernel in kernels:
        padded = np.pad(h, [(0, 0), (1, 1), (1, 1), (0, 0)], MODES[padding])
        z = tf.nn.conv2d(padded, kernel, 1, "VALID")
        found.append(np.mean(np.square(z), dtype=float))
        h = np.maximum(z, 0)
    return found
