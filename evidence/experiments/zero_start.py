"""What zero and constant kernels do, by activation and by what the output layer starts from."""

import keras
import numpy as np

from evidence import mnist
from snippets.tools import stacked

PROTOCOL = {
    "question": "What does a network learn from kernels that are all zero, or all equal?",
    "widths": {"regression": [784, 10], "one": [784, 128, 10], "two": [784, 128, 64, 10]},  # by hidden layers, none: softmax regression
    "activations": ["relu", "tanh", "sigmoid"],
    "starts": {  # what the hidden kernels start from, and what the output kernel starts from
        "zeros": ["zeros", "zeros"],
        "zeros_hidden": ["zeros", "glorot_uniform"],
        "constant": ["constant", "constant"],
        "constant_hidden": ["constant", "glorot_uniform"],
        "glorot_uniform": ["glorot_uniform", "glorot_uniform"],
    },
    "constant": 0.1,
    "output": "softmax",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 128,
    "epochs": 1,
    "seeds": list(range(5)),
}
SETTING = {name: PROTOCOL[name] for name in ("output", "optimizer", "learning_rate", "batch_size", "epochs")}
RULES = {"constant": keras.initializers.Constant(PROTOCOL["constant"])}  # beside Keras's names


def measure(seed):
    """{"<activation>_<start>_<depth>" and "regression_<start>": quantities} of one seed, after one epoch.

    "test_loss" and "test_accuracy"; per kernel, first to last: "moved" (largest change of any weight), "spread"
    (largest standard deviation of a row across the layer's units: 0 if all units are copies) and "rank_ratio"
    (second singular value over the first; 0 for a kernel of zeros); and the "output_bias" (10,).
    """
    runs = _train("regression", "linear", ["zeros", "glorot_uniform"], seed, "regression_{}")
    for depth in ("one", "two"):
        for activation in PROTOCOL["activations"]:
            runs |= _train(depth, activation, PROTOCOL["starts"], seed, f"{activation}_{{}}_{depth}")
    return runs


def _train(depth, activation, starts, seed, name):
    (x, y), test = mnist.pixels()
    widths = PROTOCOL["widths"][depth]
    pairs = {start: [RULES.get(rule, rule) for rule in PROTOCOL["starts"][start]] for start in starts}
    rules = {start: [hidden] * (len(widths) - 2) + [output] for start, (hidden, output) in pairs.items()}
    networks = [(each, seed) for each in rules.values()]
    history, weights = stacked.train(networks, x, y, test, widths=widths, activation=activation, **SETTING, verbose=False)
    return {
        name.format(start): {
            "test_loss": history["val_loss"][k],
            "test_accuracy": history["val_accuracy"][k],
            **describe(stacked.initial_kernels(each, widths, seed), weights[k][0::2]),
            "output_bias": weights[k][-1],
        }
        for k, (start, each) in enumerate(rules.items())
    }


def describe(initial, final):
    """Per kernel: how far it moved, whether its units differ, and how far it is from rank one."""
    singular = [np.linalg.svd(kernel, compute_uv=False) for kernel in final]
    return {
        "moved": [np.abs(after - before).max() for before, after in zip(initial, final, strict=True)],
        "spread": [kernel.std(axis=1).max() for kernel in final],
        "rank_ratio": [s[1] / s[0] if s[0] else 0.0 for s in singular],
    }
