"""A small random start and He's, in a shallow network and a deep one: the first signal, and whether SGD gets going."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks.signal import layer_statistics
from evidence.networks.trials import scores
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does training start with one hidden layer and with thirty, from a small fixed spread and from He?",
    "small_std": 0.01,
    "width": 128,
    "hidden_layers": [1, 30],
    "activation": "relu",
    "optimizer": "sgd",
    "learning_rates": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    "batch_size": 64,
    "images": 3200,
    "epochs": 4,
    "validation_images": 1000,
    "test_images": 2000,
    "signal_images": 512,
    "seeds": list(range(5)),
}
STARTS = {"small_normal": keras.initializers.RandomNormal(stddev=PROTOCOL["small_std"]), "he_normal": "he_normal"}


def measure(seed):
    """{"<start>_<hidden layers>" and "<start>_<hidden layers>_<rate>": quantities} of one seed.

    Before training, root mean squares per layer: "activation", "delta", "gradient" (layers,). After it, per learning
    rate: "val_accuracy", "test_accuracy" (1,), and "changed" (1,), the share of the weights between hidden layers (of the
    first layer where there is one hidden layer) that differ from their start in any bit; weights that became NaN count as
    changed.
    """
    (x, y), validation, test = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    signal, runs = PROTOCOL["signal_images"], {}
    for hidden in PROTOCOL["hidden_layers"]:
        widths = [784, *[PROTOCOL["width"]] * hidden, 10]
        kernels = {name: stacked.initial_kernels(start, widths, seed) for name, start in STARTS.items()}
        for name in STARTS:
            sizes = layer_statistics(kernels[name], x[:signal], y[:signal], PROTOCOL["activation"])
            runs[f"{name}_{hidden}"] = {"activation": np.sqrt(sizes["activation"]), "delta": sizes["delta"], "gradient": sizes["gradient"]}
        grid = [(name, rate) for name in STARTS for rate in PROTOCOL["learning_rates"]]
        weights = _train(x, y, validation, widths, grid, seed)
        chosen_by, reported = (scores(weights, *images, PROTOCOL["activation"])[1] for images in (validation, test))
        for k, (name, rate) in enumerate(grid):
            runs[f"{name}_{hidden}_{rate}"] = {
                "val_accuracy": chosen_by[k : k + 1], "test_accuracy": reported[k : k + 1],
                "changed": [changed(kernels[name], weights[k][0::2])],
            }  # fmt: skip
    return runs


def changed(before, after):
    """Share of the weights of the kernels between hidden layers, or of the first if there are none, that changed."""
    inner = slice(1, -1) if len(before) > 2 else slice(0, 1)
    pairs = zip(before[inner], after[inner], strict=True)
    return np.mean([np.mean(old != new) for old, new in pairs])


def _train(x, y, validation, widths, grid, seed):
    setting = {name: PROTOCOL[name] for name in ("activation", "optimizer", "batch_size", "epochs")}
    networks, rates = [(STARTS[name], seed) for name, _ in grid], [rate for _, rate in grid]
    return stacked.train(networks, x, y, validation, widths=widths, learning_rate=rates, **setting, verbose=False)[1]
