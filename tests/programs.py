"""The programs of the frameworks: their parts, what they say of their rule, and the kernels that they draw."""
import ast
import functools
import math
import re
import types

import numpy as np

from tests import pages
from tests.rules import rule

FOLDERS = {  # of the frameworks, and what their programs may import; the first is what they need
    "keras": ["keras", "numpy"], "numpy": ["numpy", "math"], "torch": ["torch", "math"], "jax": ["flax", "jax", "optax"],
}  # fmt: skip
PROGRAMS = {folder: sorted((pages.ROOT / "snippets" / folder).glob("*.py")) for folder in FOLDERS}
NAMES = [path.stem for path in PROGRAMS["keras"]]
RANDOM = [name for name in NAMES if rule(name, (2, 2)).cdf]
SCALED = [name for name in RANDOM if rule(name, (2, 2)).variance != rule(name, (4, 4)).variance]

FAN_IN, FAN_OUT = SHAPE = (784, 128)
SHAPES = [SHAPE, (512, 512), (3, 3, 64, 128)]
VECTOR = (65536,)


# What a program says

def parts(path):
    """(docstring, the program after it without its initializers, the initializers' expressions) of a program in Keras."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    initializers = [ast.get_source_segment(source, node.value) for node in ast.walk(tree)
                    if isinstance(node, ast.keyword) and node.arg == "kernel_initializer"]
    program = "\n".join(source.split("\n")[tree.body[0].end_lineno:])
    for initializer in initializers:
        program = program.replace(f"kernel_initializer={initializer}", "kernel_initializer=")
    return ast.get_docstring(tree), program, initializers


def formulas(path):
    """The names that the docstring defines, as numbers for a kernel of SHAPE."""
    names = {"fan_in": FAN_IN, "fan_out": FAN_OUT, "sqrt": math.sqrt, "max": max, "__builtins__": {}}
    for part in re.split(r",? (?=\w+ = )|\.?\n", parts(path)[0]):
        if match := re.fullmatch(r"(mean|variance|limit|std) = (.+)", part):
            names[match[1]] = eval(match[2], names)
    return names


def initializer(path):
    """The lines that hold a program's own initializer, as statements: what is not shared with the other programs."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if getattr(node, "name", "") == path.stem or isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == path.stem:
            return [node]
        if isinstance(node, ast.For) and isinstance(node.body[0], ast.If):
            return node.body[0].body[:-1]  # without the bias


# The kernels that they draw

@functools.cache
def draw(folder, name, shape):
    """A kernel of `shape` in Keras's order, drawn by the initializer of a program: float64."""
    if folder not in DRAWING:
        raise LookupError(f"{folder} has no function that draws a kernel; write it in tests/programs.py")
    kernel = np.asarray(DRAWING[folder](pages.ROOT / "snippets" / folder / f"{name}.py", shape))
    assert kernel.shape == shape and kernel.dtype == "float32"
    return kernel.astype("float64")


def _draw_keras(path, shape):
    import keras
    keras.utils.set_random_seed(1)
    return evaluated(parts(path)[2][0])(shape)


def _draw_numpy(path, shape):
    return _run(path)[path.stem](shape, np.random.default_rng(1))


def _draw_torch(path, shape):
    import torch
    torch.manual_seed(1)
    layer = types.SimpleNamespace(weight=torch.empty([shape[axis] for axis in _turned(shape)]))
    _run(path, layer=layer)
    return layer.weight.numpy().transpose(np.argsort(_turned(shape)))


def _draw_jax(path, shape):
    import jax
    return _run(path)[path.stem](jax.random.key(1), shape, "float32")


DRAWING = {"keras": _draw_keras, "numpy": _draw_numpy, "torch": _draw_torch, "jax": _draw_jax}


def evaluated(expression):
    """The initializer of Keras that the expression in a program makes."""
    import keras
    return keras.initializers.get(eval(expression, {"keras": keras}))


def _run(path, **names):
    """The names that a program's imports and its initializer define."""
    tree = ast.parse(path.read_text("utf-8"))
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    exec(compile(ast.Module(imports + initializer(path), []), str(path), "exec"), names)
    return names


def _turned(shape):
    """The axes that turn Keras's order of a kernel, inputs before outputs, into PyTorch's."""
    return (3, 2, 0, 1) if len(shape) == 4 else tuple(reversed(range(len(shape))))
