"""Shares tasks among the workers of a Dask scheduler, on as many machines as it has."""

import asyncio
import logging
from importlib.util import find_spec

from evidence.engine.cores import share
from evidence.problem import Problem

SCHEDULER = ".venv/bin/python -m dask scheduler"
WORKER = ".venv/bin/python -m dask worker --nthreads 1"
PATIENCE = 10  # seconds, for a scheduler to answer, and for a worker to come where none is


def on_workers(tasks, address, say=print):
    """`share` tasks among the workers of the Dask scheduler at `address`.

    Workers that come later join in; what a lost one was on goes to others. Raises Problem if nobody answers, if no worker
    is there or left, if the scheduler or a worker lacks this project, and, with the worker's address, what is one there.
    """
    workers = _Workers(address, say)
    try:
        yield from share([(name, _on_worker, (function, *arguments)) for name, function, arguments in tasks], workers.executors)
    finally:
        workers.client.close()


class _Workers:
    """The workers that a scheduler has at any time, each with an executor of its own."""

    def __init__(self, address, say):
        self.address, self.say = address, say
        self.client = _client(address)
        self.pinned = {}

    def executors(self):
        """Those of the workers there are now; waits for one where there is none. What a lost one was on is cancelled."""
        there = self._there()
        if there != self.pinned.keys():
            self.say(f"Workers at {self.address}: {len(there)}", flush=True)
        for worker in self.pinned.keys() - there:
            self.pinned.pop(worker).shutdown(wait=False)
        if new := there - self.pinned.keys():
            self._check_that_they_find_the_project(new)
        for worker in new:
            self.pinned[worker] = self.client.get_executor(workers=[worker], pure=False)
        return list(self.pinned.values())

    def _check_that_they_find_the_project(self, workers):
        """Or else they, and the scheduler, would die of the first task."""
        asked = find_spec, _on_worker.__module__
        found = self.client.run(*asked, workers=list(workers), on_error="return")
        for worker, answer in found.items():
            if answer is None or isinstance(answer, ModuleNotFoundError):
                raise Problem(f"Worker {worker} does not find this project; start it in a clone of this commit: {WORKER} {self.address}")
        try:
            self.client.run_on_scheduler(*asked)
        except ModuleNotFoundError:
            raise Problem(f"The scheduler at {self.address} does not find this project; start it in a clone: {SCHEDULER}") from None

    def _there(self):
        try:
            if not self.client.nthreads():
                self.client.wait_for_workers(1, timeout=PATIENCE)
            return self.client.nthreads().keys()
        except TimeoutError:
            raise Problem(f"The scheduler at {self.address} has no workers; start some: {WORKER} {self.address}") from None
        except (OSError, RuntimeError):  # as the client is closed, or not yet
            raise Problem(f"The scheduler at {self.address} is gone; start it and run the same command again: {SCHEDULER}") from None


def _client(address):
    try:
        import distributed
    except ModuleNotFoundError:
        raise Problem("Dask is not installed; run: .venv/bin/python -m pip install -r requirements-cluster.txt") from None
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # what they report is said here in a sentence

    async def greet():
        # a Client would wait for ever for one who listens and says nothing
        async with asyncio.timeout(PATIENCE):
            await (await distributed.comm.connect(address, timeout=PATIENCE)).close()

    try:
        asyncio.run(greet())
        return distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except Exception:  # no address, no host, nobody there, no scheduler: each raises its own
        raise Problem(f"No Dask scheduler answers at {address}; start one, and name the address that it says: {SCHEDULER}") from None


def _on_worker(function, *arguments):
    """Call a function there. What is wrong with a worker is said with its address."""
    from distributed import get_worker

    try:
        return function(*arguments)
    except Problem as problem:
        raise Problem(f"Worker {get_worker().address}: {problem}") from None
