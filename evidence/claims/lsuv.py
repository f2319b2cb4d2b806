"""Claims of the page LSUV."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import below, fixed, plus_minus

ACTIVATIONS = ("tanh", "relu", "gelu")


def best(runs, arm):
    """Test losses, (seeds,), at the learning rate with the best mean."""
    losses = runs["lsuv_variance"][arm]["test_loss"]
    return losses[:, losses.mean(axis=0).argmin()]


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def lsuv_gives_every_layer_unit_variance(runs):
    """One forward pass of {images} images gives each of {layers} layers a variance of one before its activation, be it tanh, ReLU or
    GELU, to one part in {precision}."""
    variance = np.array([runs["lsuv_variance"][f"{activation}_lsuv"]["variance"] for activation in ACTIVATIONS])
    assert abs(variance - 1).max() < 1e-4
    return {"images": 512, "layers": variance.shape[-1], "precision": "ten thousand"}


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def unseen_images_get_nearly_unit_variance(runs):
    """On {images} images that LSUV has not seen, the variances of all layers lie between {low} and {high} with tanh and ReLU, and
    between {gelu_low} and {gelu_high} with GELU."""
    unseen = {name: runs["lsuv_variance"][f"{name}_lsuv"]["unseen_variance"] for name in ACTIVATIONS}
    two = np.array([unseen["tanh"], unseen["relu"]])
    assert abs(two - 1).max() < 0.1 and abs(unseen["gelu"] - 1).max() < 0.4
    ends = {"low": two.min(), "high": two.max(), "gelu_low": unseen["gelu"].min(), "gelu_high": unseen["gelu"].max()}
    return {"images": 512} | {name: fixed(value, 2) for name, value in ends.items()}


@claim(refuted_by=swap("lsuv_variance", "gelu_he_normal", "gelu_lsuv"))
def fixed_rules_lose_the_variance(runs):
    """Under He the last layer has a variance between {low} and {high} with tanh and ReLU, and below {gelu} with GELU, in every seed."""
    last = {name: runs["lsuv_variance"][f"{name}_he_normal"]["variance"][:, -1] for name in ACTIVATIONS}
    two = np.concatenate([last["tanh"], last["relu"]])
    assert last["gelu"].max() < 1e-5 and two.min() > 0.01 and two.max() < 1
    return {"low": fixed(two.min(), 2), "high": fixed(two.max(), 2), "gelu": below(last["gelu"].max())}


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def lsuv_starts_gelu_where_he_stalls(runs):
    """With GELU, after {steps} steps of SGD at the better of two rates, the test loss under LSUV is {lsuv}; under He it is {he},
    and ten equal guesses have {guess}."""
    lsuv, he = best(runs, "gelu_lsuv"), best(runs, "gelu_he_normal")
    assert (he > 2.29).all() and interval(lsuv).high < 2.28
    return {"steps": 120, "guess": fixed(np.log(10)), "lsuv": plus_minus(*interval(lsuv)), "he": plus_minus(*interval(he))}


@claim(refuted_by=swap("lsuv_variance", "relu_he_normal", "gelu_he_normal"))
def lsuv_and_he_with_relu(runs):
    """With ReLU the loss under He minus that under LSUV, each at its better rate, is {gap} nats: no detectable difference."""
    gap = paired_difference(best(runs, "relu_he_normal"), best(runs, "relu_lsuv"))
    assert gap.holds_zero
    return {"gap": plus_minus(*gap)}
