"""Why four initializers all gave 0.0980: a published notebook with ReLU on its output layer, and its repair."""

import keras
import numpy as np

from evidence import mnist
from snippets.tools import stacked

PROTOCOL = {
    "question": "Why did four initializers all give a test accuracy of 0.0980, and what do they give when repaired?",
    "initializers": ["zeros", "random_normal", "glorot_uniform", "he_normal"],
    "random_normal_std": 0.01,
    "outputs": ["relu", "softmax"],
    "widths": [784, 256, 10],
    "activation": "relu",
    "loss": "categorical_crossentropy",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 64,
    "epochs": 3,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<initializer>_<output>": quantities} of one seed.

    Per epoch "loss" and "test_accuracy" (NaN losses stay NaN); single values "nan_weights" (share of the weights
    that are NaN after training) and, for ReLU, "first_nan" (the batch, counted from 1, at which Keras's own loss is
    NaN for the first time: where all ten outputs are zero for one image, it is 0/0).
    """
    (x, y), test = mnist.pixels()
    setting = {name: PROTOCOL[name] for name in ("widths", "activation", "optimizer", "learning_rate", "batch_size", "epochs")}
    own = {"random_normal": keras.initializers.RandomNormal(stddev=PROTOCOL["random_normal_std"])}
    networks = [(own.get(name, name), seed) for name in PROTOCOL["initializers"]]
    starts = {name: stacked.initial_kernels(start, PROTOCOL["widths"], seed) for name, (start, _) in zip(PROTOCOL["initializers"], networks)}
    runs = {}
    for output in PROTOCOL["outputs"]:
        history, weights = stacked.train(networks, x, y, test, output=output, **setting, verbose=False)
        for k, (name, kernels) in enumerate(starts.items()):
            runs[f"{name}_{output}"] = {
                "loss": history["loss"][k],
                "test_accuracy": history["val_accuracy"][k],
                "nan_weights": [np.mean(np.concatenate([np.isnan(part).ravel() for part in weights[k]]))],
            }
            if output == "relu":
                runs[f"{name}_{output}"]["first_nan"] = [first_nan(kernels, x, y, stacked.batch_order(seed, 0, len(x)))]
    return runs


def first_nan(kernels, x, y, order):
    """The batch of the first epoch, from 1, whose loss is NaN in the network as the notebook built it.

    Trains in Keras itself, not in `stacked`, so that the cause is seen where readers meet it. Raises
    RuntimeError if the loss stays a number for a whole epoch.
    """
    hidden, classes = (kernel.shape[1] for kernel in kernels)
    model = keras.Sequential([keras.layers.Dense(hidden, "relu"), keras.layers.Dense(classes, "relu")])
    model.compile(PROTOCOL["optimizer"], PROTOCOL["loss"])
    model.build(x[:1].shape)
    model.set_weights([part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1]))])
    labels, size = np.eye(classes, dtype="float32")[y], PROTOCOL["batch_size"]
    for batch, start in enumerate(range(0, len(order), size), 1):
        chosen = order[start : start + size]
        if np.isnan(model.train_on_batch(x[chosen], labels[chosen])):
            return batch
    raise RuntimeError("no batch of the first epoch had a NaN loss")
