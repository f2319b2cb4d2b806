"""Checks every claim on seeds that no recorded run used, and keeps what came of it.

The claims were written after their numbers were seen. Here each is asked once more, of runs that nobody saw before it
stood. The runs of the last set of seeds are in evidence/replication/, the outcomes of all sets in
evidence/replication.json: a row is [set, claim, digest, held]. The digest is of the check, its sentence and the code
that made what it reads, so that an outcome counts for the claim as it is and no other.
"""

import hashlib
import json

from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.engine.measure import measure, stale
from evidence.problem import Problem
from evidence.readings import claim

RUNS = ROOT / "evidence/replication"
LEDGER = ROOT / "evidence/replication.json"
SCHEMA = ROOT / "evidence/checks/replication.schema.json"
ERROR_RATE = 0.05  # of a claim: a mark that we set, and no consequence of intervals at 95 %
SURPRISE = 0.01  # more failures than this probability allows are no chance


def replicate(number=None, last=None, say=print):
    """Measure every experiment on a set of seeds, check every claim on it, and record the outcome.

    number: of the set, the one on record if None; last: file with the names that failed the last time, read if it is
    there, then rewritten. Raises Problem, after recording, if more claims fail than chance allows, or one of `last` again.
    """
    ledger = read() if LEDGER.exists() else {"outcomes": [], "changed": []}
    number = number or (ledger["outcomes"][-1][0] if ledger["outcomes"] else 1)
    measure(freshness.experiments(), [], RUNS, number, say)
    results = record.read_all(RUNS)
    claims = claim.collect()
    held = outcomes(claims, results)
    known = {tuple(row[:3]) for row in ledger["outcomes"]}
    rows = [[number, one.name, digest(one, results), held[one.name]] for one in claims]
    ledger["outcomes"] += [row for row in rows if tuple(row[:3]) not in known]
    record.replace(LEDGER, record.one_line_lists(json.dumps(ledger, indent=1, ensure_ascii=False)) + "\n")
    failed = {one.name: one for one in claims if not held[one.name]}
    for one in failed.values():
        say(f"did not hold: {one.chapter}.{one.name}: {one.template}")
    say(f"{len(claims) - len(failed)} of {len(claims)} claims hold on the seeds of set {number}.")
    _judge(set(failed), len(claims), last)


def _judge(failed, claims, last):
    again = failed & set(last.read_text().split()) if last and last.exists() else set()
    if last:
        record.replace(last, "\n".join(sorted(failed)) + "\n")
    if again:
        raise Problem(f"Failed twice running: {', '.join(sorted(again))}; rewrite or withdraw them.")
    if len(failed) > allowed(claims):
        raise Problem(f"{len(failed)} claims failed where chance allows {allowed(claims)}; rewrite or withdraw them.")


def allowed(claims):
    """How many of so many claims may fail by chance, were they independent: more have a probability below SURPRISE."""
    from scipy.special import bdtr  # binomial distribution; here, or `status` would take a fifth longer

    return next(failures for failures in range(claims + 1) if bdtr(failures, claims, ERROR_RATE) >= 1 - SURPRISE)


def printed(claims):
    """What the pages print of so many claims: how many may be expected to fail, and how many chance allows."""
    return {"claims": f"{claims}", "expected": f"{ERROR_RATE * claims:.0f}", "allowed": f"{allowed(claims)}"}


def outcomes(claims, results):
    """{name of a claim: does it hold on these results}. A check that can't be computed there does not hold."""
    runs = {name: result["runs"] for name, result in results.items()}
    return {one.name: one.holds(runs) for one in claims}


def digest(one, results):
    """What an outcome depends on: the claim's check and sentence, and the keys of the experiments that it reads."""
    return asked(one, results)[1]


def asked(one, results):
    """(the claim's sentence on these results, or None where it does not hold; its digest)."""
    runs = Watched((name, result["runs"]) for name, result in results.items())
    sentence = one.outcome(runs)
    keys = {name: [results[name]["inputs"], results[name]["versions"]] for name in runs.read}
    return sentence, hashlib.sha256(json.dumps([one.template, one.code, keys], sort_keys=True).encode()).hexdigest()[:12]


class Watched(dict):
    """Runs by experiment, and the names of those that were asked for."""

    def __init__(self, runs):
        super().__init__(runs)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)


def read(path=None):
    """The outcomes on record, or those in another file. Raises Problem if they are missing or damaged."""
    path = path or LEDGER
    try:
        ledger = json.loads(path.read_text())
    except FileNotFoundError:
        raise Problem("No replication is on record; run: make replicate") from None
    except ValueError as error:
        raise Problem(f"{path.name} is not valid JSON ({error}); restore it from the history") from None
    if fault := record.fault_of(ledger, SCHEMA):
        raise Problem(f"{path.name} breaks its schema: {fault}; restore it from the history")
    return ledger


def stale_runs():
    """{experiment: sentences} of what is not current in the replication on record; empty if all is."""
    number = read()["outcomes"][-1][0]
    reasons = {name: stale(name, RUNS, number) for name in freshness.experiments()}
    return {name: why for name, why in reasons.items() if why}


def attempts(ledger):
    """{set: {claim: held}}, of each claim what came out when it first met the set: later it was known."""
    first = {}
    for number, name, _, held in ledger["outcomes"]:
        first.setdefault(number, {}).setdefault(name, held)
    return first


def tries(ledger, name, current):
    """[held] of the sets on which a claim was tried as it is now, `current` its digest, before anyone saw them."""
    met, found = set(), []
    for number, one, evidence, held in ledger["outcomes"]:
        if one == name and number not in met:
            met.add(number)
            found += [held] if evidence == current else []
    return found
