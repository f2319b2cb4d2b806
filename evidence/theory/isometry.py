"""How unequally a deep random network treats directions, in the limit of wide layers."""

import numpy as np

OWN = {"gaussian": 1, "orthogonal": 0}  # variance that one kernel adds to the squared singular values, their mean being 1
MASK = {"linear": 0, "relu": 1}  # and one activation behind it: ReLU passes half of the units, which He's gain makes 0 or 2


def spread(kernel, activation, layers):
    """Mean of σ⁴ over the squared mean of σ², of the Jacobian from the input to z of layers 1 to `layers`: (layers,).

    σ: its singular values; square kernels. The squared singular values of independent factors, turned at random, have variances that
    add if each has mean 1. Pennington, Schoenholz and Ganguli 2017, arXiv:1711.04735. Derived in docs/isometry.md.
    """
    layer = np.arange(1, layers + 1)
    return 1 + layer * OWN[kernel] + (layer - 1) * MASK[activation]
