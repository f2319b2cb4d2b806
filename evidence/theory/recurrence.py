"""Singular values and eigenvalues of recurrent kernels, in the limit of many units."""

import math


def independent(gain):
    """(spectral radius, largest singular value) of a square kernel of independent weights with variance gain / units.

    The eigenvalues fill a disc (Girko 1985, the circular law), the singular values reach twice its radius.
    """
    return math.sqrt(gain), 2 * math.sqrt(gain)


def block(gates):
    """(spectral radius, largest singular value) of one gate's block where all gates together have orthonormal rows.

    A square block of a random orthogonal matrix that is `gates` times as large: Zyczkowski and Sommers 2000,
    arXiv:chao-dyn/9910032, for the eigenvalues; Collins 2005, arXiv:math/0406560, for the singular values.
    Raises ValueError for fewer than two gates, whose block would be the whole.
    """
    if gates < 2:
        raise ValueError("One gate alone is orthogonal: all its singular values are one.")
    return math.sqrt(1 / gates), 2 * math.sqrt(gates - 1) / gates
