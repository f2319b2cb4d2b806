"""Deep sigmoid networks from Glorot's variance and from larger ones, and with the sigmoid moved to mean zero."""

import keras

from evidence import mnist
from evidence.sigmoid import RATES, STARTS, STEPS
from evidence.signal import layer_statistics
from snippets.tools import stacked

WIDTH, BATCH = 64, 32
RULES = {
    "glorot_uniform": "glorot_uniform",
    "four_glorot": keras.initializers.VarianceScaling(16, "fan_avg", "uniform"),  # four times the standard deviation
    "kumar": keras.initializers.VarianceScaling(12.8, "fan_in", "untruncated_normal"),  # about 3.6 / √n_in
    "centred": keras.initializers.VarianceScaling(16, "fan_avg", "uniform"),  # of the activation `centred`
    "ten": keras.initializers.VarianceScaling(100, "fan_in", "untruncated_normal"),  # χ is about 1
}
PROTOCOL = {
    "question": "Which variance lets a deep sigmoid network learn, and is its mean of one half what stops it?",
    "width": WIDTH,
    "hidden_layers": list(STARTS),
    "learning_rates": RATES,
    "batch_size": BATCH,
    "images": BATCH * STEPS,
    "test_images": 1000,
    "epochs": 8,
    "seeds": list(range(5)),
}


def centred(z):
    """Sigmoid less its value at zero: (1 / 2) tanh(z / 2)."""
    return keras.ops.sigmoid(z) - 0.5


def measure(seed):
    """Quantities of one seed by arm.

    "<start>_<optimizer>_<hidden layers>_<rate>": "test_accuracy", (epochs,). "<start>_<hidden layers>", before training:
    "gradient" and "delta", the root mean squares of kernel gradient and δ in the first layer over those in the last
    hidden one. The start "centred" is four times Glorot, with `centred` in place of sigmoid.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    x, y, test = x[: PROTOCOL["images"]], y[: PROTOCOL["images"]], (x_test[:1000], y_test[:1000])
    runs = {}
    for depth, starts in STARTS.items():
        widths = [784, *[WIDTH] * depth, 10]
        for start in [*starts, "centred"]:
            kernels = stacked.initial_kernels(RULES[start], widths, seed)
            statistics = layer_statistics(kernels, x[:256], y[:256], centred if start == "centred" else "sigmoid")
            runs[f"{start}_{depth}"] = {name: [statistics[name][0] / statistics[name][-2]] for name in ("gradient", "delta")}
        for optimizer in RATES:
            runs |= trained("sigmoid", starts, optimizer, widths, seed, x, y, test)
        runs |= trained(centred, ["centred"], "sgd", widths, seed, x, y, test)
    return runs


def trained(activation, starts, optimizer, widths, seed, x, y, test):
    """One arm for every start and learning rate: {arm: {"test_accuracy": (epochs,)}}."""
    arms = [(start, rate) for rate in RATES[optimizer] for start in starts]
    history, _ = stacked.train(
        [(RULES[start], seed) for start, _ in arms], x, y, test, widths=widths, activation=activation, optimizer=optimizer,
        learning_rate=[rate for _, rate in arms], batch_size=BATCH, epochs=PROTOCOL["epochs"], verbose=False,
    )  # fmt: skip
    return {f"{start}_{optimizer}_{len(widths) - 2}_{rate}": {"test_accuracy": history["val_accuracy"][k]} for k, (start, rate) in enumerate(arms)}
