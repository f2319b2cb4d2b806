"""What readers know activations by, and labels at the ends of lines, placed so that they do not collide."""

import numpy as np

ACTIVATIONS = {
    "linear": "linear", "relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU",
    "silu": "SiLU", "tanh": "tanh", "softsign": "softsign", "sigmoid": "sigmoid",
}  # fmt: skip


def spread(heights, gap):
    """The heights, moved apart so that neighbours stand at least `gap` from each other, order kept."""
    order = np.argsort(heights)
    placed = np.array(heights, float)
    for _ in range(200):
        for lower, upper in zip(order, order[1:]):
            short = gap - (placed[upper] - placed[lower])
            if short > 0:
                placed[lower] -= short / 2
                placed[upper] += short / 2
    return placed
