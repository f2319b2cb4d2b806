"""What the experiment `first_loss` found beside what is derived, for its claims and its figure."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory import softmax

VOCABULARY = 4096  # of random tokens, whose labels know nothing of the logits


def spreads(runs, width):
    """{name of a spread: standard deviation}, smallest first, of an embedding of this width."""
    named = {str(spread): spread for spread in runs["first_loss"].protocol["spreads"]} | {"root": width**-0.5}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def widths(runs):
    """The widths that were asked with random tokens."""
    return runs["first_loss"].protocol["widths"][str(VOCABULARY)]


def arm(runs, name, width, vocabulary=VOCABULARY):
    """Quantities of an arm, "untied_0.02" or "scaled", each (seeds,)."""
    return {quantity: values[:, 0] for quantity, values in runs["first_loss"][f"{name}_{vocabulary}_{width}"].items()}


def excess(runs, name, width, vocabulary=VOCABULARY):
    """Interval of what the first loss has above ln V."""
    return interval(arm(runs, name, width, vocabulary)["excess"])


def derived(spread, width, own=-np.inf):
    """The same derived: of logits with the standard deviation spread · √width, and one of the token read where a head is tied."""
    others = VOCABULARY - np.isfinite(own)
    return softmax.log_normalizer(spread * width**0.5, int(others), own) - np.log(VOCABULARY)
