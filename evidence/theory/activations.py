"""What an activation does to the size of a signal and of its error signal, as integrals over a normal pre-activation."""

import math

import numpy as np
from scipy import optimize, special

from evidence.theory.rectifiers import ACTIVATIONS as RECTIFIERS
from evidence.theory.rectifiers import constant

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # λ and α of Klambauer et al. 2017
ACTIVATIONS = RECTIFIERS | {  # Keras's names; of a float64 array
    "selu": lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
    "tanh": np.tanh,
    "softsign": lambda z: z / (1 + np.abs(z)),
    "sigmoid": special.expit,
}
LABELS = {
    "linear": "linear", "relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU",
    "silu": "SiLU", "tanh": "tanh", "softsign": "softsign", "sigmoid": "sigmoid",
}  # fmt: skip


def mean_square(name, q=1.0):
    """E[φ(z)²] for normal z with a mean square of q."""
    return 1 / constant(lambda z: ACTIVATIONS[name](math.sqrt(q) * z))


def preserving(name):
    """The c of σ² = c / n_in that keeps a mean square of 1."""
    return constant(ACTIVATIONS[name])


def chi(name, gain, q=1.0):
    """χ = n σ² E[φ'(z)²] for gain n σ², the same at both fans, and normal z with a mean square of q."""
    step = 1e-5  # no node of the quadrature is as close to the kinks at 0

    def slope(z):
        return (ACTIVATIONS[name](z + step) - ACTIVATIONS[name](z - step)) / (2 * step)

    return gain / constant(lambda z: slope(math.sqrt(q) * z))


def chi_at_one(name):
    """χ where σ² = c / n keeps a mean square of 1: E[φ'(z)²] / E[φ(z)²]."""
    return chi(name, preserving(name))


def drift(name):
    """By what one layer at σ² = c / n multiplies a small departure of q from 1: below 1 the layer corrects it."""
    step = 1e-4
    return preserving(name) * (mean_square(name, 1 + step) - mean_square(name, 1 - step)) / (2 * step)


def settled(name, gain):
    """The mean square of z that many layers of gain n σ² end at: where a layer changes it no more. ValueError if nowhere."""
    log_q = optimize.brentq(lambda log_q: gain * mean_square(name, math.exp(log_q)) - math.exp(log_q), -12, 12)
    return math.exp(log_q)


def mean_share(name):
    """The part of E[φ(z)²] that is the square of the mean E[φ(z)], for standard normal z: from 0 to 1."""
    shifted = 1 / constant(lambda z: ACTIVATIONS[name](z) + 1)
    mean = (shifted - mean_square(name) - 1) / 2  # (φ + 1)² = φ² + 2 φ + 1
    return mean**2 / mean_square(name)
