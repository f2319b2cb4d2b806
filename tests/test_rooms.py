"""The rooms of evidence/ keep their rules: .importlinter says them, and says so when one is broken."""

import functools
import os
import re
import shutil
import subprocess
import sys

import pytest

from evidence.engine import freshness
from evidence.engine.freshness import ROOT

# not by its console script: that names the folder where the environment was made, and an environment may have been moved
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
ROOMS = sorted(path.name for path in (ROOT / "evidence").iterdir() if any(path.glob("*.py")))
closure = functools.cache(freshness.closure)
imported = functools.cache(lambda file: {*freshness.imported(file)})


def lint(project):
    wide = os.environ | {"COLUMNS": "300"}  # an import stands on one line
    return subprocess.run([sys.executable, "-c", LINT], cwd=project, env=wide, capture_output=True, text=True)


def test_no_room_reads_one_above_it():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


ARROWS = [  # (file, what it must not import)
    ("claims/start.py", "evidence.experiments.depth_start"),
    ("claims/residual/branches.py", "evidence.networks.residual"),
    ("figures/dead_start.py", "evidence.networks.signal"),
    ("readings/rates.py", "evidence.claims.he"),
    ("experiments/clipping.py", "evidence.readings.rates"),
    ("experiments/clipping.py", "evidence.engine.record"),
    ("theory/variance.py", "evidence.mnist"),
    ("engine/measure.py", "evidence.book.draw"),
    ("networks/descent.py", "evidence.experiments.clipping"),
    ("style/palette.py", "evidence.tables.rules"),
    ("checks/slack.py", "evidence.book.draw"),
    ("tables/rules.py", "evidence.figures.clipping"),
    ("book/draw.py", "evidence.experiments.clipping"),
    ("problem.py", "evidence.mnist"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """What is said of a copy in which every one of them is imported."""
    place = tmp_path_factory.mktemp("rooms")
    shutil.copytree(ROOT / "evidence", place / "evidence", ignore=shutil.ignore_patterns("__pycache__", "*.json", ".*"))
    shutil.copy(ROOT / ".importlinter", place)
    for file, imported in ARROWS:
        with open(place / "evidence" / file, "a") as code:
            code.write(f"\nimport {imported}\n")
    done = lint(place)
    assert done.returncode == 1, done.stdout
    return done.stdout


@pytest.mark.parametrize("file, imported", ARROWS)
def test_an_arrow_upwards_is_named(broken, file, imported):
    arrow = re.escape(f"evidence.{file[:-3].replace('/', '.')} -> {imported}")
    assert re.search(rf"(?m)^ *-? *{arrow} \(l\.\d+\)$(?!\n +evidence)", broken), broken  # a chain of imports goes on in the next line


def test_every_room_has_its_place_in_the_rules():
    said = (ROOT / ".importlinter").read_text()
    assert [room for room in ROOMS if f"evidence.{room}" not in said] == []


@pytest.mark.parametrize("path", sorted((ROOT / "evidence/theory").glob("*.py")), ids=lambda path: path.stem)
def test_a_closed_form_takes_numpy_and_scipy_alone(path):
    files, packages = freshness.closure(path)
    assert {file.parent for file in files} == {path.parent}
    assert set(packages) <= {"numpy", "scipy"}


@pytest.mark.parametrize("path", sorted(path for room in ("networks", "theory") for path in (ROOT / "evidence" / room).glob("*.py")), ids=lambda path: path.stem)
def test_what_experiments_share_is_imported_by_a_test_and_by_an_experiment(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    tests = [file for file in (ROOT / "tests").glob("test_*.py") if module in imported(file)]
    assert tests, f"{module} has no test; write tests/test_networks_{path.stem}.py, against keras.fit or a closed form"
    users = [file for room in ("experiments", "readings", "claims", "tables", "figures") for file in (ROOT / "evidence" / room).glob("**/*.py")]
    assert any(path in closure(file)[0] for file in users), f"nothing reads {module}; delete it"


def test_every_experiment_is_read_by_the_book():
    rooms = ("claims", "figures", "readings", "tables")
    code = "\n".join(path.read_text() for room in rooms for path in (ROOT / "evidence" / room).glob("**/*.py"))
    pages = "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    unread = [name for name in freshness.experiments() if f'"{name}"' not in code and f"(= {name}." not in pages]
    assert not unread, f"{', '.join(unread)}: measured for nothing; write a claim, a figure or a placeholder on a page, or delete it"
