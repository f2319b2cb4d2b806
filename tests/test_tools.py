"""Every file in snippets/tools can be taken away and used: a page, a download, an example that runs elsewhere.

Tools in PyTorch lie in snippets/tools/torch, under the name that the tool has in Keras, and share its page.
"""
import ast
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests import fences, frameworks, pages, sandbox

TOOLS = sorted(pages.ROOT.glob("snippets/tools/**/*.py"))
each_tool = pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.relative_to(pages.ROOT / "snippets/tools").as_posix())
OURS = {"audit", "stacked"}  # not from a paper; in Keras both also need TensorFlow: for gradients, and for speed

LONG = {"snippets/tools/audit.py": 1200, "snippets/tools/torch/audit.py": 1470}  # lines: one file to copy that knows every kind
# of layer, label, loss and fault; in colour it would outweigh its page

# Runs <folder>/example.py of each folder named, as Python would there, and writes what each prints, or its error, as
# JSON. One process, since Keras takes seconds to import; the tools themselves are imported anew for each example.
DRIVER = """
import contextlib, io, json, os, runpy, sys, traceback
import keras.src.datasets.mnist as mnist
answer, mnist_file, *folders = sys.argv[1:]
mnist.get_file = lambda **_: mnist_file
known, printed = set(sys.modules), {}
for folder in folders:
    os.chdir(folder)
    sys.path[0], sys.argv = folder, ["example.py"]
    for name in [name for name in sys.modules if name not in known and os.path.exists(name + ".py")]:
        del sys.modules[name]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            runpy.run_path("example.py", run_name="__main__")
        except BaseException:
            print(traceback.format_exc())
    printed[folder] = output.getvalue()
with open(answer, "w") as file:
    json.dump(printed, file)
"""


def in_torch(path):
    return path.parent.name == "torch"


def page_of(path):
    return pages.ROOT / "docs" / f"{path.stem}.md"


def imported(tree):
    """The top-level names of the modules that the statements of a syntax tree import."""
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def examples(path):
    """The blocks of a tool's page that import the tool, from the folder in which the page's downloads lie."""
    blocks = pages.python_blocks(page_of(path)) if page_of(path).exists() else []
    return [block for block in blocks if path in block.beside and path.stem in imported(ast.parse(block.code))]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """{(tool, index of the example): (what it prints, what the page shows)}, from one process outside the repository."""
    folder, chosen = tmp_path_factory.mktemp("elsewhere"), {}
    for path in (path for path in TOOLS if frameworks.installed("torch") or not in_torch(path)):
        for index, block in enumerate(examples(path)):
            own = folder / f"{path.parent.name}_{path.stem}_{index}"
            own.mkdir()
            shutil.copy(path, own)
            (own / "example.py").write_text(block.code)
            chosen[str(own)] = (path, index), block.expected_output
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", DRIVER, str(folder / "printed.json"), str(sandbox.mnist_file(real=False)), *chosen]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    printed = json.loads((folder / "printed.json").read_text())
    return {key: (printed[own], expected) for own, (key, expected) in chosen.items()}


def test_the_tools_are_those_that_the_pages_offer():
    offered = {name for page in pages.paths() for name in pages.DOWNLOAD.findall(page.read_text("utf-8"))}
    assert {path.relative_to(pages.ROOT).as_posix() for path in TOOLS} == {name for name in offered if "/tools/" in name} != set()


@each_tool
def test_a_tool_has_a_page_that_shows_it_whole_and_offers_it(path):
    name, text = path.relative_to(pages.ROOT).as_posix(), page_of(path).read_text("utf-8")
    shown = {item.title for item in fences.shown(page_of(path)) if isinstance(item, fences.Fence)}
    assert name in shown or name in LONG and f"[Read it](generated/{name})" in text
    label = r" for PyTorch" if in_torch(path) else "( for Keras)?"
    assert re.search(rf"\[Download {path.name}{label}\]\(generated/{name}\){{ \.download download }}", text)


def test_a_tool_in_pytorch_has_one_in_keras():
    assert {path.name for path in TOOLS if in_torch(path)} <= {path.name for path in TOOLS if not in_torch(path)}


@pytest.mark.parametrize("path", [pytest.param(path, marks=[pytest.mark.needs("torch")] * in_torch(path)) for path in TOOLS],
                         ids=lambda path: path.relative_to(pages.ROOT / "snippets/tools").as_posix())
def test_an_example_of_a_tool_runs_outside_the_repository_and_prints_what_its_page_shows(path, runs):
    mine = {index: run for (tool, index), run in runs.items() if tool == path}
    assert mine, f"{page_of(path).name} has no block below the download that imports {path.stem}"
    for printed, expected in mine.values():
        assert "Traceback" not in printed
        assert expected in (None, printed)


@each_tool
def test_a_tool_imports_only_its_framework_and_draws_only_when_asked(path):
    tree = ast.parse(path.read_text("utf-8"))
    own = {"torch"} if in_torch(path) else {"keras", "tensorflow"} if path.stem in OURS else {"keras"}
    allowed = own | {"numpy", "matplotlib"}
    assert imported(tree) - set(sys.stdlib_module_names) <= allowed
    assert "matplotlib" not in {name for statement in tree.body if isinstance(statement, (ast.Import, ast.ImportFrom))
                                for name in imported(statement)}


@each_tool
def test_a_tool_says_what_it_does_and_where_it_comes_from(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert re.search(r"arXiv:\d{4}\.\d{4,5}|\b(19|20)\d\d\b", ast.get_docstring(tree)) or path.stem in OURS
    public = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"]
    assert public and all(ast.get_docstring(node) for node in public)


@each_tool
def test_a_tool_is_at_most_300_lines(path):
    most = LONG.get(path.relative_to(pages.ROOT).as_posix(), 300)
    assert len(path.read_text("utf-8").splitlines()) <= most
