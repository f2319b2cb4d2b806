"""docs/generated holds what the results say, and is made again only where something changed."""

import json
import shutil
import subprocess
import sys

import pytest

from evidence import numbers, record
from evidence.freshness import ROOT


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, drawn once."""
    place = tmp_path_factory.mktemp("project")
    for folder in ("evidence", "snippets", "docs"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", "generated", ".unfinished"))
    shutil.copy(ROOT / "requirements.txt", place)
    assert draw(place).returncode == 0
    return place


def draw(project):
    command = [sys.executable, "-m", "evidence", "draw"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


def test_a_second_draw_draws_and_touches_nothing(project):
    before = {path: path.stat().st_mtime_ns for path in (project / "docs/generated").rglob("*")}
    assert draw(project).stdout == ""
    assert {path: path.stat().st_mtime_ns for path in (project / "docs/generated").rglob("*")} == before


def test_a_changed_figure_is_drawn_again_and_only_it(project):
    path = project / "evidence/figures/reading.py"
    path.write_text(path.read_text().replace("markersize=9", "markersize=8"))
    said = draw(project).stdout.splitlines()
    assert [line.split(": ")[1] for line in said] == ["reading, light", "reading, dark"]


def test_a_deleted_figure_comes_back_and_a_leftover_goes(project):
    figures = project / "docs/generated/figures"
    (figures / "reading-dark.svg").unlink()
    (figures / "gone-dark.svg").write_text("<svg/>")
    assert draw(project).stdout.splitlines() == ["drawing 1 of 1: reading, dark"]
    assert not (figures / "gone-dark.svg").exists()


def test_a_result_that_refutes_a_claim_stops_the_drawing_with_its_sentence(project):
    path = project / "evidence/results/mnist_shootout.json"
    original = path.read_text()
    path.write_text(original.replace('"zeros"', '"_"').replace('"he_normal"', '"zeros"').replace('"_"', '"he_normal"'))
    done = draw(project)
    path.write_text(original)
    assert done.returncode == 1
    assert done.stderr.startswith("The evidence refutes ") and "Traceback" not in done.stderr


def test_results_are_published_as_they_are(project):
    for path in record.RESULTS.glob("*.json"):
        assert (project / "docs/generated/results" / path.name).read_text() == path.read_text()


def test_numbers_are_the_means_and_intervals_of_the_results(project):
    printed = json.loads((project / "docs/generated/numbers.json").read_text())["mnist_shootout"]["he_normal"]
    values = record.read("mnist_shootout")["runs"]["he_normal"]["val_accuracy"][:, -1]
    assert printed["val_accuracy_mean"] == f"{values.mean():.4f}"
    mean, half = printed["val_accuracy"].removesuffix(" %").split(" ± ")
    assert float(mean) == pytest.approx(100 * values.mean(), abs=float(half))


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
