"""Eight activations times six starts, on ten hidden layers, with Adam and with SGD at its best rate."""

import keras
import numpy as np

from evidence import mnist
from evidence.activations import preserving
from evidence.matrix import ACTIVATIONS, RATES, STARTS
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which start suits which activation, and where does it make no difference?",
    "widths": [784, *[64] * 10, 10],
    "starts": STARTS,
    "learning_rates": RATES,
    "images": 7680,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 1,  # 120 steps
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<start>_<optimizer>_<rate>": {"test_accuracy": after the last step}} of one seed.

    The start "own" is the variance that keeps a mean square of 1 under the activation, truncated normal as Keras's rules
    are. The arm "digits" holds the "share" of each digit among the test images, what a constant answer scores.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    x, y, test = x[: PROTOCOL["images"]], y[: PROTOCOL["images"]], tuple(a[: PROTOCOL["test_images"]] for a in (x_test, y_test))
    setting = {name: PROTOCOL[name] for name in ("widths", "batch_size", "epochs")}
    runs = {"digits": {"share": np.bincount(test[1], minlength=10) / len(test[1])}}
    for activation in ACTIVATIONS:
        own = keras.initializers.VarianceScaling(preserving(activation), "fan_in", "truncated_normal")
        for optimizer, rates in RATES.items():
            arms = [(start, rate) for rate in rates for start in STARTS]
            history, _ = stacked.train(
                [(own if start == "own" else start, seed) for start, _ in arms], x, y, test, activation=activation,
                optimizer=optimizer, learning_rate=[rate for _, rate in arms], **setting, verbose=False,
            )  # fmt: skip
            for k, (start, rate) in enumerate(arms):
                runs[f"{activation}_{start}_{optimizer}_{rate}"] = {"test_accuracy": history["val_accuracy"][k, -1:]}
    return runs
