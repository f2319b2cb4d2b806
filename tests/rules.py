"""The closed forms of the initializers, from their papers and from no framework, and the check of a kernel against them."""
import math
from typing import NamedTuple

import pytest
from scipy import stats
from scipy.special import ndtr

STANDARD_ERRORS = 5  # a false alarm in one of a million draws


class Rule(NamedTuple):
    """What a rule says of a kernel, from its formula. cdf: of what it draws at random, None if it does not."""

    mean: float
    variance: float
    kurtosis: float = 3  # the fourth moment over the squared variance
    bound: float = math.inf
    cdf: object = None


CUT = stats.truncnorm(-2, 2)  # a normal cut at two standard deviations
CUT_VARIANCE, CUT_KURTOSIS = CUT.var(), CUT.stats("k") + 3


def uniform(variance):
    limit = math.sqrt(3 * variance)
    return Rule(0, variance, 9 / 5, limit, lambda w: (w / limit + 1) / 2)


def cut_normal(variance):
    std = math.sqrt(variance / CUT_VARIANCE)
    return Rule(0, variance, CUT_KURTOSIS, 2 * std, lambda w: (ndtr(w / std) - ndtr(-2)) / (ndtr(2) - ndtr(-2)))


def rule(name, shape):
    """The closed form of a rule for a kernel in Keras's order; a vector counts its length both ways."""
    window = math.prod(shape[:-2])
    fan_in, fan_out = (window * shape[-2], window * shape[-1]) if len(shape) > 1 else 2 * shape
    family, _, form = name.partition("_")
    if family in ("he", "lecun", "glorot"):
        variance = {"he": 2 / fan_in, "lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out)}[family]
        return uniform(variance) if form == "uniform" else cut_normal(variance)
    forms = {
        "random_uniform": uniform(0.05**2 / 3), "truncated_normal": cut_normal(0.05**2 * CUT_VARIANCE),
        "random_normal": Rule(0, 0.05**2, cdf=lambda w: ndtr(w / 0.05)), "orthogonal": Rule(0, 1 / max(fan_in, shape[-1])),
        "zeros": Rule(0, 0), "ones": Rule(1, 0), "constant": Rule(0.1, 0),
        "identity": Rule(1 / max(fan_in, fan_out), (1 - 1 / max(fan_in, fan_out)) / max(fan_in, fan_out)),
    }  # fmt: skip
    if name not in forms:
        raise LookupError(f"{name} has no closed form; write it in tests/rules.py")
    return forms[name]


def check(kernel, rule):
    """Asserts that a kernel is what its rule says, within the errors of a sample of its size."""
    errors = 0 if rule.cdf is None and rule.variance == 0 else STANDARD_ERRORS
    assert kernel.mean() == pytest.approx(rule.mean, abs=1e-8 + errors * math.sqrt(rule.variance / kernel.size))
    assert kernel.var() == pytest.approx(
        rule.variance, abs=1e-12 + errors * rule.variance * math.sqrt((rule.kurtosis - 1) / kernel.size))
    if rule.cdf:
        assert stats.kstest(kernel.ravel()[::8], rule.cdf, method="asymp").pvalue > 1e-6  # an eighth tells a cut from none
    if math.isfinite(rule.bound):
        assert 0.99 < abs(kernel).max() / rule.bound < 1 + 1e-6
