"""The exercises are graded on statistics: the grader takes what is right, with whatever samples, and objects to what readers plausibly answer."""

import ast
import math

import numpy as np
import pytest

from tests.notebook_cells import read, sources

WRONG = {  # what readers plausibly answer; n is a fan-in
    "stddev": [lambda n: 1 / n, lambda n: math.sqrt(2 / n)],
    "limit": [lambda a, b: math.sqrt(2 / (a + b)), lambda a, b: math.sqrt(6 / a)],
    "leaky_stddev": [lambda n, slope: math.sqrt(2 / n), lambda n, slope: math.sqrt(2 / ((1 + slope) * n))],
    "factor": [2**-5, 2**10],
    "truncated_normal": [
        lambda rng, stddev, size: rng.normal(0, stddev, size),
        lambda rng, stddev, size: np.clip(rng.normal(0, stddev, size), -2 * stddev, 2 * stddev),
        lambda rng, stddev, size: stddev * np.clip(rng.normal(size=size), -2, 2) / 0.9594,
    ],
    "fans": [lambda shape: shape[-2:], lambda shape: (math.prod(shape[:-1]), shape[-1])],
    "orthogonal": [lambda rng, size: np.linalg.qr(rng.normal(size=(size, size)))[0], lambda rng, size: np.eye(size)],
    "start_bias": [lambda shares: np.zeros(len(shares)), lambda shares: shares, lambda shares: -np.log(shares)],
}  # fmt: skip
RIGHT = {  # as right as the solutions, with other samples
    "truncated_normal": lambda rng, stddev, size: stddev / 0.87962566 * np.array(
        [draw for draw in rng.standard_normal(3 * size) if abs(draw) < 2][-size:]),
    "orthogonal": lambda rng, size: (lambda u, _, v: u @ v)(*np.linalg.svd(rng.normal(size=(size, size)))),
    "stddev": lambda n: np.float32(n) ** -0.5,
}


@pytest.fixture(scope="module")
def exercises():
    """What the cells of the notebook define."""
    names = {}
    for source in sources("exercises", "code"):
        exec(source, names)
    return names


def test_every_exercise_has_a_gap_a_grader_and_a_folded_solution():
    cells = [cell for cell in read("exercises")["cells"] if cell["cell_type"] == "code"]
    headings = [text for text in sources("exercises", "markdown") if text.startswith("## ")]
    defined = [node.name for cell in cells for node in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(node, ast.FunctionDef)]
    solutions = [cell for cell in cells if cell["metadata"].get("title") == "Solution"]
    assert len(WRONG) == len(solutions) == len(headings) > 0
    assert all(cell["metadata"]["jupyter"]["source_hidden"] for cell in solutions)
    assert {f"check_{name}" for name in WRONG} == {name for name in defined if name.startswith("check_")}


def test_a_gap_left_empty_is_no_error(exercises):
    empty = {name: lambda *_: None for name in WRONG} | {"factor": None}
    assert not any(exercises["grade"](exercises[f"check_{name}"], empty[name]) for name in WRONG)


@pytest.mark.parametrize("name", WRONG)
def test_the_grader_takes_the_solution_and_objects_to_wrong_answers(exercises, name):
    grade, check = exercises["grade"], exercises[f"check_{name}"]
    assert grade(check, exercises[name])
    assert [grade(check, answer) for answer in WRONG[name]] == [False] * len(WRONG[name])


@pytest.mark.parametrize("name", RIGHT)
def test_the_grader_takes_right_answers_with_other_samples(exercises, name):
    assert exercises["grade"](exercises[f"check_{name}"], RIGHT[name])
