"""Does the initializer matter more when there are few images? Three rules and zeros on small subsets."""

import numpy as np

from evidence import mnist
from evidence.networks.subset import accuracy, subset, watched
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does the initializer matter more with few images, and does it change overfitting?",
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "initializers": ["lecun_normal", "glorot_normal", "he_normal"],
    "batch_sizes": {100: 10, 300: 30, 1000: 50},  # by number of images
    "images_for_zeros": 500,  # on which zeros compete with He
    "batch_size_for_zeros": 50,
    "epochs": 25,  # enough to learn every image
    "seeds": list(range(10)),  # a seed draws its own images as well
}


def measure(seed):
    """{"<rule>_<images>": {"accuracy", "test_accuracy", "gap": (1,)}} of one seed, after the last epoch.

    "accuracy" is that on the training images, "gap" what it leads the test accuracy by. "zeros_500" and "he_normal_500"
    have besides the "share" (10,) of each digit among the training images.
    """
    train, test = mnist.pixels()
    runs = {}
    for size, batch in PROTOCOL["batch_sizes"].items():
        runs |= _trained(PROTOCOL["initializers"], subset(*train, size, seed), test, seed, batch)
    few = subset(*train, PROTOCOL["images_for_zeros"], seed)
    last = _trained(["zeros", "he_normal"], few, test, seed, PROTOCOL["batch_size_for_zeros"])
    share = np.bincount(few[1], minlength=10) / len(few[1])
    return runs | {arm: found | {"share": share} for arm, found in last.items()}


def _trained(starts, few, test, seed, batch):
    setting = {name: PROTOCOL[name] for name in ("widths", "activation", "optimizer", "learning_rate", "epochs")}
    networks = [(start, seed) for start in starts]
    _, weights = stacked.train(networks, *few, watched(test), batch_size=batch, **setting, verbose=False)
    runs = {}
    for start, trained in zip(starts, weights, strict=True):
        seen, unseen = accuracy(trained, *few), accuracy(trained, *test)
        runs[f"{start}_{len(few[1])}"] = {"accuracy": [seen], "test_accuracy": [unseen], "gap": [seen - unseen]}
    return runs
