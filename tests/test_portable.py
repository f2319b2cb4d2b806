"""A test that rests on bits is found under another instruction set, and named."""

import ast
import subprocess
import sys

import pytest

from evidence.checks import portable
from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem

PLANTED = """
import os
import numpy as np

def test_a_product_repeats_to_the_bit():
    a, b = np.random.default_rng(0).normal(size=(2, 300, 300)).astype("float32")
    assert float((a @ b).sum(dtype="float64")) == {recorded}

def test_the_switch_arrived():
    assert os.environ["OPENBLAS_CORETYPE"] == "{core}"
"""
here = portable._instructions()
needs_avx2 = pytest.mark.skipif("avx2" not in here, reason="a processor without AVX2 has no two instruction sets to compare")


def ask(switch, program):
    environment = portable.SWITCHES[switch] | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True).stdout.strip()


@needs_avx2
def test_a_planted_equality_of_bits_fails_and_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")  # what the machine says must not reach a switch
    product = "import numpy as np; a, b = np.random.default_rng(0).normal(size=(2, 300, 300)).astype('float32'); "
    recorded = ask("avx2", product + "print(float((a @ b).sum(dtype='float64')))")
    planted = tmp_path / "test_planted.py"
    planted.write_text(PLANTED.format(recorded=recorded, core="Nehalem"))
    said = []
    with pytest.raises(Problem, match=r"Tests fail under sse \(1\)"):
        portable.portable(["sse"], [planted], lambda line, flush=False: said.append(line))
    assert said[1].split()[:4] == ["sse", "1", "1", "0"] and "test_a_product_repeats_to_the_bit: AssertionError" in said[2]


def test_a_row_for_each_switch_and_none_fails(monkeypatch):
    said = []
    monkeypatch.setattr(portable, "run", lambda name, tests: portable.Outcome(3, 1, []))
    monkeypatch.setattr(portable, "_instructions", lambda: {"sse4_1", "avx2", "avx512f"})
    portable.portable(tests=["docs"], say=lambda line, flush=False: said.append(line))
    assert [line.split()[:4] for line in said[1:]] == [[name, "3", "0", "1"] for name in portable.SWITCHES]


def test_hardware_that_is_absent_is_said_and_is_no_failure(monkeypatch):
    said = []
    monkeypatch.setattr(portable, "_instructions", lambda: {"sse4_1"})
    portable.portable(["avx512"], ["docs"], lambda line, flush=False: said.append(line))
    assert said[1].split(maxsplit=1) == ["avx512", "not on this machine, which has no avx512f"]


def test_an_unknown_switch_is_one_sentence():
    done = subprocess.run([sys.executable, "-m", "evidence", "portable", "mmx"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"There is no processor switch called mmx; there are: {', '.join(portable.SWITCHES)}.\n"


def test_every_page_and_every_file_that_imports_a_framework_or_a_tool_is_run():
    chosen = portable.computing()
    assert {"docs", "README.md", "tests/test_stacked.py", "tests/test_snippets.py", "tests/test_dialects.py"} <= {*chosen}
    assert "tests/test_site.py" not in chosen


def test_every_switch_that_measuring_minds_has_its_week():
    weeks = [portable.of_the_week(week) for week in range(1, 54)]
    assert {*weeks} == {name for name in portable.SWITCHES if portable._here(name)} - {"two_threads"}
    assert all(one != next_one for one, next_one in zip(weeks, weeks[1:])) or len({*weeks}) == 1


def test_claims_are_checked_on_what_was_measured_under_the_switch(monkeypatch):
    calls = []

    def run(command, env, **_):
        calls.append((command[2:4], command[-1].relative_to(ROOT).as_posix(), env["TF_ENABLE_ONEDNN_OPTS"]))
        return subprocess.CompletedProcess(command, returncode=len(calls) - 1)

    monkeypatch.setattr(portable.subprocess, "run", run)
    with pytest.raises(Problem, match="pytest -q failed under no_onednn"):
        portable.measured(["no_onednn"], lambda line, flush=False: None)
    results = ".portable/no_onednn/results"
    assert calls == [(["evidence", "measure"], results, "0"), (["pytest", "-q"], results, "0")]


def test_a_test_that_kills_its_process_is_named_and_ends_the_run(tmp_path):
    planted = tmp_path / "test_planted.py"
    planted.write_text("import os\n\ndef test_it_crashes():\n    os.abort()\n\ndef test_behind_it():\n    pass\n")
    (failed,) = portable.run("no_onednn", [planted]).failed
    assert "test_planted: test_it_crashes: " in failed and "crashed while running" in failed  # before it stand folders, by where the clone is


@pytest.mark.parametrize("instructions, hides", [({"sse4_1", "avx2", "avx512f"}, True), ({"sse4_1", "avx2"}, False), (set(), False)])
def test_a_switch_hides_bfloat16_only_from_a_processor_that_has_the_instructions(monkeypatch, instructions, hides):
    monkeypatch.setattr(portable, "_instructions", lambda: instructions)
    assert [name for name, switch in portable.SWITCHES.items() if portable.hides_bfloat16(switch)] == ["sse", "avx2"] * hides


def test_what_multiplies_in_bfloat16_stays_as_on_record_where_a_switch_hides_it(monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(portable, "hides_bfloat16", lambda switch: True)
    monkeypatch.setattr(portable.freshness, "ROOT", tmp_path)
    monkeypatch.setattr(portable.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0))
    portable.measured(["no_onednn"], lambda line, flush=False: said.append(line))
    for name in portable.IN_BFLOAT16:
        assert (tmp_path / f".portable/no_onednn/results/{name}.json").read_bytes() == (record.RESULTS / f"{name}.json").read_bytes()
        assert any(line.startswith(f"{name}: not under no_onednn") for line in said)


def test_the_experiments_that_multiply_in_bfloat16_are_known():
    """By their protocols: one that names the type multiplies in it, or says here that it rounds weights alone."""
    naming = {name for name in freshness.experiments() if "bfloat16" in str(freshness.protocol(name))}
    assert naming - {"bfloat16_weights"} == {*portable.IN_BFLOAT16}


@needs_avx2
@pytest.mark.parametrize("switch, core", [("sse", "Nehalem"), ("avx2", "Haswell")])
def test_the_switches_act_on_openblas_and_numpy(switch, core):
    program = (
        "import threadpoolctl; from numpy._core._multiarray_umath import __cpu_features__ as has; "
        "print(([one['architecture'] for one in threadpoolctl.threadpool_info()], has['X86_V3'], has['X86_V4']))"
    )
    assert ast.literal_eval(ask(switch, program)) == ([core], switch == "avx2", False)
