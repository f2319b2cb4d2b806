"""One standard deviation for every kernel, from far too small to far too large, in networks of growing depth."""

import keras

from evidence import mnist
from evidence.sweep import DEPTHS, RULES, STDS, WIDTH
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which standard deviation lets a network learn, and what does depth change about that?",
    "width": WIDTH,
    "images": 10_000,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 64,
    "epochs": 1,
    "stds": STDS,
    "depths": DEPTHS,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<hidden layers>": {"test_accuracy": (stds,), "rule_accuracy": (1,)}} of one seed.

    Test accuracy after one pass over the first images, all kernels normal with one standard deviation; beside it
    that of the rule of RULES, whose standard deviation depends on the layer.
    """
    (x, y), test = mnist.pixels()
    x, y = x[: PROTOCOL["images"]], y[: PROTOCOL["images"]]
    setting = {name: PROTOCOL[name] for name in ("optimizer", "learning_rate", "batch_size", "epochs")}
    runs = {}
    for activation, rule in RULES.items():
        for depth in DEPTHS:
            starts = [keras.initializers.RandomNormal(stddev=std) for std in STDS]
            networks = [(start, seed) for start in (*starts, rule)]
            widths = [784, *[WIDTH] * depth, 10]
            history, _ = stacked.train(networks, x, y, test, widths=widths, activation=activation, **setting, verbose=False)
            *swept, derived = history["val_accuracy"][:, -1]
            runs[f"{activation}_{depth}"] = {"test_accuracy": swept, "rule_accuracy": [derived]}
    return runs
