"""What dropout does to signal, error signal and memory of the image in untrained ReLU networks, at two variances."""

import numpy as np

from evidence import mnist
from snippets.tools import stacked

PROTOCOL = {
    "question": "By how much does dropout let a He start grow per layer, and what does a smaller variance repair?",
    "widths": [784] + [256] * 20 + [10],
    "activation": "relu",
    "images": 128,
    "arms": {  # share k of the units that dropout keeps, variance of the hidden kernels relative to He's
        "he_1.0": [1.0, 1.0], "he_0.8": [0.8, 1.0], "he_0.5": [0.5, 1.0], "scaled_0.8": [0.8, 0.8], "scaled_0.5": [0.5, 0.5],
    },
    "seeds": list(range(10)),
}  # fmt: skip


def measure(seed):
    """{arm: {"signal", "delta", "off", "same", "other": (hidden layers,)}} of one seed, hidden layers first to last.

    "signal" and "delta": mean squares of z and of δ for one image, dropout on; "off": of z, dropout off, as at inference.
    "same" and "other": cosine of the z of one image, and of two images, under two independent dropout masks, means.
    The first kernel reads pixels, of which none is dropped, and stays He's.
    """
    (x, y), _ = mnist.pixels()
    chosen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    x, y = x[chosen], y[chosen]
    first, *others = stacked.initial_kernels("he_normal", PROTOCOL["widths"], seed)
    runs = {}
    for arm, (keep, variance) in PROTOCOL["arms"].items():
        kernels = [first] + [np.float32(np.sqrt(variance)) * kernel for kernel in others]
        rng = np.random.default_rng(seed)
        (on, gates), (again, _), (off, _) = (forward(kernels, x, share, rng) for share in (keep, keep, 1.0))
        runs[arm] = {"signal": mean_squares(on[:-1]), "off": mean_squares(off[:-1])}
        runs[arm]["delta"] = mean_squares(backward(kernels, gates, on[-1], y))
        runs[arm]["same"], runs[arm]["other"] = zip(*(cosines(*pair) for pair in zip(on[:-1], again[:-1], strict=True)))
    return runs


def forward(kernels, x, keep, rng):
    """z of every layer, (images, units), and what multiplies each hidden z: 0, or 1 / keep where a unit fires and is kept."""
    h, z, gates = x, [], []
    for kernel in kernels:
        z.append(h @ kernel)
        gates.append((z[-1] > 0) * (rng.random(z[-1].shape, "float32") < keep) / np.float32(keep))
        h = z[-1] * gates[-1]
    return z, gates[:-1]


def backward(kernels, gates, logits, y):
    """δ of every hidden layer, first to last, for the cross-entropy of each image."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    deltas = [p / p.sum(1, keepdims=True) - np.eye(10, dtype="float32")[y]]
    for kernel, gate in zip(kernels[:0:-1], gates[::-1], strict=True):
        deltas.insert(0, deltas[0] @ kernel.T * gate)
    return deltas[:-1]


def mean_squares(arrays):
    """Mean square of each array."""
    return [np.mean(array.astype(float) ** 2) for array in arrays]


def cosines(one, two):
    """Mean cosine of each image's row in `one` with its own row in `two`, and with the rows of the other images."""
    one, two = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (one, two))
    table = one @ two.T
    own = np.trace(table)
    return own / len(table), (table.sum() - own) / (table.size - len(table))
