"""Depths and learning rates of the experiment rectifier_depth, and the constants of rectifiers and their kin."""

import math

import numpy as np
from scipy import special

DEPTHS = [5, 15, 30]  # hidden layers
RATES = {"sgd": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "adam": [0.0001, 0.0003, 0.001, 0.003, 0.01]}
NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
ACTIVATIONS = {  # of a float64 array
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),  # Keras's default slope; with slope a this is PReLU as well
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "gelu": lambda z: z * special.ndtr(z),
    "silu": lambda z: z * special.expit(z),
}


def constant(activation):
    """The c of variance c / n_in that keeps the mean square of z at 1: one over E[φ(z)²] for a standard normal z.

    activation: a function of a float64 array. The integral is taken by Gauss and Legendre on each side of zero, where the
    functions have their kinks. Source: He et al. 2015, section 2.2, for ReLU; the same argument for the others.
    """
    z = 5 * (NODES + 1)  # 0 to 10; beyond lies 1e-23 of the normal distribution
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return 1 / float(np.sum(5 * WEIGHTS * density * (activation(z) ** 2 + activation(-z) ** 2)))
