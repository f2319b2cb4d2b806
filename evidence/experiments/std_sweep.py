"""One standard deviation for every kernel, from far too small to far too large, in networks of growing depth."""

import keras

from evidence import mnist
from evidence.networks.trials import trials

PROTOCOL = {
    "question": "Which standard deviation lets a network learn, and what does depth change about that?",
    "width": 64,
    "images": 10_000,
    "validation_images": 1000,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 64,
    "epochs": 1,
    "stds": [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    "rules": {"relu": "he_normal", "tanh": "glorot_normal"},  # the rule that was derived for the activation
    "hidden_layers": [1, 2, 4, 8, 16],
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<hidden layers>_<std>" and "<activation>_<hidden layers>_rule": {"val_accuracy", "test_accuracy": (1,)}}
    of one seed.

    After one pass over the images, all kernels normal with one standard deviation; and from the rule of the activation, whose
    standard deviation depends on the layer.
    """
    parts = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"])
    setting = {name: PROTOCOL[name] for name in ("optimizer", "learning_rate", "batch_size", "epochs")}
    runs = {}
    for activation, rule in PROTOCOL["rules"].items():
        starts = {std: keras.initializers.RandomNormal(stddev=std) for std in PROTOCOL["stds"]} | {"rule": rule}
        for depth in PROTOCOL["hidden_layers"]:
            networks = [(start, seed) for start in starts.values()]
            found = trials(networks, *parts, widths=[784, *[PROTOCOL["width"]] * depth, 10], activation=activation, **setting)
            for name, one in zip(starts, found, strict=True):
                runs[f"{activation}_{depth}_{name}"] = {quantity: one[quantity] for quantity in ("val_accuracy", "test_accuracy")}
    return runs
