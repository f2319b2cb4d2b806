"""Pytest plugin: every Python fence of every page runs as the reader sees it, on top of pytest-codeblocks.

Includes are expanded, info strings may carry attributes, and each block is a `__main__` program in a process
that looks fresh: own folder, own random numbers, no network, and a small stand-in for MNIST; --real-mnist runs those
that read MNIST, on that itself.
"""
import difflib
import traceback

import pytest
from pymdownx.snippets import SnippetMissingError
from pytest_codeblocks.plugin import MarkdownFile, TestBlock

from evidence.problem import Problem
from tests import pages, sandbox


def pytest_addoption(parser):
    parser.addoption("--real-mnist", action="store_true", help="run the code blocks that read MNIST, not on its stand-in but on that")


def pytest_report_header(config):
    if config.option.real_mnist:
        return "code blocks: those that read MNIST, on MNIST itself"
    return "code blocks: offline, on a small stand-in for MNIST (scikit-learn's digits); --real-mnist takes MNIST"


def pytest_ignore_collect(collection_path, config):
    generated = config.rootpath / "docs" / "generated"  # pages include these files
    return True if generated in (collection_path, *collection_path.parents) else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    nodes = yield
    return [Page.from_parent(parent, path=file_path) if isinstance(node, MarkdownFile) else node for node in nodes]


def pytest_collection_finish(session):
    if session.config.option.real_mnist and any(isinstance(item, Block) for item in session.items):
        try:
            sandbox.mnist_file(real=True)
        except Problem as problem:
            pytest.exit(str(problem), returncode=1)


class Page(MarkdownFile):
    def collect(self):
        try:
            blocks = pages.python_blocks(self.path, self.config.rootpath)
        except (RuntimeError, SnippetMissingError) as error:  # pytest-codeblocks and the includes
            remedy = "; `python -m evidence draw` makes docs/generated/" if "docs/generated" in str(error) else ""
            raise self.CollectError(f"{self.path.relative_to(self.config.rootpath)}: {error}{remedy}") from None
        if self.config.option.real_mnist:
            blocks = [block for block in blocks if pages.names_mnist(block)]
        for block in blocks:
            included = "" if block.fence.file == self.path else f"{block.fence.file.name} "
            yield Block.from_parent(self, name=f"{included}line {block.fence.number}", obj=block)


class Block(TestBlock):
    """One program of a page. The marks of pytest-codeblocks have no effect: a block is skipped only by frameworks.py."""

    def runtest(self):
        real = self.config.option.real_mnist
        needs_keras = "keras" in self.obj.code or "tensorflow" in self.obj.code
        with sandbox.fresh_process(real, needs_keras, self.obj.beside):
            output = sandbox.run(self.obj.rows)
        if self.obj.expected_output not in (None, output):
            raise WrongOutput(self.obj.expected_output, output)

    def repr_failure(self, excinfo):
        page, line, _ = self.location
        if isinstance(excinfo.value, WrongOutput):
            return f"{page}:{line + 1}: {excinfo.value}"
        files = {str(row.file) for row in self.obj.rows}
        frames = excinfo.tb
        while frames and frames.tb_frame.f_code.co_filename not in files:
            frames = frames.tb_next
        if not frames and not isinstance(excinfo.value, SyntaxError):
            frames = excinfo.tb  # not the block's fault: show everything
        report = "".join(traceback.format_exception(excinfo.type, excinfo.value, frames))
        return f"{page}:{line + 1}: this block fails.\n{report}".replace(f"{self.config.rootpath}/", "")

    def reportinfo(self):
        return self.obj.fence.file, self.obj.fence.number - 1, self.name


class WrongOutput(Exception):
    def __init__(self, expected, actual):
        diff = difflib.ndiff(expected.splitlines(), actual.splitlines())
        super().__init__("the block does not print what the page shows (- page, + block):\n" + "\n".join(diff))
