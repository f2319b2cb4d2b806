"""Reads the record of the experiment gradient_anatomy: how much a quantity changes from layer to layer."""

import math

import numpy as np

from evidence.readings.intervals import interval


def ratio(quantities, quantity, of=1, to=-2):
    """Size in one layer over the size in another, (seeds,), for one arm's {quantity: (seeds, layers)}.

    By default the second layer over the last but one, the outermost whose kernels have the same shape.
    """
    return quantities[quantity][:, of] / quantities[quantity][:, to]


def factor(quantities, quantity="delta"):
    """Geometric mean of the change per layer, (seeds,), in the direction of travel: activations up, δ down."""
    steps = quantities[quantity].shape[1] - 3  # from the second layer to the last but one
    return ratio(quantities, quantity) ** (-1 / steps if quantity == "activation" else 1 / steps)


def typical(ratios):
    """Geometric mean of ratios over seeds, with the ends of its 95 % interval: (mean, low, high)."""
    logs = interval(np.log(ratios))
    return math.exp(logs.mean), math.exp(logs.low), math.exp(logs.high)


def power(value):
    """A positive number as a power of ten with two significant digits, as HTML; between 0.1 and 100 with two decimals."""
    if 0.1 <= value < 100:
        return f"{value:.2f}"
    exponent = math.floor(math.log10(value))
    return f"{value / 10**exponent:.1f} · 10<sup>{'−' if exponent < 0 else ''}{abs(exponent)}</sup>"
