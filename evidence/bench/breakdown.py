"""Where the time of stacked training goes: shares of the time of all cores, from a run and a trace of a shorter one."""

import os
import re
import tempfile
import time
from collections import Counter
from pathlib import Path

KINDS = {  # operations of a step, by what TensorFlow calls them
    "matrix products": "MatMul",
    "optimizer": "ResourceApply|AssignSub",
    "loss and accuracy": "Softmax|ArgMax|Select|Equal|Cast",
    "biases and activations": "Relu|Add|Sum|Mul|Transpose",
    "gathering the batch": "Gather",
}


def breakdown(train, shorter):
    """{part: share of the time of all cores}; the shares add up to 1.

    train: a function that trains with stacked.py; shorter: the same on fewer images, hardly evaluated, for the trace.
    """
    shorter()  # so that no program is traced by TensorFlow while it is timed
    start = time.perf_counter()
    whole = programs(train)
    total = os.cpu_count() * (time.perf_counter() - start)
    found = {}
    traced = programs(lambda: found.update(operations(shorter)))
    return shares({name: seconds / total for name, seconds in whole.items()}, found, traced["train_epoch"])


def programs(train):
    """{"train_epoch", "evaluate": seconds in that program of stacked.py}, of all threads together."""
    from snippets.tools import stacked

    call, seconds = stacked.traced, []

    def timed(function, *arguments):
        start = time.perf_counter()
        result = call(function, *arguments).numpy()
        seconds.append((function.__name__, time.perf_counter() - start))
        return result

    stacked.traced = timed
    try:
        train()
    finally:
        stacked.traced = call
    return {name: sum(one for other, one in seconds if other == name) for name in ("train_epoch", "evaluate")}


def operations(train):
    """{name of an operation: seconds}, from TensorFlow's own trace. It leaves out operations that it finds small."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf.xplane_pb2 import XSpace

    options = tf.profiler.experimental.ProfilerOptions(host_tracer_level=2, python_tracer_level=0, device_tracer_level=0)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder, options)
        train()
        tf.profiler.experimental.stop()
        space = XSpace.FromString(next(Path(folder).rglob("*.xplane.pb")).read_bytes())
    seconds = Counter()
    for plane in space.planes:
        for event in (event for line in plane.lines for event in line.events):
            seconds[plane.event_metadata[event.metadata_id].name] += event.duration_ps / 1e12
    return seconds


def shares(programs, operations, traced):
    """The parts of a whole, from the shares of its programs and the seconds of the operations in `traced` seconds.

    An operation of a step is called "its/place/in/the/program:Kind".
    """
    kinds = Counter()
    for name, seconds in operations.items():
        if place := re.fullmatch(r".*[^:]:(\w+)", name):
            kinds[next((kind for kind, pattern in KINDS.items() if re.search(pattern, place[1])), None)] += seconds
    training, evaluation = programs["train_epoch"], programs["evaluate"]
    inside = {kind: training * kinds[kind] / traced for kind in KINDS}
    between = training - sum(inside.values())
    return inside | {"between operations": between, "evaluation": evaluation, "outside": 1 - training - evaluation}
