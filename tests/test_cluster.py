"""Measuring on Dask's workers gives the results of one machine, survives a worker's loss, and says what is wrong in a sentence.

Part of `make verify`, since it needs Dask.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests import small_project
from tests.small_project import OTHER, TOY, add, command, measured

pytestmark = pytest.mark.cluster


@pytest.fixture
def project(tmp_path):
    return small_project.make(tmp_path / "project")


class Cluster:
    """A scheduler on a free port of this machine, and workers, each a process that runs in a folder of its own."""

    def __init__(self, place, folder):
        self.place, self.started = place, []
        told = place / "scheduler.json"
        self.scheduler = self._dask("scheduler", folder, "--host", "127.0.0.1", "--port", "0", "--scheduler-file", told)
        self.address = json.loads(_once(lambda: told.exists() and told.read_text()))["address"]

    def worker(self, folder):
        """Start one, and wait until the scheduler knows it, which takes long on a busy machine."""
        known = self._registered()
        worker = self._dask("worker", folder, self.address, "--nthreads", "1", "--no-nanny")
        _once(lambda: self._registered() > known)
        return worker

    def _registered(self):
        return (self.place / "0.log").read_text().count("Register worker")

    def stop(self):
        for process in self.started:
            process.kill()
            process.wait()

    def _dask(self, kind, folder, *options):
        log = open(self.place / f"{len(self.started)}.log", "w")
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # experiments are rewritten faster than clocks tick
        dask = [sys.executable, "-m", "dask", kind, *options, "--no-dashboard"]
        self.started.append(subprocess.Popen(dask, cwd=folder, env=environment, stdout=log, stderr=log))
        return self.started[-1]


@pytest.fixture
def cluster(tmp_path, project):
    place = tmp_path / "cluster"
    place.mkdir()
    cluster = Cluster(place, project)
    yield cluster
    cluster.stop()


def _once(found, seconds=120):
    """What a function finds, once it finds something."""
    for _ in range(10 * seconds):
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError("nothing was found")


def on(cluster, project, *arguments):
    """What measuring on a cluster, or at an address, comes to."""
    address = getattr(cluster, "address", cluster)
    return subprocess.run(
        command("measure", "--cluster", address, *arguments), cwd=project, capture_output=True, text=True, timeout=300
    )


def begun(cluster, project):
    """The command on a cluster whose workers wait in mid-experiment, when two seeds are measured and two are in flight."""
    (project / "hold").touch()
    running = subprocess.Popen(
        command("measure", "first", "--cluster", cluster.address),
        cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job would be deaf to it
    )
    said = ""
    for line in running.stdout:
        said += line
        if "seed 2 of 4" in line:
            return running, said
    raise AssertionError(said + running.stderr.read())


def ended(running):
    said, errors = running.communicate(timeout=300)
    return running.returncode, said, errors


def results(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


def test_two_workers_give_the_results_of_one_machine(cluster, project):
    for _ in range(2):
        cluster.worker(project)
    done = on(cluster, project)
    assert done.returncode == 0, done.stderr
    assert "seed 4 of 4" in done.stdout and " left" in done.stdout
    assert sorted(measured(project)) == [f"{name} {seed}" for name in ("first", "second") for seed in range(4)]
    subprocess.run(command("measure", "--results", "alone/results"), cwd=project, check=True, capture_output=True)
    assert len(results(project / "alone/results")) == 2
    assert results(project / "evidence/results") == results(project / "alone/results")


def test_what_a_killed_worker_was_on_is_measured_by_the_other(cluster, project):
    workers = [cluster.worker(project), cluster.worker(project)]
    running, _ = begun(cluster, project)
    workers[0].kill()
    time.sleep(2)  # in which the command notices
    (project / "hold").unlink()
    code, said, errors = ended(running)
    assert (code, errors) == (0, "")
    assert f"Workers at {cluster.address}: 1\n" in said and "first: recorded" in said
    assert sorted(measured(project)) == [f"first {seed}" for seed in range(4)]


def test_ctrl_c_says_what_is_kept_and_the_next_run_goes_on_from_there(cluster, project):
    cluster.worker(project)
    cluster.worker(project)
    running, _ = begun(cluster, project)
    running.send_signal(signal.SIGINT)
    code, said, errors = ended(running)
    assert (code, errors) == (130, "")
    assert "what is measured is kept, 2 seeds" in said
    (project / "hold").unlink()
    done = on(cluster, project, "first")
    assert done.returncode == 0, done.stderr
    assert {"first 0", "first 1"}.isdisjoint(measured(project)[2:])


@pytest.mark.parametrize("lost", ["scheduler", "worker"])
def test_losing_the_scheduler_or_the_last_worker_is_one_sentence_and_keeps_what_is_measured(cluster, project, lost):
    worker = cluster.worker(project)
    (project / "evidence/experiments/first.py").write_text(TOY.replace("seed > 1", "seed > 2").replace("NAME", "first"))
    running, _ = begun(cluster, project)
    (cluster.scheduler if lost == "scheduler" else worker).kill()
    code, _, errors = ended(running)
    assert code == 1 and errors.startswith(f"The scheduler at {cluster.address} ") and errors.count("\n") == 1
    kept = (project / "evidence/results/.unfinished/first").glob("*/*.json")
    assert {path.stem for path in kept} >= {"0", "1"}


def test_a_problem_on_a_worker_is_one_sentence_with_its_address_and_ends_no_worker(cluster, project):
    worker = cluster.worker(project)
    add(project, "first", "from evidence.problem import Problem\n" + TOY.replace("return", "raise Problem('The data is gone.')\n    return"))
    done = on(cluster, project, "first")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("Worker tcp://127.0.0.1:") and done.stderr.endswith(": The data is gone.\n")
    assert on(cluster, project, "second").returncode == 0 and worker.poll() is None


def other_code(clone):
    add(clone, "second", OTHER)
    return "evidence/experiments/second.py changed"


def other_packages(clone):
    lock = clone / "requirements.txt"
    lock.write_text(lock.read_text().replace("\nnumpy==", "\nnumpy==9.", 1))
    return "version of numpy changed"


@pytest.mark.parametrize("alter", [other_code, other_packages], ids=lambda alter: alter.__name__)
def test_a_worker_with_other_code_or_packages_is_one_sentence_that_names_what_differs(cluster, project, alter):
    clone = shutil.copytree(project, project.with_name("clone"))
    differing = alter(clone)
    cluster.worker(clone)
    done = on(cluster, project, "second")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"second is not the command's here ({differing})" in done.stderr
    assert measured(clone) == []


def test_a_worker_that_has_run_older_code_says_so(cluster, project):
    cluster.worker(project)
    assert on(cluster, project, "second").returncode == 0
    add(project, "second", OTHER)
    done = on(cluster, project, "second")
    assert done.returncode == 1 and "evidence/experiments/second.py changed" in done.stderr


def test_a_worker_outside_the_project_is_one_sentence(cluster, project):
    cluster.worker(cluster.place)
    done = on(cluster, project)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "does not find this project; start it in a clone of this commit" in done.stderr


def test_a_scheduler_outside_the_project_is_one_sentence(tmp_path, project):
    cluster = Cluster(tmp_path, tmp_path)
    try:
        cluster.worker(project)
        done = on(cluster, project)
    finally:
        cluster.stop()
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"The scheduler at {cluster.address} does not find this project; start it in a clone")


def test_a_scheduler_without_workers_is_one_sentence(cluster, project):
    done = on(cluster, project)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"The scheduler at {cluster.address} has no workers; start some: ")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere", "http://127.0.0.1:80", "mute"])
def test_an_address_where_no_scheduler_answers_is_one_sentence(project, address):
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes a connection and says nothing
        done = on(f"tcp://127.0.0.1:{mute.getsockname()[1]}" if address == "mute" else address, project)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("No Dask scheduler answers at ")


def test_nothing_stale_asks_for_no_scheduler(project):
    subprocess.run(command("measure"), cwd=project, check=True, capture_output=True)
    assert on("nowhere", project).returncode == 0
