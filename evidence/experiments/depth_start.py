"""A small random start and He's, in a shallow network and a deep one: the first signal, and whether SGD gets going."""

import keras
import numpy as np

from evidence import mnist
from evidence.signal import layer_statistics
from snippets.tools import stacked

STARTS = {"small_normal": keras.initializers.RandomNormal(stddev=0.01), "he_normal": "he_normal"}
PROTOCOL = {
    "question": "Does training start with 2 layers and with 30, from a small fixed spread and from He?",
    "width": 128,
    "layers": [2, 30],
    "activation": "relu",
    "optimizer": "sgd",
    "learning_rates": [0.01, 0.03, 0.1, 1.0],
    "batch_size": 64,
    "images": 3200,
    "epochs": 4,  # of 50 steps each
    "test_images": 2000,
    "signal_images": 512,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<layers>": quantities, "grid": {"learning_rate": (rates,)}} of one seed.

    Before training, root mean squares per layer: "activation", "delta", "gradient" (layers,). After it, per learning
    rate: "test_loss", "test_accuracy", and "changed", the share of the weights between hidden layers (of the first layer
    where there is one hidden layer) that differ from their start in any bit; weights that became NaN count as changed.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    test = x_test[: PROTOCOL["test_images"]], y_test[: PROTOCOL["test_images"]]
    chosen = stacked.batch_order(seed, 0, len(x))
    signal, training = chosen[-PROTOCOL["signal_images"] :], chosen[: PROTOCOL["images"]]
    runs = {"grid": {"learning_rate": PROTOCOL["learning_rates"]}}
    for layers in PROTOCOL["layers"]:
        widths = [784, *[PROTOCOL["width"]] * (layers - 1), 10]
        kernels = {name: stacked.initial_kernels(start, widths, seed) for name, start in STARTS.items()}
        for name in STARTS:
            sizes = layer_statistics(kernels[name], x[signal], y[signal], PROTOCOL["activation"])
            runs[f"{name}_{layers}"] = {
                "activation": np.sqrt(sizes["activation"]), "delta": sizes["delta"], "gradient": sizes["gradient"],
                "test_loss": [], "test_accuracy": [], "changed": [],
            }  # fmt: skip
        grid = [(name, rate) for name in STARTS for rate in PROTOCOL["learning_rates"]]
        history, weights = _train(x[training], y[training], test, widths, grid, seed)
        for k, (name, _) in enumerate(grid):
            run = runs[f"{name}_{layers}"]
            run["test_loss"].append(history["val_loss"][k, -1])
            run["test_accuracy"].append(history["val_accuracy"][k, -1])
            run["changed"].append(changed(kernels[name], weights[k][0::2]))
    return runs


def changed(before, after):
    """Share of the weights of the kernels between hidden layers, or of the first if there are none, that changed."""
    inner = slice(1, -1) if len(before) > 2 else slice(0, 1)
    pairs = zip(before[inner], after[inner], strict=True)
    return np.mean([np.mean(old != new) for old, new in pairs])


def _train(x, y, test, widths, grid, seed):
    setting = {name: PROTOCOL[name] for name in ("activation", "optimizer", "batch_size", "epochs")}
    networks, rates = [(STARTS[name], seed) for name, _ in grid], [rate for _, rate in grid]
    return stacked.train(networks, x, y, test, widths=widths, learning_rate=rates, **setting, verbose=False)
