"""What zero padding takes from the signal of a plain convolutional network, in expectation, exactly."""

import numpy as np


def kept(pixels, layers, window=3):
    """Expected mean square of z over all pixels in layers 1 to `layers`, of an input that is alike everywhere as 1: (layers,).

    Convolutions of window × window with stride 1 and padding "same" on maps of pixels × pixels, each followed by a ReLU, weights
    independent with mean 0 and He's variance, biases zero. Then a pixel's expected mean square is the mean of those in its
    window, with zeros for what is padded: along one side a matrix, and both sides are alike. Derived in
    docs/delta_orthogonal.md and docs/convolutions.md.
    """
    matrix, profile, found = side(pixels, window), np.ones(pixels), []
    for _ in range(layers):
        profile = matrix @ profile
        found.append(profile.mean() ** 2)
    return np.array(found)


def side(pixels, window=3):
    """The mean over a window along one side of a map, zeros outside: (pixels, pixels)."""
    offsets = range(-((window - 1) // 2), window // 2 + 1)
    return sum(np.eye(pixels, k=offset) for offset in offsets) / window
