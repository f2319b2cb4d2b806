"""A core stays with what it has begun, and what a task raises ends the others."""

import multiprocessing
import os
import time

import pytest

from evidence.engine.cores import on_all_cores

several_cores = pytest.mark.skipif(os.cpu_count() < 2, reason="one core has nothing to share")


def note(log, name):
    time.sleep(0.05)
    with open(log, "a") as file:
        file.write(f"{os.getpid()} {name}\n")


def fail(sentence):
    raise ValueError(sentence)


@several_cores
def test_a_core_begins_what_no_other_is_on_and_changes_only_when_that_is_done(tmp_path):
    log = tmp_path / "log"
    tasks = [(name, note, (log, name)) for name in ("first", "second") for _ in range(6)]
    assert sorted(on_all_cores(tasks)) == ["first"] * 6 + ["second"] * 6
    by_process = {}
    for line in log.read_text().splitlines():
        process, name = line.split()
        by_process.setdefault(process, []).append(name)
    assert {names[0] for names in by_process.values()} == {"first", "second"}
    assert all(sum(a != b for a, b in zip(names, names[1:])) <= 1 for names in by_process.values())


def test_what_a_task_raises_comes_out_and_no_process_is_left():
    with pytest.raises(ValueError, match="^broken$"):
        list(on_all_cores([("one", fail, ("broken",))] + [("other", time.sleep, (60,))]))
    assert multiprocessing.active_children() == []
