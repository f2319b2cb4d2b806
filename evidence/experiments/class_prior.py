"""What a network that ignores its input can reach on MNIST: the frequencies of the labels."""

import numpy as np

from evidence import mnist

PROTOCOL = {
    "question": "Which loss and which accuracy does the best constant prediction have?",
    "seeds": [0],  # nothing random in it
}


def measure(seed):
    """Shares of the ten digits, and what predicting the training shares for every image gives.

    Returns {"train" and "test": {"share": (10,)}, "prediction": {"loss": (1,) nats, "test_loss": (1,) nats,
    "test_accuracy": (1,)}}; the training loss is the entropy of the training shares, the test loss their
    cross-entropy with the test shares.
    """
    (_, y_train), (_, y_test) = mnist.load()
    train, test = (np.bincount(y, minlength=10) / len(y) for y in (y_train, y_test))
    return {
        "train": {"share": train},
        "test": {"share": test},
        "prediction": {
            "loss": [-(train * np.log(train)).sum()],
            "test_loss": [-(test * np.log(train)).sum()],
            "test_accuracy": [test[train.argmax()]],
        },
    }
