"""Kernels that are almost all zero, and random in the rest."""

import keras
import numpy as np

from evidence import mnist
from snippets.tools import stacked


class Sparse(keras.initializers.Initializer):
    """He normal with only a share of the weights kept, at random, and the variance of the kernel kept by scaling."""

    def __init__(self, kept, seed=None):
        self.kept, self.seed = kept, seed

    def __call__(self, shape, dtype=None):
        dense = np.array(keras.initializers.HeNormal(self.seed)(shape, dtype))
        alive = np.random.default_rng(self.seed).random(shape) < self.kept
        return np.where(alive, dense / np.sqrt(self.kept), 0).astype(dense.dtype)

    def get_config(self):
        return {"kept": self.kept, "seed": self.seed}


PROTOCOL = {
    "question": "Must every weight start away from zero?",
    "kept": {"tenth": 0.1, "hundredth": 0.01},  # share of the weights
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 128,
    "epochs": 1,
    "seeds": list(range(5)),
}
SPARSE = {name: Sparse(kept) for name, kept in PROTOCOL["kept"].items()}
STARTS = {"he_normal": "he_normal"} | SPARSE | {"zeros": "zeros"}


def measure(seed):
    """{start: {"zero_share": (kernels,) of the weights at the start, "test_accuracy": (1,) after one epoch}} of one seed."""
    (x, y), test = mnist.pixels()
    setting = {name: value for name, value in PROTOCOL.items() if name not in ("question", "kept", "seeds")}
    history, _ = stacked.train([(start, seed) for start in STARTS.values()], x, y, test, **setting, verbose=False)
    return {
        arm: {
            "zero_share": [(kernel == 0).mean() for kernel in stacked.initial_kernels(start, setting["widths"], seed)],
            "test_accuracy": history["val_accuracy"][k],
        }
        for k, (arm, start) in enumerate(STARTS.items())
    }
