"""A result is current only if its code, its packages and its data are what they were."""

import hashlib
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys

import pytest

from evidence import mnist
from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.engine.measure import stale
from evidence.problem import Problem

EXPERIMENTS = freshness.experiments()
INPUTS = {name: record.parse(name)["inputs"] for name in EXPERIMENTS}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project's code and results, and when each of its files was written."""
    place = tmp_path_factory.mktemp("project")
    for folder in ("evidence", "snippets"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for file in freshness.REQUIREMENTS:
        shutil.copy2(ROOT / file, place)
    return place, written(place)


def written(place):
    return {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}


@pytest.fixture
def project(copy):
    """The copy, to be broken: it is whole again after each test, since copying it takes longer than most of them."""
    place, before = copy
    yield place
    for path in {path for path, _ in before.items() ^ written(place).items()}:
        shutil.copy2(ROOT / path.relative_to(place), path) if path in before else path.unlink()


def status(project):
    """Exit code and {experiment: what status says of it} in a project."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "evidence", "status"]
    done = subprocess.run(command, cwd=project, env=clean, capture_output=True, text=True)
    return done.returncode, dict(line.split(": ", 1) for line in done.stdout.splitlines())


def one_character(path):
    path.write_text(path.read_text() + "#")


def test_the_committed_results_are_current(project):
    code, said = status(project)
    assert (code, set(said.values())) == (0, {"current"}), said
    assert sorted(said) == sorted([*EXPERIMENTS, "replication"])


@pytest.fixture
def copied(project, monkeypatch):
    """The copy, asked without a new process for each question."""
    monkeypatch.setattr(freshness, "ROOT", project)
    freshness._requirements.cache_clear()
    yield project
    freshness._requirements.cache_clear()


def why(name, project):
    return stale(name, project / "evidence/results")


@pytest.mark.parametrize("of_experiments", [True, False], ids=["experiments", "other modules"])
def test_one_character_of_a_file_makes_those_results_stale_that_import_it_and_is_named(copied, of_experiments):
    """Of every file of a kind at once, while those of the other kind stay: each is named, and nothing else."""
    every = {file for files in INPUTS.values() for file in files}
    changed = {file for file in every if file.startswith("evidence/experiments/") is of_experiments}
    for file in changed:
        one_character(copied / file)
    stale_now = {name: why(name, copied) for name in EXPERIMENTS}
    assert stale_now == {name: [f"{file} changed" for file in sorted(changed & INPUTS[name].keys())] for name in EXPERIMENTS}


def test_each_input_bears_the_digest_of_its_own_file():
    keys = [freshness.key(freshness.source(name))["inputs"] for name in EXPERIMENTS]
    for file, digest in {pair for key in keys for pair in key.items()}:
        assert digest == hashlib.sha256((ROOT / file).read_bytes()).hexdigest(), file


def test_another_pinned_version_makes_every_result_stale(copied):
    lock = copied / "requirements.txt"
    lock.write_text(lock.read_text().replace("\nnumpy==", "\nnumpy==9.", 1))
    assert {name: why(name, copied) for name in EXPERIMENTS} == dict.fromkeys(EXPERIMENTS, ["version of numpy changed"])


@pytest.mark.parametrize("package", ["torch", "jax", "flax"])
def test_another_version_of_a_framework_makes_what_compares_with_it_stale(copied, package):
    lock = copied / "requirements-frameworks.txt"
    lock.write_text(re.sub(rf"^{package}==", f"{package}==9.", lock.read_text(), flags=re.MULTILINE))
    stale_now = {name: why(name, copied) for name in EXPERIMENTS}
    assert stale_now["framework_defaults"] == [f"version of {package} changed"]
    assert stale_now["defaults"] == []


def test_what_draws_the_book_imports_no_framework():
    def frameworks(path):
        return {"torch", "jax", "flax"} & set(freshness.closure(path)[1])

    rooms = [ROOT / "evidence" / room for room in ("claims", "tables", "figures", "book")]
    assert all(any(room.glob("*.py")) for room in rooms) and frameworks(freshness.source("framework_defaults"))
    assert [path for room in rooms for path in room.glob("**/*.py") if frameworks(path)] == []


def test_other_data_makes_those_results_stale_that_load_it(copied, monkeypatch):
    monkeypatch.setattr(mnist, "SHA256", mnist.SHA256 | {"y_test": "0" * 64})
    load = [name for name in EXPERIMENTS if "evidence/mnist.py" in INPUTS[name]]
    assert {name: why(name, copied) for name in EXPERIMENTS} == {name: ["the data changed"] if name in load else [] for name in EXPERIMENTS}
    assert load


def test_a_setting_that_the_experiment_does_not_have_makes_its_result_stale(copied):
    """Also if whoever changed it sealed the result anew."""
    unsealed, sealed = {}, {}
    for name in EXPERIMENTS:
        path = copied / f"evidence/results/{name}.json"
        result = json.loads(path.read_text())
        result["protocol"]["steps"] = 999
        path.write_text(json.dumps(result))
        unsealed[name] = why(name, copied)
        path.write_text(json.dumps(result | {"sha256": record.seal(result)}))
        sealed[name] = why(name, copied)
    assert sealed == dict.fromkeys(EXPERIMENTS, ["its steps are not the experiment's"])
    assert unsealed == dict.fromkeys(EXPERIMENTS, ["it was altered after it was measured", "its steps are not the experiment's"])


def test_a_protocol_is_found_without_running_the_rest_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    (tmp_path / "evidence/experiments").mkdir(parents=True)
    (tmp_path / "evidence/experiments/toy.py").write_text(
        "import no_such_package\nfrom math import tau\nDEPTHS = [2, 3]\nRATES = {depth: (tau, 1) for depth in DEPTHS}\n"
        "raise SystemExit\nPROTOCOL = {'question': 'Which?', 'learning_rates': RATES, 'seeds': [*range(3)]}\nPROTOCOLS = no_such_name\n"
    )
    expected = {"question": "Which?", "learning_rates": {"2": [math.tau, 1], "3": [math.tau, 1]}, "seeds": [0, 1, 2]}
    assert freshness.protocol("toy") == expected


@pytest.mark.parametrize("part", ["inputs", "versions", "data", "protocol", "runs", "sha256"])
@pytest.mark.parametrize("instead", [[], None, 3])
def test_a_part_of_a_result_of_another_kind_is_stale(tmp_path, part, instead):
    (tmp_path / "class_prior.json").write_text(json.dumps(record.parse("class_prior") | {part: instead}))
    assert stale("class_prior", tmp_path) != []


def test_the_experiments_train_on_mnist_with_the_stacked_trainer():
    inputs = record.read("mnist_shootout")["inputs"]
    assert {"evidence/mnist.py", "snippets/tools/stacked.py"} <= inputs.keys()


def test_a_missing_result_is_stale(project):
    (project / f"evidence/results/{EXPERIMENTS[0]}.json").unlink()
    code, said = status(project)
    assert (code, said[EXPERIMENTS[0]]) == (1, "stale, it was never measured")


def test_a_result_without_an_experiment_is_named(project):
    (project / "evidence/results/nobody.json").write_text("{}")
    code, said = status(project)
    assert code == 1
    assert said["nobody"].startswith("no experiment of this name")


def test_status_takes_a_small_multiple_of_importing_what_it_reads_with_and_no_tensorflow(project):
    def seconds(run):  # of the processor, since other tests run beside this one; the least of three
        found = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(found)

    imported = seconds(lambda: subprocess.run([sys.executable, "-c", "import numpy, jsonschema"], check=True))
    assert seconds(lambda: status(project)) < 16 * imported  # eight times on the machine where this was written
    imports = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "evidence", "status"], cwd=project, capture_output=True, text=True
    ).stderr
    assert " numpy" in imports
    assert not re.findall(r" (?:tensorflow|keras|torch|jax|flax)$", imports, re.MULTILINE)


def test_the_closure_follows_relative_nested_and_member_imports(tmp_path, monkeypatch):
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    files = {
        "a/__init__.py": "",
        "a/start.py": "from . import near\nfrom a.b import deep\ndef later():\n    import a.lazy\nfrom math import pi\n",
        "a/near.py": "import numpy.linalg",
        "a/b/__init__.py": "from .inner import thing",
        "a/b/inner.py": "thing = 1",
        "a/b/deep.py": "",
        "a/lazy.py": "import keras",
        "a/stranger.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found, packages = freshness.closure(tmp_path / "a/start.py")
    assert {str(path.relative_to(tmp_path)) for path in found} == files.keys() - {"a/stranger.py"}
    assert packages == ["keras", "numpy", "tensorflow"]


def test_an_unknown_experiment_is_one_sentence_with_the_names():
    with pytest.raises(Problem, match="no experiment called shootout; there are: .*mnist_shootout"):
        freshness.source("shootout")


def test_a_package_without_a_pin_is_one_sentence():
    with pytest.raises(Problem, match="not pinned in requirements.txt or requirements-frameworks.txt or requirements-models.txt; add it"):
        freshness.pin("surely_not_a_package")
