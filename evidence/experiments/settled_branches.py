"""Sixty-four residual blocks of dense layers without normalization, from plain He and from three quiet starts, followed with Adam."""

from evidence import mnist
from evidence.networks import branches, built
from evidence.networks.stack import Stack

QUIET = [0.00005, 0.0007, 0.01]
PROTOCOL = {
    "question": "Does plain He catch up in a deep network of residual blocks if Adam trains it for longer, and do the quiet starts end level?",
    "blocks": 64,  # of two ReLU layers each, as in residual_starts
    "width": 32,
    "optimizer": "adam",
    "learning_rates": {"he_normal": [0.003, 0.01, 0.03], "residual_scale": QUIET, "zero_last": QUIET, "rezero": QUIET},  # by start
    "images": 54_400,  # each seen once
    "validation_images": 5000,
    "test_images": 5000,
    "batch_size": 32,
    "steps": [100, 425, 850, 1275, 1700],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<rate>": quantities} of one seed, as `Stack.curves` gives them, from the same images, batches and random numbers for all."""
    images = mnist.split(seed, *(PROTOCOL[name] for name in ("images", "validation_images", "test_images")))
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    arms = [(start, rate) for start, rates in PROTOCOL["learning_rates"].items() for rate in rates]
    weights = branches.initial(seed, [start for start, _ in arms], PROTOCOL["width"], PROTOCOL["blocks"])
    found = Stack(branches.forward, weights, [rate for _, rate in arms]).curves(*images, order, PROTOCOL["steps"])
    return {f"{start}_{rate}": quantities for (start, rate), quantities in zip(arms, found, strict=True)}
