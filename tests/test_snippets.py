"""The snippets are one controlled experiment: equal programs that differ in the initializer, which does what it says."""
import ast
import math
import re

import numpy as np
import pytest
from scipy import stats

from evidence.engine import record
from evidence.networks.initializers import INITIALIZERS
from tests.programs import PROGRAMS, SHAPE, evaluated, formulas, parts

SNIPPETS = PROGRAMS["keras"]
each_snippet = pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.stem)

CONSTANT = {"zeros", "ones", "constant", "identity"}
STANDARD_ERRORS = 5  # a false alarm in one of a million draws


@pytest.fixture(scope="module")
def kernels():
    """Two kernels of SHAPE for each snippet, by stem: what two equal layers would start from."""
    import keras

    keras.utils.set_random_seed(0)
    return {path.stem: [np.asarray(evaluated(parts(path)[2][0])(SHAPE)) for _ in range(2)] for path in SNIPPETS}


def test_the_programs_are_of_the_initializers_with_a_closed_form():
    odd = ", ".join(sorted({path.stem for path in SNIPPETS} ^ INITIALIZERS.keys()))
    assert not odd, f"{odd}: in snippets/keras or in evidence/theory/variance.py, and not in the other"


def test_every_initializer_with_a_program_is_measured():
    missing = ", ".join(sorted({path.stem for path in SNIPPETS} - record.read("mnist_shootout")["runs"].keys()))
    assert not missing, f"{missing}: not in the record; run: make measure"


@each_snippet
def test_the_experiments_draw_what_the_program_draws(path):
    import keras

    program, measured = (one.get_config() | {"seed": None} for one in (evaluated(parts(path)[2][0]), keras.initializers.get(INITIALIZERS[path.stem])))
    assert measured == program, f"name the settings of {path.stem} in evidence/networks/initializers.py, as those of constant"


@each_snippet
def test_the_program_differs_from_the_others_only_in_docstring_and_initializer(path):
    assert parts(path)[1] == parts(SNIPPETS[0])[1]


@each_snippet
def test_the_program_has_at_most_25_lines_that_fit_a_page(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 25 and max(map(len, lines)) <= 92


@each_snippet
def test_the_file_is_named_by_its_initializer(path):
    import keras

    expected = getattr(keras.initializers, path.stem)
    assert [type(evaluated(expression)) for expression in parts(path)[2]] == 3 * [expected]


@each_snippet
def test_the_program_imports_only_keras_and_numpy(path):
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {alias.name for node in imports for alias in node.names} | {getattr(node, "module", "keras") for node in imports}
    assert "keras" in names and {name.split(".")[0] for name in names} <= {"keras", "numpy"}


@each_snippet
def test_the_program_seeds_first_and_ends_with_a_history_of_the_test_data(path):
    body = ast.parse(path.read_text("utf-8")).body
    assert ast.unparse(body[2]) == "keras.utils.set_random_seed(0)"
    assert re.fullmatch(r"history = model\.fit\(.*validation_data=\(x_test, y_test\).*\)", ast.unparse(body[-1]))


@each_snippet
def test_the_docstring_gives_rule_formula_and_source(path):
    rule, blank, *formula, source = parts(path)[0].splitlines()
    assert re.fullmatch(r"[A-Z].*: .+\.", rule) and blank == ""
    assert any("W" in line for line in formula) and {"mean", "variance"} <= set(formulas(path))
    assert re.search(r"\b(19|20)\d\d\b|keras\.io/", source)


@each_snippet
def test_the_kernel_has_the_moments_of_its_docstring(path, kernels):
    kernel, said = kernels[path.stem][0].astype("float64"), formulas(path)
    if path.stem in CONSTANT or path.stem == "orthogonal":  # nothing is sampled, or the sum of squares is fixed
        mean_error = 1e-8 if path.stem in CONSTANT else STANDARD_ERRORS * math.sqrt(said["variance"] / kernel.size)
        variance_error = 1e-8 if path.stem in CONSTANT else said["variance"] * 1e-3
    else:
        mean_error = STANDARD_ERRORS * math.sqrt(said["variance"] / kernel.size)
        variance_error = STANDARD_ERRORS * said["variance"] * math.sqrt((stats.kurtosis(kernel, None) + 2) / kernel.size)
    assert kernel.mean() == pytest.approx(said["mean"], abs=mean_error)
    assert kernel.var() == pytest.approx(said["variance"], abs=variance_error)
    assert abs(kernel).max() <= said.get("limit", math.inf) * (1 + 1e-6)


@each_snippet
def test_every_layer_gets_an_initializer_of_its_own(path, kernels):
    assert not any(isinstance(ast.parse(text, mode="eval").body, ast.Name) for text in parts(path)[2])
    first, second = kernels[path.stem]
    assert (first == second).all() == (path.stem in CONSTANT)


def test_a_shared_initializer_would_repeat_its_values():
    import keras

    shared = keras.initializers.HeNormal()
    assert (np.asarray(shared(SHAPE)) == np.asarray(shared(SHAPE))).all()
