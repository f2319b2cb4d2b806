"""One network on thirty random subsets of MNIST, ten times each: which chance moves the accuracy, the seed's or the data's?"""

from evidence import mnist
from evidence.networks.subset import accuracy, subset, watched
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does test accuracy vary more with the seed of the weights or with the images in the training set?",
    "widths": [784, 128, 64, 10],
    "activation": "relu",
    "initializer": "he_normal",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "images": 1000,
    "batch_size": 50,
    "epochs": 15,
    "starts": 10,
    "seeds": list(range(30)),  # a seed here draws the images; on each subset so many starts are trained
}


def measure(seed):
    """{"he_normal": {"test_accuracy": (starts,)}} on one subset; start k has the same weights and order on every subset."""
    setting = {name: PROTOCOL[name] for name in ("widths", "activation", "optimizer", "learning_rate", "batch_size", "epochs")}
    networks = [(PROTOCOL["initializer"], start) for start in range(PROTOCOL["starts"])]
    train, test = mnist.pixels()
    few = subset(*train, PROTOCOL["images"], seed)
    _, weights = stacked.train(networks, *few, watched(test), **setting, verbose=False)
    return {"he_normal": {"test_accuracy": [accuracy(trained, *test) for trained in weights]}}
