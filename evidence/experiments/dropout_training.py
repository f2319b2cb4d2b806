"""Does a variance corrected for dropout help a deep network to train?"""

import numpy as np

from evidence import mnist
from evidence.networks import dense
from snippets.tools import stacked

RATES = {"sgd": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0], "adam": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]}
PROTOCOL = {
    "question": "Does He's variance times the share of kept units train better under dropout?",
    "width": 64,
    "activation": "relu",
    "networks": [[10, 1.0], [10, 0.8], [10, 0.5], [5, 0.5]],  # hidden layers, share of units kept
    "starts": ["he", "scaled"],  # variance of the kernels that read dropped units: He's, and He's times that share
    "learning_rates": RATES,
    "batch_size": 64,
    "steps": 150,
    "validation_images": 1000,
    "test_images": 3000,
    "seeds": list(range(10)),
}


def measure(seed):
    """{"<start>_<optimizer>_<hidden layers>_<kept>_<rate>": {"val_accuracy", "test_accuracy": (1,)}} of one seed, dropout off."""
    count = PROTOCOL["steps"] * PROTOCOL["batch_size"]
    training, *held_out = mnist.split(seed, count, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    order = np.arange(count, dtype="int32").reshape(PROTOCOL["steps"], -1)
    runs = {}
    for depth, keep in PROTOCOL["networks"]:
        kernels = stacked.initial_kernels("he_normal", [784] + [PROTOCOL["width"]] * depth + [10], seed)
        starts = {"he": 1.0, "scaled": keep} if keep < 1 else {"he": 1.0}
        for optimizer, rates in RATES.items():
            grid = [(start, rate) for start in starts for rate in rates]
            factors = np.reshape([np.sqrt(starts[start]) for start, _ in grid], (-1, 1, 1)).astype("float32")
            begun = [np.stack([kernels[0]] * len(grid))] + [factors * kernel for kernel in kernels[1:]]
            weights = dense.start(begun, normalized=False)
            dense.train(weights, *training, order, [rate for _, rate in grid], optimizer, keep=keep)
            found = zip(grid, *(dense.accuracy(weights, *data) for data in held_out), strict=True)
            for (start, rate), chosen_by, reported in found:
                arm = f"{start}_{optimizer}_{depth}_{keep}_{rate}"
                runs[arm] = {"val_accuracy": [chosen_by], "test_accuracy": [reported]}
    return runs
