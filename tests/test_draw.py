"""docs/generated holds what the results say, and is made again only where something changed."""

import csv
import json
import shutil
import subprocess
import sys

import pytest

from evidence.book.draw import GENERATED
from evidence.engine import record
from evidence.engine.freshness import ROOT
from evidence.readings import claim, numbers
from evidence.tables import framework_defaults


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project as it was drawn."""
    place = tmp_path_factory.mktemp("project")
    for folder in ("evidence", "snippets", "docs"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", ".unfinished"))
    shutil.copy(ROOT / "requirements.txt", place)
    return place


def draw(project):
    command = [sys.executable, "-m", "evidence", "draw"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


def written(project):
    return {path: path.stat().st_mtime_ns for path in (project / "docs/generated").rglob("*")}


def test_a_second_draw_draws_and_touches_nothing(project):
    before, done = written(project), draw(project)
    assert (done.returncode, done.stdout) == (0, ""), f"{done.stderr}run: python -m evidence draw"
    assert before and written(project) == before


@pytest.fixture(scope="module")
def again(project):
    """What a draw says, and where the figures are, after a figure's code, another's file and a result changed, and a leftover came."""
    code, result, figures = (project / path for path in ("evidence/figures/reading.py", "evidence/results/depth_start.json", "docs/generated/figures"))
    originals, changed = {path: path.read_text() for path in (code, result)}, json.loads(result.read_text())
    code.write_text(originals[code].replace("markersize=9", "markersize=8"))
    changed["protocol"]["question"] += " Again?"
    record.write(changed, result)
    (figures / "clipping-dark.svg").unlink()
    (figures / "gone-dark.svg").write_text("<svg/>")
    done = draw(project)
    for path, text in originals.items():
        path.write_text(text)
    return done.stdout.splitlines(), figures


def test_a_changed_figure_a_deleted_one_and_those_that_read_a_changed_result_are_drawn_again_and_no_other(again):
    said, figures = again
    assert said == [f"drawing {n} of 4: {name}" for n, name in enumerate(["clipping", "depth_signal", "depth_start", "reading"], 1)]
    assert (figures / "reading-light.svg").read_text() != (GENERATED / "figures/reading-light.svg").read_text()


def test_a_deleted_figure_comes_back_as_it_was_and_a_leftover_goes(again):
    _, figures = again
    assert (figures / "clipping-dark.svg").read_text() == (GENERATED / "figures/clipping-dark.svg").read_text()
    assert not (figures / "gone-dark.svg").exists()


def test_a_result_that_refutes_a_claim_stops_the_drawing_with_its_sentence(project):
    path = project / "evidence/results/mnist_shootout.json"
    original = path.read_text()
    result = json.loads(original)
    runs = result["runs"]
    runs["zeros"], runs["he_normal"] = runs["he_normal"], runs["zeros"]
    record.write(result, path)  # sealed anew: a real experiment could have come out like this
    done = draw(project)
    path.write_text(original)
    assert done.returncode == 1
    assert done.stderr.startswith("The evidence refutes ") and "Traceback" not in done.stderr


def test_every_recorded_number_is_in_the_spreadsheet():
    result = record.read("depth_start")
    with open(GENERATED / "results/depth_start.csv") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == sum(len(row) for arm in result["runs"].values() for values in arm.values() for row in values)
    for line in lines[::97]:
        seed = result["protocol"]["seeds"].index(int(line["seed"]))
        recorded = result["runs"][line["arm"]][line["quantity"]][seed][int(line["index"])]
        assert float(line["value"] or "nan") == pytest.approx(recorded, nan_ok=True)


def test_every_claim_has_its_proof_on_the_page_of_its_chapter():
    for one in claim.collect():
        page = (GENERATED / f"claims/{one.chapter}.md").read_text()
        assert f"{{: #{one.anchor} }}" in page and one.code.splitlines()[-1].strip() in page


def test_results_are_published_as_they_are():
    for path in record.RESULTS.glob("*.json"):
        assert (GENERATED / "results" / path.name).read_text() == path.read_text()


def test_a_table_names_the_versions_that_made_the_results_it_is_given():
    runs = record.runs()
    runs["defaults"].versions = runs["defaults"].versions | {"keras": "9.8.7"}
    assert "| Keras 9.8.7 |" in framework_defaults.table(runs)


def test_numbers_are_the_means_and_intervals_of_the_results():
    printed = json.loads((GENERATED / "numbers.json").read_text())["mnist_shootout"]["he_normal"]
    values = record.read("mnist_shootout")["runs"]["he_normal"]["test_accuracy"][:, -1]
    assert printed["test_accuracy_mean"] == f"{values.mean():.4f}"
    assert printed["test_accuracy"].endswith("\N{NO-BREAK SPACE}%")
    mean, half = printed["test_accuracy"][:-2].split("\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}")
    assert float(mean) == pytest.approx(100 * values.mean(), abs=float(half))


@pytest.mark.parametrize("folder, remedy", [("results", "measure depth_start"), ("replication", "replicate")])
def test_a_missing_result_is_one_sentence_with_the_remedy(project, folder, remedy):
    path = project / f"evidence/{folder}/depth_start.json"
    path.rename(project / "away")
    done = draw(project)
    (project / "away").rename(path)
    assert (done.returncode, done.stderr) == (1, f"depth_start has no recorded result; run: python -m evidence {remedy}\n")


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (0.5, 0, "0.5000"),
        (2.30102, 1e-5, "2.301020 ± 0.000010"),
        (-0.25, 0.031, "−0.250 ± 0.031"),
        (-0.25, 0.041, "−0.25 ± 0.04"),
        (120, 34, "120 ± 34"),
    ],
)
def test_a_mean_is_cut_where_its_interval_is_uncertain(mean, half, text):
    assert numbers.plus_minus(mean, half) == text
