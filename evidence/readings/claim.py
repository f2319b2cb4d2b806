"""A claim is a sentence of the book that the evidence could refute, with the check and a proof that it can fail."""

import ast
import copy
import importlib
import inspect
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Callable

from evidence.problem import Problem
from evidence.readings import rates

CLAIMS = []
ROOM = "evidence.claims."


@dataclass(frozen=True)
class Claim:
    """One claim: `check(runs)` asserts the sentence on the runs of all experiments and returns what it measured.

    runs: {experiment: {arm: {quantity: (seeds, …) float}}}. The values that `check` returns fill the braces of
    `template`, the docstring of the check. `refutation(runs)` changes the runs in place so that `check` must fail.
    """

    check: Callable
    refutation: Callable
    chapter: str

    @property
    def name(self):
        return self.check.__name__

    @property
    def anchor(self):
        return self.name.replace("_", "-")

    @property
    def file(self):
        return f"{self.check.__module__.replace('.', '/')}.py"

    @property
    def template(self):
        return inspect.cleandoc(self.check.__doc__).replace("\n", " ")

    @cached_property
    def code(self):
        """The refutation and the check as they stand in the file, without the docstring and what only prints."""
        source = inspect.getsource(self.check)
        body = ast.parse(source).body[0].body
        end = body[-1].lineno - 1 if isinstance(body[-1], ast.Return) else None
        lines = source.splitlines()
        return "\n".join(lines[: body[0].lineno - 1] + lines[body[0].end_lineno : end])

    def sentence(self, runs):
        """The sentence with its measured values. Raises Problem, with the sentence, if the evidence refutes it."""
        try:
            return self.template.format_map(self.check(runs) or {})
        except AssertionError as error:
            raise Problem(f"The evidence refutes {self.chapter}.{self.name}: {self.template} {error}") from error

    def outcome(self, runs):
        """The sentence with its measured values; None if the evidence refutes it, or lacks what it computes with."""
        try:
            return self.template.format_map(self.check(runs) or {})
        except (AssertionError, ArithmeticError, ValueError, LookupError, TypeError):
            return None

    def holds(self, runs):
        """True if the check passes; False if the evidence refutes it, or lacks what it computes with."""
        return self.outcome(runs) is not None

    def refuted(self, runs):
        """True if the check fails on the altered runs, as it must; False if it does not notice."""
        altered = _Copied(runs)
        self.refutation(altered)
        try:
            self.check(altered)
        except AssertionError:
            return True
        return False


class _Copied(dict):
    """Runs to be altered: an experiment is copied when it is first asked for, and no other."""

    def __init__(self, runs):
        super().__init__()
        self.runs = runs

    def __missing__(self, name):
        self[name] = copy.deepcopy(self.runs[name])
        return self[name]


def claim(refuted_by):
    """Register a check as a claim; `refuted_by(runs)` alters a copy of the runs so that the check must fail."""

    def register(check):
        chapter = check.__module__.removeprefix(ROOM).partition(".")[0]  # the name of its file, or of the folder where several share one
        CLAIMS.append(Claim(check, refuted_by, chapter))
        return check

    return register


@cache
def collect():
    """Every claim of evidence/claims/, chapter by chapter in the order of the files."""
    room = Path(__file__).parents[1] / "claims"
    for path in sorted(room.glob("**/*.py")):
        importlib.import_module(ROOM + ".".join(path.relative_to(room).with_suffix("").parts))
    names = [claim.name for claim in CLAIMS]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Problem(f"Two claims share a name: {', '.join(sorted(twice))}; a name is an anchor, make it unique.")
    return CLAIMS


def swap(experiment, arm, other):
    """A refutation: the runs of two arms of an experiment, exchanged."""

    def alter(runs):
        arms = runs[experiment]
        arms[arm], arms[other] = arms[other], arms[arm]

    return alter


def swap_grids(experiment, stem, other):
    """A refutation: the runs of the arms "<stem>_<rate>" and "<other>_<rate>" exchanged, at every rate."""

    def alter(runs):
        for arm in _at_each_rate(runs[experiment], stem):
            swap(experiment, arm, other + arm.removeprefix(stem))(runs)

    return alter


def instead(experiment, stem, other):
    """A refutation: at every rate of the arms "<stem>_<rate>" is what "<other>_<rate>" reach at their best."""

    def alter(runs):
        arms, best = runs[experiment], rates.best(runs[experiment], other)
        arms.update(dict.fromkeys(_at_each_rate(arms, stem), best))

    return alter


def _at_each_rate(arms, stem):
    return [arm for arm in arms if re.fullmatch(re.escape(stem) + r"_[\d.e-]+", arm)]
