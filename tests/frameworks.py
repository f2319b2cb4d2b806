"""Pytest plugin: what needs PyTorch or JAX is left out where they are not installed, and fails under --all-frameworks.

A code block needs what it imports, a test what its mark names: @pytest.mark.needs("torch").
"""
import importlib.metadata
import importlib.util
import re

import pytest

FRAMEWORKS = ("torch", "jax", "flax", "optax")
each_framework = pytest.mark.parametrize("framework", ["keras", pytest.param("torch", marks=pytest.mark.needs("torch"))])
REMEDY = "`make .venv/frameworks` installs it"


def pytest_addoption(parser):
    parser.addoption("--all-frameworks", action="store_true", help="fail where PyTorch or JAX is missing, do not skip")


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(package): skipped, and said so, where the package is not installed")


def pytest_report_header():
    present = [f"{name} {importlib.metadata.version(name)}" for name in FRAMEWORKS if installed(name)]
    missing = [name for name in FRAMEWORKS if not installed(name)]
    header = f"frameworks beside Keras: {', '.join(present) or 'none'}"
    return f"{header}; left out is what needs {', '.join(missing)}: {REMEDY}" if missing else header


def pytest_runtest_setup(item):
    missing = [name for name in FRAMEWORKS if name in needed(item) and not installed(name)]
    if missing:
        reason = f"needs {missing[0]}, which is not installed: {REMEDY}"
        pytest.fail(reason, pytrace=False) if item.config.option.all_frameworks else pytest.skip(reason)


def needed(item):
    """The packages that a test names in its mark, or a code block imports."""
    code = getattr(getattr(item, "obj", None), "code", "")
    return {mark.args[0] for mark in item.iter_markers("needs")} | set(re.findall(r"(?m)^\s*(?:import|from)\s+(\w+)", code))


def installed(name):
    return importlib.util.find_spec(name) is not None
