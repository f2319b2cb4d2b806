"""He's kernels times a factor, on a thousand images: what the size of the start does to the accuracy on unseen ones."""

import keras

from evidence import mnist
from evidence.networks.subset import accuracy, subset, watched
from snippets.tools import stacked

IMAGES = 1000
TRAINED = {  # learning rate, epochs, and factors on every kernel; Adam at two rates
    "adam": (0.001, 40, [0.1, 0.3, 1, 3, 10]),
    "fast_adam": (0.01, 20, [0.3, 1, 3]),
    "sgd": (0.1, 30, [1, 3]),
}
SILENT = [1, 10]  # factors on the hidden kernels under an output layer of zeros, with "adam"
PROTOCOL = {
    "question": "Does the size of the initial weights change how well a network generalizes?",
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "images": IMAGES,
    "batch_size": 50,
    "trained": {name: {"rate": rate, "epochs": epochs, "factors": factors} for name, (rate, epochs, factors) in TRAINED.items()},
    "silent_factors": SILENT,
    "seeds": list(range(10)),  # a seed draws its own images as well
}


def measure(seed):
    """{"<optimizer>_<factor>" and "silent_<factor>": {"loss", "accuracy", "test_accuracy": (1,)}} of one seed.

    "loss" of the last training epoch, "accuracy" on the training images after it, "test_accuracy" on all test images.
    """
    train, test = mnist.pixels()
    few = subset(*train, IMAGES, seed)
    setting = {name: PROTOCOL[name] for name in ("widths", "activation", "batch_size")}
    runs = {}
    for optimizer, (rate, epochs, factors) in TRAINED.items():
        starts = {f"{optimizer}_{factor}": he(factor) for factor in factors}
        if optimizer == "adam":
            starts |= {f"silent_{factor}": [he(factor), he(factor), "zeros"] for factor in SILENT}
        networks = [(start, seed) for start in starts.values()]
        history, weights = stacked.train(
            networks, *few, watched(test), optimizer=optimizer.removeprefix("fast_"), learning_rate=rate, epochs=epochs,
            **setting, verbose=False,
        )  # fmt: skip
        for k, arm in enumerate(starts):
            runs[arm] = {
                "loss": history["loss"][k, -1:],
                "accuracy": [accuracy(weights[k], *few)],
                "test_accuracy": [accuracy(weights[k], *test)],
            }
    return runs


def he(factor):
    """He normal times a factor."""
    return keras.initializers.VarianceScaling(2.0 * factor**2)
