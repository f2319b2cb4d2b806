"""How many inputs the busiest expert of a random router gets: it depends on how alike the inputs are, and not on the router's scale."""

import numpy as np
from scipy.special import ndtr

DRAWS = 10_000  # routers in the mean: half a point of uncertainty at most, for eight experts


def largest_share(cosine, experts, seed=0):
    """Expected share of the inputs that goes to the expert with the most, where each goes to the largest of `experts` logits.

    The router's kernel is normal, and any two inputs have this cosine, 0 <= cosine < 1. Then, up to each input's length, a logit is
    √c a_i + √(1 − c) b_i with a_i the expert's, the same for all inputs, and b_i the input's own, all standard normal. So given a, expert i
    gets the share ∫ φ(t) Π_{j≠i} Φ(t + (a_i − a_j) √(c / (1 − c))) dt. Derived here; the mean over a is over draws.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    a = np.random.default_rng(seed).normal(size=(DRAWS, experts)) * np.sqrt(cosine / (1 - cosine))
    best = a.max(1, keepdims=True) - a  # the expert with the largest a gets the most
    best = np.delete(np.sort(best, axis=1), 0, axis=1)
    shares = np.prod(ndtr(nodes + best[..., None]), axis=1) @ weights / weights.sum()
    return shares.mean()
