"""A published figure beside our small version of it, and the verdict that follows from bands fixed beforehand."""

import importlib
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from evidence.problem import Problem
from evidence.readings import rates
from evidence.readings.budget import derived
from evidence.readings.numbers import spelled

VERDICTS = ("reproduced", "partly", "not at this budget", "not yet measured")
ANY = float("inf")
MEASURES = {}  # {key of a row: function of the runs that gives its quantities}
REFUTATIONS = {}  # {key of a row: function that alters the runs in place so that the verdict must get worse}


def measures(refuted_by):
    """Register a function, which is named after a row and takes {experiment: arms}, to compute {quantity: number} for it.

    `refuted_by(runs)` alters a copy of the runs so that the row must do worse, as that of a claim does.
    """

    def register(function):
        MEASURES[function.__name__], REFUTATIONS[function.__name__] = function, refuted_by
        return function

    return register


class Band(NamedTuple):
    """Between which two numbers a quantity must lie, ends included, for "reproduced" and for "partly"."""

    quantity: str  # what is computed, in words with its unit
    reproduced: tuple[float, float]
    partly: tuple[float, float] | None = None  # None: "partly" does not ask for this quantity


class Reproduction(NamedTuple):
    """A published figure, table or statement, and what must come out of our runs for a verdict."""

    key: str
    paper: str  # key in docs/references.bib
    where: str  # the figure or table, or the part of the paper that we could read
    shows: str  # in our own words
    ours: str  # the small version; {steps} and the like stand for what its first experiment sets
    bands: dict[str, Band]  # by quantity
    experiments: tuple[str, ...]
    page: str  # where the book tells of it
    seen: bool  # whether our runs were on record before the bands were fixed; the bands then follow from the paper alone
    why: str = ""  # what we know of why it falls short, if it does; {steps} as above

    def values(self, runs):
        """{quantity: number} of all bands, from {experiment: arms}; None if nothing measures the row yet, or not on these runs."""
        if self.key not in MEASURES or not set(self.experiments) <= runs.keys():
            return None
        found = {name: float(value) for name, value in MEASURES[self.key](runs).items()}
        if found.keys() != self.bands.keys():
            raise KeyError(f"{self.key} measures {sorted(found)}, and has bands for {sorted(self.bands)}")
        return found

    def told(self, words, runs):
        """Words of the row with what its first experiment sets, by the name of the setting, in place of {steps} and the like;
        {rates} is how many learning rates were tried, {rates[sgd]} where each arm has a grid of its own.

        Raises Problem if the experiment is not measured or does not set what a name in braces stands for.
        """
        name = self.experiments[0] if self.experiments else "no experiment"
        protocol = runs[name].protocol if name in runs else {}
        try:
            return words.format_map(protocol | derived(protocol) | {"rates": _counts(protocol.get("learning_rates", []))})
        except KeyError as error:
            raise Problem(f"The row {self.key} of evidence/reproductions names {error} in braces, which {name} does not set; write the number.") from None

    def verdict(self, runs):
        """One of VERDICTS."""
        found = self.values(runs)
        if found is None:
            return VERDICTS[3]
        if all(within(found[name], band.reproduced) for name, band in self.bands.items()):
            return VERDICTS[0]
        asked = {name: band.partly for name, band in self.bands.items() if band.partly}
        return VERDICTS[1] if all(within(found[name], ends) for name, ends in asked.items()) else VERDICTS[2]


def _counts(grids):
    """How many rates a grid has, in words; of a dictionary of grids, of each.

    >>> _counts({"sgd": [0.1, 0.3], "adam": [0.001]})
    {'sgd': 'two', 'adam': 'one'}
    """
    return {arm: _counts(grid) for arm, grid in grids.items()} if isinstance(grids, dict) else spelled(len(grids))


def bests_exchanged(experiment, stem, other):
    """A refutation where two grids differ: at each of its rates either arm does what the other does at its best."""

    def alter(runs):
        arms = runs[experiment]
        theirs = {stem: rates.best(arms, other), other: rates.best(arms, stem)}
        names = {one: [name for name in arms if name.rpartition("_")[0] == one] for one in theirs}
        for one, best in theirs.items():
            for name in names[one]:
                arms[name] = best

    return alter


def within(value, ends):
    """Whether a number lies between two ends; NaN, a diverged run's, and infinity never do."""
    return isfinite(value) and ends[0] <= value <= ends[1]


def collect():
    """Every row of evidence/reproductions/*.py, in the order of the files; `measured_*.py` there compute the quantities."""
    paths = sorted((Path(__file__).parents[1] / "reproductions").glob("*.py"))
    modules = [importlib.import_module(f"evidence.reproductions.{path.stem}") for path in paths]
    return [row for module in modules for row in getattr(module, "ROWS", [])]
