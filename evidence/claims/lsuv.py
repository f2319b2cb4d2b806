"""Claims of the page LSUV."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import below, fixed, over_seeds, percent, plus_minus, word

ACTIVATIONS = ("tanh", "relu", "gelu")


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def lsuv_gives_every_layer_unit_variance(runs):
    """One forward pass of {images} images gives each of {layers} layers a variance of one before its activation, be it tanh, ReLU or
    GELU, to within its tolerance of a tenth."""
    variance = np.array([runs["lsuv_variance"][f"{activation}_lsuv"]["variance"] for activation in ACTIVATIONS])
    assert abs(variance - 1).max() < 0.1
    return {"images": 512, "layers": variance.shape[-1]}


@claim(refuted_by=swap("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def unseen_images_get_nearly_unit_variance(runs):
    """On {images} images that LSUV has not seen, the variances of all layers lie between {low} and {high} with tanh and ReLU, and
    between {gelu_low} and {gelu_high} with GELU."""
    unseen = {name: runs["lsuv_variance"][f"{name}_lsuv"]["unseen_variance"] for name in ACTIVATIONS}
    two = np.array([unseen["tanh"], unseen["relu"]])
    assert abs(two - 1).max() < 0.25 and 0.2 < unseen["gelu"].min() and unseen["gelu"].max() < 5
    ends = {"low": two.min(), "high": two.max(), "gelu_low": unseen["gelu"].min(), "gelu_high": unseen["gelu"].max()}
    return {"images": 512} | {name: fixed(value, 2) for name, value in ends.items()}


@claim(refuted_by=swap("lsuv_variance", "gelu_he_normal", "gelu_lsuv"))
def fixed_rules_lose_the_variance(runs):
    """Under He the last layer has a variance between {low} and {high} with tanh and ReLU, and below {gelu} with GELU, in every seed."""
    last = {name: runs["lsuv_variance"][f"{name}_he_normal"]["variance"][:, -1] for name in ACTIVATIONS}
    two = np.concatenate([last["tanh"], last["relu"]])
    assert last["gelu"].max() < 1e-3 and two.min() > 100 * last["gelu"].max()
    return {"low": fixed(two.min(), 2), "high": fixed(two.max(), 2), "gelu": below(last["gelu"].max())}


def reached(runs, arm):
    """Test loss at the rate that is best on validation images, (seeds,)."""
    return rates.best(runs["lsuv_variance"], arm)["test_loss"][:, 0]


def exchanged(runs):
    """A refutation: LSUV and He with GELU, exchanged."""
    for rate in rates.grid(runs["lsuv_variance"], "gelu_lsuv"):
        swap("lsuv_variance", f"gelu_lsuv_{rate}", f"gelu_he_normal_{rate}")(runs)


@claim(refuted_by=exchanged)
def lsuv_starts_gelu_where_he_stalls(runs):
    """With GELU, after {steps} steps of SGD with 64 images each, at the best of {rates} rates the network that LSUV started has a test accuracy of {lsuv}
    and a test loss of {loss}; He's has {he}."""
    arms = runs["lsuv_variance"]
    lsuv, he = (rates.best(arms, f"gelu_{start}")["test_accuracy"][:, 0] for start in ("lsuv", "he_normal"))
    assert paired_difference(lsuv, he).low > 0
    named = {"lsuv": percent(lsuv), "he": percent(he), "loss": over_seeds(reached(runs, "gelu_lsuv"))}
    return named | {"steps": 120, "rates": word(len(rates.grid(arms, "gelu_lsuv")))}


def a_nat_behind(runs):
    """A refutation: with ReLU, LSUV ends a nat behind He."""
    for arm in rates.grid(runs["lsuv_variance"], "relu_lsuv").values():
        arm["test_loss"] += 1


@claim(refuted_by=a_nat_behind)
def lsuv_and_he_with_relu(runs):
    """With ReLU they are closer: the loss under He minus that under LSUV is {gap} nats, with 95 % confidence no more than {bound} either way."""
    gap = paired_difference(reached(runs, "relu_he_normal"), reached(runs, "relu_lsuv"))
    bound = max(abs(gap.low), abs(gap.high))
    assert bound < 0.7
    return {"gap": plus_minus(*gap), "bound": fixed(np.ceil(100 * bound) / 100, 2)}
