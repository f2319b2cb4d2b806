"""The recorded speed of `make bench`: every timing of one run, and what the pages print of it.

A timing does not repeat to the digit and differs from machine to machine, so it is no result of an experiment: nothing
is claimed of it, `make measure` does not touch it, and a page prints ratios within one run, with their range.
"""

import hashlib
import json
import operator
import os
import platform
import re
import statistics
from functools import cache
from pathlib import Path

from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem

RECORD = ROOT / "evidence/bench/bench.json"
SCHEMA = ROOT / "evidence/bench/bench.schema.json"
SAME = ["stacked, K = 70", "PyTorch, K = 70"]  # the same networks, from the same weights on the same batches
KINDS = ["evidence/bench/kinds.py", "evidence/networks/built.py"]
INPUTS = ["evidence/bench/timings.py", "evidence/bench/breakdown.py", "snippets/tools/stacked.py"]


def write(rows, seconds, accuracy, peak, floor, parts, path=RECORD):
    """Put one run on record.

    rows: {name: (process, networks, epochs timed)}; seconds: {name: [seconds per network, a repeat each]}; accuracy:
    {name: test accuracies of its networks after the epochs timed, or None}.
    peak: FLOP/s of the fastest matrix product; floor: seconds that a network would take at that rate. parts: {part:
    share} of the time of seventy stacked networks.
    """
    result = {
        "inputs": inputs(INPUTS),
        "versions": versions(),
        "machine": {"processor": processor(), "cores": os.cpu_count(), "gflops": round(peak / 1e9)},
        "floor": float(f"{floor:.4g}"),
        "parts": {part: round(share, 3) for part, share in parts.items()},
        "rows": {
            name: {"networks": rows[name][1], "epochs_timed": rows[name][2], "seconds": [float(f"{one:.4g}") for one in values]}
            for name, values in seconds.items()
        },
    }
    for name in SAME:
        result["rows"][name]["test_accuracy"] = float(f"{accuracy[name].mean():.4f}")
    replace(result, path)


def write_kinds(times, path=RECORD):
    """Put on record beside the rest the times of each kind: {kind: {contender: [processor milliseconds a step, a repeat each]}}."""
    milliseconds = {kind: {name: [float(f"{one:.4g}") for one in values] for name, values in found.items()} for kind, found in times.items()}
    replace({"kinds": {"inputs": inputs(KINDS), "versions": versions(), "processor": processor(), "milliseconds": milliseconds}}, path)


def replace(parts, path):
    """Put these parts of the record in the place of what it had, and leave the others."""
    before = json.loads(path.read_text()) if path.exists() else {}
    record.replace(path, json.dumps(before | parts, indent=1, sort_keys=True) + "\n")


def inputs(paths):
    """{path: sha256} of programs that were timed."""
    return {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in paths}


def versions():
    return {name: freshness.pin(name) for name in ("keras", "tensorflow", "torch")}


def processor():
    """What the machine calls its processor."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", info.read_text() if info.exists() else "", re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


@cache
def read(path=RECORD):
    """The record. Raises Problem if it is missing or breaks its schema."""
    if not path.exists():
        raise Problem("No speed is on record; run: make bench")
    result = json.loads(path.read_text())
    if fault := record.fault_of(result, SCHEMA):
        raise Problem(f"{path.name} breaks its schema: {fault}; run: make bench")
    return result


def ratios(result, name):
    """How many times faster than keras.fit a contender was, a repeat each: both were timed in turn."""
    rows = result["rows"]
    return list(map(operator.truediv, rows["keras.fit"]["seconds"], rows[name]["seconds"]))


def printed(result):
    """What placeholders in the prose may name: {row: {"seconds", "ratio", "share"}, "parts": {…}, "kinds": {…}, "machine": {…}}, as strings.

    The median, and the range over the repeats.
    """
    rows = {}
    for name, row in result["rows"].items():
        seconds, faster = row["seconds"], ratios(result, name)
        rows[key(name)] = {
            "seconds": _median(seconds, 2),
            "ratio": f"{statistics.median(faster):.1f}",
            "ratio_range": f"{min(faster):.1f} to {max(faster):.1f}",
            "share": f"{100 * result['floor'] / statistics.median(seconds):.0f} %",
        }
        if name in SAME:
            rows[key(name)]["test_accuracy"] = f"{100 * row['test_accuracy']:.2f} %"
    machine = {name: str(value) for name, value in result["machine"].items()}
    parts = {key(part): f"{100 * share:.0f} %" for part, share in result["parts"].items()}
    kinds = {kind: _kind(found) for kind, found in result["kinds"]["milliseconds"].items()}
    return rows | {"parts": parts, "kinds": kinds, "machine": machine, "versions": result["versions"], "repeats": str(len(result["rows"]["keras.fit"]["seconds"]))}


def _kind(found):
    """Of one kind: how many times faster than each other the Trainer was, and its milliseconds a step."""
    ours = found["built.Trainer"]
    faster = {key(name): _median(list(map(operator.truediv, found[name], ours)), 1) for name in ("keras.fit", "PyTorch")}
    return faster | {"milliseconds": f"{statistics.median(ours):.1f}"}


def key(name):
    """stacked_K_70 for "stacked, K = 70"."""
    return re.sub(r"\W+", "_", name)


def _median(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"
