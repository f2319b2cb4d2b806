"""Executes the notebooks of the book, and knows without executing them when what they show is stale.

A notebook is its own record: beside the outputs it carries, in its metadata, the sha256 of its cells and of the file it
brings along, the pinned versions of what it imports, the data's sums, and a seal over the outputs.
"""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from evidence import mnist
from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem

FOLDER = ROOT / "docs/notebooks"
BROUGHT = re.compile(r"%%writefile (\S+)\n?")  # a cell that writes a tool of the book beside the notebook
SECONDS = 600  # for a cell; the slowest takes a few seconds of them
# What a notebook prints on another processor: the same words, and numbers this near, absolutely or relatively.
NEAR = 0.05


def names():
    """Names of all notebooks, sorted: the stems of docs/notebooks/*.ipynb."""
    return sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def folder(results):
    """Where the notebooks belong that go with a folder of results: the committed ones stand on the site."""
    return FOLDER if Path(results).resolve() == record.RESULTS.resolve() else Path(results).parent / "notebooks"


def stale(name, place=FOLDER):
    """Sentences that say why the outputs of a notebook in the folder `place` are not current; empty if they are."""
    if not (place / f"{name}.ipynb").exists():
        return ["it was never executed"]
    done = _read(place / f"{name}.ipynb")
    recorded = done["metadata"]["step_zero"].get("key")
    if not recorded:
        return ["it was never executed"]
    altered = ["its outputs were altered"] if _seal(done) != recorded["outputs_sha256"] else []
    return freshness.changes(recorded, key(_read(FOLDER / f"{name}.ipynb"))) + altered


def key(notebook):
    """What the outputs of a notebook depend on, as `freshness.key` says it for an experiment."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    code = "\n".join(source for kind, source in cells if kind == "code")
    brought = BROUGHT.findall(code)
    own = {Path(name).stem for name in brought}
    packages = {name for name in _imported(code) if not freshness.project_files(name) and name not in own}
    return {
        "inputs": {"its cells": _digest(cells)}
        | {f"snippets/tools/{name}": hashlib.sha256(_tool(name).encode()).hexdigest() for name in brought},
        "versions": {name: freshness.pin(name) for name in sorted(packages | ({"tensorflow"} if "keras" in packages else set()))},
        "data": {"name": "MNIST", "sha256": mnist.SHA256} if "mnist" in code else {},
    }


def execute(name, place):
    """Execute a notebook and put it with its outputs into the folder `place`.

    Raises Problem if a cell failed; what lies in `place` stays as it was.
    """
    notebook = _read(FOLDER / f"{name}.ipynb")
    _bring_along(notebook)
    found = key(notebook)
    freshness.check_installed(found["versions"])
    done = _executed(name, notebook)
    done["metadata"]["step_zero"]["key"] = found | {"outputs_sha256": _seal(done)}
    record.replace(place / f"{name}.ipynb", json.dumps(done, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def compare(fresh, say=print):
    """Compare what freshly executed notebooks print with what the committed ones do. Raises Problem if they differ, or one is missing."""
    if missing := [name for name in names() if not (fresh / f"{name}.ipynb").exists()]:
        raise Problem(f"Not every notebook was executed afresh: {', '.join(missing)} is missing.")
    differing = []
    for name in names():
        old, new = (printed(_read(place / f"{name}.ipynb")) for place in (FOLDER, fresh))
        found = [] if len(old) == len(new) else [f"{name} prints {len(new)} lines, not {len(old)}"]
        found += [f"{name} prints “{b}”, not “{a}”" for a, b in zip(old, new) if not alike(a, b)]
        say(f"{name}: {'agrees' if not found else f'{len(found)} differ'}")
        differing += found
    if differing:
        raise Problem("The fresh notebooks do not repeat the committed ones: " + "; ".join(differing))


def alike(one, other):
    """True if two lines have the same words and nearly the same numbers."""
    number = r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"
    values = [np.array([float(found.replace(",", "")) for found in re.findall(number, line)]) for line in (one, other)]
    words = [re.sub(number, "#", line).split() for line in (one, other)]
    return words[0] == words[1] and np.allclose(*values, rtol=NEAR, atol=NEAR)


def printed(notebook):
    """The lines of text that the cells of a notebook printed."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    return [line for output in outputs for line in "".join(output.get("text", [])).splitlines()]


def _executed(name, notebook):
    """A copy of a notebook with the outputs of its cells, each run in order in a kernel of its own folder."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    cells = nbformat.reads(json.dumps(notebook), as_version=4)
    for cell in cells.cells:
        if cell.cell_type == "code":
            cell.update(execution_count=None, outputs=[])
    with tempfile.TemporaryDirectory() as home:
        client = NotebookClient(cells, timeout=SECONDS, startup_timeout=SECONDS, record_timing=False, allow_errors=False, coalesce_streams=True, kernel_name="python3",
                                extra_arguments=["--log-level=ERROR"], resources={"metadata": {"path": home}})
        try:
            client.execute(env=_environment(Path(home), needs_mnist=bool(key(notebook)["data"])), stderr=subprocess.DEVNULL)
        except (CellExecutionError, CellTimeoutError, DeadKernelError, AssertionError, RuntimeError) as error:
            # where a kernel died, nbclient trips over its absence while it cleans up
            raise Problem(_stopped(name, cells, error.__context__ if isinstance(error, AssertionError) else error)) from None
    for cell in cells.cells:
        cell.metadata.pop("execution", None)
    cells.metadata.language_info = {"name": "python"}  # without the version of this Python
    return json.loads(nbformat.writes(cells))


def _stopped(name, notebook, error):
    """One sentence that names the notebook and the cell that failed."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    number = max(1, sum(cell.execution_count is not None for cell in code))
    first = next((line for line in code[number - 1].source.splitlines() if line.strip()), "")
    why = f"{error.ename}: {error.evalue}" if hasattr(error, "ename") else str(error).partition("\n")[0]
    return (f"docs/notebooks/{name}.ipynb stopped at code cell {number}, which starts “{first}”: "
            f"{' '.join(why.split()).rstrip('.')}. The file is left as it was.")


def _environment(home, needs_mnist):
    """The variables of a kernel that finds nothing of this machine's settings and gives the same outputs each time."""
    (home / "matplotlibrc").write_text("svg.hashsalt: step zero\n")
    if needs_mnist:
        startup = home / ".ipython/profile_default/startup"
        startup.mkdir(parents=True)
        (x_train, y_train), (x_test, y_test) = mnist.load()
        np.savez(home / ".mnist.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        # as in tests/sandbox.py: Keras compares a download's sum, and the same arrays may be packed in many ways
        (startup / "mnist.py").write_text(
            f"import keras.src.datasets.mnist\nkeras.src.datasets.mnist.get_file = lambda **_: {str(home / '.mnist.npz')!r}\n")
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "IPYTHONDIR": str(home / ".ipython"), "KERAS_HOME": str(home / ".keras"), "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "SOURCE_DATE_EPOCH": "0", "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _bring_along(notebook):
    """Put the current text of a tool into each cell that writes one."""
    for cell in notebook["cells"]:
        if found := BROUGHT.match("".join(cell["source"])):
            cell["source"] = f"%%writefile {found[1]}\n{_tool(found[1])}".rstrip("\n").splitlines(keepends=True)


def _tool(name):
    return (ROOT / "snippets/tools" / name).read_text()


@cache
def _imported(code):
    """The packages that the code imports, the standard library's left out."""
    nodes = list(ast.walk(ast.parse(re.sub(r"(?m)^[ \t]*[%!].*$", "", code))))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[0] for module in modules} - sys.stdlib_module_names


def _seal(notebook):
    return _digest([cell.get("outputs") for cell in notebook["cells"]])


def _digest(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _read(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Problem(f"{path.name} is not valid JSON ({error}); take it from the last commit.") from None
