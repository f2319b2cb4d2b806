"""What a process measures at a time: one seed of an experiment, with the code and packages that the command has."""

import importlib
import sys
import threading

from evidence.engine import freshness, record
from evidence.problem import Problem

_one_at_a_time = threading.Lock()  # a Dask worker may have threads, and seeds of Keras are of the whole process
_begun = {}  # {file: its sha256 when this process first ran it}; what is imported stays, whatever becomes of the file


def measured(name, seed, key):
    """(seed, its runs as JSON has them) of an experiment. Raises Problem if this process would not measure that `key`, or these are no runs."""
    with _one_at_a_time:
        _check(name, key)
        experiment = importlib.import_module(f"evidence.experiments.{name}")
        if "tensorflow" in sys.modules:
            _set_up_tensorflow()
        if not hasattr(experiment, "measure"):
            raise Problem(f"evidence/experiments/{name}.py has no function measure(seed).")
        runs = experiment.measure(seed)
        try:
            if any(len(values) == 0 for quantities in runs.values() for values in quantities.values()):
                raise ValueError("an empty list")
            return seed, record.rounded(runs)
        except (AttributeError, TypeError, ValueError) as error:
            raise Problem(f"What measure({seed}) of {name} returns is not {{arm: {{quantity: list of numbers}}}}: {error}.") from None


def _check(name, key):
    held = freshness.key(freshness.source(name))
    held["inputs"] = {file: _begun.setdefault(file, digest) for file, digest in held["inputs"].items()}
    if differing := freshness.changes(held, key):
        raise Problem(f"{name} is not the command's here ({'; '.join(differing)}); bring both to one commit and restart what measures.")
    freshness.check_installed(key["versions"])


def _set_up_tensorflow():
    """Seeds, and in `stacked` groups of networks, keep every core busy: operations and products need no threads of theirs."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")  # it warns of tracing for networks of many shapes, which is the point here
