"""init_model, in Keras and in PyTorch: each kernel has the variance of its rule, whatever the model, and the rest stays."""
import math
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers as L

from snippets.tools import init_model as in_keras
from tests import pages
from tests.frameworks import each_framework
from tests.initialized import ERRORS, FUNCTIONS, assert_variance, constant, dense, in_torch, variance


# The rules

@each_framework
@pytest.mark.parametrize("name", ["relu", "relu6", "elu", "gelu", "silu", "mish"])
def test_a_constant_is_the_integral_of_its_activation(name, framework):
    module = in_keras if framework == "keras" else in_torch()
    assert module.OVER_FAN_IN[name] == pytest.approx(constant(FUNCTIONS[name]), abs=5.1e-4)


@each_framework
@pytest.mark.parametrize("behind", [*FUNCTIONS, "selu", "linear", "tanh", "softsign", "sigmoid"])
def test_the_variance_of_a_kernel_is_the_closed_form_of_what_stands_behind_it(behind, framework):
    (first, last), table = dense(framework, [300, 400, 200], [behind, "softmax"])
    assert_variance(first, variance(behind, 300, 400))
    assert_variance(last, 2 / 600)
    assert [row.behind for row in table] == [behind, "softmax"]
    assert [row.std for row in table] == pytest.approx([first.std(), last.std()], rel=1e-3)


@each_framework
def test_a_sigmoid_at_the_output_gets_glorot_and_not_four_times_it(framework):
    (hidden, last), _ = dense(framework, [300, 400, 200], ["relu", "sigmoid"])
    assert_variance(last, 2 / 600)


def log_gain(framework, initialize, depth=30, width=128, seed=0):
    """Log of what a stack of ReLU layers makes of the mean square of its first layer's output."""
    keras.utils.set_random_seed(seed)  # PyTorch's as well
    x = np.random.default_rng(seed).normal(size=(64, width)).astype("float32")
    if framework == "keras":
        kernels = [layer.kernel.numpy() for layer in stack_of_relu(depth, width, initialize).layers]
    elif initialize:
        kernels, _ = dense("torch", [width] * (depth + 1), ["relu"] * depth)
    else:
        import torch
        kernels = [torch.nn.Linear(width, width).weight.detach().numpy().T for _ in range(depth)]
    squares = []
    for kernel in kernels:
        x = np.maximum(x @ kernel, 0)
        squares.append(np.mean(x**2))
    return math.log(squares[-1] / squares[0])


def stack_of_relu(depth, width, initialize):
    model = keras.Sequential([keras.Input((width,)), *(L.Dense(width, "relu") for _ in range(depth))])
    if initialize:
        in_keras.init_model(model)
    return model


@each_framework
def test_thirty_relu_layers_keep_the_size_of_the_signal_and_by_default_lose_it(framework):
    """A layer adds a term of mean -5/2n and variance 5/n to the log of the mean square: Hanin and Rolnick 2018."""
    gains = [log_gain(framework, True, seed=seed) for seed in range(6)]
    steps, n = 29, 128
    assert np.mean(gains) == pytest.approx(-5 * steps / (2 * n), abs=ERRORS * math.sqrt(5 * steps / n / len(gains)))
    assert log_gain(framework, False) < -15


@each_framework
def test_a_seed_repeats_the_draw_and_no_two_layers_are_equal(framework):
    def seed(number):
        if framework == "keras":
            return {"seed": number}
        import torch
        return {"generator": torch.Generator().manual_seed(number)}

    draws = [dense(framework, [8, 8, 8], ["relu", "relu"], **seed(number))[0] for number in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.allclose(draws[0], draws[2], atol=0.01) and not np.allclose(draws[0][0], draws[0][1], atol=0.01)


# Convolutions: fans counted by the layer itself, with ones for kernel and input

CONVOLUTIONS = {  # (in Keras, in PyTorch) on 16 channels, without a bias
    "plain": (lambda: L.Conv2D(32, 3, use_bias=False), lambda nn: nn.Conv2d(16, 32, 3, bias=False)),
    "one_dimension": (lambda: L.Conv1D(64, 5, use_bias=False), lambda nn: nn.Conv1d(16, 64, 5, bias=False)),
    "grouped": (lambda: L.Conv2D(64, 3, groups=4, use_bias=False), lambda nn: nn.Conv2d(16, 64, 3, groups=4, bias=False)),
    "depthwise": (lambda: L.DepthwiseConv2D(5, use_bias=False), lambda nn: nn.Conv2d(16, 16, 5, groups=16, bias=False)),
    "transposed": (lambda: L.Conv2DTranspose(8, 4, strides=2, use_bias=False),
                   lambda nn: nn.ConvTranspose2d(16, 8, 4, stride=2, bias=False)),
}  # fmt: skip


@each_framework
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_the_fan_in_of_a_convolution_is_what_its_units_sum_over(name, framework):
    make, size = CONVOLUTIONS[name][framework == "torch"], [9] if name == "one_dimension" else [9, 9]
    if framework == "keras":
        pool = L.MaxPooling1D() if len(size) == 1 else L.MaxPooling2D()
        behind = [L.BatchNormalization(), pool, L.ReLU(), L.Flatten(), L.Dense(3)]
        model = keras.Sequential([keras.Input((*size, 16)), layer := make(), *behind])
        in_keras.init_model(model)
        kernel = layer.kernel.numpy()
        layer.kernel.assign(np.ones(kernel.shape))
        sums = np.array(layer(np.ones((1, *size, 16), "float32")))[0, ..., 0]
    else:
        import torch
        nn = torch.nn
        norm, pool = (nn.LazyBatchNorm1d(), nn.MaxPool1d(2)) if len(size) == 1 else (nn.LazyBatchNorm2d(), nn.MaxPool2d(2))
        model = nn.Sequential(layer := make(nn), norm, pool, nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))
        in_torch().init_model_(model, torch.randn(2, 16, *size))
        kernel = layer.weight.detach().numpy().copy()
        nn.init.ones_(layer.weight)
        sums = layer(torch.ones(1, 16, *size)).detach().numpy()[0, 0]
    fan_in = sums[tuple(4 for _ in size)]  # away from the border
    assert_variance(kernel, 2 / fan_in)


def test_a_separable_convolution_is_two_kernels_in_a_row():
    layer = L.SeparableConv2D(64, 5, activation="relu")
    model = keras.Sequential([keras.Input((9, 9, 64)), layer, L.Flatten(), L.Dense(2)])
    in_keras.init_model(model)
    assert_variance(layer.depthwise_kernel.numpy(), 1 / 25)
    assert_variance(layer.pointwise_kernel.numpy(), 2 / 64)


# Transformers

class KerasBlock(L.Layer):
    def __init__(self, width, heads):
        super().__init__(name="block")
        self.first, self.second = L.LayerNormalization(), L.RMSNormalization()
        self.attention = L.MultiHeadAttention(heads, width // heads, name="attention")
        self.up, self.down = L.Dense(4 * width, "gelu", name="up"), L.Dense(width, name="down")

    def call(self, x):
        h = self.first(x)
        x = x + self.attention(h, h)
        return x + self.down(self.up(self.second(x)))


def transformer(framework, **options):
    """(table, {name: kernel with inputs first}) of a block of width 64 on embeddings, with a head for 50 words."""
    if framework == "keras":
        tokens = keras.Input((7,), dtype="int32")
        h = KerasBlock(64, 4)(L.Embedding(50, 64)(tokens))
        model = keras.Model(tokens, L.Dense(50, name="head")(h))
        table = in_keras.init_model(model, **options)
        return table, {w.path.removeprefix("block/").removesuffix("/kernel"): w.numpy() for w in model.weights}
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.first, self.second = nn.LayerNorm(width), nn.RMSNorm(width)
            self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            h = self.first(x)
            x = x + self.attention(h, h, h)[0]
            return x + self.down(nn.functional.gelu(self.up(self.second(x))))

    model = nn.Sequential()
    for name, part in zip(["embedding", "block", "head"], [nn.Embedding(50, 64), Block(64, 4), nn.Linear(64, 50)]):
        model.add_module(name, part)
    table = in_torch().init_model_(model, torch.randint(50, (2, 7)), **options)
    named = {name.removeprefix("block.").removesuffix(".weight"): value for name, value in model.named_parameters()}
    kernels = {name: value.detach().numpy().T for name, value in named.items()}
    for name, kernel in zip(("query", "key", "value"), np.split(kernels["attention.in_proj_weight"], 3, axis=1)):
        kernels[f"attention/{name}"] = kernel
    return table, kernels


@each_framework
def test_a_transformer_gets_glorot_in_attention_and_the_constant_of_gelu_before_gelu(framework):
    _, kernels = transformer(framework, behind={"*down": "linear"})
    for name in ("query", "key", "value"):
        assert_variance(kernels[f"attention/{name}"].reshape(64, 64), 2 / 128)
    assert_variance(kernels["up"], constant(FUNCTIONS["gelu"]) / 64)
    assert_variance(kernels["down"], 1 / 256)
    assert_variance(kernels["head"], 2 / 114)


@each_framework
def test_what_is_named_starts_at_zero_and_nothing_else(framework):
    table, kernels = transformer(framework, zeros=["*down", "head"])
    assert not kernels["down"].any() and not kernels["head"].any() and kernels["up"].any()
    assert sorted(row.rule for row in table if row.std == 0) == ["ones", "ones", "zeros", "zeros"]


# Recurrent layers

@each_framework
def test_an_lstm_gets_orthogonal_recurrent_kernels_and_a_forget_bias_of_one(framework):
    if framework == "keras":
        model = keras.Sequential([keras.Input((5, 30)), layer := L.LSTM(20), L.Dense(3)])
        layer.cell.bias.assign(np.ones(80))
        in_keras.init_model(model)
        kernel, recurrent, bias = layer.get_weights()
    else:
        import torch

        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.lstm, self.head = torch.nn.LSTM(30, 20), torch.nn.Linear(20, 3)

            def forward(self, x):
                return self.head(self.lstm(x)[0][-1])

        model = Model()
        in_torch().init_model_(model, torch.randn(5, 2, 30))
        kernel, recurrent, *biases = (value.detach().numpy().T for value in model.lstm.parameters())
        bias = sum(biases)
    assert_variance(kernel, 2 / (30 + 80))
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(20), atol=1e-5)
    np.testing.assert_array_equal(bias, np.repeat([0, 1, 0, 0], 20))  # input, forget, cell, output


# What stays

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
