"""Starts of the router in a small mixture of experts: which experts get images, before and while it is trained, and what it reaches.

The task is a mixture too: each image comes with one of eight tags, and each tag asks for the classes under other numbers.
"""

import itertools

import numpy as np

from evidence import mnist
from evidence.networks import built, convolutions, mixture, stack

PROTOCOL = {
    "question": "How should the router of a mixture of experts start, and what does its scale change?",
    "pixels": 14,  # along each side
    "tags": 8,
    "tag_value": 2,  # of the input that says the tag; the others are zero
    "inputs": 204,  # pixels and tags
    "width": 32,
    "experts": 8,
    "hidden": 8,  # units of an expert
    "routers": {  # standard deviation of the router's kernel, None: 1 / √fan_in. "centred" starts with a bias that takes the mean away
        "zero": 0.0, "small": 0.02, "fan_in": None, "one": 1.0, "centred": None,
    },
    "balance": {"free": 0.0, "balanced": 0.01},  # α of the balance loss
    "tenth": 0.1,  # of the variance of all kernels, with the router "fan_in", balanced
    "asked_first": 256,  # images of the training set whose mean the bias of "centred" takes away
    "learning_rates": [0.001, 0.003, 0.01],
    "images": 25_600,
    "validation_images": 2000,
    "test_images": 2000,
    "batch_size": 32,
    "steps": [0, 25, 50, 100, 200, 400, 800, 1600],
    "seeds": list(range(10)),
}  # fmt: skip


def measure(seed):
    """{"<router>_<balance>_<rate>", "tenth_balanced_<rate>", "alone_free_<rate>": curves} of one seed; "alone" has one expert.

    "test_loss", "test_accuracy", "experts_in_use", "largest_share", "gate": (points,), on test images after each number of steps;
    "gate" is the mean of the largest probability. "val_accuracy": (1,), after the last step.
    """
    parts = tagged(seed, mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"]))
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    first = parts[0][0][: PROTOCOL["asked_first"]]
    arms = {}
    for router, (how, alpha) in itertools.product(PROTOCOL["routers"], PROTOCOL["balance"].items()):
        arms[f"{router}_{how}"] = (start(seed, first, router), alpha)
    arms["tenth_balanced"] = (start(seed, first, "fan_in", PROTOCOL["tenth"]), PROTOCOL["balance"]["balanced"])
    alone = {"alone_free": (start(seed, first, "zero", experts=1), 0.0)}
    return curves(arms, parts, order) | curves(alone, parts, order)


def tagged(seed, parts):
    """The images with tags, (n, inputs) float32, and the numbers that their classes have under these; parts: as `mnist.split` gives them."""
    rng, found = np.random.default_rng([seed, 10]), []
    numbers = np.array([rng.permutation(10) for _ in range(PROTOCOL["tags"])], "int32")
    for x, y in parts:
        tag = rng.integers(PROTOCOL["tags"], size=len(y))
        told = PROTOCOL["tag_value"] * np.eye(PROTOCOL["tags"], dtype="float32")[tag]
        found.append((np.concatenate([convolutions.maps(x).reshape(len(x), -1), told], 1), numbers[tag, y]))
    return found


def start(seed, first, router, scale=1, experts=None):
    """{kernel: array} of a network and "shift", the router's bias; scale: of all variances; experts: the protocol's if None."""
    protocol = PROTOCOL | ({"experts": experts} if experts else {})
    kernels = mixture.draws(seed, protocol)
    for name, kernel in kernels.items():
        kernel *= np.sqrt(scale / mixture.fans(name, protocol))
    if PROTOCOL["routers"][router] is not None:
        kernels["router"] *= PROTOCOL["routers"][router] * np.sqrt(PROTOCOL["width"])
    return kernels | {"shift": centred(kernels, first) if router == "centred" else np.zeros(protocol["experts"], "float32")}


def centred(kernels, x):
    """The bias that makes each of the router's logits zero in the mean over these inputs, (experts,)."""
    return -(mixture.normalized(x @ kernels["embedding"]).numpy() @ kernels["router"]).mean(0)


def curves(arms, parts, order):
    """{"<arm>_<rate>": quantities} of networks of one shape; arms: {name: (kernels, α)}."""
    training, validation, test = parts
    names, grid = zip(*(((name, rate), arm) for (name, arm), rate in itertools.product(arms.items(), PROTOCOL["learning_rates"])))
    weights = mixture.start(*zip(*grid))
    trained = stack.Stack(mixture.forward, weights, [rate for _, rate in names])
    found = {name: [] for name in ("test_loss", "test_accuracy", "experts_in_use", "largest_share", "gate")}
    for before, after in zip([0, *PROTOCOL["steps"]], PROTOCOL["steps"]):
        if after > before:
            trained.train(*training, order[before:after])
        shares, gate = mixture.loads(weights, test[0])
        for quantity, value in zip(found, (*trained.score(*test), mixture.in_use(shares), shares.max(-1), gate), strict=True):
            found[quantity].append(value)
    chosen_by = trained.score(*validation)[1]
    return {
        f"{name}_{rate}": {quantity: np.array(values)[:, k] for quantity, values in found.items()} | {"val_accuracy": chosen_by[k : k + 1]}
        for k, (name, rate) in enumerate(names)
    }
