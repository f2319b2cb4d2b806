"""Claims of the page Delta-orthogonal convolutions."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, plus_minus, spelled


def layers(runs):
    """How many convolutions the images pass."""
    return runs["isometry"].protocol["layers"]


def edges(runs):
    """What padding leaves of the norm per layer under a window of three: the largest eigenvalue of averaging over neighbours in a row of pixels."""
    pixels, _ = runs["isometry"].protocol["pixels"]
    return (1 + 2 * np.cos(np.pi / (pixels + 1))) / 3


@claim(refuted_by=swap("isometry", "linear_delta_orthogonal", "linear_orthogonal"))
def delta_orthogonal_keeps_every_norm(runs):
    """Through {layers} linear convolutions that start delta-orthogonal, the norm of each of {images} images stays what it was, to
    one part in {precision}."""
    arm = runs["isometry"]["linear_delta_orthogonal"]
    error = max(abs(arm[end] - 1).max() for end in ("smallest", "largest"))
    assert error < 1e-5
    return {"layers": spelled(layers(runs)), "images": runs["isometry"].protocol["images"], "precision": "a hundred thousand"}


@claim(refuted_by=swap("isometry", "linear_orthogonal", "linear_delta_orthogonal"))
def flattened_orthogonal_is_no_isometry(runs):
    """From Keras's `orthogonal`, the norm after {layers} layers is {kept} of the input's, and of the images of one seed the longest,
    relative to its input, is {spread} times the shortest (geometric means); Glorot uniform keeps {glorot}. What leaks at the edges
    alone would leave {expected} of either, and neither is further from that than a factor of {factor}."""
    arms = runs["isometry"]
    logarithm = {start: interval(np.log(arms[f"linear_{start}"]["norm"][:, -1])) for start in ("orthogonal", "glorot_uniform")}
    arm = arms["linear_orthogonal"]
    spread = interval(np.log(arm["largest"][:, -1] / arm["smallest"][:, -1]))
    expected = layers(runs) * np.log(edges(runs))
    factor = np.exp(max(abs(one.mean - expected) for one in logarithm.values()))
    assert factor < 2 and spread.low > np.log(1.5)
    kept, glorot = (plus_minus(np.exp(one.mean), np.exp(one.mean) * one.half) for one in logarithm.values())
    return {
        "layers": spelled(layers(runs)), "expected": fixed(np.exp(expected)), "factor": fixed(factor, 2), "kept": kept, "glorot": glorot,
        "spread": plus_minus(np.exp(spread.mean), np.exp(spread.mean) * spread.half),
    }  # fmt: skip


@claim(refuted_by=swap("isometry", "linear_he_normal", "linear_glorot_uniform"))
def he_is_for_relu(runs):
    """He's variance is twice what a linear layer needs: the norm grows by a factor of {factor} per layer, and √2 less the leak at the
    edges is {expected}, less than one per cent away."""
    norm = runs["isometry"]["linear_he_normal"]["norm"]
    rate = interval(np.log(norm[:, -1] / norm[:, 1]) / (layers(runs) - 1))
    expected = 2**0.5 * edges(runs)
    assert abs(rate.mean - np.log(expected)) < 0.01
    return {"expected": fixed(expected), "factor": plus_minus(np.exp(rate.mean), np.exp(rate.mean) * rate.half)}


@claim(refuted_by=swap("isometry", "relu_delta_orthogonal", "linear_delta_orthogonal"))
def relu_breaks_the_isometry(runs):
    """With ReLU and a gain of √2, the norm after {layers} delta-orthogonal layers differs from seed to seed, from {low} to {high} of the input's, and from image to
    image: of those of one seed the longest, relative to its input, is {spread} times the shortest (geometric mean)."""
    arm = runs["isometry"]["relu_delta_orthogonal"]
    norm, largest, smallest = (arm[quantity][:, -1] for quantity in ("norm", "largest", "smallest"))
    spread = interval(np.log(largest / smallest))
    assert norm.max() > 3 * norm.min() and spread.low > 0
    said = {"low": f"{norm.min():.1g}", "high": f"{norm.max():.1g}", "spread": plus_minus(np.exp(spread.mean), np.exp(spread.mean) * spread.half)}
    return {"layers": spelled(layers(runs))} | said
