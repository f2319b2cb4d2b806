"""Every claim holds on the evidence, fails on its refutation, and is cited by a page."""

import pickle
import re

import pytest

from evidence.engine import record
from evidence.engine.freshness import ROOT
from evidence.readings import claim

CLAIMS = claim.collect()
PAGES = {path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}
each_claim = pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def runs(request):
    folder = request.config.getoption("--results") or record.RESULTS
    return record.runs(folder)


def test_every_claim_that_is_written_is_collected():
    texts = [path.read_text() for path in (ROOT / "evidence/claims").glob("**/*.py")]
    assert len(CLAIMS) == sum(len(re.findall(r"^@claim\(", text, re.M)) for text in texts) > 0


@each_claim
def test_the_claim_holds(one, runs):
    sentence = one.sentence(runs)
    assert sentence.endswith(".") and "{" not in sentence


@each_claim
def test_the_claim_fails_on_its_refutation(one, runs):
    assert one.refuted(runs), f"{one.name} does not notice altered evidence: it cannot fail"


@each_claim
def test_the_claim_types_no_measurement_in(one):
    typed = re.findall(r"(?<![\w{])\d+\.\d+", one.template)
    assert not typed, f"{one.name} types {typed} in: let the check return it"


@each_claim
def test_the_claim_is_cited_by_a_page(one):
    assert any(f"(= claims.{one.name} =)" in text for text in PAGES.values())


def test_every_citation_names_a_claim():
    cited = {name for text in PAGES.values() for name in re.findall(r"\(= claims\.(\w+) =\)", text)}
    assert cited <= {one.name for one in CLAIMS}


def test_a_refutation_leaves_the_runs_as_they_are(runs):
    before = {name: pickle.dumps(arms) for name, arms in runs.items()}
    for one in CLAIMS:
        one.refuted(runs)
    assert {name: pickle.dumps(arms) for name, arms in runs.items()} == before


def test_a_check_that_cannot_fail_is_noticed(runs):
    def vacuous(runs):
        """Water is wet."""

    assert not claim.Claim(vacuous, lambda runs: None, "symmetry").refuted(runs)
