"""Deep sigmoid networks from Glorot's variance and from a larger one, and with the sigmoid moved to mean zero."""

import keras

from evidence import mnist
from evidence.readings.sigmoid_start import DEPTHS, RATES, STARTS
from evidence.networks.signal import layer_statistics
from evidence.networks.trials import trials
from snippets.tools import stacked

WIDTH = 64
RULES = {
    "glorot_uniform": "glorot_uniform",
    "four_glorot": keras.initializers.VarianceScaling(16, "fan_avg", "uniform"),  # four times the standard deviation
    "centred": keras.initializers.VarianceScaling(16, "fan_avg", "uniform"),  # of the activation `centred`
    "kumar": keras.initializers.VarianceScaling(12.8, "fan_in", "untruncated_normal"),  # about 3.6 / √n_in
}
PROTOCOL = {
    "question": "Which variance lets a deep sigmoid network learn, and is its mean of one half what stops it?",
    "width": WIDTH,
    "hidden_layers": DEPTHS,
    "starts": STARTS,
    "learning_rates": RATES,
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
    x, y = (array[:256] for array in images[0])
    setting = {name: PROTOCOL[name] for name in ("batch_size", "epochs")}
    runs = {}
    for depth in DEPTHS:
        widths = [784, *[WIDTH] * depth, 10]
        for start, rule in RULES.items():
            kernels = stacked.initial_kernels(rule, widths, seed)
            gradient = layer_statistics(kernels, x, y, activation(start))["gradient"]
            runs[f"{start}_{depth}"] = {"gradient": [gradient[0] / gradient[-2]]}
        for optimizer, starts in STARTS.items():
            for start in starts:
                found = trials(
                    [(RULES[start], seed)] * len(RATES[optimizer]), *images, widths=widths, activation=activation(start),
                    optimizer=optimizer, learning_rate=RATES[optimizer], **setting,
                )  # fmt: skip
                arms = (f"{start}_{optimizer}_{depth}_{rate}" for rate in RATES[optimizer])
                runs |= dict(zip(arms, found, strict=True))
    return runs


def activation(start):
    """What stands between the layers."""
    return centred if start == "centred" else "sigmoid"
