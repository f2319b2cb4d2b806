"""Which updates a weight in bfloat16 loses to rounding: eight bits count, so neighbours lie 1/128 to 1/256 of a weight apart."""

import numpy as np
from scipy.special import erf

from evidence.theory.variance import CUT

BITS = 8  # of a bfloat16 that count, the leading one among them


def smallest_kept(step):
    """The smallest power of two that steps of this size leave as it is, and with it all larger weights: half the way to the next exceeds the step.

    From a weight w the next larger one is 2^(⌊log2 |w|⌋ − 7) away, and rounding is to the nearest: IEEE 754 with the 8 bits of bfloat16.
    """
    return 2.0 ** (np.floor(np.log2(step)) + BITS + 1)


def share_kept(step, std):
    """The share of weights that a step of this size does not move, drawn by Keras's `he_normal` and the like with this standard deviation.

    These draws are cut at two standard deviations of the distribution before the cut.
    """
    z = smallest_kept(step) * CUT / std / np.sqrt(2)
    return np.maximum(0.0, 1 - erf(z) / erf(np.sqrt(2)))
