"""The mean-field theory of deep tanh networks with random biases."""

import math

import numpy as np
from scipy import optimize

from evidence.theory import activations


def fixed_point(gain, bias_variance):
    """The mean square q* of z that the layers of a wide tanh network settle at, n_in σ² = gain. Poole et al. 2016, equation 3."""
    return activations.settled("tanh", gain, bias_variance)


def tanh_decay(layers, first=1.0):
    """Mean square of h = tanh(z) in layers 1 to `layers`, (layers,), for normal z with a mean square of `first` in layer 1.

    Biases are zero and n_in σ² = 1, as under Glorot's rule: each layer passes the mean square of its h on as that of the next z.
    """
    squares = [first]
    for _ in range(layers):
        squares.append(activations.mean_square("tanh", squares[-1]))
    return np.array(squares[1:])


def depth_scale(gain, bias_variance):
    """ξ: over so many layers the correlation of two images approaches its fixed point by a factor e.

    Schoenholz et al. 2017, equation 9: ξ = -1 / log of the slope of the correlation map at its fixed point c*.
    """
    q = fixed_point(gain, bias_variance)
    slope = activations.chi("tanh", gain, q)  # at c = 1, where the map ends up if χ is below 1
    if slope > 1:
        c = optimize.brentq(lambda c: (gain * _together(np.tanh, c, q) + bias_variance) / q - c, 0, 1 - 1e-6)
        slope = gain * _together(lambda z: 1 - np.tanh(z) ** 2, c, q)
    return -1 / math.log(slope)


def _together(function, c, q):
    """E[function(u) function(v)] for normal u, v of variance q and correlation c; function: smooth, of a float64 array."""
    z = 10 * activations.NODES
    weights = 10 * activations.WEIGHTS * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    u, v = math.sqrt(q) * z[:, None], math.sqrt(q) * (c * z[:, None] + math.sqrt(1 - c * c) * z)
    return float(weights @ (function(u) * function(v)) @ weights)
