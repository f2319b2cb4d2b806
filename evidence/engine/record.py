"""Reads and writes evidence/results/*.json, whole and valid or not at all."""

import hashlib
import json
import math
import os
import re
from functools import cache
from pathlib import Path

import fastjsonschema
import numpy as np

from evidence.engine import freshness
from evidence.engine.freshness import ROOT
from evidence.problem import Problem

RESULTS = ROOT / "evidence/results"
SCHEMA = ROOT / "evidence/engine/results.schema.json"
DIGITS = 6
LARGEST = 1_000_000  # bytes; a result is read as a diff, and that of the census, of some 280 architectures, has most of that


class Arms(dict):
    """The runs of an experiment, {arm: {quantity: (seeds, …) float}}, with what gave them: `protocol`, its settings, and `versions`, its packages.

    Who reads runs takes counts, grids, rates and depths from the protocol beside them.
    """

    def __init__(self, arms, protocol, versions):
        super().__init__(arms)
        self.protocol, self.versions = protocol, versions


def write(result, path):
    """Validate a result against the schema and put it at `path` in one step.

    Numbers keep six significant digits, and `sha256` seals the whole. Raises Problem if the result breaks the schema,
    or is over 1 MB.
    """
    result = json.loads(json.dumps(result | {"runs": rounded(result["runs"])}))  # names as JSON has them, to sort by
    result["sha256"] = seal(result)
    check(result, path.name)
    text = json.dumps(result, indent=1, sort_keys=True, allow_nan=False)
    text = one_line_lists(text) + "\n"
    if len(text) > LARGEST:
        raise Problem(f"{path.name} would be {len(text):,} bytes, over {LARGEST:,}: record less per seed.")
    replace(path, text)


def read(name, folder=RESULTS):
    """The recorded result of an experiment, its runs as `Arms`, NaN restored. Raises Problem if it is missing or not valid."""
    result = parse(name, folder)
    check(result, f"{name}.json", again(name, folder))
    return result | {"runs": Arms(_with_nan(result["runs"]), result["protocol"], result["versions"])}


def parse(name, folder=RESULTS):
    """A result's JSON as it stands, held against nothing."""
    path = Path(folder) / f"{name}.json"
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise Problem(f"{name} has no recorded result; run: {again(name, folder)}") from None
    except ValueError as error:
        raise Problem(f"{path.name} is not valid JSON ({error}); run: {again(name, folder)}") from None


def again(name, folder):
    """The command that measures an experiment into a folder: on fresh seeds into evidence/replication, else on those of the record."""
    return "python -m evidence replicate" if Path(folder).name == "replication" else f"python -m evidence measure {name}"


def seal(result):
    """The sha256 of all that a result says, the seal itself left out: protocol, key, and the runs with their arms named."""
    said = {name: part for name, part in result.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def read_every(folder=RESULTS):
    """The recorded result of every experiment, by its name. Raises Problem as `read` does, also if one is missing."""
    return {name: read(name, folder) for name in freshness.experiments()}


def read_all(folder=RESULTS):
    """Every recorded result that a folder has, by experiment. Raises Problem as `read` does."""
    return {path.stem: read(path.stem, folder) for path in sorted(Path(folder).glob("*.json"))}


def runs(folder=RESULTS):
    """{experiment: Arms} of every experiment: what claims, figures and tables read. Raises Problem as `read` does."""
    return {name: result["runs"] for name, result in read_every(folder).items()}


def check(result, label, again="python -m evidence measure"):
    """Raise Problem, which names the command to run again, if a result breaks the schema or its seal, or its lists do not have one entry per seed."""
    if fault := fault_of(result, SCHEMA):
        raise Problem(f"{label} breaks the results schema: {fault}.")
    if result["experiment"] != Path(label).stem:
        raise Problem(f"{label} holds the result of {result['experiment']}, not of {Path(label).stem}.")
    if seal(result) != result["sha256"]:
        raise Problem(f"{label} does not hold what was recorded; run: {again}")
    seeds = len(result["protocol"]["seeds"])
    for arm, quantities in result["runs"].items():
        for quantity, values in quantities.items():
            if len(values) != seeds:
                raise Problem(f"{label}: {arm} has {len(values)} runs of {quantity}, not one for each of {seeds} seeds.")


def replace(path, text):
    """Write text to a file beside `path`, then rename: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def fault_of(value, schema):
    """What is wrong with a value read from JSON by the schema in a file, in words with its place, or None."""
    try:
        _validator(schema)(value)
    except fastjsonschema.JsonSchemaValueException as fault:
        return fault.message[:300].removeprefix("data").removeprefix(".")


@cache
def _validator(schema):
    return fastjsonschema.compile(json.loads(schema.read_text()))


def rounded(value):
    """Nested arrays and lists as plain lists of floats with six significant digits, NaN as None.

    Raises Problem for an infinity, which has no place in JSON: record its logarithm or leave the run out.
    """
    if isinstance(value, dict):
        return {str(name): rounded(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(part) for part in value]
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        raise Problem("A measured value is infinite; record its logarithm instead.")
    return float(f"{float(value):.{DIGITS}g}")


def _with_nan(value):
    if isinstance(value, dict):
        return {name: _with_nan(part) for name, part in value.items()}
    return np.array(value, float) if _rectangular(value) else [np.array(row, float) for row in value]


def _rectangular(rows):
    return len({len(row) for row in rows}) == 1


def one_line_lists(text):
    """Innermost lists on one line each: a diff then shows a seed a line."""
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()).replace("[ ", "[").replace(" ]", "]"), text)
