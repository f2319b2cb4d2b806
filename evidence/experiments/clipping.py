"""What gradient clipping saves and what it does not, over a grid of learning rates, by Keras's own optimizer."""

import functools

import keras
import numpy as np

from evidence import mnist
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which learning rates does clipping save, and does it replace a good start?",
    "widths": [784] + [64] * 10 + [10],
    "activation": "relu",
    "optimizer": "sgd",
    "starts": {"he_normal": 1, "doubled_he": 2},  # standard deviation of the kernels relative to He's
    "clipping": {"none": {}, "norm": {"global_clipnorm": 1.0}, "value": {"clipvalue": 0.01}},
    "learning_rates": [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    "batch_size": 128,
    "steps": 100,
    "validation_images": 1000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<clipping>_<rate>": {"val_accuracy", "test_accuracy", "lost": (1,)} after the last step} of one seed.

    lost: 1 if any weight is NaN; such a network answers nothing, and its accuracies are 0. Every arm of a seed sees the
    same batches, in the same order.
    """
    (x, y), *asked = mnist.split(seed, PROTOCOL["steps"] * PROTOCOL["batch_size"], PROTOCOL["validation_images"])
    runs = {}
    for start, factor in PROTOCOL["starts"].items():
        kernels = stacked.initial_kernels(keras.initializers.VarianceScaling(2.0 * factor**2), PROTOCOL["widths"], seed)
        weights = [part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1], "float32"))]
        for clipping in PROTOCOL["clipping"]:
            model = network(clipping)
            for rate in PROTOCOL["learning_rates"]:
                model.set_weights(weights)  # SGD without momentum keeps no other state
                model.optimizer.learning_rate = rate
                model.fit(x, y, batch_size=PROTOCOL["batch_size"], shuffle=False, verbose=0)
                lost = any(np.isnan(part).any() for part in model.get_weights())
                scores = [0.0 if lost else np.mean(np.argmax(model(images), axis=1) == labels) for images, labels in asked]
                runs[f"{start}_{clipping}_{rate}"] = {"val_accuracy": scores[:1], "test_accuracy": scores[1:], "lost": [lost]}
    return runs


@functools.cache
def network(clipping):
    """The compiled network for one kind of clipping, so that Keras traces its training step once for all runs."""
    *hidden, classes = PROTOCOL["widths"][1:]
    layers = [keras.layers.Dense(width, PROTOCOL["activation"]) for width in hidden]
    model = keras.Sequential([keras.layers.Input((PROTOCOL["widths"][0],)), *layers, keras.layers.Dense(classes)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0, **PROTOCOL["clipping"][clipping]), loss, jit_compile=False, steps_per_execution=25)
    return model
