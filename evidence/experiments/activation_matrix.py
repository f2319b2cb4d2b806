"""Eight activations times six starts, on ten hidden layers, after 120 steps of Adam and of SGD, each at its best rate."""

import keras

from evidence import mnist
from evidence.theory.activations import preserving
from evidence.networks.trials import trials

KEPT = ("test_accuracy", "val_accuracy")
PROTOCOL = {
    "question": "Which start suits which activation, and where does it make no difference?",
    "widths": [784, *[64] * 10, 10],
    "activations": ["relu", "elu", "selu", "gelu", "silu", "tanh", "softsign", "sigmoid"],
    "starts": ["random_normal", "lecun_normal", "glorot_normal", "orthogonal", "he_normal", "own"],
    "learning_rates": {"adam": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03], "sgd": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]},
    "images": 7680,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 64,
    "epochs": 1,
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
    for activation in PROTOCOL["activations"]:
        own = keras.initializers.VarianceScaling(preserving(activation), "fan_in", "truncated_normal")
        for optimizer, rates in PROTOCOL["learning_rates"].items():
            arms = [(start, rate) for rate in rates for start in PROTOCOL["starts"]]
            found = trials(
                [(own if start == "own" else start, seed) for start, _ in arms], *images, activation=activation,
                optimizer=optimizer, learning_rate=[rate for _, rate in arms], **setting,
            )  # fmt: skip
            for (start, rate), quantities in zip(arms, found, strict=True):
                runs[f"{activation}_{start}_{optimizer}_{rate}"] = {name: quantities[name] for name in KEPT}
    return runs
