"""The project with two experiments that take no time, for tests of how experiments are measured."""

import shutil
import sys

from evidence.engine import freshness
from evidence.engine.freshness import ROOT

TOY = '''
import os, time
import numpy as np

PROTOCOL = {"question": "Does measuring go on where it was?", "seeds": [0, 1, 2, 3]}


def measure(seed):
    while seed > 1 and os.path.exists("hold"):
        time.sleep(0.01)
    with open("measured.txt", "a") as log:
        log.write(f"NAME {seed}\\n")
    return {"arm": {"loss": np.arange(3) + seed}}
'''

OTHER = TOY.replace("arange(3)", "arange(4)")


def make(folder):
    """Put the project there, with the experiments `first` and `second`; returns the folder."""
    shutil.copytree(ROOT / "evidence", folder / "evidence", ignore=shutil.ignore_patterns("__pycache__", ".*", "results"))
    for file in freshness.REQUIREMENTS:
        shutil.copy(ROOT / file, folder)
    for path in (folder / "evidence/experiments").glob("*.py"):
        path.unlink()
    for name in ("first", "second"):
        add(folder, name)
    return folder


def add(project, name, text=TOY):
    (project / f"evidence/experiments/{name}.py").write_text(text.replace("NAME", name))


def command(*arguments):
    return [sys.executable, "-u", "-m", "evidence", *arguments]


def measured(project):
    """The experiments and seeds that were measured in a project, in order: "first 0"."""
    log = project / "measured.txt"
    return log.read_text().split("\n")[:-1] if log.exists() else []
