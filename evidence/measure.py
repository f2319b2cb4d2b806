"""Runs the experiments whose results are stale, a seed on each core, so that an interruption costs a seed or two."""

import hashlib
import importlib
import json
import os
import shutil
import signal
import sys
import threading
import time
import warnings
from functools import cache
from importlib import metadata

from joblib import Parallel, delayed
from joblib.externals.loky import process_executor

from evidence import freshness, record
from evidence.problem import Problem


def stale(name, folder=record.RESULTS):
    """Sentences that say why an experiment's recorded result is not current; empty if it is."""
    if not (folder / f"{name}.json").exists():
        return ["it was never measured"]
    recorded, current = record.parse(name, folder), freshness.key(freshness.source(name))
    if not isinstance(recorded, dict) or not current.keys() | {"runs", "runs_sha256"} <= recorded.keys():
        return ["its file is damaged"]
    altered = ["its runs were altered"] if record.seal(recorded["runs"]) != recorded["runs_sha256"] else []
    return freshness.changes(recorded, current) + altered


def measure(names, folder=record.RESULTS, say=print):
    """Measure every named experiment that is stale, on all cores, and write its result into `folder`.

    Seeds already measured with the same code, packages and data are taken from where an interrupted run left
    them. Raises Problem, and KeyboardInterrupt after saying what was kept.
    """
    waiting = [name for name in names if stale(name, folder)]
    for name in sorted(set(names) - set(waiting)):
        say(f"{name}: current")
    plans = {name: _Plan(name, folder) for name in waiting}
    tasks = [(name, seed, plan.path(seed)) for name, plan in plans.items() for seed in plan.missing()]
    started, done = time.monotonic(), 0
    for plan in plans.values():
        plan.record_if_whole(say)  # an interrupted run may have left all its seeds
    try:
        for name, problem in _on_all_cores(tasks):
            if problem:
                raise problem
            done += 1
            left = _clock((time.monotonic() - started) / done * (len(tasks) - done))
            say(f"{name}: seed {plans[name].measured()}, about {left} left", flush=True)
            plans[name].record_if_whole(say)
    except KeyboardInterrupt:
        kept = sum(len(list(plan.kept.glob("*.json"))) for plan in plans.values())
        say(f"\nInterrupted: what is measured is kept, {kept} seeds; the same command goes on from there.")
        raise


def _on_all_cores(tasks):
    """(name, Problem or None) of each task, as it ends; a seed is a task, so that no core waits for another."""
    if not tasks:
        return
    warnings.filterwarnings("ignore", r"\d+ tasks (have been|which were)", UserWarning)  # joblib's, where one failed
    parallel = Parallel(min(os.cpu_count(), len(tasks)), return_as="generator_unordered", pre_dispatch="n_jobs", batch_size=1)
    yield from parallel(delayed(_measure_seed)(os.getpid(), *task) for task in tasks)


def _measure_seed(command, name, seed, path):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, and the command ends its workers
    _end_with(command)  # not with its parent of this moment, which is another if the command was killed since
    process_executor._USE_PSUTIL = False  # else a worker that grew by 300 MB ends, and its successor imports and traces anew
    experiment = importlib.import_module(f"evidence.experiments.{name}")
    if "tensorflow" in sys.modules:
        _set_up_tensorflow()
    try:
        record.replace(path, json.dumps(record.rounded(experiment.measure(seed))))
    except Problem as problem:  # it would exit from the worker, not from the command
        return name, problem
    return name, None


@cache
def _end_with(command):
    """Let this worker end when the command of this process id does, also if it was killed."""

    def watch():
        while os.getppid() == command:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Plan:
    """One stale experiment: which seeds are measured, which are missing, and the result once none is."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.key = freshness.key(freshness.source(name))
        _check_installed(self.key["versions"])
        self.protocol = importlib.import_module(f"evidence.experiments.{name}").PROTOCOL
        place = folder.parent / ".unfinished" / name
        self.kept = place / _digest(self.key)
        for other in place.glob("*"):
            if other != self.kept:
                shutil.rmtree(other)  # seeds of code that is no more

    def path(self, seed):
        return self.kept / f"{seed}.json"

    def missing(self):
        return [seed for seed in self.protocol["seeds"] if not self.path(seed).exists()]

    def measured(self):
        seeds = len(self.protocol["seeds"])
        return f"{seeds - len(self.missing())} of {seeds}"

    def record_if_whole(self, say):
        if self.missing():
            return
        if freshness.key(freshness.source(self.name)) != self.key:
            raise Problem(f"The code of {self.name} changed while it was measured; run: python -m evidence measure {self.name}")
        per_seed = [json.loads(self.path(seed).read_text()) for seed in self.protocol["seeds"]]
        runs = {
            arm: {quantity: [one[arm][quantity] for one in per_seed] for quantity in quantities}
            for arm, quantities in per_seed[0].items()
        }
        result = {"experiment": self.name, "protocol": self.protocol, "runs": runs} | self.key
        record.write(result, self.folder / f"{self.name}.json")
        shutil.rmtree(self.kept.parent)
        say(f"{self.name}: recorded")


def _set_up_tensorflow():
    """Seeds, and in `stacked` groups of networks, keep every core busy: products need no threads of theirs."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")  # it warns of tracing for networks of many shapes, which is the point here


def _check_installed(versions):
    for package, pinned in versions.items():
        for distribution in (package, f"{package}-cpu"):
            try:
                installed = metadata.version(distribution).partition("+")[0]  # torch's CPU build is 2.13.0+cpu
                break
            except metadata.PackageNotFoundError:
                installed = None
        if installed != pinned:
            file = freshness.pinned(package)[1]
            hashes = "--require-hashes " if file == "requirements.txt" else ""
            raise Problem(
                f"{package} {f'{installed} is not the pinned' if installed else 'is not installed, in version'} {pinned}, so the "
                f"result would not be reproducible; run: .venv/bin/python -m pip install {hashes}-r {file}"
            )


def _digest(key):
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]


def _clock(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
