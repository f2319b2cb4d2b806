"""Pytest plugin: what needs PyTorch, JAX or Transformers is left out where they are missing, and fails under --all-frameworks.

A code block needs what it imports, a test what its mark names: @pytest.mark.needs("torch"), a module what it asks of importorskip.
"""
import importlib.metadata
import importlib.util
import re

import pytest

FRAMEWORKS = {**dict.fromkeys(("torch", "jax", "flax", "optax"), "frameworks"), "transformers": "models"}  # and who installs it
each_framework = pytest.mark.parametrize("framework", ["keras", pytest.param("torch", marks=pytest.mark.needs("torch"))])


def pytest_addoption(parser):
    parser.addoption("--all-frameworks", action="store_true", help="fail where PyTorch, JAX or Transformers is missing, do not skip")


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(package): skipped, and said so, where the package is not installed")


def pytest_report_header():
    present = [f"{name} {importlib.metadata.version(name)}" for name in FRAMEWORKS if installed(name)]
    missing = [name for name in FRAMEWORKS if not installed(name)]
    header = f"frameworks beside Keras: {', '.join(present) or 'none'}"
    return f"{header}; left out is what needs {', '.join(missing)}: {remedy(missing[-1])}" if missing else header


def pytest_runtest_setup(item):
    missing = [name for name in FRAMEWORKS if name in needed(item) and not installed(name)]
    if missing:
        reason = f"needs {missing[0]}, which is not installed: {remedy(missing[0])}"
        pytest.fail(reason, pytrace=False) if item.config.option.all_frameworks else pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    reason = report.longrepr[2].removeprefix("Skipped: ") if report.skipped else ""
    if collector.config.option.all_frameworks and any(name in reason.lower() for name in FRAMEWORKS):
        report.outcome, report.longrepr = "failed", f"{collector.nodeid} is left out: {reason}"
    return report


def needed(item):
    """The packages that a test names in its mark, or a code block imports."""
    code = getattr(getattr(item, "obj", None), "code", "")
    return {mark.args[0] for mark in item.iter_markers("needs")} | set(re.findall(r"(?m)^\s*(?:import|from)\s+(\w+)", code))


def remedy(name):
    return f"`make .venv/{FRAMEWORKS[name]}` installs it"


def installed(name):
    return importlib.util.find_spec(name) is not None
