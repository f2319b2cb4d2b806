"""init_model in Keras: what layers, models and functions it sees, under every backend, and what it leaves."""
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers as L

from snippets.tools import init_model as in_keras
from tests import pages
from tests.initialized import assert_variance, stack_of_relu, transformer


def test_in_keras_frozen_and_unknown_weights_stay_and_are_named():
    frozen, slope, norm = L.Dense(8, trainable=False), L.PReLU(), L.BatchNormalization()
    others = [L.Dense(8, "softplus"), L.Dense(8, "relu"), L.Dense(2)]
    model = keras.Sequential([keras.Input((8,)), frozen, slope, norm, *others])
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.5))
    lines = {row.name.split("/", 1)[-1]: row.rule for row in in_keras.init_model(model)}
    assert all((value == 0.5).all() for value in [*frozen.get_weights(), *slope.get_weights(), model.layers[3].kernel.numpy()])
    assert sum(rule == "left: frozen" for rule in lines.values()) == 2
    assert {"left: no rule for PReLU", "left: no rule for softplus"} < set(lines.values())
    assert [value[0] for value in norm.get_weights()] == [1, 0, 0, 1]
    assert not any(layer.bias.numpy().any() for layer in model.layers[3:])


def test_in_keras_what_the_code_of_a_layer_hides_is_left_and_can_be_said():
    def rule(**options):
        return next(row.rule for row in transformer("keras", **options)[0] if "down" in row.name)

    assert rule() == "left: say in behind= what follows"
    assert rule(behind={"*/down": "relu"}) == "he_normal"


def test_in_keras_nested_models_branches_and_functions_of_keras_ops_are_seen():
    inputs = keras.Input((8,))
    inside = [L.Dense(8, name="a"), L.LayerNormalization(), L.ELU(), L.Dense(8, name="b")]
    inner = keras.Sequential([keras.Input((8,)), *inside])
    h = keras.ops.leaky_relu(inner(inputs), 0.3)
    h = h + L.Dense(8, name="c")(h)
    h = h * L.Dense(8, "sigmoid", name="d")(h)
    h = keras.activations.silu(2 * L.Dropout(0.1)(L.Dense(8, name="e")(h)) + 1)
    model = keras.Model(inputs, L.Softmax()(L.Dense(8, name="f")(h)))
    rows = {row.name.split("/")[-2]: row.behind for row in in_keras.init_model(model) if row.name.endswith("kernel")}
    assert rows == {"a": "elu", "b": "leaky_relu(0.3)", "c": "sum", "d": "gate", "e": "silu", "f": "softmax"}


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "float16", "float64"])
def test_in_keras_a_model_of_any_precision_keeps_it(dtype):
    model = keras.Sequential([keras.Input((300,)), L.Dense(400, "relu", dtype=dtype), L.Dense(3)])
    before = [weight.dtype for weight in model.weights]
    in_keras.init_model(model)
    assert [weight.dtype for weight in model.weights] == before
    assert_variance(model.layers[0].kernel.numpy(), 2 / 300)


def test_a_shared_layer_and_a_tied_table_are_drawn_once():
    shared, tied = L.Dense(100, "relu"), L.ReversibleEmbedding(50, 100)
    tokens = keras.Input((7,), dtype="int32")
    model = keras.Model(tokens, tied(shared(shared(tied(tokens))), reverse=True))
    rows = in_keras.init_model(model)
    assert [row.rule for row in rows] == ["lecun_normal", "he_normal"]
    assert_variance(tied.embeddings.numpy(), 1 / 100)


BACKEND = """
import keras
from snippets.tools.init_model import init_model
layers = keras.layers
inputs = keras.Input((8, 8, 3))
h = layers.BatchNormalization()(layers.Conv2D(4, 3)(inputs))
h = layers.Dense(4, name="last")(layers.PReLU()(layers.Conv2D(4, 3)(layers.ReLU()(h))))
h = layers.LSTM(4)(layers.Reshape((-1, 4))(h))
model = keras.Model(inputs, layers.Dense(3)(keras.ops.silu(layers.Dense(4, dtype="bfloat16")(h))))
print([row.rule for row in init_model(model, zeros="last", seed=0)])
"""


@pytest.mark.parametrize("backend", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("jax", "torch")])
def test_in_keras_other_backends_do_the_same(backend, tmp_path):
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(pages.ROOT)}
    done = subprocess.run([sys.executable, "-c", BACKEND], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == str(["he_normal", "ones", "he_normal", "left: no rule for PReLU", "zeros", "glorot_uniform",
                                       "orthogonal", "2.811 / fan_in", "glorot_uniform"]), done.stderr[-1000:]


@pytest.mark.parametrize("model, options, message", [
    (lambda: keras.Sequential([L.Dense(3)]), {}, "has no weights yet"),
    (lambda: stack_of_relu(2, 4, False), {"zeros": "head"}, "normalizing layer is called 'head'"),
    (lambda: stack_of_relu(2, 4, False), {"behind": {"*": "sin"}}, "There is no rule for 'sin'"),
], ids=["unbuilt", "pattern", "activation"])
def test_in_keras_a_mistake_is_one_clear_sentence(model, options, message):
    with pytest.raises(ValueError, match=message) as error:
        in_keras.init_model(model(), **options)
    assert "\n" not in str(error.value)
