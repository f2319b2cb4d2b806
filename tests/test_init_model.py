"""init_model, in Keras and in PyTorch: each kernel has the variance of its rule, whatever the model."""
import math

import keras
import numpy as np
import pytest
from keras import layers as L

from snippets.tools import init_model as in_keras
from tests.frameworks import each_framework
from tests.initialized import ERRORS, FUNCTIONS, assert_variance, constant, dense, in_torch, stack_of_relu, transformer, variance


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
