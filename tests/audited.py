"""Small networks for the tests of snippets/tools/audit.py, and what a remedy makes of them."""
import ast

import keras
import numpy as np
from keras import initializers, layers, ops

RNG = np.random.default_rng(0)
X = (RNG.random((64, 12, 12, 1)) * (RNG.random((64, 12, 12, 1)) < 0.4)).astype("float32")  # as dark as a digit
Y = np.arange(64) % 10
FLAT = X.reshape(64, 144)
ROWS = X[..., 0]  # a sequence of 12 steps
WORDS = RNG.integers(0, 50, (64, 12))
SPARSE = "sparse_categorical_crossentropy"


def hidden(units=32, activation="relu", rule="he_normal", **options):
    return layers.Dense(units, activation, kernel_initializer=rule, **options)


def softmax(units=10, **options):
    return layers.Dense(units, "softmax", name="out", **options)


def normal(stddev):
    return initializers.RandomNormal(stddev=stddev)


def stack(*parts, x=FLAT, y=Y, loss=SPARSE, optimizer="adam"):
    """(model, x, y) of layers in a row."""
    return of(keras.Sequential([keras.Input(x.shape[1:]), *parts]), x, y, loss, optimizer)


def graph(inputs, outputs, x=FLAT, y=Y, loss=SPARSE, optimizer="adam"):
    """(model, x, y) of a Functional model."""
    return of(keras.Model(inputs, outputs), x, y, loss, optimizer)


def of(model, x, y, loss, optimizer="adam"):
    model.compile(optimizer, loss)
    return model, x, y


def under(policy, make):
    """What make() returns while the policy of precision is another."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return make()
    finally:
        keras.config.set_dtype_policy(before)


def code(remedy):
    """{argument: expression} of a remedy that is code, else {}."""
    try:
        call = ast.parse(f"f({remedy.split(': ')[0].removesuffix('.')})", mode="eval").body
    except SyntaxError:
        return {}
    return {} if call.args else {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}


def mended(model, x, y, finding):
    """(model, x, y), made anew with what the remedy says, as a reader would type it."""
    given = {name: eval(text, {"keras": keras, "np": np, "x": x, "y": y}) for name, text in code(finding.remedy).items()}
    x, y, loss = given.pop("x", x), given.pop("y", y), given.pop("loss", model.loss)
    optimizer = model.optimizer.get_config() | {name: given.pop(name) for name in ("learning_rate", "epsilon") if name in given}

    def remade(layer):
        config = layer.get_config()
        if layer.name in finding.layers or finding.layers == ("loss",) and "kernel_regularizer" in config:
            assert given.keys() <= config.keys(), f"{type(layer).__name__} has no argument {given.keys() - config.keys()}"
            config |= given
        return type(layer).from_config(config)

    keras.utils.set_random_seed(1)
    model = keras.models.clone_model(model, clone_function=remade) if given else model
    model.compile(type(model.optimizer or keras.optimizers.Adam()).from_config(optimizer) if model.optimizer else keras.optimizers.Adam.from_config(optimizer), loss)
    return model, x, y


class Linear(layers.Layer):
    """A layer as tutorials write it."""

    def __init__(self, units, stddev, **options):
        super().__init__(**options)
        self.units, self.stddev = units, stddev

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units), initializer=normal(self.stddev))

    def call(self, x):
        return ops.matmul(x, self.w)


class Opaque(layers.Layer):
    """A layer whose weights no one can read as a kernel."""

    def build(self, shape):
        self.table = self.add_weight(shape=(3, shape[-1]), initializer=normal(400.0))

    def call(self, x):
        return x * ops.sum(self.table, axis=0)
