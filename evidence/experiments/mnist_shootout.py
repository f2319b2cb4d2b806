"""Every initializer on one network, ten times each."""

import keras

from evidence import mnist
from snippets.tools import stacked

# Keras's own defaults, as in snippets/keras; `constant` has none worth the name (its default is 0)
INITIALIZERS = {
    "zeros": "zeros",
    "ones": "ones",
    "constant": keras.initializers.Constant(0.1),
    "random_normal": "random_normal",
    "random_uniform": "random_uniform",
    "truncated_normal": "truncated_normal",
    "lecun_normal": "lecun_normal",
    "lecun_uniform": "lecun_uniform",
    "glorot_normal": "glorot_normal",
    "glorot_uniform": "glorot_uniform",
    "he_normal": "he_normal",
    "he_uniform": "he_uniform",
    "orthogonal": "orthogonal",
    "identity": "identity",
}
PROTOCOL = {
    "question": "Which initializer trains the network of the source notes best, and which differences are detectable?",
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
    setting = {name: value for name, value in PROTOCOL.items() if name not in ("question", "seeds")}
    history, _ = stacked.train(networks, x, y, test, **setting, verbose=False)
    return {
        arm: {quantity.replace("val_", "test_"): values[k] for quantity, values in history.items()}
        for k, arm in enumerate(INITIALIZERS)
    }
