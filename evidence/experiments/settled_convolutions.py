"""Glorot and He on 22 plain convolutions with ReLU, followed with SGD until every training image was seen once."""

import functools

from evidence.networks import built, convolutions

PROTOCOL = {
    "question": "Does Glorot, which has not started 22 plain convolutions after 800 steps of SGD, start them later?",
    "layers": 22,
    "channels": 16,
    "window": 3,
    "pixels": 14,  # along each side, and 7 from the layer half way, as in convolution_sgd
    "optimizer": "sgd",
    "learning_rates": {"glorot_uniform": [0.03, 0.1, 0.3], "he_normal": [0.01, 0.03, 0.1]},  # by start
    "images": 54_400,  # each seen once
    "validation_images": 5_600,  # the rest of the training images
    "test_images": 5000,
    "batch_size": 16,
    "steps": [200, 400, 800, 1600, 2400, 3400],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<rate>": the curve of one seed, as `built.curve` gives it}."""
    parts = convolutions.split(seed, PROTOCOL)
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    build = functools.partial(convolutions.plain, depth=PROTOCOL["layers"], channels=PROTOCOL["channels"])
    trainer = built.Trainer(build("he_normal"), PROTOCOL["optimizer"])  # of one shape, whatever their weights
    starts = {start: (functools.partial(build, start), rates) for start, rates in PROTOCOL["learning_rates"].items()}
    return built.curves(trainer, starts, seed, *parts, order, PROTOCOL["steps"])
