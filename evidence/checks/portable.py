"""Runs the tests that compute under other instruction sets and numbers of threads, as far as one machine can be several."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from evidence.engine import freshness, record
from evidence.problem import Problem


def _isa(onednn, openblas, numpy_without, aten, xla, **more):
    return {
        "ONEDNN_MAX_CPU_ISA": onednn, "OPENBLAS_CORETYPE": openblas, "NPY_DISABLE_CPU_FEATURES": numpy_without,
        "ATEN_CPU_CAPABILITY": aten, "XLA_FLAGS": f"--xla_cpu_max_isa={xla}", "TF_ENABLE_ONEDNN_OPTS": "1",
    } | more  # fmt: skip


# Each was seen to act, on an AMD EPYC with AVX-512: a product of 64 × 300 by 300 × 100 has other bits in TensorFlow under each
# oneDNN set, in numpy under each OpenBLAS core, and in PyTorch under MKL_CBWR (MKL_ENABLE_INSTRUCTIONS changed nothing);
# np.exp changes without X86_V3, the exp of a product and a sum in JAX, and the tanh of a product in TensorFlow's XLA, under
# SSE4_2; PyTorch tells its capability. tests/test_portable.py asks OpenBLAS and numpy again. The product in TensorFlow is
# the same without oneDNN, for Eigen calls its kernel either way; there other operations are replaced.
SWITCHES = {
    "sse": _isa("SSE41", "Nehalem", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "default", "SSE4_2", MKL_CBWR="COMPATIBLE"),
    "avx2": _isa("AVX2", "Haswell", "X86_V4 AVX512_ICL AVX512_SPR", "avx2", "AVX2"),
    "avx512": _isa("AVX512_CORE", "SkylakeX", "AVX512_SPR", "avx512", "AVX512"),
    "no_onednn": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "two_threads": dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "2"),
}
HARDWARE = {"sse": "sse4_1", "avx2": "avx2", "avx512": "avx512f"}  # what Linux calls the instructions that a switch needs
# TensorFlow gives products in bfloat16 to oneDNN where the processor has these (IsBF16SupportedByOneDNNOnThisCPU in its
# util/util.cc), whatever oneDNN was told: with a set that cannot, TensorFlow 2.21 ends in a segmentation fault. A processor
# without them takes another kernel, so nothing is lost but the proof.
BFLOAT16 = {"avx512f", "avx_ne_convert"}
WITHOUT_BFLOAT16 = {"SSE41", "AVX2"}
IN_BFLOAT16 = ["half_range"]  # the experiments that multiply in it
QUICK = "not browser and not cluster and not slow"  # as in `make test`: large networks would fill the memory five times
COMPUTING = ("keras", "tensorflow", "torch", "transformers", "jax", "flax", "optax", "snippets", "tests.sandbox")


class Outcome(NamedTuple):
    """What became of a test run: how many passed and were skipped, and of those that failed the names and what they said."""

    passed: int
    skipped: int
    failed: list


def portable(names=(), tests=None, say=print):
    """Run the tests under every switch, or the named ones, and print a row for each.

    Raises Problem for an unknown name, and at the end if a test failed.
    """
    _check(names)
    tests, failing = tests or computing(), {}
    say(f"{'switch':<12} passed  failed  skipped  seconds", flush=True)
    for name in names or SWITCHES:
        if not _here(name):
            say(f"{name:<12} not on this machine, which has no {HARDWARE[name]}", flush=True)
            continue
        began = time.monotonic()
        outcome = run(name, tests)
        seconds = time.monotonic() - began
        say(f"{name:<12} {outcome.passed:>6}  {len(outcome.failed):>6}  {outcome.skipped:>7}  {seconds:>7.0f}", flush=True)
        for one in outcome.failed:
            say(f"    {one}")
        failing |= {name: len(outcome.failed)} if outcome.failed else {}
    if failing:
        raise Problem(f"Tests fail under {', '.join(f'{name} ({count})' for name, count in failing.items())}; their names stand above.")


def measured(names=(), say=print):
    """Measure every experiment under the named switches, or the week's, and check all claims on what comes out.

    Interrupted, it goes on from there, in .portable/<switch>. What multiplies in bfloat16 stays as it is on record where the
    switch keeps TensorFlow from it. Raises Problem if a claim is refuted.
    """
    _check(names)
    for name in names or [of_the_week(date.today().isocalendar().week)]:
        if not _here(name):
            raise Problem(f"{name} is not on this machine, which has no {HARDWARE[name]}.")
        results = freshness.ROOT / ".portable" / name / "results"
        say(f"Everything is measured under {name}, into {results.relative_to(freshness.ROOT)}", flush=True)
        left = IN_BFLOAT16 if hides_bfloat16(SWITCHES[name]) else []
        for one in left:
            say(f"{one}: not under {name}, where TensorFlow's products in bfloat16 crash; the recorded result stands", flush=True)
            results.mkdir(parents=True, exist_ok=True)
            shutil.copy(record.RESULTS / f"{one}.json", results)
        for command in (["evidence", "measure", "--results", results], ["pytest", "-q", "tests/test_claims.py", "--results", results]):
            if subprocess.run([sys.executable, "-m", *command], cwd=freshness.ROOT, env=environment(name)).returncode:
                raise Problem(f"{' '.join(map(str, command[:2]))} failed under {name}.")


def of_the_week(week):
    """The switch whose turn it is in a week of the year, of those that this machine has and that measuring minds."""
    turns = [name for name in SWITCHES if _here(name) and name != "two_threads"]  # a seed on each core has one thread
    return turns[week % len(turns)]


def hides_bfloat16(environment=os.environ):
    """Whether TensorFlow would crash in a product in bfloat16, for the environment hides what the processor has."""
    return environment.get("ONEDNN_MAX_CPU_ISA") in WITHOUT_BFLOAT16 and not BFLOAT16.isdisjoint(_instructions())


def computing():
    """The tests whose outcome arithmetic decides: the pages' code, and files that import what COMPUTING names."""
    files = sorted((freshness.ROOT / "tests").glob("test_*.py"))
    return ["docs", "README.md", *(f"tests/{file.name}" for file in files if any(map(_computes, freshness.imported(file))))]


def _computes(module):
    return any(f"{module}.".startswith(f"{name}.") for name in COMPUTING)


def environment(name):
    """The environment of a process under a switch: this one's without a word on instruction sets and threads, and the switch."""
    rest = {key: value for key, value in os.environ.items() if not any(key in switch for switch in SWITCHES.values())}
    return rest | SWITCHES[name]


def run(name, tests):
    """The Outcome of the tests under a switch."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", "-m", QUICK]
        command += ["--max-worker-restart=0", f"--junitxml={report}", *tests]
        done = subprocess.run(command, cwd=freshness.ROOT, env=environment(name), capture_output=True, text=True)
        if not report.exists():
            raise Problem(f"pytest did not run under {name}: {(done.stderr or done.stdout).strip()[-300:]}")
        cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [_said(case, broken) for case in cases for kind in ("failure", "error") if (broken := case.find(kind)) is not None]
    if done.returncode and not failed:
        raise Problem(f"pytest ended with {done.returncode} under {name}: {done.stdout.strip()[-300:]}")
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Outcome(len(cases) - len(failed) - skipped, skipped, failed)


def _said(case, broken):
    """The name of a test that failed, and the first line of what it said."""
    return f"{case.get('classname')}: {case.get('name')}: {(broken.get('message') or '').partition(chr(10))[0][:160]}"


def _check(names):
    for name in names:
        if name not in SWITCHES:
            raise Problem(f"There is no processor switch called {name}; there are: {', '.join(SWITCHES)}.")


def _here(name):
    return HARDWARE.get(name) in {None, *_instructions()}


def _instructions():
    """The names that Linux gives the processor's instructions; none elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return {word for line in lines if line.startswith("flags") for word in line.split()}
