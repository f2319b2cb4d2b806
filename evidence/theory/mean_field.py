"""The mean-field theory of deep tanh networks with random biases, and the grid on which it is tried."""

import math

import numpy as np
from scipy import optimize

BIAS_VARIANCE = 0.05
WEIGHT_VARIANCES = [1.0, 1.3, 1.76, 2.5, 4.0]  # n_in σ²
DEPTHS = [5, 10, 20, 40]  # hidden layers
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
_WEIGHTS = _WEIGHTS / math.sqrt(2 * math.pi)


def expected(function, q):
    """E[function(z)] for normal z with mean zero and variance q, by Gauss and Hermite's quadrature."""
    return float(_WEIGHTS @ function(math.sqrt(q) * _NODES))


def fixed_point(gain, bias_variance=BIAS_VARIANCE):
    """The mean square q* of z that the layers of a wide tanh network settle at, n_in σ² = gain. Poole et al. 2016, equation 3."""
    return optimize.brentq(lambda q: gain * expected(lambda z: np.tanh(z) ** 2, q) + bias_variance - q, 1e-9, 100)


def chi(gain, q):
    """χ, the factor per layer of the mean square of δ at mean square q of z. Schoenholz et al. 2017, equation 5."""
    return gain * expected(lambda z: (1 - np.tanh(z) ** 2) ** 2, q)


def depth_scale(gain, bias_variance=BIAS_VARIANCE):
    """ξ: over so many layers the correlation of two images approaches its fixed point by a factor e.

    Schoenholz et al. 2017, equation 9: ξ = -1 / log of the slope of the correlation map at its fixed point c*.
    """
    q = fixed_point(gain, bias_variance)
    slope = chi(gain, q)  # at c = 1, where the map ends up if χ is below 1
    if slope > 1:
        c = 0.5
        for _ in range(300):
            c = (gain * _together(np.tanh, c, q) + bias_variance) / q
        slope = gain * _together(lambda z: 1 - np.tanh(z) ** 2, c, q)
    return -1 / math.log(slope)


def _together(function, c, q):
    """E[function(u) function(v)] for normal u, v of variance q and correlation c."""
    u = math.sqrt(q) * _NODES[:, None]
    v = math.sqrt(q) * (c * _NODES[:, None] + math.sqrt(1 - c * c) * _NODES[None, :])
    return float(_WEIGHTS @ (function(u) * function(v)) @ _WEIGHTS)
