"""What the size of the first kernels does to training, with and without batch normalization."""

import numpy as np

from evidence import mnist
from evidence.networks import dense
from snippets.tools import stacked

SCALES = [0.1, 1, 10]  # of the kernels of the hidden layers, relative to He's
ADAM = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
RATES = {
    "plain": {"sgd": [1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "adam": ADAM},
    "bn": {"sgd": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0], "adam": ADAM},
}
PROTOCOL = {
    "question": "Does batch normalization make training insensitive to the scale of the initial kernels?",
    "widths": [784] + [32] * 5 + [10],
    "activation": "relu",
    "scales": SCALES,
    "learning_rates": RATES,
    "batch_size": 64,
    "steps": 300,
    "validation_images": 1000,
    "test_images": 5000,
    "statistics_images": 5000,  # of the training images, to normalize by when the network is tested
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<plain or bn>_<optimizer>_<scale>_<rate>": {quantity: (1,)}} of one seed, after the last step.

    "test_accuracy" and, to choose a rate by, "val_accuracy": on test and on validation images; with batch normalization,
    by the mean and variance of the training images. "moving_accuracy": on test images by Keras's moving averages of
    mean and variance. "moved": Frobenius norm of the change of the third kernel over that of its start, NaN where the
    run diverged. "gain_low", "gain_high", "shift": least and largest γ of all hidden units, and root mean square of
    their β.
    """
    data = mnist.split(seed, PROTOCOL["steps"] * PROTOCOL["batch_size"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    kernels = stacked.initial_kernels("he_normal", PROTOCOL["widths"], seed)
    runs = {}
    for name, optimizers in RATES.items():
        for optimizer, rates in optimizers.items():
            grid = [(scale, rate) for scale in SCALES for rate in rates]
            *hidden, last = (np.stack([kernel] * len(grid)) for kernel in kernels)  # no normalization follows the last
            factors = np.reshape([scale for scale, _ in grid], (-1, 1, 1)).astype("float32")
            begun = [factors * kernel for kernel in hidden] + [last]
            found = trained(begun, name == "bn", optimizer, [rate for _, rate in grid], *data)
            for k, (scale, rate) in enumerate(grid):
                runs[f"{name}_{optimizer}_{scale}_{rate}"] = {quantity: [values[k]] for quantity, values in found.items()}
    return runs


def trained(kernels, normalized, optimizer, rates, training, validation, test):
    """Trains one network per rate from `kernels`, per layer (networks, fan_in, fan_out); {quantity: (networks,)}."""
    (x, y), weights = training, dense.start(kernels, normalized)
    order = np.arange(len(x), dtype="int32").reshape(PROTOCOL["steps"], -1)
    dense.train(weights, x, y, order, rates, optimizer)
    size = np.linalg.norm(kernels[2], axis=(1, 2))
    moved = np.linalg.norm(weights[2][0].numpy().astype(float) - kernels[2], axis=(1, 2))  # its squares overflow float32
    statistics = dense.forward(weights, x[: PROTOCOL["statistics_images"]])[1]
    found = {
        "val_accuracy": dense.accuracy(weights, *validation, statistics=statistics),
        "test_accuracy": dense.accuracy(weights, *test, statistics=statistics),
        "moved": np.where(np.isinf(moved), np.nan, moved / size),
    }
    if normalized:
        gain, shift = (np.stack([layer[part].numpy() for layer in weights[:-1]]) for part in (1, -1))
        found |= {
            "moving_accuracy": dense.accuracy(weights, *test, statistics=dense.moving(weights)),
            "gain_low": gain.min((0, 2, 3)), "gain_high": gain.max((0, 2, 3)), "shift": np.sqrt((shift**2).mean((0, 2, 3))),
        }  # fmt: skip
    return found
