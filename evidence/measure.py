"""Runs the experiments whose results are stale, seed by seed, so that an interruption costs one seed at most."""

import hashlib
import importlib
import json
import shutil
import time
from importlib import metadata

from evidence import freshness, record
from evidence.problem import Problem


def stale(name, folder=record.RESULTS):
    """Sentences that say why an experiment's recorded result is not current; empty if it is."""
    if not (folder / f"{name}.json").exists():
        return ["it was never measured"]
    recorded, current = record.parse(name, folder), freshness.key(freshness.source(name))
    if not isinstance(recorded, dict) or not current.keys() <= recorded.keys():
        return ["its file is damaged"]
    return freshness.changes(recorded, current)


def measure(names, folder=record.RESULTS, say=print):
    """Measure every named experiment that is stale, and write its result into `folder`.

    Seeds already measured with the same code, packages and data are taken from where an interrupted run left
    them. Raises Problem, and KeyboardInterrupt after saying what was kept.
    """
    waiting = [name for name in names if stale(name, folder)]
    for name in sorted(set(names) - set(waiting)):
        say(f"{name}: current")
    for name in waiting:
        try:
            result = _measured(name, folder, say)
        except KeyboardInterrupt:
            kept = len(list(_kept(name, folder).glob("*/*.json")))
            say(f"\nInterrupted: what is measured of {name} is kept, {kept} seeds; the same command goes on from there.")
            raise
        record.write(result, folder / f"{name}.json")
        shutil.rmtree(_kept(name, folder), ignore_errors=True)
        say(f"{name}: recorded")


def _measured(name, folder, say):
    key = freshness.key(freshness.source(name))
    _check_installed(key["versions"])
    if "tensorflow" in key["versions"]:
        _one_core_a_product()
    experiment = importlib.import_module(f"evidence.experiments.{name}")
    seeds = experiment.PROTOCOL["seeds"]
    kept = _kept(name, folder) / _digest(key)
    for other in _kept(name, folder).glob("*"):
        if other != kept:
            shutil.rmtree(other)  # seeds of code that is no more
    per_seed, started, fresh = [], time.monotonic(), 0
    for index, seed in enumerate(seeds):
        path = kept / f"{seed}.json"
        if not path.exists():
            left = f", {_clock((time.monotonic() - started) / fresh * (len(seeds) - index))} left" if fresh else ""
            say(f"{name}: seed {index + 1} of {len(seeds)}{left}", flush=True)
            record.replace(path, json.dumps(record.rounded(experiment.measure(seed))))
            fresh += 1
        per_seed.append(json.loads(path.read_text()))
    if freshness.key(freshness.source(name)) != key:
        raise Problem(f"The code of {name} changed while it was measured; run: python -m evidence measure {name}")
    runs = {
        arm: {quantity: [one[arm][quantity] for one in per_seed] for quantity in quantities}
        for arm, quantities in per_seed[0].items()
    }
    return {"experiment": name, "protocol": experiment.PROTOCOL, "runs": runs} | key


def _one_core_a_product():
    """`stacked` keeps every core busy with a group of networks of its own: products need no threads of theirs."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)


def _kept(name, folder):
    return folder.parent / ".unfinished" / name


def _check_installed(versions):
    for package, pinned in versions.items():
        for distribution in (package, f"{package}-cpu"):
            try:
                installed = metadata.version(distribution)
                break
            except metadata.PackageNotFoundError:
                installed = None
        if installed != pinned:
            raise Problem(
                f"{package} {installed or 'is not installed'} is not the pinned {pinned}, so the result would not be "
                "reproducible; run: pip install --require-hashes -r requirements.txt"
            )


def _digest(key):
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]


def _clock(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
