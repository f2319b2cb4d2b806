"""Deep sigmoid networks from Glorot's variance and from a larger one, and with the sigmoid moved to mean zero."""

import keras

from evidence import mnist
from evidence.networks.signal import layer_statistics
from evidence.networks.trials import trials
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which variance lets a deep sigmoid network learn, and is its mean of one half what stops it?",
    "width": 64,
    "hidden_layers": [5, 15],
    "rules": {
        "glorot_uniform": {"scale": 1, "mode": "fan_avg", "distribution": "uniform"},
        "four_glorot": {"scale": 16, "mode": "fan_avg", "distribution": "uniform"},  # four times the standard deviation
        "centred": {"scale": 16, "mode": "fan_avg", "distribution": "uniform"},  # of the activation `centred`
        "kumar": {"scale": 12.8, "mode": "fan_in", "distribution": "untruncated_normal"},  # about 3.6 / √n_in
    },
    "starts": {"sgd": ["glorot_uniform", "four_glorot", "centred"], "adam": ["glorot_uniform", "four_glorot"]},  # trained
    "learning_rates": {"sgd": [0.1, 0.3, 1.0, 3.0, 10.0], "adam": [0.0003, 0.001, 0.003, 0.01]},
    "gradient_images": 256,
    "images": 55_000,
    "validation_images": 5000,
    "batch_size": 32,
    "epochs": 6,
    "seeds": list(range(5)),
}


def centred(z):
    """Sigmoid less its value at zero: (1 / 2) tanh(z / 2)."""
    return keras.ops.sigmoid(z) - 0.5


def measure(seed):
    """Quantities of one seed by arm.

    "<start>_<optimizer>_<hidden layers>_<rate>": those of `trials`, (epochs,). "<start>_<hidden layers>", before training:
    "gradient", the root mean square of the first kernel's gradient over that of the last hidden one, (1,). The start
    "centred" is four times Glorot, with `centred` in place of sigmoid.
    """
    images = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"])
    x, y = (array[: PROTOCOL["gradient_images"]] for array in images[0])
    rules = {start: keras.initializers.VarianceScaling(**rule) for start, rule in PROTOCOL["rules"].items()}
    setting = {name: PROTOCOL[name] for name in ("batch_size", "epochs")}
    runs = {}
    for depth in PROTOCOL["hidden_layers"]:
        widths = [784, *[PROTOCOL["width"]] * depth, 10]
        for start, rule in rules.items():
            kernels = stacked.initial_kernels(rule, widths, seed)
            gradient = layer_statistics(kernels, x, y, activation(start))["gradient"]
            runs[f"{start}_{depth}"] = {"gradient": [gradient[0] / gradient[-2]]}
        for optimizer, rates in PROTOCOL["learning_rates"].items():
            for start in PROTOCOL["starts"][optimizer]:
                found = trials(
                    [(rules[start], seed)] * len(rates), *images, widths=widths, activation=activation(start),
                    optimizer=optimizer, learning_rate=rates, **setting,
                )  # fmt: skip
                arms = (f"{start}_{optimizer}_{depth}_{rate}" for rate in rates)
                runs |= dict(zip(arms, found, strict=True))
    return runs


def activation(start):
    """What stands between the layers."""
    return centred if start == "centred" else "sigmoid"
