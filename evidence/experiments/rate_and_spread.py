"""Four spreads around He's, each with SGD at fourteen learning rates: does a smaller start allow a larger rate?"""

import itertools

import keras

from evidence import mnist
from evidence.signal import layer_statistics
from evidence.spread import DEPTHS, RATES, SCALES
from snippets.tools import stacked

PROTOCOL = {
    "question": "Do smaller initial weights allow larger learning rates?",
    "width": 64,
    "hidden_layers": DEPTHS,
    "scales": SCALES,  # of He's standard deviation
    "activation": "relu",
    "optimizer": "sgd",
    "learning_rates": RATES,
    "batch_size": 32,
    "images": 6400,  # seen once: 200 steps
    "test_images": 2000,
    "gradient_images": 512,
    "seeds": list(range(7)),
}


def measure(seed):
    """{"<hidden layers>_<scale>_<rate>": {"test_accuracy": (1,)}, "<hidden layers>_<scale>": {"gradient": (layers,)}} of one seed.

    gradient: root mean square of each kernel's gradient before the first step, first layer to last.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    chosen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    tested = stacked.batch_order(seed, 1, len(x_test))[: PROTOCOL["test_images"]]
    probe = chosen[: PROTOCOL["gradient_images"]]
    starts = {scale: keras.initializers.VarianceScaling(2 * scale**2, "fan_in", "truncated_normal") for scale in SCALES}
    arms, runs = list(itertools.product(SCALES, RATES)), {}
    for depth in DEPTHS:
        widths = [784, *[PROTOCOL["width"]] * depth, 10]
        for scale, start in starts.items():
            kernels = stacked.initial_kernels(start, widths, seed)
            runs[f"{depth}_{scale}"] = {"gradient": layer_statistics(kernels, x[probe], y[probe], "relu")["gradient"]}
        history, _ = stacked.train(
            [(starts[scale], seed) for scale, _ in arms], x[chosen], y[chosen], (x_test[tested], y_test[tested]),
            widths=widths, activation="relu", optimizer="sgd", learning_rate=[rate for _, rate in arms],
            batch_size=PROTOCOL["batch_size"], epochs=1, verbose=False,
        )  # fmt: skip
        for (scale, rate), accuracy in zip(arms, history["val_accuracy"], strict=True):
            runs[f"{depth}_{scale}_{rate}"] = {"test_accuracy": accuracy}
    return runs
