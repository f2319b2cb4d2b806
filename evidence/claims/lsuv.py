"""Claims of the page LSUV."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import below, fixed, over_seeds, percent, plus_minus, word


def images(runs):
    """How many images LSUV sees."""
    return runs["lsuv_variance"].protocol["batch_images"]


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def lsuv_gives_every_layer_unit_variance(runs):
    """One forward pass of {images} images gives each of {layers} layers a variance of one before its activation, be it tanh, ReLU or
    GELU, to within its tolerance of a tenth."""
    variance = np.array([runs["lsuv_variance"][f"{activation}_lsuv"]["variance"] for activation in ("tanh", "relu", "gelu")])
    assert abs(variance - 1).max() < 0.1
    return {"images": images(runs), "layers": variance.shape[-1]}


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def unseen_images_get_nearly_unit_variance(runs):
    """On {images} images that LSUV has not seen, the variances of all layers lie between {low} and {high} with tanh and ReLU, and between {gelu_low}
    and {gelu_high} with GELU."""
    tanh, relu, gelu = (runs["lsuv_variance"][f"{name}_lsuv"]["unseen_variance"] for name in ("tanh", "relu", "gelu"))
    two = np.array([tanh, relu])
    assert abs(two - 1).max() < 1 / 4 and 1 / 5 < gelu.min() and gelu.max() < 5
    ends = {"low": two.min(), "high": two.max(), "gelu_low": gelu.min(), "gelu_high": gelu.max()}
    return {"images": images(runs)} | {name: fixed(value, 2) for name, value in ends.items()}


@claim(refuted_by=swap("lsuv_variance", "gelu_he_normal", "gelu_lsuv"))
def fixed_rules_lose_the_variance(runs):
    """Under He the last layer has a variance between {low} and {high} with tanh and ReLU, and below {gelu} with GELU, less than a
    hundredth of the least of the others, in every seed."""
    tanh, relu, gelu = (runs["lsuv_variance"][f"{name}_he_normal"]["variance"][:, -1] for name in ("tanh", "relu", "gelu"))
    two = np.concatenate([tanh, relu])
    assert two.min() > 100 * gelu.max()
    return {"low": fixed(two.min(), 2), "high": fixed(two.max(), 2), "gelu": below(gelu.max())}


@claim(refuted_by=swap_grids("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def lsuv_starts_gelu_where_he_stalls(runs):
    """With GELU, after {steps} steps of SGD with {batch} images each, at the best of {rates} rates the network that LSUV started has a test accuracy of {lsuv}
    and a test loss of {loss}; He's has {he}."""
    arms = runs["lsuv_variance"]
    lsuv, he = (rates.reached(arms, f"gelu_{start}") for start in ("lsuv", "he_normal"))
    assert paired_difference(lsuv, he).low > 0
    named = {"lsuv": percent(lsuv), "he": percent(he), "loss": over_seeds(rates.reached(arms, "gelu_lsuv", "test_loss"))}
    budget = {"steps": arms.protocol["steps"], "batch": arms.protocol["batch_size"]}
    return named | budget | {"rates": word(len(arms.protocol["learning_rates"]))}


@claim(refuted_by=swap_grids("lsuv_variance", "relu_he_normal", "gelu_he_normal"))
def lsuv_and_he_with_relu(runs):
    """With ReLU He's network trains as well: it reaches {he}, against {gelu} with GELU. LSUV's reaches {lsuv} with ReLU, a difference of {gap} points to He's."""
    he, gelu, lsuv = (rates.reached(runs["lsuv_variance"], arm) for arm in ("relu_he_normal", "gelu_he_normal", "relu_lsuv"))
    assert paired_difference(he, gelu).low > 0
    return {"he": percent(he), "gelu": percent(gelu), "lsuv": percent(lsuv), "gap": plus_minus(*paired_difference(lsuv, he), 100)}
