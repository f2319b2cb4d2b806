"""Every published figure on the shelf has bands, a verdict that follows from the runs, and a row on the page that says it."""

import copy
import math
import re

import pytest

from evidence.book import bibliography, shelf
from evidence.checks import replicate
from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from evidence.readings import budget, rates, reproduction
from evidence.readings.reproduction import ANY, Band, Reproduction, within

ROWS = reproduction.collect()
WORKS = bibliography.read(bibliography.BIB.read_text())
MEASURED = [row for row in ROWS if row.key in reproduction.MEASURES and {*row.experiments} <= {*freshness.experiments()}]
PAGE = (ROOT / "docs/reproductions.md").read_text()


@pytest.fixture(scope="module")
def runs(request):
    return record.runs(request.config.getoption("--results") or record.RESULTS)


@pytest.fixture(scope="module")
def fresh():
    return {name: result["runs"] for name, result in record.read_all(replicate.RUNS).items()}


@pytest.fixture(scope="module")
def parts(runs, fresh):
    return shelf.parts(ROWS, WORKS, runs, fresh)


def cells(table):
    """{name of a row as the page has it: its other cells}."""
    lines = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in table.splitlines()[2:]]
    return {line[0]: line[1:] for line in lines}


def test_the_shelf_holds_more_than_a_score_of_figures_with_names_of_their_own():
    assert len({row.key for row in ROWS}) == len(ROWS) >= 24


def test_every_function_belongs_to_a_row():
    assert reproduction.MEASURES.keys() <= {row.key for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_the_wider_bands_hold_the_narrower_and_ask_for_something(row):
    asked = [band for band in row.bands.values() if band.partly]
    assert asked and all(band.partly[0] <= band.reproduced[0] < band.reproduced[1] <= band.partly[1] for band in asked)
    assert all(math.isfinite(band.reproduced[0]) or math.isfinite(band.reproduced[1]) for band in row.bands.values())


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row.key)
def test_a_measured_row_reads_the_experiments_that_it_names_and_no_other(row, runs):
    watched = replicate.Watched(runs)
    assert row.values(watched) and watched.read == set(row.experiments)


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row.key)
def test_the_verdict_gets_worse_on_the_refutation(row, runs):
    altered = dict(runs) | {name: copy.deepcopy(runs[name]) for name in row.experiments}
    reproduction.REFUTATIONS[row.key](altered)
    before, after = (reproduction.VERDICTS.index(row.verdict(each)) for each in (runs, altered))
    assert before == 2 or before < after < 3, f"{row.key} does not notice altered evidence"


@pytest.mark.parametrize("kind", ["runs", "fresh"])
def test_the_mask_is_partly_reproduced_at_the_rate_that_the_page_names(kind, request):
    arms = dict(request.getfixturevalue(kind)["lottery_tickets"])
    chosen = arms["mask_grown_0.01"]
    arms |= {f"mask_grown_{rate}": chosen for rate in rates.grid(arms, "mask_grown")}
    assert next(row for row in ROWS if row.key == "supermask").verdict({"lottery_tickets": arms}) == "partly"


def test_what_nobody_measured_says_so_on_the_page(parts):
    table = cells(parts["reproductions.md"])
    assert len(table) == len(ROWS)
    pending = [row for row in ROWS if row not in MEASURED]
    said = [one for one in table.values() if one[0] == "not yet measured"]
    assert len(said) == len(pending) and all(one[3] == "–" for one in said)
    assert {one[1] for one in said} == {row.shows for row in pending}


def test_the_page_says_of_each_row_whether_its_band_came_first(parts, runs):
    said = {one[1] + one[2].split(" [")[0]: one[4] for one in cells(parts["reproductions.md"]).values()}
    assert said == {row.shows + row.told(row.ours, runs): "after runs" if row.seen else "before runs" for row in ROWS}


def test_a_row_that_was_measured_before_its_band_is_measured():
    assert [row.key for row in ROWS if row.seen and row not in MEASURED] == []


def test_every_paper_has_its_footnote():
    assert {row.paper for row in ROWS} == set(re.findall(r"(?m)^\[\^(\w+)\]: \(= references\.\1 =\)", PAGE))


def test_a_measured_row_links_to_the_page_that_tells_of_it():
    assert [row.key for row in MEASURED if not (row.page and (ROOT / "docs" / row.page).is_file())] == []


def toy(value, why=""):
    """A row whose only quantity has this value on all runs."""
    row = Reproduction("toy", "he2015", "figure 2", "a", "b", {"x": Band("x", (1, 2), (0, 3))}, (), "", False, why)
    reproduction.MEASURES["toy"] = lambda runs: {"x": value}
    return row


@pytest.fixture
def forget_the_toy():
    yield
    reproduction.MEASURES.pop("toy", None)


@pytest.mark.usefixtures("forget_the_toy")
@pytest.mark.parametrize("value, verdict", [(1, 0), (2, 0), (0.9, 1), (3, 1), (3.1, 2), (math.nan, 2), (math.inf, 2)])
def test_the_verdict_follows_from_the_bands(value, verdict):
    assert toy(value).verdict({}) == reproduction.VERDICTS[verdict]


@pytest.mark.usefixtures("forget_the_toy")
def test_a_paper_without_an_entry_in_the_bibliography_is_named():
    with pytest.raises(Problem, match="he2015"):
        shelf.parts([toy(1)], {}, {}, {})


@pytest.mark.usefixtures("forget_the_toy")
def test_the_page_says_why_a_row_falls_short_or_that_nobody_knows():
    assert "too small" in shelf.parts([toy(5, "too small")], WORKS, {}, {})["reproductions_short.md"]
    assert shelf.UNKNOWN in shelf.parts([toy(5)], WORKS, {}, {})["reproductions_short.md"]


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row.key)
def test_somebody_has_asked_why_a_row_falls_short(row, runs):
    assert row.why or row.verdict(runs) == "reproduced", f"find out why {row.key} falls short, and write it into `why`"


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row.key)
def test_a_row_types_no_budget_that_its_experiment_sets(row, runs):
    protocol = runs[row.experiments[0]].protocol
    typed = re.findall(r"\b[\d,]+ steps|\d[\d,]* images\b|of \w+ rates|\b(?!had)\w+ epochs of", row.ours + row.why)
    trains = {"batch_size", "learning_rates"} & (protocol | budget.derived(protocol)).keys()
    assert not (typed and trains), f"write {{steps}}, {{images:,}}, {{epochs}}, {{rates}} in place of {typed}"


@pytest.mark.usefixtures("forget_the_toy")
def test_a_setting_that_no_experiment_has_is_named():
    with pytest.raises(Problem, match="'strides'.*write the number"):
        shelf.parts([toy(5, "{strides} strides")], WORKS, {}, {})


def test_nothing_infinite_is_within_a_band_without_an_end():
    assert not within(math.inf, (0, ANY)) and within(7, (0, ANY))
