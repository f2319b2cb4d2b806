"""What changed in the census between two records of it: of two releases, or of what is on record and what is installed."""

import json
import math
from pathlib import Path

import numpy as np

from evidence.engine import record
from evidence.problem import Problem
from evidence.readings.census import LIMIT, Cell, found, missing, tables
from evidence.readings.numbers import fixed
from evidence.tables.census import shown_as

CHANGED = 0.05  # relative; of the standard deviation of a kind, if it is beyond the errors as well
FELT = 0.5  # nats, of the first loss


def compare(old, new=record.RESULTS / "census.json", say=print):
    """Print, as a Markdown table, what a new record of the census says otherwise than an old one; both are paths.

    Raises Problem if one is missing or holds no census.
    """
    before, after = read(old), read(new)
    versions = [" and ".join(f"{name} {version}" for name, version in runs["census"].versions.items() if name != "numpy") for runs in (before, after)]
    lines = changes(before, after)
    say(f"{versions[0]}, then {versions[1]}: {len(lines)} changes")
    if lines:
        say("\n| architecture | what | before | after |\n|---|---|---|---|")
    for line in lines:
        say(f"| {' | '.join(line)} |")


def read(path):
    """{"census": Arms} of a record of the census, pinned or not. Raises Problem if there is none at this path."""
    try:
        result = json.loads(Path(path).read_text())
        arms = {arm: {name: np.array(values, float) for name, values in held.items()} for arm, held in result["runs"].items()}
        return {"census": record.Arms(arms, result["protocol"], result["versions"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise Problem(f"{path} holds no census; run: python -m evidence census --measure {path}") from None


def changes(before, after):
    """[(architecture, what, before, after)] in words, sorted: of architectures, of their kinds, of tied heads and first losses."""
    old, new = tables(before), tables(after)
    lines = [(f"`{name}`", "is new", "", "") for name in new.keys() - old.keys() - missing(before).keys()]
    lines += [(f"`{name}`", "can be built now", missing(before)[name], "") for name in new.keys() & missing(before).keys()]
    lines += [(f"`{name}`", "is gone", "", missing(after).get(name, "")) for name in old.keys() - new.keys()]
    for name in sorted(old.keys() & new.keys()):
        for kind in sorted(old[name].keys() | new[name].keys()):
            lines += [(f"`{name}`", kind.replace("_", " "), *told)] if (told := otherwise(old[name].get(kind), new[name].get(kind))) else []
        lines += [(f"`{name}`", *told) for told in whole(found(before, name), found(after, name))]
    return sorted(lines)


def otherwise(before, after):
    """(before, after) in words of one kind of parameter, or None if neither its law nor its spread at the last size changed."""
    if before is None or after is None:
        return shown(before), shown(after)
    stray = LIMIT * math.hypot(*(one.error for one in (before, after) if not math.isnan(one.error)))
    moved = not math.isclose(before.std, after.std, rel_tol=CHANGED + stray)
    laws = {before.law, after.law} - {"unclear"}
    return (shown(before), shown(after)) if moved or len(laws) > 1 else None


def shown(cell: Cell | None):
    """One kind as the table of the page shows it, with its law."""
    return f"{shown_as(cell)}, {cell.law}" if cell else "not there"


def whole(before, after):
    """[(what, before, after)] of an architecture: whether its head is tied, and its first loss minus ln V."""
    words = {0.0: "a matrix of its own", 1.0: "the embedding"}
    if "tied" in before and "tied" in after and before["tied"][0, 0] != after["tied"][0, 0]:
        yield "head", words[before["tied"][0, 0]], words[after["tied"][0, 0]]
    losses = [one["first_loss"][:, -1].mean() if "first_loss" in one else math.nan for one in (before, after)]
    if abs(losses[1] - losses[0]) > max(FELT, 0.3 * abs(losses[0])):
        yield "first loss − ln V", *(fixed(loss, 2) for loss in losses)
