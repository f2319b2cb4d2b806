"""Reads the record of the census: which law a kind of parameter follows, and on what its spread depends.

Every decision is a test at LEVEL: of some two thousand, one would be wrong by chance in five such books.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri  # scipy.stats has it too and takes a second to import

from evidence.theory.laws import LARGEST, kurtosis, stray

LEVEL = 1e-4
LIMIT = -ndtri(LEVEL / 2)  # standard errors
ENOUGH = 2000  # values in all; fewer tell no law
ORTHOGONAL = 0.1  # of gram, which is about 1 for independent values
PRECISE = 0.03  # relative; what would be of no use to a reader is no dependence, however sure
VECTORS = ("norm", "bias", "layer_scale")
WHOLE = ("named", "tied", "first_loss", "stream", "cut", "wide_loss", "built")  # quantities of an architecture, not of a kind
RESIDUAL = ("attention_out", "feed_forward_out", "expert_out", "state_space_out")


class Cell(NamedTuple):
    """One kind of parameter of one architecture. `std` is at the last size; `width` and `depth` are exponents, 0 if none is seen."""

    law: str
    std: float
    width: float
    depth: float
    fan_in: float
    layers: float
    error: float  # of std, relative


def architectures(runs):
    """{"<task>__<architecture>": quantities} of what was built."""
    return {arm: quantities for arm, quantities in runs["census"].items() if not arm.startswith("missing__")}


def missing(runs):
    """{architecture: reason} of what was not."""
    arms = (arm.split("__", 2) for arm in runs["census"] if arm.startswith("missing__"))
    return {name: reason for _, name, reason in arms}


def found(runs, name):
    """The quantities of the one architecture of this name. Raises KeyError if it was not built."""
    name, _, task = name.partition(" (")
    arms = [arm for arm in architectures(runs) if arm.partition("__")[2] == name and arm.startswith(task.rstrip(")"))]
    if not arms:
        raise KeyError(f"the census has no {name}")
    return runs["census"][arms[0]]


def matrices(quantities):
    """The kinds of an architecture that are matrices, in the order of the record."""
    return [name for name in quantities if name not in VECTORS and name not in WHOLE]


def cells(runs, quantities):
    """{kind: Cell} of the matrices of an architecture."""
    columns, sizes = (tuple(runs["census"].protocol[name]) for name in ("columns", "sizes"))
    sizes = tuple(map(tuple, sizes))
    return {kind: _recorded(quantities[kind].tobytes(), columns, sizes) for kind in matrices(quantities)}


@lru_cache(8192)  # 2,429 kinds on the record and as many on fresh seeds: a claim asks for all of them, up to ten times
def _recorded(values, columns, sizes):
    return cell(dict(zip(columns, np.frombuffer(values).reshape(-1, len(columns)).T, strict=True)), sizes)


def cell(held, sizes):
    """The Cell of one kind: held is {column: (seeds,)}, sizes [(width, layers)] as its spreads are ordered."""
    spreads = [held[f"std_{width}_{depth}"] for width, depth in sizes]
    width = exponent(spreads[0], spreads[1], sizes[1][0] / sizes[0][0], held)
    depth = exponent(spreads[1], spreads[2], sizes[2][1] / sizes[1][1], held)
    return Cell(law(held), float(spreads[2].mean()), width, depth, float(held["fan_in"][0]), float(held["layers"].mean()), error(held))


def law(held):
    """The law of one kind, by its kurtosis over all seeds: one that a test at LEVEL does not reject, if the others are rejected.

    "constant" of equal values; "orthogonal" if rows are; "unclear" for too few values, or if no law or more than one is left.
    """
    if not list(held.values())[-1].any():
        return "constant"
    if np.isnan(held["kurtosis"]).any() or held["count"].sum() < ENOUGH:
        return "unclear"
    if (held["gram"] < ORTHOGONAL).all():  # as a kernel of zeros and a one is, which nobody drew
        return "orthogonal" if held["kurtosis"].mean() < 2 * kurtosis("normal") else "unclear"
    left = [name for name in LARGEST if fits(name, held)]
    return left[0] if len(left) == 1 else "unclear"


def fits(name, held):
    """True if a test at LEVEL does not reject a law: kurtosis of all seeds, and no value beyond the law's largest."""
    error = stray(name, held["count"].sum())
    within = held["largest"].max() <= LARGEST[name] * (1 + PRECISE)
    return bool(within and abs(held["kurtosis"].mean() - kurtosis(name)) <= LIMIT * error)


def error(held):
    """The relative error of a standard deviation: √((κ − 1) / 4n), of all seeds; NaN where the kind has no kurtosis."""
    return math.sqrt((held["kurtosis"].mean() - 1) / 4 / held["count"].sum())


def exponent(before, after, factor, held):
    """p where the spread goes as the p-th power of what grew by `factor`; 0 if a test at LEVEL sees no change.

    The smallest size has at least a 32nd of the values that the largest has. NaN where the kind is not there at both sizes, or is constant.
    """
    if np.isnan([before, after]).any() or not before.all() or not after.all() or np.isnan(held["kurtosis"]).any():
        return math.nan
    ratio = np.log(after / before).mean()
    strays = math.sqrt(33) * error(held)
    return float(ratio / math.log(factor)) if abs(ratio) > max(LIMIT * strays, PRECISE) else 0.0


def scaled(table, effect):
    """The kinds of {kind: Cell} whose spread depends on "width" or "depth"."""
    return [kind for kind, one in table.items() if abs(getattr(one, effect)) > 0]


def tables(runs):
    """{architecture: {kind: Cell}} of all that was built. A name that stands for two tasks says the second's."""
    made = {}
    for arm, quantities in architectures(runs).items():
        task, _, name = arm.partition("__")
        made[f"{name} ({task})" if name in made else name] = cells(runs, quantities)
    return made
