"""Networks whose ReLUs are all silent somewhere before training: how often, by width and depth, and what biases do."""

import numpy as np

from evidence import mnist

PROTOCOL = {
    "question": "How often is a ReLU network born dead, and how many units does a constant bias silence?",
    "initializer": "He normal, untruncated",
    "widths": [2, 4, 8, 16],
    "hidden_layers": 50,
    "draws": 200,
    "images": 32,
    "bias_width": 64,
    "bias_hidden_layers": 5,
    "bias_images": 1000,
    "biases": [-4, -2, -1, 0, 1],
    "seeds": list(range(10)),
}


def measure(seed):
    """{"width_<n>": {"dead_share", "mute_share": (layers,)}, "biases": {"unit_share": (biases,)}} of one seed.

    dead_share: of the drawn networks, those in which some layer up to this one puts out zero for every image; mute_share: for
    the first image. unit_share: of the hidden units of one wide network, those that are zero for every image, with every
    bias at the same constant.
    """
    (x, _), _ = mnist.pixels()
    rng = np.random.default_rng(seed)
    chosen = x[rng.choice(len(x), PROTOCOL["bias_images"], replace=False)]
    runs = {f"width_{width}": born_dead(rng, chosen[: PROTOCOL["images"]], width) for width in PROTOCOL["widths"]}
    kernels = [he(rng, shape) for shape in [(784, PROTOCOL["bias_width"])] + [(PROTOCOL["bias_width"],) * 2] * (PROTOCOL["bias_hidden_layers"] - 1)]
    return runs | {"biases": {"unit_share": [silent_units(kernels, chosen, bias) for bias in PROTOCOL["biases"]]}}


def he(rng, shape):
    """He-normal kernels, (…, fan_in, fan_out) float32."""
    return rng.standard_normal(shape, "float32") * np.float32((2 / shape[-2]) ** 0.5)


def born_dead(rng, x, width):
    """Shares of the drawn networks that are dead, for all images and for the first, layer by layer."""
    h, found = x[None], {"dead_share": [], "mute_share": []}
    for _ in range(PROTOCOL["hidden_layers"]):
        h = np.maximum(h @ he(rng, (PROTOCOL["draws"], h.shape[-1], width)), 0)
        found["dead_share"].append(np.mean(~h.any(axis=(1, 2))))
        found["mute_share"].append(np.mean(~h[:, 0].any(axis=1)))
    return found


def silent_units(kernels, x, bias):
    """Share of the units that are zero for every image, over all layers."""
    silent = []
    for kernel in kernels:
        x = np.maximum(x @ kernel + np.float32(bias), 0)
        silent.append(~x.any(axis=0))
    return np.mean(silent)
