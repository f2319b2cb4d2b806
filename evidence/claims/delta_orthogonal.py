"""Claims of the page Delta-orthogonal convolutions."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, plus_minus

EDGES = (1 + 2 * np.cos(np.pi / 8)) / 3  # what padding leaves of the norm per layer, on 7 by 7 pixels


@claim(refuted_by=swap("isometry", "linear_delta_orthogonal", "linear_orthogonal"))
def delta_orthogonal_keeps_every_norm(runs):
    """Through {layers} linear convolutions that start delta-orthogonal, the norm of each of {images} images stays what it was, to
    one part in {precision}."""
    arm = runs["isometry"]["linear_delta_orthogonal"]
    error = max(abs(arm[end] - 1).max() for end in ("smallest", "largest"))
    assert error < 1e-5
    return {"layers": "a hundred", "images": 64, "precision": "a hundred thousand"}


@claim(refuted_by=swap("isometry", "linear_orthogonal", "linear_delta_orthogonal"))
def flattened_orthogonal_is_no_isometry(runs):
    """From Keras's `orthogonal`, the norm after {layers} layers is {kept} of the input's, and of the images of one seed the longest,
    relative to its input, is {spread} times the shortest (geometric means); Glorot uniform keeps {glorot}. What leaks at the edges
    alone would leave {expected} of either, and neither is further from that than a factor of {factor}."""
    arms = runs["isometry"]
    logarithm = {start: interval(np.log(arms[f"linear_{start}"]["norm"][:, -1])) for start in ("orthogonal", "glorot_uniform")}
    arm = arms["linear_orthogonal"]
    spread = interval(np.log(arm["largest"][:, -1] / arm["smallest"][:, -1]))
    expected = 100 * np.log(EDGES)
    factor = np.exp(max(abs(one.mean - expected) for one in logarithm.values()))
    assert factor < 2 and spread.low > np.log(1.5)
    kept, glorot = (plus_minus(np.exp(one.mean), np.exp(one.mean) * one.half) for one in logarithm.values())
    return {"layers": "a hundred", "expected": fixed(EDGES**100), "factor": fixed(factor, 2), "kept": kept, "glorot": glorot, "spread": plus_minus(np.exp(spread.mean), np.exp(spread.mean) * spread.half)}


@claim(refuted_by=swap("isometry", "linear_he_normal", "linear_glorot_uniform"))
def he_is_for_relu(runs):
    """He's variance is twice what a linear layer needs: the norm grows by a factor of {factor} per layer, and √2 less the leak at the
    edges is {expected}, less than one per cent away."""
    norm = runs["isometry"]["linear_he_normal"]["norm"]
    rate = interval(np.log(norm[:, -1] / norm[:, 1]) / (norm.shape[1] - 2))
    assert abs(rate.mean - np.log(2**0.5 * EDGES)) < 0.01
    return {"expected": fixed(2**0.5 * EDGES), "factor": plus_minus(np.exp(rate.mean), np.exp(rate.mean) * rate.half)}


@claim(refuted_by=swap("isometry", "relu_delta_orthogonal", "relu_he_normal"))
def relu_breaks_the_isometry(runs):
    """With ReLU and a gain of √2, the norm after {layers} delta-orthogonal layers differs from seed to seed, from {low} to
    {high} of the input's. It is longer than under He, by a factor of {factor} (geometric mean), with 95 % confidence at least {least}."""
    arms = runs["isometry"]
    delta, he = (arms[f"relu_{start}"]["norm"][:, -1] for start in ("delta_orthogonal", "he_normal"))
    longer = interval(np.log(delta / he))
    assert delta.max() > 10 * delta.min() and longer.low > 0
    factor, least = (f"{float(f'{np.exp(value):.1g}'):,.0f}" for value in (longer.mean, longer.low))
    return {"layers": "a hundred", "low": f"{delta.min():.1g}", "high": f"{delta.max():.1g}", "factor": factor, "least": least}
