"""Eight activations times six starts, on ten hidden layers, after 120 steps of Adam and of SGD, each at its best rate."""

import keras

from evidence import mnist
from evidence.theory.activations import preserving
from evidence.readings.activation_matrix import ACTIVATIONS, RATES, STARTS
from evidence.networks.trials import trials

KEPT = ("test_accuracy", "val_accuracy")
PROTOCOL = {
    "question": "Which start suits which activation, and where does it make no difference?",
    "widths": [784, *[64] * 10, 10],
    "starts": STARTS,
    "learning_rates": RATES,
    "images": 7680,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 1,  # 120 steps
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<start>_<optimizer>_<rate>": {"test_accuracy", "val_accuracy": (1,)}} of one seed; see `trials`.

    The start "own" is the variance that keeps a mean square of 1 under the activation, truncated normal as Keras's rules
    are.
    """
    images = mnist.split(seed, *(PROTOCOL[name] for name in ("images", "validation_images", "test_images")))
    setting = {name: PROTOCOL[name] for name in ("widths", "batch_size", "epochs")}
    runs = {}
    for activation in ACTIVATIONS:
        own = keras.initializers.VarianceScaling(preserving(activation), "fan_in", "truncated_normal")
        for optimizer, rates in RATES.items():
            arms = [(start, rate) for rate in rates for start in STARTS]
            found = trials(
                [(own if start == "own" else start, seed) for start, _ in arms], *images, activation=activation,
                optimizer=optimizer, learning_rate=[rate for _, rate in arms], **setting,
            )  # fmt: skip
            for (start, rate), quantities in zip(arms, found, strict=True):
                runs[f"{activation}_{start}_{optimizer}_{rate}"] = {name: quantities[name] for name in KEPT}
    return runs
