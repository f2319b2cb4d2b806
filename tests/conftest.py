"""Options of `make verify`. What runs the code blocks of the pages is in codeblocks.py."""

from pathlib import Path


def pytest_addoption(parser):
    parser.addoption("--results", type=Path, help="check the claims on the results in this folder")
    parser.addoption("--site", type=Path, help="the built site that the browser opens")
