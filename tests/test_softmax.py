"""evidence/theory/softmax.py against drawn scores, and against the formulas for small and for large spreads."""

import numpy as np
import pytest
from scipy import special

from evidence.theory import softmax


def drawn(spread, n, draws=20_000):
    """Scores, (draws, n)."""
    return spread * np.random.default_rng(0).standard_normal((draws, n))


@pytest.mark.parametrize("spread, n", [(0.3, 4), (1, 16), (3, 16), (8, 64)])
def test_normalizer_and_entropy_are_those_of_drawn_scores(spread, n):
    scores = drawn(spread, n)
    entropies = special.entr(special.softmax(scores, axis=1)).sum(1)
    for found, values in ((softmax.log_normalizer(spread, n), special.logsumexp(scores, axis=1)), (softmax.entropy(spread, n), entropies)):
        assert abs(found - values.mean()) < 4 * values.std() / len(values) ** 0.5 + 1e-6


@pytest.mark.parametrize("sure", [-3.0, 5.0, 30.0])
def test_a_sure_logit_is_one_term_more(sure):
    scores = np.concatenate([drawn(4, 15), np.full((20_000, 1), sure)], 1)
    values = special.logsumexp(scores, axis=1)
    assert abs(softmax.log_normalizer(4, 15, sure) - values.mean()) < 4 * values.std() / len(values) ** 0.5 + 1e-6


@pytest.mark.parametrize("n", [16, 4096])
def test_a_small_spread_costs_half_its_square(n):
    for spread in (0.0, 0.05, 0.1):
        assert softmax.log_normalizer(spread, n) - np.log(n) == pytest.approx(spread**2 / 2, rel=0.1, abs=1e-9)
        assert np.log(n) - softmax.entropy(spread, n) == pytest.approx(spread**2 / 2, rel=0.1, abs=1e-9)


def test_a_large_spread_leaves_the_largest_of_the_scores():
    assert softmax.log_normalizer(50, 64) / 50 == pytest.approx(drawn(1, 64).max(1).mean(), rel=0.01)
    assert softmax.entropy(50, 64) < 0.1


def test_scores_freeze_where_the_derived_entropy_of_small_spreads_is_spent():
    for n in (16, 256):
        assert np.log(n) - softmax.frozen(n) ** 2 / 2 == pytest.approx(0)
