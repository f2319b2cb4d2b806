"""What gradient clipping saves and what it does not, over a grid of learning rates, by Keras's own optimizer."""

import functools

import keras
import numpy as np

from evidence import mnist
from snippets.tools import stacked

STARTS = {"he_normal": "he_normal", "doubled_he": keras.initializers.VarianceScaling(8.0)}  # twice He's deviation
CLIPPING = {"none": {}, "norm": {"global_clipnorm": 1.0}, "value": {"clipvalue": 0.01}}
PROTOCOL = {
    "question": "Which learning rates does clipping save, and does it replace a good start?",
    "widths": [784] + [64] * 10 + [10],
    "activation": "relu",
    "optimizer": "sgd",
    "clipping": CLIPPING,
    "learning_rates": [0.0001, 0.001, 0.01, 0.1, 0.3, 1.0],
    "batch_size": 128,
    "steps": 100,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<clipping>": {"test_accuracy", "nan_weights": (learning rates,)}, "grid": {"learning_rate"}} of one seed.

    After the last step; nan_weights: share of the weights that are NaN. Every arm of a seed sees the same batches, in
    the same order.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    seen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["steps"] * PROTOCOL["batch_size"]]
    x, y = x[seen], y[seen]
    runs = {"grid": {"learning_rate": PROTOCOL["learning_rates"]}}
    for start, initializer in STARTS.items():
        kernels = stacked.initial_kernels(initializer, PROTOCOL["widths"], seed)
        weights = [part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1], "float32"))]
        for clipping in CLIPPING:
            model = network(clipping)
            found = {"test_accuracy": [], "nan_weights": []}
            for rate in PROTOCOL["learning_rates"]:
                model.set_weights(weights)  # SGD without momentum keeps no other state
                model.optimizer.learning_rate = rate
                model.fit(x, y, batch_size=PROTOCOL["batch_size"], shuffle=False, verbose=0)
                answers = np.array(model(x_test)).argmax(axis=1)
                found["test_accuracy"].append(np.mean(answers == y_test))
                found["nan_weights"].append(np.mean(np.concatenate([np.isnan(w).ravel() for w in model.get_weights()])))
            runs[f"{start}_{clipping}"] = found
    return runs


@functools.cache
def network(clipping):
    """The compiled network for one kind of clipping, so that Keras traces its training step once for all runs."""
    *hidden, classes = PROTOCOL["widths"][1:]
    layers = [keras.layers.Dense(width, PROTOCOL["activation"]) for width in hidden]
    model = keras.Sequential([keras.layers.Input((PROTOCOL["widths"][0],)), *layers, keras.layers.Dense(classes)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0, **CLIPPING[clipping]), loss, jit_compile=False, steps_per_execution=25)
    return model
