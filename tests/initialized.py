"""What init_model is asked for, in closed form, and models that it has drawn, in Keras and in PyTorch."""
import math

import keras
import numpy as np
import pytest
from keras import layers as L
from scipy import integrate, special, stats

from snippets.tools import init_model as in_keras

ERRORS = 5  # standard errors that chance is given: a false alarm in one of a million draws
FUNCTIONS = {
    "relu": lambda z: max(z, 0), "relu6": lambda z: min(max(z, 0), 6), "elu": lambda z: z if z > 0 else math.expm1(z),
    "gelu": lambda z: z * special.ndtr(z), "silu": lambda z: z * special.expit(z),
    "mish": lambda z: z * math.tanh(math.log1p(math.exp(z))), "leaky_relu(0.2)": lambda z: z if z > 0 else 0.2 * z,
}  # fmt: skip


def constant(function):
    """1 / E[f(z)^2] of a standard normal z."""
    halves = [integrate.quad(lambda z: function(z) ** 2 * stats.norm.pdf(z), *half)[0] for half in [(-12, 0), (0, 12)]]
    return 1 / sum(halves)


def variance(behind, fan_in, fan_out):
    """The closed form: He's argument for what bends and has no mean to speak of, the papers' rules for the others."""
    if behind in FUNCTIONS:
        return constant(FUNCTIONS[behind]) / fan_in
    if behind in ("selu", "linear"):
        return 1 / fan_in
    return {"sigmoid": 16}.get(behind, 1) * 2 / (fan_in + fan_out)


def in_torch():
    from snippets.tools.torch import init_model
    return init_model


def assert_variance(kernel, expected):
    kernel = np.asarray(kernel, "float64")
    # a uniform and a cut normal have kurtosis below 3
    assert kernel.var() == pytest.approx(expected, rel=ERRORS * math.sqrt(2 / kernel.size))
    assert kernel.mean() == pytest.approx(0, abs=ERRORS * math.sqrt(expected / kernel.size))


def keras_activation(name):
    kind, _, slope = name.rstrip(")").partition("(")
    return L.LeakyReLU(negative_slope=float(slope)) if slope else L.Activation(kind)


def torch_activation(name):
    from torch import nn
    kind, _, slope = name.rstrip(")").partition("(")
    kinds = {"relu": nn.ReLU, "relu6": nn.ReLU6, "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU, "mish": nn.Mish,
             "selu": nn.SELU, "tanh": nn.Tanh, "softsign": nn.Softsign, "sigmoid": nn.Sigmoid, "softmax": nn.Softmax,
             "linear": nn.Identity, "leaky_relu": nn.LeakyReLU}
    return kinds[kind](float(slope)) if slope else kinds[kind](1) if kind == "softmax" else kinds[kind]()


def dense(framework, sizes, activations, **options):
    """Kernels, inputs first, of a stack of dense layers after init_model, and its table."""
    if framework == "keras":
        stack = [part for size, name in zip(sizes[1:], activations) for part in (L.Dense(size), keras_activation(name))]
        model = keras.Sequential([keras.Input((sizes[0],)), *stack])
        table = in_keras.init_model(model, **options)
        return [layer.kernel.numpy() for layer in model.layers[::2]], table
    import torch
    stack = [part for before, size, name in zip(sizes, sizes[1:], activations)
             for part in (torch.nn.Linear(before, size), torch_activation(name))]
    model = torch.nn.Sequential(*stack)
    table = in_torch().init_model_(model, torch.randn(2, sizes[0]), **options)
    return [layer.weight.detach().numpy().T for layer in model[::2]], table


def stack_of_relu(depth, width, initialize):
    model = keras.Sequential([keras.Input((width,)), *(L.Dense(width, "relu") for _ in range(depth))])
    if initialize:
        in_keras.init_model(model)
    return model


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
