"""Glorot and He on ReLU networks of growing depth, with SGD and with Adam, over a grid of learning rates."""

from evidence import mnist
from evidence.rectifiers import DEPTHS, RATES
from snippets.tools import stacked

INITIALIZERS = ["glorot_normal", "he_normal"]
PROTOCOL = {
    "question": "At which depth does Glorot stall where He trains, and does the learning rate or Adam change that?",
    "width": 64,
    "hidden_layers": DEPTHS,
    "activation": "relu",
    "learning_rates": RATES,
    "images": 2560,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 4,  # of 40 steps each
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<initializer>_<optimizer>_<hidden layers>_<rate>": {"test_loss" and "test_accuracy": (epochs,)}} of one seed.

    The loss is NaN where a run diverged.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    x, y, test = x[: PROTOCOL["images"]], y[: PROTOCOL["images"]], tuple(a[: PROTOCOL["test_images"]] for a in (x_test, y_test))
    setting = {name: PROTOCOL[name] for name in ("activation", "batch_size", "epochs")}
    runs = {}
    for depth in DEPTHS:
        widths = [784, *[PROTOCOL["width"]] * depth, 10]
        for optimizer, rates in RATES.items():
            grid = [(initializer, rate) for initializer in INITIALIZERS for rate in rates]
            networks = [(initializer, seed) for initializer, _ in grid]
            history, _ = stacked.train(
                networks, x, y, test, widths=widths, optimizer=optimizer, learning_rate=[rate for _, rate in grid],
                **setting, verbose=False,
            )  # fmt: skip
            for k, (initializer, rate) in enumerate(grid):
                quantities = {quantity: history[quantity][k] for quantity in ("test_loss", "test_accuracy")}
                runs[f"{initializer}_{optimizer}_{depth}_{rate}"] = quantities
    return runs
