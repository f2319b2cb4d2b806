"""The programs of the frameworks: equal but for the initializer, and one closed form for all kernels they draw."""
import ast
import re

import numpy as np
import pytest
from scipy import stats

from tests import frameworks, pages
from tests.programs import FOLDERS, NAMES, PROGRAMS, RANDOM, SCALED, SHAPES, VECTOR, draw, formulas, initializer, parts
from tests.rules import check, rule

each_program = pytest.mark.parametrize(  # those in Keras have tests of their own
    "path", [path for folder in FOLDERS if folder != "keras" for path in PROGRAMS[folder]], ids=lambda path: f"{path.parent.name}-{path.stem}")
each_name = pytest.mark.parametrize("name", NAMES)
each_framework = pytest.mark.parametrize("folder", [
    pytest.param(folder, marks=pytest.mark.needs(package)) for folder, (package, *_) in FOLDERS.items()])


# The programs as text

def moments(path):
    """The (mean, variance) that the program prints as those of its rule."""
    tree = ast.parse(path.read_text("utf-8"))
    line = next(node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "(mean, variance)")
    return eval(ast.unparse(line.value), {"fan_in": 784, "fan_out": 128})


def skeleton(path):
    """The program without docstring, imports, initializer, moments and comments."""
    tree, own = ast.parse(path.read_text("utf-8")), [ast.dump(node) for node in initializer(path)]

    class Shared(ast.NodeTransformer):
        def generic_visit(self, node):
            node = super().generic_visit(node)
            if ast.dump(node) in own or isinstance(node, (ast.Import, ast.ImportFrom)):
                return None
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "(mean, variance)":
                return None
            return node

    tree.body = tree.body[1:]
    return re.sub(rf"\b{path.stem}\b", "INITIALIZER", ast.unparse(Shared().visit(tree)))


def test_every_folder_of_programs_is_of_a_framework_that_the_tests_know():
    unknown = ", ".join(sorted({path.parent.name for path in pages.ROOT.glob("snippets/*/*.py")} - {*FOLDERS, "tools"}))
    assert not unknown, f"{unknown}: name it, and what its programs import, in FOLDERS of tests/programs.py"


def test_what_a_framework_needs_is_skipped_where_it_is_missing():
    needed = {package for package, *_ in FOLDERS.values()} - {"keras", "numpy"}
    missing = ", ".join(sorted(needed - {*frameworks.FRAMEWORKS}))
    assert not missing, f"{missing}: name it in FRAMEWORKS of tests/frameworks.py, and pin it in requirements-frameworks.in"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_initializer_has_a_program_in_every_framework(folder):
    odd = ", ".join(sorted({path.stem for path in PROGRAMS[folder]} ^ {*NAMES}))
    assert not odd, f"{odd}: in snippets/{folder} or in snippets/keras, and not in the other"


def test_every_program_is_shown_whole_on_a_page_with_its_download():
    text = "\n".join(path.read_text("utf-8") for path in pages.paths())
    names = [f"snippets/{folder}/{path.name}" for folder, paths in PROGRAMS.items() for path in paths]
    missing = ", ".join(name for name in names if f'--8<-- "{name}"' not in text or f"(generated/{name})" not in text)
    assert not missing, f"{missing}: show it in docs/programs.md and link to it below, as the others are"


@each_program
def test_the_program_differs_from_the_others_of_its_framework_only_in_the_initializer(path):
    assert skeleton(path) == skeleton(PROGRAMS[path.parent.name][0])


@each_program
def test_the_program_imports_its_framework_and_no_other(path):
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {name.split(".")[0] for node in nodes for name in
             ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])}
    framework, *more = FOLDERS[path.parent.name]
    assert framework in names and names <= {framework, *more}


@each_program
def test_the_program_says_of_its_rule_what_the_program_in_keras_says(path):
    keras = pages.ROOT / "snippets" / "keras" / path.name
    assert parts(path)[0] == parts(keras)[0]
    assert moments(path) == pytest.approx([formulas(keras)["mean"], formulas(keras)["variance"]])


@each_program
def test_the_program_fits_a_page(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 46 and max(map(len, lines)) <= 92


# The kernels that they draw

@each_name
@each_framework
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_kernel_agrees_with_the_closed_form_of_its_rule(folder, name, shape):
    if name == "identity" and len(shape) > 2:
        with pytest.raises(ValueError):  # a matrix in every framework
            draw(folder, name, shape)
        return
    kernel = draw(folder, name, shape)
    check(kernel, rule(name, shape))
    columns = kernel.reshape(-1, shape[-1])
    if name == "orthogonal":
        np.testing.assert_allclose(columns.T @ columns, np.eye(shape[-1]), atol=1e-5)
    if name == "identity":
        np.testing.assert_array_equal(kernel, np.eye(*shape))


@pytest.mark.parametrize("name", RANDOM)
@each_framework
def test_the_kernel_is_distributed_as_that_of_keras(folder, name):
    keras, own = draw("keras", name, SHAPES[2]), draw(folder, name, SHAPES[2])
    assert folder == "keras" or stats.ks_2samp(keras.ravel(), own.ravel(), method="asymp").pvalue > 1e-6


@each_framework
def test_an_orthogonal_kernel_with_fewer_rows_than_columns_has_orthonormal_rows(folder):
    kernel = draw(folder, "orthogonal", (64, 128))
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(64), atol=1e-5)


@pytest.mark.parametrize("name", sorted({*NAMES} - {*SCALED, "orthogonal", "identity"}))
@each_framework
def test_a_rule_without_fans_serves_a_bias_too(folder, name):
    check(draw(folder, name, VECTOR), rule(name, VECTOR))


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize("folder", ["keras", "numpy"])
def test_a_vector_counts_its_length_both_ways_in_keras_and_numpy(folder, name):
    check(draw(folder, name, VECTOR), rule(name, VECTOR))


@pytest.mark.parametrize("name", ["orthogonal", "identity"])
@pytest.mark.parametrize("folder", ["keras", "numpy"])
def test_a_matrix_rule_refuses_a_vector(folder, name):
    with pytest.raises(ValueError):
        draw(folder, name, VECTOR)
