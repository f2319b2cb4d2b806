"""He's kernels times a factor, on a thousand images: what the size of the start does to the accuracy on unseen ones."""

import keras

from evidence import mnist
from evidence.networks.subset import accuracy, subset, watched
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does the size of the initial weights change how well a network generalizes?",
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "images": 1000,
    "batch_size": 50,
    "trained": {  # factors on every kernel
        "adam": {"optimizer": "adam", "learning_rate": 0.001, "epochs": 40, "factors": [0.1, 0.3, 1, 3, 10]},
        "fast_adam": {"optimizer": "adam", "learning_rate": 0.01, "epochs": 20, "factors": [0.3, 1, 3]},
        "sgd": {"optimizer": "sgd", "learning_rate": 0.1, "epochs": 30, "factors": [1, 3]},
    },
    "silent_factors": [1, 10],  # on the hidden kernels under an output layer of zeros, trained as "adam"
    "seeds": list(range(10)),  # a seed draws its own images as well
}


def measure(seed):
    """{"<trained>_<factor>" and "silent_<factor>": {"loss", "accuracy", "test_accuracy": (1,)}} of one seed.

    "loss" of the last training epoch, "accuracy" on the training images after it, "test_accuracy" on all test images.
    """
    train, test = mnist.pixels()
    few = subset(*train, PROTOCOL["images"], seed)
    setting = {name: PROTOCOL[name] for name in ("widths", "activation", "batch_size")}
    runs = {}
    for name, trained in PROTOCOL["trained"].items():
        starts = {f"{name}_{factor}": he(factor) for factor in trained["factors"]}
        if name == "adam":
            starts |= {f"silent_{factor}": [he(factor), he(factor), "zeros"] for factor in PROTOCOL["silent_factors"]}
        how = {key: trained[key] for key in ("optimizer", "learning_rate", "epochs")}
        history, weights = stacked.train([(start, seed) for start in starts.values()], *few, watched(test), **setting, **how, verbose=False)
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
