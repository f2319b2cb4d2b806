"""Reads the record of census_keras: which modules of keras.applications start from the default of their layers."""

from evidence.readings.census import LIMIT
from evidence.theory.laws import kurtosis, stray

SAME = 0.1  # relative; of the variance over Glorot's, of the kernel that is furthest from it


def kinds(runs, quantities):
    """{kind: {column: (seeds,)}} of one model."""
    columns = runs["census_keras"].protocol["columns"]
    return {kind: dict(zip(columns, values.T, strict=True)) for kind, values in quantities.items()}


def glorot_uniform(held):
    """True if the kernels of a kind are uniform, by a test at the census's level, and all have Glorot's variance."""
    error = stray("uniform", held["count"].sum())
    uniform = abs(held["kurtosis"].mean() - kurtosis("uniform")) <= LIMIT * error
    return bool(uniform and held["lowest"].min() > 1 - SAME and held["highest"].max() < 1 + SAME)


def default(runs):
    """Names of the modules in which every kernel that was described starts from glorot_uniform, and of the rest."""
    held = {arm.partition("__")[0]: kinds(runs, quantities) for arm, quantities in runs["census_keras"].items()}
    given = {module: [kind for kind, one in table.items() if not glorot_uniform(one)] for module, table in held.items()}
    return [module for module in given if not given[module]], {module: kinds for module, kinds in given.items() if kinds}
