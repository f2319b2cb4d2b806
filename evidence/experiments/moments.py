"""The variance of the weights that each initializer draws, on dense and convolutional kernels."""

import keras
import numpy as np

from evidence.networks.initializers import DRAWN

PROTOCOL = {
    "question": "Do Keras's initializers draw weights with the variances that their rules state?",
    "initializers": DRAWN,
    "kernels": {"dense": [784, 128], "square": [512, 512], "narrow": [64, 256], "conv": [3, 3, 64, 128]},
    "seeds": list(range(10)),
}


def measure(seed):
    """{"<initializer>_<kernel>": quantities} of one seed, each quantity a list of one number.

    "variance" and "deviation" (standard, of the weights), "mean", "largest" (largest absolute weight) and
    "kurtosis" (fourth central moment over the squared variance: 3 for a normal distribution, 9/5 for a uniform one).
    """
    runs = {}
    for name in PROTOCOL["initializers"]:
        for label, shape in PROTOCOL["kernels"].items():
            rule = keras.initializers.get(name)
            config = rule.get_config() | {"seed": seed}
            weights = np.array(rule.from_config(config)(shape), "float64")
            centred = weights - weights.mean()
            runs[f"{name}_{label}"] = {
                "variance": [centred.var()],
                "deviation": [centred.std()],
                "mean": [weights.mean()],
                "largest": [np.abs(weights).max()],
                "kurtosis": [np.mean(centred**4) / centred.var() ** 2],
            }
    return runs
