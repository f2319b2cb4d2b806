"""The GitHub workflows are pinned, need least rights, and run what the Makefile runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from evidence.engine import freshness, notebooks
from evidence.engine.freshness import ROOT
from evidence.engine.part import shard

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def zizmor(folder):
    tool = Path(sys.executable).with_name("zizmor")
    command = [tool, "--offline", "--no-progress", "--min-severity", "medium", folder]
    return subprocess.run(command, capture_output=True, text=True)


def test_zizmor_finds_nothing_of_medium_severity_or_higher():
    done = zizmor(ROOT / ".github")
    assert done.returncode == 0, done.stdout


def test_zizmor_would_find_an_injection(tmp_path):
    workflow = tmp_path / ".github/workflows/check.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text((ROOT / ".github/workflows/check.yml").read_text().replace("run: make test", "run: echo ${{ github.head_ref }}"))
    assert zizmor(tmp_path / ".github").returncode != 0


@each_workflow
def test_actions_are_pinned_by_sha(path):
    used = re.findall(r"uses: (\S+)", path.read_text())
    assert used and all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in used)


@each_workflow
def test_a_workflow_gives_no_right_by_default(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    assert all(job["timeout-minutes"] for job in workflow["jobs"].values())


@each_workflow
def test_make_targets_that_a_workflow_runs_exist(path):
    targets = re.findall(r"^([\w./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"run: make (\S+)", path.read_text())) <= set(targets)


def test_the_shards_that_the_published_site_is_measured_in_are_all_there_and_waited_for():
    jobs = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text())["jobs"]
    shards = jobs["measure"]["strategy"]["matrix"]["shard"]
    assert sorted(name for which in shards for name in shard(which)) == sorted([*freshness.experiments(), *notebooks.names()])
    assert jobs["build"]["needs"] == "measure" and "if" not in jobs["build"]
