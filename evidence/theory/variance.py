"""What the variance rule predicts: for the weights of an initializer, and for the layers of an untrained network."""

import math

import numpy as np

CUT = 0.87962566103423978  # standard deviation of a standard normal cut at ±2 (Keras has the same digits)
RULES = {
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "fan_in": lambda fan_in, fan_out: 1 / fan_in,
    "fan_out": lambda fan_in, fan_out: 1 / fan_out,
    "fan_avg": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
}
FIXED = {"zeros", "ones", "constant", "identity"}  # initializers that give the same kernel at every draw


def fans(shape):
    """(fan_in, fan_out) of a kernel: (inputs, outputs) of a dense layer, (height, width, inputs, outputs) of a convolution."""
    *window, inputs, outputs = shape
    return math.prod(window) * inputs, math.prod(window) * outputs


def _scaled(rule):
    return lambda shape: RULES[rule](*fans(shape))


VARIANCE = {  # of the weights of a kernel of this shape: one line for each initializer of the book, by Keras's name
    "zeros": lambda shape: 0.0,
    "ones": lambda shape: 0.0,
    "constant": lambda shape: 0.0,
    "random_normal": lambda shape: 0.05**2,
    "random_uniform": lambda shape: 0.05**2 / 3,
    "truncated_normal": lambda shape: (0.05 * CUT) ** 2,
    "lecun_normal": _scaled("lecun"),
    "lecun_uniform": _scaled("lecun"),
    "glorot_normal": _scaled("glorot"),
    "glorot_uniform": _scaled("glorot"),
    "he_normal": _scaled("he"),
    "he_uniform": _scaled("he"),
    "orthogonal": lambda shape: 1 / max(fans(shape)[0], shape[-1]),  # the longer side: its rows or columns are orthonormal
    "identity": lambda shape: (1 - 1 / max(shape)) / max(shape),
}


def weight_variance(initializer, shape):
    """The variance that the formula of this Keras initializer gives the weights of a kernel of this shape.

    Raises KeyError for an initializer without a formula here. Sources: LeCun et al. 1998, section 4.6; Glorot and Bengio
    2010, equation 12; He et al. 2015, equation 10.
    """
    return VARIANCE[initializer](shape)


def forward(rule, first, widths):
    """Predicted mean square of z in every layer of a linear network, (L,): layer l multiplies by n_in σ².

    rule: a name in RULES; first: mean square of the inputs.
    """
    return first * np.cumprod([a * RULES[rule](a, b) for a, b in zip(widths, widths[1:])])


def backward(rule, last, widths):
    """Predicted mean square of δ in every layer of a linear network, (L,), from that of the output layer, `last`.

    On its way down δ is multiplied by n_out σ² at each kernel but the first, which it does not pass.
    """
    gains = [b * RULES[rule](a, b) for a, b in zip(widths[1:], widths[2:])]
    return last * np.append(np.cumprod(gains[::-1])[::-1], 1.0)
