"""The pages as pytest runs them: includes expanded, then split into blocks by pytest-codeblocks."""
import io
import re
from pathlib import Path
from typing import NamedTuple

import markdown
from pymdownx.snippets import SnippetPreprocessor
from pytest_codeblocks import extract_from_buffer

ROOT = Path(__file__).parent.parent
PYTHON = {"python", "py", "python3", "py3"}
DOWNLOAD = re.compile(r"generated/(snippets/\S+\.py)\)\{ \.download download \}")
MARK = "\0"  # ends a line on its way through pytest-codeblocks, followed by its index; no source can hold it


class Row(NamedTuple):
    """A line a reader sees, and where it stands: in the page itself or in a file the page includes."""

    text: str
    file: Path
    number: int


def paths(root=ROOT):
    """Every page of the book and the README. docs/generated/ holds parts of pages."""
    docs = [path for path in sorted(root.glob("docs/**/*.md")) if root / "docs" / "generated" not in path.parents]
    return docs + [path for path in [root / "README.md"] if path.exists()]


def expanded(path, root=ROOT):
    """The rows of a page, each with the line of the page that brought it. Raises SnippetMissingError."""
    snippets = _snippets(root)
    lines = path.read_text("utf-8").split("\n")
    rows = []
    for number, line in enumerate(lines, 1):
        shown = snippets.run([line])
        rows += _rows_of_file(line, shown, snippets) or [Row(text, path, number) for text in shown]
    if [row.text for row in rows] != snippets.run(lines):
        raise RuntimeError('write each include as one line, --8<-- "path": other forms are not supported')
    return rows


def _snippets(root):
    options = {"base_path": [str(root)], "check_paths": True}
    md = markdown.Markdown(extensions=["pymdownx.snippets"], extension_configs={"pymdownx.snippets": options})
    return md.preprocessors["snippet"]


def _rows_of_file(line, shown, snippets):
    """The rows of an included file with their numbers in that file; None unless it is shown whole."""
    found = SnippetPreprocessor.RE_ALL_SNIPPETS.match(line)
    file = found and found["snippet"] and snippets.get_snippet_path(found["snippet"][1:-1])
    if file and not found["escape"]:
        lines = Path(file).read_text("utf-8").split("\n")
        if shown == [found["space"] + text for text in lines]:
            return [Row(text, Path(file), number) for number, text in enumerate(shown, 1)]


def python_blocks(path, root=ROOT):
    """The Python blocks of a page, as pytest-codeblocks finds them.

    Each has .fence, the row that opens it; .rows, its lines and where they stand; .code and .expected_output; and
    .beside, the files that lie in its folder: those that the page offers for download above it, and for a block with
    a title, which is a file of its own, none.
    Raises RuntimeError for a directive that pytest-codeblocks cannot use.
    """
    rows = expanded(path, root)
    marked = io.StringIO("".join(f"{row.text}{MARK}{index}\n" for index, row in enumerate(rows)))
    blocks = [block for block in extract_from_buffer(marked) if _language(block.syntax) in PYTHON]
    for block in blocks:
        block.fence = rows[block.lineno - 1]
        above = "" if "title=" in block.syntax else "\n".join(row.text for row in rows[: block.lineno - 1])
        block.rows = _unmarked(block.code, rows)
        block.code = "".join(row.text + "\n" for row in block.rows)
        own = sorted(DOWNLOAD.findall(above), key=lambda name: ("/torch/" in name) == ("import torch" in block.code))
        block.beside = [*{Path(name).name: root / name for name in own}.values()]  # of two of one name, its framework's
        if block.expected_output is not None:
            block.expected_output = "".join(row.text + "\n" for row in _unmarked(block.expected_output, rows))
    return blocks


def names_mnist(block):
    """True if a block or a file beside it names MNIST, without which it cannot read it."""
    return any("mnist" in code.lower() for code in (block.code, *(file.read_text("utf-8") for file in block.beside)))


def _language(info):
    """The language of an info string: python of `python title="x"`, of ` python` and of `{ .python }`."""
    return re.match(r"[\s{.]*([\w+-]*)", info)[1].lower()


def _unmarked(code, rows):
    """The rows that `code` came from, with the text that pytest-codeblocks dedented."""
    pairs = (line.rsplit(MARK, 1) for line in code.split("\n")[:-1])
    return [rows[int(index)]._replace(text=text) for text, index in pairs]
