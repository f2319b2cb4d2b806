"""A claim is asked again on seeds that no recorded run used, and what came of it stays on record."""

import copy
import json

import numpy as np
import pytest
from scipy import stats

from evidence.checks import replicate
from evidence.engine import freshness, measure, record
from evidence.problem import Problem
from evidence.readings import claim

RESULTS = {
    "first": {"inputs": {"a.py": "1"}, "versions": {"numpy": "2"}, "runs": {"he": {"accuracy": np.array([[0.9], [0.8]])}}},
    "second": {"inputs": {"b.py": "1"}, "versions": {}, "runs": {"he": {"accuracy": np.array([[0.1], [0.2]])}}},
}


def holds_always(runs):
    """He reaches {accuracy}."""
    assert runs["first"]["he"]["accuracy"].mean() > 0.5
    return {"accuracy": 0.85}


def never_holds(runs):
    """He ends below a half."""
    assert runs["first"]["he"]["accuracy"].mean() < 0.5


def other(runs):
    """He ends above a half."""
    assert runs["first"]["he"]["accuracy"].mean() > 0.5


CLAIMS = [claim.Claim(check, lambda runs: None, "he") for check in (holds_always, never_holds)]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Two claims, results that take no time, and a ledger of their own."""
    monkeypatch.setattr(replicate, "LEDGER", tmp_path / "replication.json")
    monkeypatch.setattr(replicate.claim, "collect", lambda: CLAIMS)
    monkeypatch.setattr(replicate.record, "read_all", lambda folder: RESULTS)
    asked = []
    monkeypatch.setattr(replicate, "measure", lambda names, pages, folder, number, say: asked.append(number))
    return asked


def run(*arguments):
    said = []
    replicate.replicate(*arguments, say=said.append)
    return "\n".join(said)


def test_a_set_of_seeds_shares_none_with_the_record_or_another_set():
    protocol = {"seeds": list(range(10))}
    sets = [measure.seeds_of(protocol, number) for number in (0, 1, 2)]
    assert sets[0] == protocol["seeds"] and [len(one) for one in sets] == [10, 10, 10]
    assert len({seed for one in sets for seed in one}) == 30


def test_no_recorded_seed_is_as_high_as_a_fresh_one():
    assert all(max(record.parse(name)["protocol"]["seeds"]) < 100 for name in freshness.experiments())


@pytest.mark.parametrize("number", [-1, 20_000])
def test_an_unknown_set_is_one_sentence(number):
    with pytest.raises(Problem, match=f"no set of seeds {number}; name one from 1 to 19999"):
        measure.seeds_of({"seeds": [0]}, number)


def test_every_outcome_is_recorded_and_the_failed_are_named(book):
    said = run(3)
    assert book == [3]
    assert "did not hold: he.never_holds: He ends below a half." in said
    assert "1 of 2 claims hold on the seeds of set 3." in said
    rows = replicate.read(replicate.LEDGER)["outcomes"]
    assert [(number, name, held) for number, name, _, held in rows] == [(3, "holds_always", True), (3, "never_holds", False)]


def test_the_set_on_record_is_taken_again_and_counts_once(book):
    for number in (3, None):
        run(number)
    assert book == [3, 3] and len(replicate.read(replicate.LEDGER)["outcomes"]) == 2


def test_a_rewritten_claim_counts_on_no_set_that_it_was_rewritten_from(book, monkeypatch):
    run(1)
    monkeypatch.setattr(other, "__name__", "never_holds")
    rewritten = claim.Claim(other, lambda runs: None, "he")
    monkeypatch.setattr(replicate.claim, "collect", lambda: [CLAIMS[0], rewritten])
    run(1)
    ledger, current = replicate.read(replicate.LEDGER), replicate.digest(rewritten, RESULTS)
    assert replicate.tries(ledger, "never_holds", current) == []
    assert replicate.attempts(ledger) == {1: {"holds_always": True, "never_holds": False}}
    run(2)
    assert replicate.tries(replicate.read(replicate.LEDGER), "never_holds", current) == [True]


def test_a_digest_changes_with_the_sentence_the_check_and_the_code_of_what_it_reads():
    known = replicate.digest(CLAIMS[0], RESULTS)
    other = copy.deepcopy(RESULTS)
    other["second"]["inputs"]["b.py"] = "2"
    assert replicate.digest(CLAIMS[0], other) == known != replicate.digest(CLAIMS[1], RESULTS)
    other["first"]["inputs"]["a.py"] = "2"
    assert replicate.digest(CLAIMS[0], other) != known


def test_a_check_that_cannot_be_computed_does_not_hold():
    assert replicate.outcomes(CLAIMS, {}) == {"holds_always": False, "never_holds": False}


def test_as_many_may_fail_as_an_independent_reference_says():
    for claims in (20, 100, 235):
        assert replicate.allowed(claims) == stats.binom.ppf(0.99, claims, 0.05)


def test_more_failures_than_chance_allows_are_red_and_recorded_all_the_same(book, monkeypatch):
    monkeypatch.setattr(replicate, "allowed", lambda claims: 0)
    with pytest.raises(Problem, match="1 claims failed where chance allows 0; rewrite or withdraw them"):
        run(1)
    assert len(replicate.read(replicate.LEDGER)["outcomes"]) == 2


def test_one_that_fails_twice_running_is_red(book, tmp_path):
    last = tmp_path / "last.txt"
    run(1, last)
    assert last.read_text() == "never_holds\n"
    with pytest.raises(Problem, match="Failed twice running: never_holds; rewrite or withdraw"):
        run(2, last)
    last.write_text("another_claim\n")
    run(3, last)


@pytest.mark.parametrize("text, sentence", [
    (None, "No replication is on record; run: make replicate"),
    ("{", "is not valid JSON .* restore it from the history"),
    ('{"outcomes": [[1, "a", "b", true]], "changed": []}', "breaks its schema: .* restore it from the history"),
])  # fmt: skip
def test_a_missing_or_damaged_record_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "replication.json"
    if text:
        path.write_text(text)
    with pytest.raises(Problem, match=sentence) as problem:
        replicate.read(path)
    assert str(problem.value).count("\n") == 0


def test_the_replication_on_record_is_current_and_of_fresh_seeds():
    assert replicate.stale_runs() == {}


def test_every_claim_was_asked_as_it_is_now():
    ledger, results = replicate.read(), record.read_all(replicate.RUNS)
    known = {(name, evidence): held for _, name, evidence, held in ledger["outcomes"]}
    now = {(one.name, replicate.digest(one, results)): one.holds({k: r["runs"] for k, r in results.items()}) for one in claim.collect()}
    missing = [name for name, evidence in now if (name, evidence) not in known]
    assert not missing, f"run: make replicate, for {', '.join(missing)}"
    assert {key: known[key] for key in now} == now


def test_every_claim_that_failed_and_was_changed_says_what_became_of_it():
    ledger = json.loads(replicate.LEDGER.read_text())
    failed = {(number, name) for number, first in replicate.attempts(ledger).items() for name, held in first.items() if not held}
    said = {(one["set"], one["claim"]) for one in ledger["changed"]}
    assert said <= failed
    results = record.read_all(replicate.RUNS)
    runs = {name: result["runs"] for name, result in results.items()}
    standing = {one.name for one in claim.collect() if not one.holds(runs)}
    assert {name for _, name in failed - said} <= standing, "say in `changed` what became of them"
