"""Measuring can be interrupted and resumed, runs only what changed, and never leaves half a result."""

import json
import os
import signal
import subprocess

import pytest

from evidence.engine import freshness
from evidence.problem import Problem
from tests import small_project
from tests.small_project import OTHER, TOY, add, command, measured


@pytest.fixture
def project(tmp_path):
    return small_project.make(tmp_path)


def measure(project, *names):
    return subprocess.run(command("measure", *names), cwd=project, capture_output=True, text=True)


def test_everything_stale_is_measured_once_and_recorded(project):
    done = measure(project)
    assert done.returncode == 0, done.stderr
    assert sorted(measured(project)) == [f"{name} {seed}" for name in ("first", "second") for seed in range(4)]
    runs = json.loads((project / "evidence/results/first.json").read_text())["runs"]
    assert runs == {"arm": {"loss": [[s, s + 1, s + 2] for s in range(4)]}}
    assert "seed 4 of 4" in done.stdout and " left" in done.stdout
    assert measure(project).stdout == "first: current\nsecond: current\n"
    assert len(measured(project)) == 8


def test_only_what_changed_is_measured_again(project):
    measure(project)
    add(project, "second", OTHER)
    measure(project)
    assert sorted(measured(project)[8:]) == [f"second {seed}" for seed in range(4)]


def interrupt_after_two_seeds(project, how):
    """Exit code and words of a command that gets the signal when two seeds are measured, whatever else the machine does."""
    hold = project / "hold"
    hold.touch()
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    running = subprocess.Popen(
        command("measure", "first"), cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job would be deaf to it
    )
    for line in running.stdout:
        if "seed 2 of 4" in line:
            running.send_signal(how)
            break
    try:
        said, errors = running.communicate(timeout=60)  # returns when the workers, which hold its ends, are gone as well
    finally:
        running.kill()
        hold.unlink()
    return running.returncode, said + errors


def test_ctrl_c_says_what_is_kept_and_the_next_run_goes_on_from_there(project):
    code, said = interrupt_after_two_seeds(project, signal.SIGINT)
    assert code == 130
    assert "what is measured is kept, 2 seeds" in said and "Traceback" not in said
    assert not (project / "evidence/results/first.json").exists()
    assert measure(project, "first").returncode == 0
    assert sorted(measured(project)) == [f"first {seed}" for seed in range(4)]


def test_when_the_minutes_are_over_what_is_whole_is_recorded_and_the_rest_named(project):
    (project / "hold").touch()  # no seed above 1 ends
    add(project, "second", TOY.replace("[0, 1, 2, 3]", "[0, 1]"))
    for minutes in ("0.1", "0.5", "2.5"):  # a busy machine needs longer for two seeds
        done = measure(project, "second", "first", "--minutes", minutes)
        assert done.returncode == 0, done.stderr
        if "second: recorded" in done.stdout:
            break
    assert f"The {minutes} minutes are over, and these are not whole: first.\n" in done.stdout
    assert [path.name for path in (project / "evidence/results").glob("*.json")] == ["second.json"]
    (project / "hold").unlink()
    assert measure(project).returncode == 0
    assert sorted(measured(project)) == [*(f"first {seed}" for seed in range(4)), "second 0", "second 1"]


def test_minutes_and_a_cluster_are_not_asked_for_together(project):
    done = measure(project, "--minutes", "1", "--cluster", "tcp://localhost:1")
    assert (done.returncode, measured(project)) == (2, [])
    assert done.stderr.endswith("argument --cluster: not allowed with argument --minutes\n")


def test_a_kill_leaves_no_half_result(project):
    interrupt_after_two_seeds(project, signal.SIGKILL)
    assert not (project / "evidence/results/first.json").exists()
    assert measure(project, "first").returncode == 0
    assert sorted(set(measured(project))) == [f"first {seed}" for seed in range(4)]


def test_seeds_kept_from_other_code_are_not_used(project):
    interrupt_after_two_seeds(project, signal.SIGINT)
    add(project, "first", OTHER)
    measure(project, "first")
    assert sorted(measured(project)[2:]) == [f"first {seed}" for seed in range(4)]


def test_a_failing_experiment_records_nothing_and_exits_non_zero(project):
    add(project, "first", TOY.replace("return", "raise RuntimeError('broken')\n    return"))
    done = measure(project, "first")
    assert done.returncode != 0 and "broken" in done.stderr
    assert not (project / "evidence/results/first.json").exists()


def test_a_problem_in_one_seed_is_one_sentence(project):
    add(project, "first", TOY.replace("return", "raise Problem('The data is gone; fetch it.')\n    return").replace(
        "import numpy", "from evidence.problem import Problem\nimport numpy"))
    done = measure(project, "first")
    assert (done.returncode, done.stderr) == (1, "The data is gone; fetch it.\n")


def test_a_seed_whose_process_is_killed_is_one_sentence(project):
    add(project, "first", TOY.replace("return", "os.kill(os.getpid(), 9)\n    return"))
    done = measure(project, "first")
    assert done.returncode == 1 and done.stderr.startswith("The process that measured first was killed")
    assert done.stderr.count("\n") == 1


PROTOCOL = 'PROTOCOL = {"question": "Does measuring go on where it was?", "seeds": [0, 1, 2, 3]}'


@pytest.mark.parametrize("written, instead, said", [
    (PROTOCOL, "", "first.py has no PROTOCOL that can be read"),
    (PROTOCOL, f"def four():\n    return 4\n\n\n{PROTOCOL} | {{'four': four()}}", "NameError: name 'four' is not defined"),
    (PROTOCOL, PROTOCOL.replace('"question"', '"questions"'), "KeyError: 'question'"),
    (PROTOCOL, PROTOCOL[:-1], "first.py is no Python: '{' was never closed"),
    ("def measure(seed)", "def measured(seed)", "first.py has no function measure"),
    ("return {", "return seed  # {", "of first returns is not {arm: {quantity: list of numbers}}"),
    ("np.arange(3) + seed", "1.0", "of first returns is not {arm: {quantity: list of numbers}}"),
    ("np.arange(3)", "np.arange(0)", "of first returns is not {arm: {quantity: list of numbers}}"),
    ("arm", "arm\" if seed else \"other", "first: only one of the seeds 0 and 1 has arm.loss, other.loss"),
    ("seed}}", "seed}} | ({'late': {'loss': [1]}} if seed == 3 else {})", "first: only one of the seeds 0 and 3 has late.loss"),
])  # fmt: skip
def test_a_malformed_experiment_is_one_sentence_and_nothing_is_recorded(project, written, instead, said):
    assert TOY.count(written) == 1
    add(project, "first", TOY.replace(written, instead))
    done = measure(project, "first")
    assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1
    assert not (project / "evidence/results/first.json").exists()


def test_a_second_command_that_measures_into_the_same_folder_is_one_sentence(project):
    (project / "hold").touch()
    running = subprocess.Popen(command("measure", "first"), cwd=project, stdout=subprocess.PIPE, text=True)
    try:
        running.stdout.readline()  # of a seed that was measured
        done = measure(project, "second")
        assert done.returncode == 1 and done.stderr.startswith("Another command measures into ") and done.stderr.count("\n") == 1
    finally:
        (project / "hold").unlink()
        running.communicate(timeout=60)
    assert running.returncode == 0 and measure(project, "second").returncode == 0


def test_a_folder_that_cannot_be_written_is_one_sentence(project):
    (project / "file").touch()
    done = measure(project, "--results", "file", "first")
    assert done.returncode == 1 and done.stderr.startswith("Nothing can be measured into file (") and done.stderr.count("\n") == 1


def test_an_unknown_name_is_one_sentence(project):
    done = measure(project, "third")
    assert (done.returncode, done.stderr) == (1, "There is no experiment called third; there are: first, second.\n")


def test_another_installed_version_is_refused(project):
    lock = project / "requirements.txt"
    lock.write_text(lock.read_text().replace("\nnumpy==", "\nnumpy==9.", 1))
    done = measure(project, "first")
    assert done.returncode == 1 and "is not the pinned 9." in done.stderr
    assert measured(project) == []


def test_a_framework_that_is_not_installed_is_one_sentence_that_says_how_to_install_it(project):
    with open(project / "requirements-frameworks.txt", "a") as pins:
        pins.write("\nsurely_no_framework==1.2\n")
    add(project, "first", TOY.replace("import numpy", "import surely_no_framework\nimport numpy"))
    done = measure(project, "first")
    assert done.returncode == 1 and measured(project) == []
    assert done.stderr == (
        "surely_no_framework is not installed, in version 1.2, so the result would not be reproducible; "
        "run: .venv/bin/python -m pip install -r requirements-frameworks.txt\n"
    )


def test_the_cpu_build_of_a_pinned_version_is_that_version(monkeypatch):
    pinned = freshness.pin("torch")
    monkeypatch.setattr("evidence.engine.freshness.metadata.version", lambda package: f"{pinned}+cpu")
    freshness.check_installed({"torch": pinned})
    with pytest.raises(Problem, match=f"torch {pinned} is not the pinned 9.0"):
        freshness.check_installed({"torch": "9.0"})
