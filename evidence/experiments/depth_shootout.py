"""Every initializer at three depths, with ReLU and tanh, with SGD and Adam, on a small budget."""

import itertools

from evidence import mnist
from evidence.depths import ACTIVATIONS, DEPTHS, RATES, WIDTH
from evidence.experiments.mnist_shootout import INITIALIZERS
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which differences between initializers are real, and at what depth do they appear?",
    "width": WIDTH,
    "hidden_layers": DEPTHS,
    "activations": ACTIVATIONS,
    "learning_rates": RATES,
    "batch_size": 32,
    "images": 2560,  # seen once: 80 steps
    "test_images": 1000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<initializer>_<optimizer>_<hidden layers>_<rate>": {"test_accuracy": (1,)}} of one seed.

    Each seed draws its images: all its networks are trained, and tested, on the same ones.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    chosen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    tested = stacked.batch_order(seed, 1, len(x_test))[: PROTOCOL["test_images"]]
    data = x[chosen], y[chosen], (x_test[tested], y_test[tested])
    runs = {}
    for activation, depth, (optimizer, rates) in itertools.product(ACTIVATIONS, DEPTHS, RATES.items()):
        arms = list(itertools.product(INITIALIZERS, rates))
        history, _ = stacked.train(
            [(INITIALIZERS[name], seed) for name, _ in arms], *data, widths=[784, *[WIDTH] * depth, 10],
            activation=activation, optimizer=optimizer, learning_rate=[rate for _, rate in arms],
            batch_size=PROTOCOL["batch_size"], epochs=1, verbose=False,
        )  # fmt: skip
        for (name, rate), accuracy in zip(arms, history["val_accuracy"], strict=True):
            runs[f"{activation}_{name}_{optimizer}_{depth}_{rate}"] = {"test_accuracy": accuracy}
    return runs
