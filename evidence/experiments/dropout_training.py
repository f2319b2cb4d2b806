"""Does a variance corrected for dropout help a deep network to train?"""

import numpy as np

from evidence import mnist, normalization
from snippets.tools import stacked

RATES = {"sgd": [0.1, 0.3], "adam": [0.001, 0.003]}
PROTOCOL = {
    "question": "Does He's variance times the share of kept units train better under dropout?",
    "width": 64,
    "activation": "relu",
    "networks": [[10, 1.0], [10, 0.8], [10, 0.5], [5, 0.5]],  # hidden layers, share of units kept
    "starts": ["he", "scaled"],  # variance of the kernels that read dropped units: He's, and He's times that share
    "learning_rates": RATES,
    "batch_size": 64,
    "steps": 150,
    "test_images": 3000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<optimizer>_<hidden layers>_<kept>": {"test_accuracy": (learning rates,)}} of one seed, dropout off."""
    (x, y), (x_test, y_test) = mnist.pixels()
    count = PROTOCOL["steps"] * PROTOCOL["batch_size"]
    seen = stacked.batch_order(seed, 0, len(x))[:count]
    order = np.arange(count, dtype="int32").reshape(PROTOCOL["steps"], -1)
    runs = {}
    for depth, keep in PROTOCOL["networks"]:
        kernels = stacked.initial_kernels("he_normal", [784] + [PROTOCOL["width"]] * depth + [10], seed)
        starts = {"he": 1.0, "scaled": keep} if keep < 1 else {"he": 1.0}
        for optimizer, rates in RATES.items():
            factors = np.sqrt(np.repeat(list(starts.values()), len(rates))).astype("float32").reshape(-1, 1, 1)
            begun = [np.stack([kernels[0]] * len(factors))] + [factors * kernel for kernel in kernels[1:]]
            weights = normalization.start(begun, normalized=False)
            normalization.train(weights, x[seen], y[seen], order, rates * len(starts), optimizer, keep)
            found = normalization.accuracy(weights, x_test[: PROTOCOL["test_images"]], y_test[: PROTOCOL["test_images"]])
            for start, values in zip(starts, np.split(found, len(starts)), strict=True):
                runs[f"{start}_{optimizer}_{depth}_{keep}"] = {"test_accuracy": values}
    return runs
