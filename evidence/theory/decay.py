"""The size of the signal in a wide tanh network under Glorot's rule, as a recursion over layers."""

import math

import numpy as np


def tanh_decay(layers, first=1.0):
    """Mean square of h = tanh(z) in layers 1 to `layers`, (layers,), for normal z with a mean square of `first` in layer 1.

    Each layer passes the mean square of its h on as that of the next z, n_in σ² = 1. The integral is a sum over a fine grid.
    """
    grid = np.linspace(-10, 10, 20_001)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi) * (grid[1] - grid[0])
    squares = []
    for _ in range(layers):
        first = float(np.sum(density * np.tanh(math.sqrt(first) * grid) ** 2))
        squares.append(first)
    return np.array(squares)
