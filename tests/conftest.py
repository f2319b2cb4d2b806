"""Options of `make verify`, and one thread for each process of `make test`. What runs the code blocks is in codeblocks.py."""

import gc
import os
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def pytest_addoption(parser):
    parser.addoption("--results", type=Path, help="check the claims on the results in this folder")
    parser.addoption("--site", type=Path, help="the built site that the browser opens")


def pytest_configure(config):
    os.environ["JUPYTER_PATH"] = "docs/theme"  # for whatever builds the site, as in the Makefile
    if config.getoption("numprocesses", None):  # of pytest-xdist: a process on each core, whose threads would wait in turn
        for name in THREADS:
            os.environ.setdefault(name, "1")


def pytest_collection_finish():
    gc.freeze()  # what TensorFlow's modules hold is never garbage, and a search for garbage walked through all of it
