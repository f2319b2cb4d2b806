"""Every file in snippets/tools can be taken away and used: a page, a download, an example that runs elsewhere.

Tools in PyTorch lie in snippets/tools/torch, under the name that the tool has in Keras, and share its page; a page may show several tools.
"""
import ast
import re
import sys

import pytest

from tests import fences, pages

TOOLS = sorted(pages.ROOT.glob("snippets/tools/**/*.py"))
each_tool = pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.relative_to(pages.ROOT / "snippets/tools").as_posix())
OURS = {"audit", "stacked"}  # not from a paper; in Keras both also need TensorFlow: for gradients, and for speed

LONG = {"snippets/tools/audit.py": 2385, "snippets/tools/torch/audit.py": 2708}  # lines: one file to copy that knows every kind
# of layer, label, loss and fault; in colour it would outweigh its page


def in_torch(path):
    return path.parent.name == "torch"


def page_of(path):
    """The page that offers a tool for download: its own, or the chapter that it shares with others; None if none does."""
    name = path.relative_to(pages.ROOT).as_posix()
    return next((page for page in pages.paths() if name in pages.DOWNLOAD.findall(page.read_text("utf-8"))), None)


def imported(tree):
    """The top-level names of the modules that the statements of a syntax tree import."""
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def examples(path):
    """The blocks of a tool's page that import the tool, from the folder in which the page's downloads lie."""
    blocks = pages.python_blocks(page_of(path)) if page_of(path) else []
    return [block for block in blocks if path in block.beside and path.stem in imported(ast.parse(block.code))]


def test_the_tools_are_those_that_the_pages_offer():
    offered = {name for page in pages.paths() for name in pages.DOWNLOAD.findall(page.read_text("utf-8"))}
    assert {path.relative_to(pages.ROOT).as_posix() for path in TOOLS} == {name for name in offered if "/tools/" in name} != set()


@each_tool
def test_a_tool_has_a_page_that_shows_it_whole_and_offers_it(path):
    name, page = path.relative_to(pages.ROOT).as_posix(), page_of(path)
    assert page, f"no page offers {name} for download"
    text = page.read_text("utf-8")
    shown = {item.title for item in fences.shown(page) if isinstance(item, fences.Fence)}
    assert name in shown or name in LONG and f"[Read it](generated/{name})" in text
    label = r" for PyTorch" if in_torch(path) else "( for Keras)?"
    assert re.search(rf"\[Download {path.name}{label}\]\(generated/{name}\){{ \.download download }}", text)


def test_a_tool_in_pytorch_has_one_in_keras():
    assert {path.name for path in TOOLS if in_torch(path)} <= {path.name for path in TOOLS if not in_torch(path)}


@each_tool
def test_a_tool_has_an_example_that_imports_it(path):
    """And runs outside the repository and prints what the page shows: as every block, by tests/codeblocks.py."""
    assert examples(path), f"{page_of(path).name} has no block below the download that imports {path.stem}"


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
