"""Do freshly measured results agree with the committed ones?"""

import numpy as np
from scipy.stats import fisher_exact

from evidence.engine import record
from evidence.problem import Problem

# Two means of the same arm may differ by this many standard errors of their difference. Other processors round
# other sums, so seeds repeat in distribution, not to the bit; over some hundred comparisons 5 keeps false alarms
# below one in a thousand runs.
ERRORS = 5
FLOOR = 1e-3  # relative; for arms that have no spread over seeds
LOST = 0.05  # p value; strict, for the same seeds are compared, and only those at an edge can cross it
MAGNITUDES = 100  # positive values that spread over more have heavy tails: their logarithms are compared


def compare(fresh, committed=record.RESULTS, say=print):
    """Compare the last epoch of every arm and quantity. Raises Problem and names what differs, after saying all."""
    old, new = record.read_all(committed), record.read_all(fresh)
    if not new:
        raise Problem(f"There are no results in {fresh}; run: make fresh")
    if old.keys() != new.keys():
        raise Problem(f"Results differ in kind: {', '.join(sorted(old.keys() ^ new.keys()))} is in one folder only.")
    differing = []
    for name in sorted(old):
        found = [line for line in _differences(old[name]["runs"], new[name]["runs"])]
        say(f"{name}: {'agrees' if not found else f'{len(found)} differ'}")
        differing += [f"{name}.{line}" for line in found]
    if differing:
        raise Problem("The fresh numbers do not repeat the committed ones: " + "; ".join(differing))


def _differences(old, new):
    if {a: set(q) for a, q in old.items()} != {a: set(q) for a, q in new.items()}:
        yield "other arms or quantities"
        return
    for arm, quantities in old.items():
        for quantity in quantities:
            before, after = (np.array([row[-1] for row in runs[arm][quantity]]) for runs in (old, new))
            if not agree(before, after):
                yield f"{arm}.{quantity} {before.mean():.6g} against {after.mean():.6g}"


def agree(before, after):
    """True if two samples of one quantity, each (seeds,), could come from the same experiment.

    Where a network diverged, a seed is NaN, and in the next rounding it may not be: the numbers of lost seeds must not be
    told apart, and the other seeds must agree. So too with runs that train or stall: as many must do either.
    """
    kept = [values[~np.isnan(values)] for values in (before, after)]
    if _told_apart(*(np.isnan(values) for values in (before, after))):
        return False
    if any(len(rest) < 2 < len(before) for rest in kept):
        return True  # a seed that is left alone has no spread
    kept = _logarithms(*kept)
    return _near(*kept) and not _told_apart(*_upper(*kept))


def _told_apart(before, after):
    """True if Fisher's exact test tells apart how often two samples are true."""
    return fisher_exact([[sum(values), len(values) - sum(values)] for values in (before, after)]).pvalue < LOST


def _logarithms(before, after):
    both = np.concatenate([before, after])
    heavy = both.min() > 1e-6 and both.max() > MAGNITUDES * both.min()  # what is smaller may be rounding
    return (np.log(before), np.log(after)) if heavy else (before, after)


def _upper(before, after):
    """Which values lie above the widest gap between any two neighbours, if it is wider than half of the largest value."""
    both = np.sort(np.concatenate([before, after]))
    widest = np.diff(both).argmax()
    apart = both[widest + 1] - both[widest] > abs(both).max() / 2
    return [(values > both[widest]) & apart for values in (before, after)]


def _near(before, after):
    spread = np.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after)) if len(before) > 1 else 0.0
    return bool(abs(before.mean() - after.mean()) <= ERRORS * spread + FLOOR * max(abs(before).max(), 1e-3))
