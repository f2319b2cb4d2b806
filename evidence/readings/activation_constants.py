"""Reads the record of the experiment activation_constants: what layers of each activation do to signal and error signal."""

from evidence.readings.intervals import interval


def backward(runs, name, comparisons=1):
    """Measured χ of an activation at the constant that keeps its signal, as an interval."""
    return interval(runs["activation_constants"][name]["backward"][:, 0], comparisons)


def squares(runs, path):
    """Mean square of z, (seeds, layers)."""
    return runs["activation_constants"][path]["signal"]


def last(runs, path):
    """Mean square of z in the last layer, as an interval over seeds."""
    return interval(squares(runs, path)[:, -1])


def gain_of(runs, path):
    """n σ² of every layer of a path but the first."""
    return runs["activation_constants"].protocol["paths"][path]["gain"]


def growth(runs, path):
    """Factor on the mean square of δ per layer on its way down, geometric mean over layers, as an interval."""
    error = runs["activation_constants"][f"{path}_one"]["error"]
    return interval((error[:, 0] / error[:, -1]) ** (1 / (error.shape[1] - 1)))
