"""The frameworks are pinned, their blocks leave nothing behind, and a missing one is said so or fails."""
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import frameworks, pages, sandbox


def pins(file):
    return re.findall(r"(?m)^([\w-]+)==(\S+)", (pages.ROOT / file).read_text("utf-8"))


def test_every_framework_is_pinned_with_a_reason():
    for target in set(frameworks.FRAMEWORKS.values()):
        pinned, text = pins(f"requirements-{target}.txt"), (pages.ROOT / f"requirements-{target}.in").read_text()
        assert pinned == pins(f"requirements-{target}.in")
        assert {name for name, _ in pinned} >= {name for name, by in frameworks.FRAMEWORKS.items() if by == target}
        assert all("  # " in line for line in text.splitlines() if "==" in line)


@pytest.mark.parametrize("package, version", [
    pytest.param(*pin, marks=pytest.mark.needs(pin[0])) for file in ("frameworks", "models")
    for pin in pins(f"requirements-{file}.txt") if pin[0] in frameworks.FRAMEWORKS])
def test_the_installed_framework_is_the_pinned_one(package, version):
    assert importlib.metadata.version(package).partition("+")[0] == version  # torch's CPU build is 2.13.0+cpu


def block(code, line=1):
    with sandbox.fresh_process(real_mnist=False, needs_keras=False):
        return sandbox.run([pages.Row(text, Path("page.md"), number) for number, text in enumerate(code.split("\n"), line)])


@pytest.mark.needs("torch")
def test_a_block_in_torch_leaves_nothing_to_the_next():
    look = ("import torch\nprint(torch.rand(3).tolist(), torch.get_default_dtype(), torch.is_grad_enabled(), "
            "torch.get_num_threads())")
    first = block(look)
    block("import torch\ntorch.manual_seed(0)\ntorch.set_default_dtype(torch.float64)\ntorch.set_grad_enabled(False)\n"
          "torch.set_num_threads(7)")
    second, seeded = block(look), block(f"{look[:12]}\ntorch.manual_seed(0)\n{look}")
    assert second.partition("]")[2] == first.partition("]")[2]
    assert len({text.partition("]")[0] for text in (first, second, seeded)}) == 3


@pytest.mark.needs("jax")
def test_a_block_in_jax_leaves_nothing_to_the_next():
    look = "import jax.numpy as jnp\nprint(jnp.ones(1).dtype)"
    block("import jax\njax.config.update('jax_enable_x64', True)\nassert jax.numpy.ones(1).dtype == 'float64'")
    assert block(look) == "float32\n"


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """What pytest says of a block, a test and a module of a framework where it is missing: without and with --all-frameworks."""
    folder = tmp_path_factory.mktemp("without")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --codeblocks -p tests.codeblocks -p tests.frameworks -rfEs\n"
                                       f"pythonpath = {pages.ROOT} .\n")
    (folder / "page.md").write_text("```python\nimport flax\n```\n\n```python\nx = 1\n```\n")
    (folder / "test_mark.py").write_text("import pytest\n\n@pytest.mark.needs('torch')\ndef test_torch():\n    1 / 0\n")
    (folder / "test_module.py").write_text("import pytest\n\ntorch = pytest.importorskip('torch')\n\n\ndef test_torch():\n    1 / 0\n")
    hide = ("import sys; sys.modules.update(torch=None, jax=None, flax=None, optax=None, transformers=None)\n"
            "import pytest; sys.exit(pytest.main(sys.argv[1:]))")
    runs = [[sys.executable, "-c", hide, *options] for options in ([], ["--all-frameworks", "--continue-on-collection-errors"])]
    return [subprocess.run(run, cwd=folder, capture_output=True, text=True) for run in runs]


def test_what_needs_a_missing_framework_is_left_out_and_said_so(without):
    assert without[0].returncode == 0 and "1 passed, 3 skipped" in without[0].stdout
    assert "none; left out is what needs torch, jax, flax, optax, transformers: `make .venv/models` installs it" in without[0].stdout
    assert "SKIPPED [1] " in without[0].stdout and "needs torch, which is not installed" in without[0].stdout


def test_what_needs_a_missing_framework_fails_where_all_frameworks_are_asked_for(without):
    assert without[1].returncode == 1 and "1 passed, 3 errors" in without[1].stdout
    assert "test_module.py is left out: could not import 'torch'" in without[1].stdout
    assert "needs flax, which is not installed" in without[1].stdout
