"""What docs/programs.md says of the frameworks: names, cuts, ranges, defaults, and the order of axes."""
import importlib.metadata
import inspect
import math
import re

import numpy as np
import pytest
from scipy.special import ndtr

from tests.programs import SCALED, SHAPES, VECTOR, draw
from tests.rules import Rule, check, cut_normal, rule, uniform


@pytest.mark.needs("torch")
@pytest.mark.parametrize("name, variance", {"kaiming_normal_": 2 / 784, "xavier_normal_": 2 / 912}.items())
def test_torch_does_not_cut_its_normals(name, variance):
    import torch
    torch.manual_seed(1)
    weight = getattr(torch.nn.init, name)(torch.empty(128, 784)).double().numpy()
    check(weight, Rule(0, variance, cdf=lambda w: ndtr(w / math.sqrt(variance))))
    with pytest.raises(AssertionError):
        check(weight, cut_normal(variance))


@pytest.mark.needs("torch")
def test_torch_has_no_name_for_lecun_and_cuts_at_values():
    import torch
    assert not [name for name in dir(torch.nn.init) if "lecun" in name.lower()]
    torch.manual_seed(1)
    assert torch.nn.init.trunc_normal_(torch.empty(128, 784), std=0.05).abs().max() > 0.1
    assert {"a": -2, "b": 2}.items() <= defaults(torch.nn.init.trunc_normal_).items()


def defaults(function):
    return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}


def test_keras_draws_these_without_a_range_or_a_spread():
    import keras
    assert {"minval": -0.05, "maxval": 0.05}.items() <= defaults(keras.initializers.RandomUniform).items()
    assert defaults(keras.initializers.RandomNormal)["stddev"] == defaults(keras.initializers.TruncatedNormal)["stddev"] == 0.05


@pytest.mark.needs("torch")
def test_torch_draws_these_without_a_range_or_a_spread():
    from torch.nn import init
    assert {"a": 0, "b": 1}.items() <= defaults(init.uniform_).items() and defaults(init.normal_)["std"] == 1


@pytest.mark.needs("flax")
def test_jax_draws_these_without_a_range_or_a_spread():
    import jax
    from flax import nnx
    for scale, variant in [(0.01, nnx.initializers.uniform()), (0.05, nnx.initializers.uniform(0.05))]:
        drawn = variant(jax.random.key(1), VECTOR, "float32")
        assert 0 <= drawn.min() < 0.01 * scale and 0.99 * scale < drawn.max() <= scale
    assert defaults(nnx.initializers.normal)["stddev"] == 0.01


def layers(folder):
    """The default dense layer of 784 to 128 and convolution of 64 to 128 channels: ((kernel, bias), (kernel, bias))."""
    if folder == "keras":
        import keras
        keras.utils.set_random_seed(1)
        dense, convolution = keras.layers.Dense(128), keras.layers.Conv2D(128, 3)
        dense.build((None, 784))
        convolution.build((None, 8, 8, 64))
        pairs = [(layer.kernel, layer.bias) for layer in (dense, convolution)]
    elif folder == "torch":
        import torch
        torch.manual_seed(1)
        built = [torch.nn.Linear(784, 128), torch.nn.Conv2d(64, 128, 3)]
        pairs = [(layer.weight.detach(), layer.bias.detach()) for layer in built]
    else:
        from flax import nnx
        rngs = nnx.Rngs(1)
        built = [nnx.Linear(784, 128, rngs=rngs), nnx.Conv(64, 128, (3, 3), rngs=rngs)]
        pairs = [(layer.kernel[...], layer.bias[...]) for layer in built]
    return [[np.asarray(array).astype("float64") for array in pair] for pair in pairs]


@pytest.mark.parametrize("folder, default, order", [
    pytest.param("keras", rule("glorot_uniform", SHAPES[0]), SHAPES[0], marks=pytest.mark.needs("keras")),
    pytest.param("torch", uniform(1 / (3 * 784)), (128, 784), marks=pytest.mark.needs("torch")),
    pytest.param("jax", rule("lecun_normal", SHAPES[0]), SHAPES[0], marks=pytest.mark.needs("flax"))])
def test_the_default_and_the_order_of_axes_are_those_of_the_page(folder, default, order):
    (kernel, bias), (convolution, _) = layers(folder)
    assert kernel.shape == order and convolution.shape == ((128, 64, 3, 3) if folder == "torch" else SHAPES[2])
    check(kernel, default)
    if folder == "torch":  # the bias is drawn from the same uniform: 128 values reach most of its range
        assert 0.9 * default.bound < abs(bias).max() <= default.bound * (1 + 1e-6)
    else:
        assert not bias.any()


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    "name", ["kaiming_normal_", "kaiming_uniform_", "xavier_normal_", "xavier_uniform_", "orthogonal_", "eye_"])
def test_torch_refuses_a_vector(name):
    import torch
    with pytest.raises(ValueError):
        getattr(torch.nn.init, name)(torch.empty(128))


@pytest.mark.needs("flax")
@pytest.mark.parametrize("name", [*SCALED, "orthogonal", "identity"])
def test_jax_refuses_a_vector(name):
    with pytest.raises(ValueError):
        draw("jax", name, VECTOR)


@pytest.mark.needs("torch")
def test_torch_counts_other_inputs_in_the_order_of_keras():
    import torch
    torch.manual_seed(1)
    weight = torch.nn.init.kaiming_uniform_(torch.empty(SHAPES[2])).double().numpy()
    check(weight, uniform(2 / (3 * 64 * 128)))


@pytest.mark.needs("flax")
def test_one_initializer_of_jax_serves_every_layer():
    from flax import nnx
    he_normal, rngs = nnx.initializers.he_normal(), nnx.Rngs(0)
    first, second = (nnx.Linear(64, 64, kernel_init=he_normal, rngs=rngs).kernel[...] for _ in range(2))
    assert not (first == second).any()


@pytest.mark.needs("flax")
def test_flax_brings_jax_and_optax():
    needs = [need for need in importlib.metadata.requires("flax") if "extra" not in need]
    assert {"jax", "optax"} <= {re.match(r"[\w-]+", need)[0] for need in needs}
