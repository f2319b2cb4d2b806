"""Four spreads around He's, each with SGD at fifteen learning rates: does a smaller start allow a larger rate?"""

import itertools

import keras

from evidence import mnist
from evidence.networks.signal import layer_statistics
from evidence.networks.trials import trials
from snippets.tools import stacked

PROTOCOL = {
    "question": "Do smaller initial weights allow larger learning rates?",
    "width": 64,
    "hidden_layers": [2, 4],
    "scales": [0.1, 0.3, 1, 3],  # of He's standard deviation, in every kernel
    "activation": "relu",
    "optimizer": "sgd",
    "learning_rates": [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2],
    "batch_size": 32,
    "images": 6400,
    "epochs": 1,
    "validation_images": 1000,
    "test_images": 2000,
    "gradient_images": 512,
    "seeds": list(range(7)),
}


def measure(seed):
    """{"<hidden layers>_<scale>_<rate>": {"val_accuracy", "test_accuracy": (1,)}, "<hidden layers>_<scale>": {"gradient":
    (layers,)}} of one seed.

    gradient: root mean square of each kernel's gradient before the first step, first layer to last.
    """
    training, validation, test = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    probe = [part[: PROTOCOL["gradient_images"]] for part in training]
    starts = {scale: keras.initializers.VarianceScaling(2 * scale**2, "fan_in", "truncated_normal") for scale in PROTOCOL["scales"]}
    arms, runs = list(itertools.product(PROTOCOL["scales"], PROTOCOL["learning_rates"])), {}
    for depth in PROTOCOL["hidden_layers"]:
        widths = [784, *[PROTOCOL["width"]] * depth, 10]
        for scale, start in starts.items():
            kernels = stacked.initial_kernels(start, widths, seed)
            runs[f"{depth}_{scale}"] = {"gradient": layer_statistics(kernels, *probe, PROTOCOL["activation"])["gradient"]}
        found = trials(
            [(starts[scale], seed) for scale, _ in arms], training, validation, test,
            widths=widths, learning_rate=[rate for _, rate in arms],
            **{name: PROTOCOL[name] for name in ("activation", "optimizer", "batch_size", "epochs")},
        )  # fmt: skip
        for (scale, rate), one in zip(arms, found, strict=True):
            runs[f"{depth}_{scale}_{rate}"] = {name: one[name] for name in ("val_accuracy", "test_accuracy")}
    return runs
