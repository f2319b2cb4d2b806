"""A core stays with what it has begun, what a task raises ends the others, and a lost executor's task goes to another."""

import multiprocessing
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from evidence.engine.cores import on_all_cores, share
from evidence.problem import Problem

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
    assert sorted(name for name, _ in on_all_cores(tasks)) == ["first"] * 6 + ["second"] * 6
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


class Lost:
    """An executor that is lost with whatever it is given."""

    def submit(self, function, *arguments):
        future = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


SQUARES = [(f"of {number}", pow, (number, 2)) for number in range(9)]


def test_every_result_comes_with_its_name_whichever_executor_it_is_from():
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        assert dict(share(SQUARES, lambda: [one, other])) == {f"of {number}": number**2 for number in range(9)}


def test_what_a_lost_executor_was_on_goes_to_another_and_one_that_comes_later_joins_in():
    with ThreadPoolExecutor(1) as late:
        there = iter([[Lost()], [Lost()]])
        assert len(dict(share(SQUARES, lambda: next(there, [late])))) == 9


def test_a_task_that_is_lost_with_one_executor_after_another_is_one_sentence():
    with pytest.raises(Problem, match="^The process that measured of 0 was killed"):
        list(share(SQUARES[:1], lambda: [Lost()]))


def test_with_a_time_to_end_all_executors_help_with_the_first_name():
    given = []  # in this order; a thread may begin later than one that was given its task after it

    class Noting(ThreadPoolExecutor):
        def submit(self, function, name):
            given.append((name, self))
            return super().submit(function, name)

    tasks = [(name, str, (name,)) for name in ("first", "second") for _ in range(6)]
    with Noting(1) as one, Noting(1) as other:
        assert len(list(share(tasks, lambda: [one, other], seconds=60))) == 12
    assert [name for name, _ in given] == ["first"] * 6 + ["second"] * 6
    assert {executor for name, executor in given if name == "first"} == {one, other}
