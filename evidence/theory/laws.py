"""The laws that weights are drawn from, told apart by kurtosis: its value, and how far that of a sample strays from it."""

import math

CUT = 2.0  # standard deviations of the normal at which libraries truncate
SQUARE = math.erf(CUT / math.sqrt(2))  # probability between the cuts


def _truncated(power):
    """Even moment of a standard normal cut at ±CUT, by parts from the moment two below."""
    if power == 0:
        return 1.0
    edge = 2 * CUT ** (power - 1) * math.exp(-(CUT**2) / 2) / math.sqrt(2 * math.pi) / SQUARE
    return (power - 1) * _truncated(power - 2) - edge


MOMENTS = {  # the second, fourth, sixth and eighth; of the uniform law on [-1, 1]
    "normal": (1.0, 3.0, 15.0, 105.0),
    "truncated normal": tuple(_truncated(power) for power in (2, 4, 6, 8)),
    "uniform": tuple(1 / (power + 1) for power in (2, 4, 6, 8)),
}
LARGEST = {"normal": math.inf, "truncated normal": CUT / math.sqrt(_truncated(2)), "uniform": math.sqrt(3)}  # in standard deviations


def kurtosis(law):
    """Fourth moment over the squared second: 3 for the normal law, 2.37 cut at two standard deviations, 9/5 uniform."""
    second, fourth, *_ = MOMENTS[law]
    return fourth / second**2


def stray(law, count):
    """Standard deviation of the kurtosis of so many independent values about mean zero, for many of them.

    By the delta method for the ratio of m4 to the square of m2; √(24 / count) for the normal law.
    """
    m2, m4, m6, m8 = MOMENTS[law]
    variance = (m8 - m4**2) / m2**4 - 4 * m4 * (m6 - m4 * m2) / m2**5 + 4 * m4**2 * (m4 - m2**2) / m2**6
    return math.sqrt(variance / count)
