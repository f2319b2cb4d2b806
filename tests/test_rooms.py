"""The rooms of evidence/ keep their rules: .importlinter says them, and says so when one is broken."""

import shutil
import subprocess
import sys

import pytest

from evidence.engine import freshness
from evidence.engine.freshness import ROOT

# not by its console script: that names the folder where the environment was made, and an environment may have been moved
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
ROOMS = sorted(path.name for path in (ROOT / "evidence").iterdir() if any(path.glob("*.py")))


def lint(project):
    return subprocess.run([sys.executable, "-c", LINT], cwd=project, capture_output=True, text=True)


def test_no_room_reads_one_above_it():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "file, imported",
    [
        ("claims/start.py", "evidence.experiments.depth_start"),
        ("figures/dead_start.py", "evidence.networks.signal"),
        ("readings/rates.py", "evidence.claims.he"),
        ("experiments/clipping.py", "evidence.readings.rates"),
        ("experiments/clipping.py", "evidence.engine.record"),
        ("theory/variance.py", "evidence.mnist"),
        ("engine/measure.py", "evidence.book.draw"),
        ("problem.py", "evidence.mnist"),
    ],
)
def test_an_arrow_upwards_is_named(tmp_path, file, imported):
    shutil.copytree(ROOT / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("__pycache__", "*.json", ".*"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    path = tmp_path / "evidence" / file
    path.write_text(f"{path.read_text()}\nimport {imported}\n")
    done = lint(tmp_path)
    arrow = f"evidence.{file[:-3].replace('/', '.')} -> {imported}"
    assert done.returncode == 1 and arrow in " ".join(done.stdout.split()), done.stdout


def test_every_room_has_its_place_in_the_rules():
    said = (ROOT / ".importlinter").read_text()
    assert [room for room in ROOMS if f"evidence.{room}" not in said] == []


@pytest.mark.parametrize("path", sorted((ROOT / "evidence/theory").glob("*.py")), ids=lambda path: path.stem)
def test_a_closed_form_takes_numpy_and_scipy_alone(path):
    files, packages = freshness.closure(path)
    assert {file.parent for file in files} == {path.parent}
    assert set(packages) <= {"numpy", "scipy"}
