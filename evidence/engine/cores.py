"""Runs tasks on all cores, and ends them when the command ends."""

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from evidence.problem import Problem


def on_all_cores(tasks):
    """Call the function of every task, (name, function, arguments), in a process on each core; yield its name as it ends.

    A process stays with the name it has, then takes one that no other is on, then helps: in each process TensorFlow
    traces the programs of an experiment anew. Raises what a function raised, and Problem if a process was killed. The
    processes end with this generator, and with the command if that is killed.
    """
    os.environ["OMP_NUM_THREADS"] = "1"  # for NumPy's products in the processes, which take every core already
    waiting, running = list(tasks), {}
    processes = [_process() for _ in range(min(os.cpu_count(), len(waiting)))]

    def employ(process, last=None):
        if waiting:
            taken = {name for _, name in running.values()}
            name, function, arguments = task = min(waiting, key=lambda task: (task[0] != last, task[0] in taken))
            waiting.remove(task)
            with _ctrl_c_held():
                running[process.submit(function, *arguments)] = process, name

    try:
        for process in processes:
            employ(process)
        while running:
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                process, name = running.pop(ended)
                _raise_what_it_raised(ended, name)
                employ(process, name)
                yield name
    finally:
        for child in multiprocessing.active_children():
            child.terminate()
        for process in processes:
            process.shutdown()  # else the interpreter, on its way out, may write into a closed pipe


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


def _raise_what_it_raised(ended, name):
    try:
        ended.result()
    except BrokenProcessPool:
        raise Problem(
            f"The process that measured {name} was killed, perhaps for lack of memory; free some and run the same command again."
        ) from None
