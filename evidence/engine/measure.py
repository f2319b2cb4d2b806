"""Runs the experiments whose results are stale, a seed on each core, so that an interruption costs a seed or two."""

import fcntl
import hashlib
import json
import shutil
import time
from contextlib import closing, contextmanager

from evidence.engine import freshness, notebooks, record
from evidence.engine.cluster import on_workers
from evidence.engine.cores import on_all_cores
from evidence.engine.seed import measured
from evidence.problem import Problem

SETS = range(20_000)  # of a hundred seeds each; 0 is the one on record


def seeds_of(protocol, number=0):
    """The seeds of an experiment in a set: as many as its protocol names, and for another number than 0 none of those.

    Raises Problem for a number that is no set.
    """
    if number not in SETS:
        raise Problem(f"There is no set of seeds {number}; name one from {SETS[1]} to {SETS[-1]}.")
    return protocol["seeds"] if number == 0 else [100 * number + k for k in range(len(protocol["seeds"]))]


def stale(name, folder=record.RESULTS, seed_set=0):
    """Sentences that say why an experiment's recorded result is not current, or not of a set of seeds; empty if it is."""
    if not (folder / f"{name}.json").exists():
        return ["it was never measured"]
    recorded, current = record.parse(name, folder), freshness.key(freshness.source(name))
    if not isinstance(recorded, dict) or not all(isinstance(recorded.get(part), dict) for part in (*current, "protocol", "runs")):
        return ["its file is damaged"]
    altered = ["it was altered after it was measured"] if record.seal(recorded) != recorded.get("sha256") else []
    protocol = freshness.protocol(name)
    protocol["seeds"] = seeds_of(protocol, seed_set)
    return freshness.changes(recorded, current) + altered + _other_settings(recorded["protocol"], protocol)


def _other_settings(recorded, protocol):
    """Sentences that say by which settings a result was not measured as the experiment asks."""
    names = sorted(recorded.keys() | protocol.keys())
    return [f"its {name} are not the experiment's" for name in names if recorded.get(name) != protocol.get(name)]


def measure(names, pages, folder, seed_set=0, say=print, cluster=None, minutes=None):
    """Measure every named experiment, and execute every named notebook, that is stale, on all cores.

    Results go into `folder`, notebooks into `notebooks.folder(folder)`. Seeds already measured with the same code,
    packages and data are taken from where an interrupted run left them. seed_set: see `seeds_of`. cluster: address of a
    Dask scheduler whose workers measure the seeds; notebooks stay here. minutes: after which it ends, with what is
    whole by then; one after the other in the order of `names`. Raises Problem, and KeyboardInterrupt after saying what
    was kept.
    """
    with _alone(folder):
        _measure(names, pages, folder, seed_set, say, cluster, minutes)


def _measure(names, pages, folder, seed_set, say, cluster, minutes):
    waiting = [name for name in names if stale(name, folder, seed_set)]
    unexecuted = [name for name in pages if notebooks.stale(name, notebooks.folder(folder))]
    for name in sorted({*names, *pages} - {*waiting, *unexecuted}):
        say(f"{name}: current")
    plans = {name: _Plan(name, folder, seed_set) for name in waiting}
    tasks = [(name, notebooks.execute, (name, notebooks.folder(folder))) for name in unexecuted]
    seeds = []
    by_length = sorted(plans.values(), key=lambda plan: len(plan.protocol["seeds"]))  # long seeds first
    for plan in plans.values() if minutes else by_length:
        plan.record_if_whole(say)  # an interrupted run may have left all its seeds
        seeds += [(plan.name, measured, (plan.name, seed, plan.key)) for seed in plan.missing()]
    try:
        if cluster and seeds:
            _run(seeds, plans, say, on_workers(seeds, cluster, say))
            seeds = []
        _run(tasks + seeds, plans, say, on_all_cores(tasks + seeds, minutes and 60 * minutes))
        left = [name for name in unexecuted if notebooks.stale(name, notebooks.folder(folder))]
        if left := left + [name for name in waiting if stale(name, folder, seed_set)]:
            say(f"The {minutes:g} minutes are over, and these are not whole: {', '.join(left)}.")
    except KeyboardInterrupt:
        kept = sum(len(list(plan.kept.glob("*.json"))) for plan in plans.values())
        say(f"\nInterrupted: what is measured is kept, {kept} seeds; the same command goes on from there.")
        raise


@contextmanager
def _alone(folder):
    """Raises Problem if another command measures into the folder; a command that is killed leaves no trace of having done so."""
    place = folder / ".unfinished"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"Nothing can be measured into {folder} ({error.strerror}); name a folder that can be written: --results FOLDER") from None
    with open(place / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Problem(f"Another command measures into {folder}; wait for it, or measure into another folder: --results FOLDER") from None
        yield


def _run(tasks, plans, say, ended):
    # experiments take about equally long, however many seeds they have
    work = {name: 1 / len(plans[name].protocol["seeds"]) if name in plans else 1.0 for name, *_ in tasks}
    started, done, total = time.monotonic(), 0.0, sum(work[name] for name, *_ in tasks)
    with closing(ended):
        for name, returned in ended:
            done += work[name]
            if name not in plans:
                say(f"{name}: executed", flush=True)
                continue
            plans[name].keep(*returned)
            left = _clock((time.monotonic() - started) / done * max(total - done, 0))
            say(f"{name}: seed {plans[name].measured()}, about {left} left", flush=True)
            plans[name].record_if_whole(say)


class _Plan:
    """One stale experiment: which seeds are measured, which are missing, and the result once none is."""

    def __init__(self, name, folder, seed_set):
        self.name, self.folder = name, folder
        self.key = freshness.key(freshness.source(name))
        freshness.check_installed(self.key["versions"])
        protocol = freshness.protocol(name)
        self.protocol = protocol | {"seeds": seeds_of(protocol, seed_set)}
        place = folder / ".unfinished" / name
        self.kept = place / _digest(self.key)
        for other in place.glob("*"):
            if other != self.kept:
                shutil.rmtree(other)  # seeds of code that is no more

    def keep(self, seed, runs):
        record.replace(self._path(seed), json.dumps(runs))

    def _path(self, seed):
        return self.kept / f"{seed}.json"

    def missing(self):
        return [seed for seed in self.protocol["seeds"] if not self._path(seed).exists()]

    def measured(self):
        seeds = len(self.protocol["seeds"])
        return f"{seeds - len(self.missing())} of {seeds}"

    def record_if_whole(self, say):
        if self.missing():
            return
        if freshness.key(freshness.source(self.name)) != self.key:
            raise Problem(f"The code of {self.name} changed while it was measured; run: python -m evidence measure {self.name}")
        per_seed = [json.loads(self._path(seed).read_text()) for seed in self.protocol["seeds"]]
        self._check_that_all_have_the_same(per_seed)
        runs = {
            arm: {quantity: [one[arm][quantity] for one in per_seed] for quantity in quantities}
            for arm, quantities in per_seed[0].items()
        }
        result = {"experiment": self.name, "protocol": self.protocol, "runs": runs} | self.key
        record.write(result, self.folder / f"{self.name}.json")
        shutil.rmtree(self.kept.parent)
        say(f"{self.name}: recorded")


    def _check_that_all_have_the_same(self, per_seed):
        named = [{f"{arm}.{quantity}" for arm, quantities in one.items() for quantity in quantities} for one in per_seed]
        for seed, names in zip(self.protocol["seeds"], named, strict=True):
            if odd := sorted(names ^ named[0]):
                raise Problem(f"{self.name}: only one of the seeds {self.protocol['seeds'][0]} and {seed} has {', '.join(odd)}; measure the same of every seed.")


def _digest(key):
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]


def _clock(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
