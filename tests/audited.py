"""Small networks for the tests of snippets/tools/audit.py, and what a remedy makes of them."""
import ast
import random
import re

import keras
import numpy as np
import pytest
from keras import initializers, layers, ops

from evidence.checks import portable
from snippets.tools.audit import audit
from tests import planted

RNG = np.random.default_rng(0)
X = (RNG.random((64, 12, 12, 1)) * (RNG.random((64, 12, 12, 1)) < 0.4)).astype("float32")  # as dark as a digit
Y = np.arange(64) % 10
FLAT = X.reshape(64, 144)
ROWS = X[..., 0]  # a sequence of 12 steps
WORDS = RNG.integers(0, 50, (64, 12))
REAL = RNG.normal(size=(64, 1))
YES = Y % 2
HOT = np.eye(10)[Y]
EDGES = np.float32((np.random.default_rng(0).random((64, 64)) < 0.2) | np.eye(64, dtype=bool))  # of a graph of 64 nodes
SPARSE, CATEGORICAL, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"


def seed(number):
    """For what Keras draws, whose seeds are Python's: keras.utils.set_random_seed makes TensorFlow set up every operation anew."""
    random.seed(number)


def hidden(units=32, activation="relu", rule="he_normal", **options):
    return layers.Dense(units, activation, kernel_initializer=rule, **options)


def softmax(units=10, **options):
    return layers.Dense(units, "softmax", name="out", **options)


def normal(stddev):
    return initializers.RandomNormal(stddev=stddev)


def small():
    return normal(0.02)  # a new object for each layer


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
    if "bfloat16" in policy and portable.hides_bfloat16():
        pytest.skip("under this switch TensorFlow crashes in bfloat16")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return make()
    finally:
        keras.config.set_dtype_policy(before)


def code(remedy):
    """{argument: expression} of a remedy that is code, else {}."""
    first = re.split(r": |, or\b| in its ", remedy)[0].removesuffix(".")
    try:
        call = ast.parse(f"f({first})", mode="eval").body
    except SyntaxError:
        return {}
    return {} if call.args else {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}


def pasted(finding):
    """What the printed finding has between its first backticks, as arguments of a call; {} if that is a statement or nothing."""
    return code((re.findall("`(.+?)`", str(finding)) or [""])[0])


def mended(model, x, y, finding):
    """(model, x, y), made anew with what the remedy says, as a reader would type it."""
    given = {name: eval(text, {"keras": keras, "np": np, "x": x, "y": y}) for name, text in code(finding.remedy).items()}
    x, y, loss = given.pop("x", x), given.pop("y", y), given.pop("loss", model.loss)
    settings = {name: given.pop(name) for name in ("learning_rate", "epsilon", "weight_decay", "clipnorm") if name in given}
    optimizer, changed = model.optimizer.from_config(model.optimizer.get_config() | settings), []

    def remade(layer):
        if isinstance(layer, layers.Lambda):  # which Keras does not make anew from its code
            return layer
        config = layer.get_config()
        inner = config["layer"]["config"] if isinstance(layer, layers.TimeDistributed) else config
        names = {part.name for part in getattr(layer, "_flatten_layers", lambda: [layer])()}
        if names & {*finding.layers} or finding.layers == ("loss",) and "kernel_regularizer" in inner:
            assert given.keys() <= inner.keys(), f"{type(layer).__name__} has no argument {given.keys() - inner.keys()}"
            inner |= given
            changed.append(layer)
        return type(layer).from_config(config)

    seed(1)
    if given:
        model = keras.models.clone_model(model, clone_function=remade)
        assert changed, f"no layer is called {finding.layers}"
    model.compile(optimizer, loss)
    return model, x, y


class Linear(layers.Layer):
    """A layer as tutorials write it."""

    def __init__(self, units, initializer, **options):
        super().__init__(**options)
        self.units, self.initializer = units, initializer

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units), initializer=self.initializer)

    def get_config(self):
        return super().get_config() | {"units": self.units, "initializer": self.initializer}

    def call(self, x):
        return ops.matmul(x, self.w)


class Opaque(Linear):
    """A layer whose weights no one can read as a kernel."""

    def build(self, shape):
        self.table = self.add_weight(shape=(self.units, shape[-1]), initializer=self.initializer)

    def call(self, x):
        return x * ops.sum(self.table, axis=0)


class Own(layers.Layer):
    """A layer of its own weights, {name: shape}, and a function of it and what comes in."""

    def __init__(self, function, shapes, initializer, **options):
        super().__init__(**options)
        self.function, self.shapes, self.initializer = function, shapes, initializer

    def build(self, shape):
        for name, size in self.shapes.items():
            setattr(self, name, self.add_weight(shape=size, initializer=self.initializer, name=name))

    def get_config(self):
        return super().get_config() | {"function": self.function, "shapes": self.shapes, "initializer": self.initializer}

    def call(self, x):
        return self.function(self, x)


class Raw(keras.Model):
    """A model whose weights stand in no layer, as in tutorials of TensorFlow."""

    def __init__(self, initializer):
        super().__init__()
        self.initializer = initializer

    def build(self, shape):
        self.first = self.add_weight(shape=(144, 64), initializer=self.initializer, name="first")
        self.last = self.add_weight(shape=(64, 10), initializer=self.initializer, name="last")

    def call(self, x):
        return ops.softmax(ops.relu(x @ self.first) @ self.last)


def behind(function, y=Y, end=softmax, loss=SPARSE):
    """A network that computes something of its own behind its hidden layer."""
    inputs = keras.Input((144,))
    return graph(inputs, end()(function(hidden(name="before")(inputs))), y=y, loss=loss)


def one(activation=None, **options):
    return layers.Dense(1, activation, name="out", **options)


def half(make=lambda: stack(hidden(64), hidden(64), softmax()), **options):
    return under("float16", make)


class Computed(keras.Model):
    """A model that computes by itself between its layers."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def call(self, x):
        return self.function(self, x)


def computed(function, x=ROWS, loss=SPARSE, **parts):
    model = Computed(function, **parts)
    model(x[:2])
    return of(model, x, Y, loss)


def transposed(x):
    return ops.transpose(x, (1, 0, 2))


def turned(function, x=ROWS, y=Y):
    """A network that computes something of its own in front of its hidden layer."""
    inputs = keras.Input(x.shape[1:])
    return graph(inputs, softmax()(layers.GlobalAveragePooling1D()(hidden()(function(inputs)))), x, y)


def unscaled(factor):
    """A small loss in float16, without the scaling that Keras does by itself."""
    model, x, y = under("mixed_float16", lambda: stack(hidden(), layers.Dense(1, dtype="float32"), y=REAL, loss=lambda t, p: factor * ops.mean((t - p) ** 2)))
    model.compile("adam", model.loss, auto_scale_loss=factor == 2e-6)
    return model, x, y


def dice(y, p):
    return 1 - (2 * ops.sum(y * p) + 1) / (ops.sum(y) + ops.sum(p) + 1)


def attending(score):
    """Steps of a sequence, weighed by a score."""
    inputs = keras.Input((12, 12))
    h = layers.LSTM(16, return_sequences=True)(inputs)
    return graph(inputs, softmax()(layers.GlobalAveragePooling1D()(h * score(h))), ROWS)


def tell_apart(make, outcome, words, sound):
    """Of two networks the audit must call one sound, and name what is at fault in the other, whose remedy must remove it."""
    seed(0)
    report = audit(*sound())
    assert report.outcome == "sound", str(report)
    seed(0)
    given = make()
    found = planted.named(audit(*given), outcome, words)
    planted.removed(found, found[0].fault, given, code, lambda given, finding: mended(*given, finding), lambda given: audit(*given))
