"""How far is each claim's check from failing, in units of what a re-measurement changes?

A resample of the seeds, as for the bootstrap, puts a run that it takes twice in the place of one that it leaves out. Here the
runs go λ times that way. All arms of equally many seeds share a resample, so that seeds stay paired and what is linear
between arms stays so. Means move by about λ standard errors, single runs with them, and what is equal in all seeds stays.
Two measurements on different seeds are √2 standard errors apart. Hence the two numbers of a claim:

    held   share of the resamples in which the check holds at λ = √2, the chance that the claim survives fresh seeds
    slack  the largest λ of LAMBDAS up to which the check holds in 95 % of the resamples

When 235 claims were first replicated on fresh seeds, 22 failures were to be expected by `held`, and 30 were seen. A bound that
no run can cross, as the limit of a uniform distribution, is crossed here, and what follows from a label is torn from it:
such a check may hold more firmly than its slack says.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from evidence.engine import record
from evidence.readings import claim

NEED = math.sqrt(2)
LAMBDAS = (0.5, 1, NEED, 2, 3, 4, 6, 8, 12)
DRAWS = 100
ENOUGH = 0.95
REFUTED, EXACT = -math.inf, math.inf  # slack of a claim that fails on the record, or that reads nothing that moves


class Slack(NamedTuple):
    """Sorts by nearness to failing."""

    slack: float
    held: float  # share


def show(folder=record.RESULTS, say=print):
    """Print every claim with its slack, the nearest to failing first. Raises Problem if a result is missing or damaged."""
    runs = record.runs(folder)
    found = slacks(claim.collect(), runs)
    say("slack   held  claim   (evidence/checks/slack.py says what the two numbers mean)")
    for one in sorted(found, key=lambda one: (found[one], one.chapter, one.name)):
        slack, held = found[one]
        say(f"{_label(slack):>7} {held:4.0%} {'!' if slack < NEED else ' '} {one.chapter}.{one.name}")
    near, lost = (sum(slack < NEED for slack, _ in found.values()), sum(1 - held for _, held in found.values()))
    say(f"{near} of {len(found)} claims have less slack than √2, marked with !; fresh seeds are expected to refute {lost:.0f}.")


def slacks(claims, runs):
    """{claim: its Slack} on the runs of all experiments."""
    exact, held, share = _held(claims, [_still(runs)]), _held(claims, [runs]), _held(claims, resampled(runs, NEED))
    slack = {one: EXACT if exact[one] else 0 if held[one] else REFUTED for one in claims}
    waiting = [one for one in claims if slack[one] == 0]
    for much in LAMBDAS:
        survived = share if much == NEED else _held(waiting, resampled(runs, much)) if waiting else {}
        waiting = [one for one in waiting if survived[one] >= ENOUGH]
        slack |= dict.fromkeys(waiting, much)
    return {one: Slack(slack[one], share[one]) for one in claims}


def _held(claims, evidence):
    """{claim: share of the pieces of evidence, each the runs of all experiments, on which its check holds}."""
    held = [[_holds(one, runs) for one in claims] for runs in evidence]
    return {one: sum(column) / len(held) for one, column in zip(claims, zip(*held), strict=True)}


def resampled(runs, much):
    """The runs, gone `much` times the way to each of the resamples of the seeds, one after another."""
    far = _Each(runs, lambda quantity, values: _moved(quantity, values, much) if _moves(values) else [values] * DRAWS)
    return (_Each(far, lambda _, values, draw=draw: values[draw]) for draw in range(DRAWS))


def _still(runs):
    """The runs without what moves: a check that reads it fails."""
    return _Each(runs, lambda quantity, values: values if not _moves(values) else object())


class _Each(dict):
    """The runs of all experiments with every quantity changed; those of an experiment when they are first asked for."""

    def __init__(self, runs, change):
        super().__init__()
        self.runs, self.change = runs, change

    def __missing__(self, name):
        arms = self.runs[name]
        changed = {arm: {quantity: self.change(quantity, values) for quantity, values in one.items()} for arm, one in arms.items()}
        self[name] = record.Arms(changed, arms.protocol, arms.versions)
        return self[name]


def _moved(quantity, values, much):
    """A quantity, (seeds, …), at every resample, (DRAWS, seeds, …)."""
    seeds = len(values)
    draw, left_out, twice = _resamples(seeds, DRAWS)
    much *= math.sqrt(seeds / (seeds - 1))  # means of resamples scatter less than those of samples
    old, new = values[left_out], values[twice]
    with np.errstate(all="ignore"):
        if "accuracy" in quantity or "share" in quantity:
            there = np.clip(old + much * (new - old), 0, 1)
        elif (values > 0).all():
            there = old * (new / old) ** much  # as far, on a logarithmic axis
        else:
            there = old + much * (new - old)
    changed = np.repeat(values[None], DRAWS, axis=0)
    changed[draw, left_out] = np.where(_counted(values) | np.isnan(there), new, there)  # between counts, and to NaN, there is no way
    return changed


def _counted(values):
    """Which entries take so few values over the seeds, at most one for two seeds, that they must be counts, states or labels."""
    return 2 * (1 + (np.diff(np.sort(values, axis=0), axis=0) > 0).sum(axis=0)) <= len(values)


def _moves(values):
    return len(values) > 1 and not np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=True)


@cache
def _resamples(seeds, draws):
    """Of all resamples: its number, a seed that it leaves out, and the second or third copy of another that stands there, each (n,) int."""
    return tuple(np.concatenate(part) for part in zip(*(_resample(seeds, draw) for draw in range(draws)), strict=True))


def _resample(seeds, draw):
    rng = np.random.default_rng([draw, seeds])
    counts = np.bincount(rng.integers(seeds, size=seeds), minlength=seeds)
    left_out = np.flatnonzero(counts == 0)
    return np.full(len(left_out), draw), left_out, rng.permutation(np.repeat(np.arange(seeds), np.maximum(counts - 1, 0)))


def _holds(one, runs):
    try:
        one.check(runs)
    except Exception:  # a check may stumble over what no measurement gave; that is no pass
        return False
    return True


def _label(slack):
    special = {REFUTED: "refuted", EXACT: "exact", 0: f"<{LAMBDAS[0]}", NEED: "√2", LAMBDAS[-1]: f"≥{LAMBDAS[-1]}"}
    return special.get(slack) or f"{slack:g}"
