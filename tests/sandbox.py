"""Runs one code block as if it were a program of its own in a new Python process."""
import contextlib
import functools
import io
import itertools
import linecache
import os
import random
import shutil
import sys
import tempfile
import types
import warnings
from pathlib import Path
from unittest import mock

import numpy as np
import pytest_socket

ROOT = Path(__file__).parent.parent
OURS = ("evidence", "snippets", "tests")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_SESSION = tempfile.TemporaryDirectory()  # goes when the interpreter ends
# JAX's compiler takes longer than the programs: it does less, and what programs have in common only once.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", _SESSION.name)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


def run(rows):
    """Run the lines of a block as `__main__`; returns what it prints.

    rows: lines with .text, .file and .number, where the line stands. Tracebacks, inspect.getsource and
    AutoGraph find each line there. sys.exit() ends a block well; any other exit code fails.
    """
    main = types.ModuleType("__main__")
    main.__file__ = str(rows[0].file) if rows else None
    before, sys.modules["__main__"] = sys.modules["__main__"], main
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            for file, part in itertools.groupby(rows, key=lambda row: str(row.file)):
                exec(compile(_source(file, part), file, "exec", dont_inherit=True), main.__dict__)
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    finally:
        sys.modules["__main__"] = before
        print(output.getvalue(), end="")  # for pytest's report
    return output.getvalue()


def _source(file, rows):
    """The source of `rows`, each at its line number in `file`, with blank lines between."""
    lines = []
    for row in rows:
        lines += [""] * (row.number - 1 - len(lines)) + [row.text]
    lines = [line + "\n" for line in lines]
    linecache.cache[file] = (0, None, lines, file)  # None: never compared with the file, where prose stands between
    return "".join(lines)


@contextlib.contextmanager
def fresh_process(real_mnist, needs_keras, beside=()):
    """What a block changes in here ends with it: folder, environment, random numbers, settings of libraries.

    beside: files to copy into its folder, for it to import.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(_reset_libraries)
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        stack.callback(_forget_modules, folder)
        for file in beside:
            shutil.copy(file, folder)
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(mock.patch.dict(os.environ))
        elsewhere = [place for place in sys.path if place and Path(place).resolve() != ROOT]
        stack.enter_context(mock.patch.multiple(sys, argv=[""], path=[folder, *elsewhere]))
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(np.errstate())
        stack.enter_context(np.printoptions())
        random.seed()  # from the system, as in a new process: a block that prints random numbers must seed them
        np.random.seed()
        if torch := sys.modules.get("torch"):
            torch.seed()
            stack.callback(torch.set_num_threads, torch.get_num_threads())
        if needs_keras:
            import keras
            stack.enter_context(mock.patch.dict(keras.saving.get_custom_objects()))
            stack.enter_context(mock.patch("keras.src.datasets.mnist.get_file", lambda **_: mnist_file(real_mnist)))
            mnist_file(real_mnist)
            keras.utils.set_random_seed(random.randrange(2**32))
            keras.utils.clear_session(free_memory=False)  # freeing takes 0.2 s
        stack.enter_context(offline())
        stack.enter_context(_outside_the_repository())
        yield


@contextlib.contextmanager
def _outside_the_repository():
    """A reader has no more of this project than lies beside the block."""
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in OURS}
    try:
        yield
    finally:
        sys.modules.update(hidden)


def _forget_modules(folder):
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(folder):
            del sys.modules[name]


def _reset_libraries():
    """Undo what a block did to the libraries that stay loaded."""
    if "matplotlib" in sys.modules:
        import matplotlib
        import matplotlib.pyplot as plt
        plt.close("all")
        matplotlib.rc_file_defaults()
    if "keras" in sys.modules:
        import keras
        keras.config.set_floatx("float32")
    if torch := sys.modules.get("torch"):
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
    if jax := sys.modules.get("jax"):
        jax.config.update("jax_enable_x64", False)


@contextlib.contextmanager
def offline():
    """Every attempt to open a socket to a machine, this one included, or to look one up, raises RuntimeError."""
    pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        yield
    except pytest_socket.SocketBlockedError as error:
        error.add_note("Code blocks run offline; keras.datasets.mnist.load_data() works here, other data must come with the block.")
        raise
    finally:
        pytest_socket.enable_socket()


@functools.cache
def mnist_file(real):
    """Path of an .npz file as Keras downloads it: of MNIST itself, or of its stand-in."""
    if real:
        from evidence import mnist as data
    else:
        from tests import digits as data
    (x_train, y_train), (x_test, y_test) = data.load()
    path = Path(_SESSION.name, "mnist.npz")
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return path
