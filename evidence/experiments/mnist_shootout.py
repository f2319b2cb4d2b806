"""Every initializer on one network, ten times each."""

from evidence import mnist
from evidence.networks.initializers import INITIALIZERS
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which initializer trains the network of the source notes best, and which differences are detectable?",
    "initializers": INITIALIZERS,
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "output": "softmax",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 128,
    "epochs": 5,
    "seeds": list(range(10)),
}


def measure(seed):
    """Learning curves of one seed: {initializer: {"loss": (epochs,), "accuracy": …, "test_loss": …, "test_accuracy": …}}."""
    (x, y), test = mnist.pixels()
    networks = [(initializer, seed) for initializer in INITIALIZERS.values()]
    setting = {name: value for name, value in PROTOCOL.items() if name not in ("question", "initializers", "seeds")}
    history, _ = stacked.train(networks, x, y, test, **setting, verbose=False)
    return {
        arm: {quantity.replace("val_", "test_"): values[k] for quantity, values in history.items()}
        for k, arm in enumerate(INITIALIZERS)
    }
