"""How alike inputs are, and how many of them the busiest expert of a router gets before training."""

import numpy as np

from evidence import mnist
from evidence.networks import convolutions
from snippets.tools import stacked

PROTOCOL = {
    "question": "Before training, why does a router send most inputs to one expert?",
    "pixels": 14,  # along each side
    "width": 64,
    "depths": [0, 1, 3, 10],  # ReLU layers before the router; 0: the pixels
    "initializer": "he_normal",
    "treatments": ["plain", "layer_norm", "centred"],  # of what enters the router
    "experts": 8,
    "scales": [0.01, 1, 100],  # times 1 / √fan_in
    "routers": 40,  # per seed
    "images": 1000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<treatment>_<depth>": {"cosine": (1,), "largest_share": (scales,)}} of one seed, the means over pairs of images and over routers."""
    _, _, (x, _) = mnist.split(seed, 1, 1, PROTOCOL["images"])
    h = convolutions.maps(x).reshape(len(x), -1)
    widths, runs = [PROTOCOL["pixels"] ** 2, *[PROTOCOL["width"]] * max(PROTOCOL["depths"])], {}
    kernels = stacked.initial_kernels(PROTOCOL["initializer"], widths, seed)
    for depth in range(max(PROTOCOL["depths"]) + 1):
        if depth in PROTOCOL["depths"]:
            runs |= {f"{how}_{depth}": asked(treated(h, how), np.random.default_rng([seed, depth])) for how in PROTOCOL["treatments"]}
        if depth < len(kernels):
            h = np.maximum(h @ kernels[depth], 0)
    return runs


def treated(h, how):
    """Inputs of a router, (images, width): as they are, each less its own mean and over its own deviation, or less the images' mean."""
    if how == "layer_norm":
        return (h - h.mean(1, keepdims=True)) / h.std(1, keepdims=True)
    return h - h.mean(0) if how == "centred" else h


def asked(h, rng):
    """The quantities of `measure` for inputs h."""
    unit = h / np.linalg.norm(h, axis=1, keepdims=True)
    n = len(unit)
    cosine = (np.sum(unit.sum(0) ** 2) - n) / (n * (n - 1))  # the mean over pairs of two images
    shares = []
    for _ in range(PROTOCOL["routers"]):
        router = rng.normal(size=(h.shape[1], PROTOCOL["experts"])) / np.sqrt(h.shape[1])
        choices = [np.argmax(h @ (scale * router), axis=1) for scale in PROTOCOL["scales"]]
        shares.append([np.bincount(choice).max() / n for choice in choices])
    return {"cosine": np.array([cosine]), "largest_share": np.mean(shares, 0)}
