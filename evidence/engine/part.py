"""Parts of the evidence: what one commit's check measures from nothing, and shards for machines side by side."""

import re
import shutil
import subprocess

from evidence.engine import freshness, notebooks, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem

THIRDS = 3  # the whole takes an hour at most, so a third fits into twenty minutes
BEFORE = 4 * 3600  # seconds: a sitting, whose commits are checked together


def part(commit, base, say=print):
    """Names of the experiments and notebooks to measure: what changed, then the third whose turn it is.

    commit: its hash chooses the third, and where in it to begin; base: the commit since which everything that changed
    is measured as well, or None for the last that is four hours older. Raises Problem if git knows neither.
    """
    turn, number = divmod(int(_git("rev-parse", commit)[:8], 16), THIRDS)
    base = base or _git("rev-list", "-1", f"--before={int(_git('log', '-1', '--format=%ct', commit)) - BEFORE}", commit)
    touched = _git("diff", "--name-only", *([base] if base else ["--root"]), commit, "--", "evidence/results", "docs/notebooks")
    changed = {line.rpartition("/")[2].partition(".")[0] for line in touched.splitlines()}
    names = _everything()
    third = [name for name in names[number::THIRDS] if name not in changed]
    begin = turn % max(len(third), 1)
    chosen = [*(name for name in names if name in changed), *third[begin:], *third[:begin]]
    say(f"What changed since {base[:12] or 'the beginning'}, and third {number + 1} of {THIRDS}. To be measured: {', '.join(chosen)}.")
    return chosen


def fill(folder, say=print):
    """Put the committed files of all that was not measured into `folder` there, and say of which."""
    left = []
    for name in _everything():
        here = notebooks.FOLDER / f"{name}.ipynb" if name in notebooks.names() else record.RESULTS / f"{name}.json"
        there = notebooks.folder(folder) if name in notebooks.names() else folder
        if not (there / here.name).exists():
            there.mkdir(parents=True, exist_ok=True)
            shutil.copy(here, there)
            left.append(name)
    say(f"Not measured this time: {', '.join(left) or 'nothing'}.")


def shard(which):
    """Names of the experiments and notebooks of one of n parts, "k/n", which together are everything.

    In the order of the alphabet they take turns: the longest, variants of one experiment, are neighbours and so part.
    Raises Problem if there is no such part.
    """
    found = re.fullmatch(r"(\d+)/(\d+)", which)
    number, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= parts <= len(_everything()):
        raise Problem(f"There is no shard {which}; name one from 1/6 to 6/6, or of another number of parts.")
    return _everything()[number - 1 :: parts]


def _everything():
    return [*freshness.experiments(), *notebooks.names()]


def _git(*arguments):
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise Problem(f"git does not say what changed ({said[0] if said else 'no word'}); measure all: make verify") from None
