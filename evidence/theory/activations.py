"""What an activation does to the size of a signal and of its error signal, as integrals over a normal pre-activation."""

import math

import numpy as np
from scipy import optimize, special

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # λ and α of Klambauer et al. 2017
ACTIVATIONS = {  # Keras's names; of a float64 array
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),  # Keras's default slope; with slope a this is PReLU as well
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "gelu": lambda z: z * special.ndtr(z),
    "silu": lambda z: z * special.expit(z),
    "selu": lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
    "tanh": np.tanh,
    "softsign": lambda z: z / (1 + np.abs(z)),
    "sigmoid": special.expit,
}
NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)


def expected(function, q=1.0):
    """E[function(z)] for normal z with mean zero and variance q; function: of a float64 array.

    By Gauss and Legendre's quadrature on each side of zero, where the activations have their kinks.
    """
    z = 5 * (NODES + 1)  # 0 to 10; beyond lies 1e-23 of the normal distribution
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    z = math.sqrt(q) * z
    return float(np.sum(5 * WEIGHTS * density * (function(z) + function(-z))))


def mean_square(name, q=1.0):
    """E[φ(z)²] for normal z with a mean square of q."""
    return expected(lambda z: ACTIVATIONS[name](z) ** 2, q)


def preserving(name):
    """The c of σ² = c / n_in that keeps a mean square of 1. He et al. 2015, section 2.2, for ReLU; the same argument for all."""
    return 1 / mean_square(name)


def chi(name, gain, q=1.0):
    """χ, the factor per layer of the mean square of δ, n σ² E[φ'(z)²], for gain n σ², the same at both fans, and normal z
    with a mean square of q. Schoenholz et al. 2017, equation 5."""
    step = 1e-5  # no node of the quadrature is as close to the kinks at 0

    def slope(z):
        return (ACTIVATIONS[name](z + step) - ACTIVATIONS[name](z - step)) / (2 * step)

    return gain * expected(lambda z: slope(z) ** 2, q)


def chi_at_one(name):
    """χ where σ² = c / n keeps a mean square of 1: E[φ'(z)²] / E[φ(z)²]."""
    return chi(name, preserving(name))


def drift(name):
    """By what one layer at σ² = c / n multiplies a small departure of q from 1: below 1 the layer corrects it."""
    step = 1e-4
    return preserving(name) * (mean_square(name, 1 + step) - mean_square(name, 1 - step)) / (2 * step)


def settled(name, gain, bias_variance=0.0):
    """The mean square of z that many layers of gain n σ² end at: where a layer changes it no more. ValueError if nowhere.

    Poole et al. 2016, equation 3, for normal biases of this variance.
    """
    log_q = optimize.brentq(lambda log_q: gain * mean_square(name, math.exp(log_q)) + bias_variance - math.exp(log_q), -12, 12)
    return math.exp(log_q)


def mean_share(name):
    """The part of E[φ(z)²] that is the square of the mean E[φ(z)], for standard normal z: from 0 to 1."""
    return expected(ACTIVATIONS[name]) ** 2 / mean_square(name)
