"""Shares tasks among executors, by default a process on each core, and ends the processes when the command ends."""

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, ProcessPoolExecutor, wait
from contextlib import contextmanager

from evidence.problem import Problem

LIVES = 3  # executors that a task may be lost with, by chance


def on_all_cores(tasks, seconds=None):
    """`share` tasks among processes, one on each core. They end with this generator, and with the command if that is killed."""
    os.environ["OMP_NUM_THREADS"] = "1"  # for NumPy's products in the processes, which take every core already
    processes = [_process() for _ in range(min(os.cpu_count(), len(tasks)))]
    try:
        yield from share(tasks, lambda: processes, seconds)
    finally:
        for child in multiprocessing.active_children():
            child.terminate()
        for process in processes:
            process.shutdown()  # else the interpreter, on its way out, may write into a closed pipe


def share(tasks, executors, seconds=None):
    """Call the function of every task, (name, function, arguments); yield (name, what it returned) as it ends.

    executors: function that returns those there are now, of `concurrent.futures` or alike; asked every second. Each has
    one task at a time, stays with the name it has, then takes one that no other has, then helps: in each process
    TensorFlow traces the programs of an experiment anew. A task that is cancelled, for its executor was lost, goes to
    another. seconds: after which it ends, whatever is left; then all help with the first name, so that it is whole.
    Raises what a function raised, and Problem if the process was killed, or LIVES executors were lost with it.
    """
    waiting, running, last, lost, returned = list(tasks), {}, {}, Counter(), []
    end = time.monotonic() + (float("inf") if seconds is None else seconds)

    def employ(executor):
        own, taken = last.get(executor), {*last.values()}
        task = waiting[0] if seconds else min(waiting, key=lambda one: (one[0] != own, one[0] in taken))
        name, function, arguments = task
        waiting.remove(task)
        last[executor] = name
        with _ctrl_c_held():
            running[executor.submit(function, *arguments)] = executor, task

    def outcome(ended):
        _, task = running.pop(ended)
        try:
            return [(task[0], ended.result())]
        except (CancelledError, BrokenExecutor) as error:
            lost[id(task)] += 1
            if isinstance(error, BrokenExecutor) or lost[id(task)] == LIVES:
                raise Problem(
                    f"The process that measured {task[0]} was killed, perhaps for lack of memory; "
                    "free some and run the same command again."
                ) from None
            waiting.append(task)
            return []

    while (waiting or running) and time.monotonic() < end:
        busy = [executor for executor, _ in running.values()]
        for executor in executors():
            if waiting and executor not in busy:
                employ(executor)
        yield from returned
        ended = wait(running, timeout=1, return_when=FIRST_COMPLETED).done
        returned = [one for future in ended for one in outcome(future)]
    yield from returned


def _process():
    # not forked: TensorFlow, and threads, do not outlive a fork
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_end_with, initargs=(os.getpid(),))


def _end_with(command):
    """Let this process end when the command of this id does, also if it was killed, and if it was before this began."""

    def watch():
        while os.getppid() == command:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _ctrl_c_held():
    """Deliver Ctrl-C afterwards; a process that begins meanwhile never gets it, for the command ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
