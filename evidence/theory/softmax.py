"""The softmax of n independent normal scores with standard deviation s: its normalizer and its entropy, in expectation."""

from functools import cache

import numpy as np


@cache  # claims ask for few spreads, figures and slack for the same ones again
def log_normalizer(spread, n, sure=-np.inf):
    """E[ln(e^sure + e^x1 + … + e^xn)] in nats, of independent normal x with mean zero and this standard deviation.

    The mean cross-entropy of a classifier of n classes whose labels know nothing of its logits. sure: the logit of one class
    more, the same in every draw. spread: 0 to 100.

    Exact but for quadrature, from ln Z = ∫ exp(-e^-w) - exp(-Z e^-w) dw over the whole line: the mean of the second term is a
    product of the Laplace transforms of the terms of Z.
    """
    nodes = np.linspace(-9, 9, 1 + int(72 * max(1, spread)))
    weights = np.exp(-(nodes**2) / 2)
    reach = max(9 * spread, abs(sure) if np.isfinite(sure) else 0)
    w = np.linspace(-40 - reach, 40 + reach + np.log(n), 1 + int(4 * (80 + 2 * reach)))
    one = np.exp(-np.exp(np.minimum(spread * nodes - w[:, None], 700))) @ weights / weights.sum()
    both = one**n * np.exp(-np.exp(np.minimum(sure - w, 700)))
    return float(np.trapezoid(np.exp(-np.exp(np.minimum(-w, 700))) - both, w))


def entropy(spread, n):
    """Expected entropy (nats) of the softmax of n such scores: ln n - s²/2 while s is small, 0 where one takes all.

    The normalizer less s times its derivative by s, because the scores are s times standard normal values.
    """
    step = 1e-3
    slope = (log_normalizer(spread + step, n) - log_normalizer(abs(spread - step), n)) / (2 * step if spread > step else step + spread)
    return log_normalizer(spread, n) - spread * slope


def frozen(n):
    """The spread beyond which a few of n scores take nearly all, √(2 ln n), for large n. Derrida 1981, section II."""
    return float(np.sqrt(2 * np.log(n)))
