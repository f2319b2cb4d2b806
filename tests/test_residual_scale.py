"""snippets/tools/residual_scale.py against the sentence of Radford et al. 2019: scaled by 1/sqrt(N)."""
import json
import math

import keras
import numpy as np
import pytest

from snippets.tools.residual_scale import ResidualScale
from tests.frameworks import each_framework

RULES = {"he_normal": "kaiming_normal_", "orthogonal": "orthogonal_", "random_normal": "normal_"}


def seeded(framework, rule, shape, branches=None, seed=3):
    """A kernel (fan_in, fan_out) drawn by a rule with a seed, as it is or over the root of the branches."""
    if framework == "keras":
        known = keras.initializers.get(rule)
        known = known.from_config({**known.get_config(), "seed": seed})
        return np.asarray((ResidualScale(known, branches) if branches else known)(shape))
    import torch
    from snippets.tools.torch.residual_scale import residual_scale_
    weight, generator = torch.empty(shape[::-1]), torch.Generator().manual_seed(seed)
    rule = getattr(torch.nn.init, RULES[rule])
    drawn = residual_scale_(weight, rule, branches, generator=generator) if branches else rule(weight, generator=generator)
    assert drawn is weight
    return weight.numpy().T


@each_framework
@pytest.mark.parametrize("branches", [1, 2, 24, 1000])
@pytest.mark.parametrize("rule", RULES)
def test_the_kernel_is_that_of_the_rule_over_the_root_of_the_branches(rule, branches, framework):
    kernel = seeded(framework, rule, (20, 30), branches)
    np.testing.assert_allclose(kernel * math.sqrt(branches), seeded(framework, rule, (20, 30)), rtol=1e-5)


def test_it_equals_keras_variance_scaling_with_the_scale_divided_by_the_branches():
    same = keras.initializers.VarianceScaling(2 / 24, "fan_in", "truncated_normal", seed=3)
    np.testing.assert_allclose(ResidualScale(keras.initializers.HeNormal(seed=3), 24)((20, 30)), same((20, 30)), rtol=1e-6)


def test_nanogpt_divides_by_the_root_of_twice_its_blocks():
    """A block adds attention and a feed-forward part: 12 blocks are 24 branches, and 0.02 becomes 0.02 / sqrt(2 * 12)."""
    kernel = np.asarray(ResidualScale(keras.initializers.RandomNormal(stddev=0.02, seed=0), 24)((400, 400)))
    assert kernel.std() == pytest.approx(0.02 / math.sqrt(2 * 12), rel=5 / math.sqrt(2 * kernel.size))


@pytest.mark.needs("torch")
def test_in_pytorch_the_rule_takes_its_options_so_that_nanogpt_is_one_line():
    import torch
    from snippets.tools.torch.residual_scale import residual_scale_
    torch.manual_seed(0)
    kernel = residual_scale_(torch.empty(400, 400), torch.nn.init.normal_, 24, std=0.02).numpy()
    assert kernel.std() == pytest.approx(0.02 / math.sqrt(2 * 12), rel=5 / math.sqrt(2 * kernel.size))


@each_framework
@pytest.mark.parametrize("branches", [1, 4, 32])
def test_the_mean_square_of_the_stream_grows_by_less_than_e_at_every_depth(branches, framework):
    """The expectation over the kernels is exactly (1 + 1/N)^N. 5 standard errors of the mean over independent networks."""
    width, networks = 16, 200
    rng = np.random.default_rng(branches)
    x = rng.normal(size=(networks, 1, width))
    before = (x**2).mean((1, 2))
    for block in range(branches):
        first = rng.normal(0, math.sqrt(2 / width), (networks, width, width))
        second = side_by_side(framework, branches, (networks, width, width), seed=block)
        x = x + np.maximum(np.maximum(x, 0) @ first, 0) @ second
    factors = (x**2).mean((1, 2)) / before
    error = 5 * factors.std() / math.sqrt(networks)
    expected = (1 + 1 / branches) ** branches
    assert expected < math.e and error < expected / 2
    assert factors.mean() == pytest.approx(expected, abs=error)


def side_by_side(framework, branches, shape, seed):
    """Independent kernels of equal fan-in from He normal, in one draw."""
    networks, fan_in, fan_out = shape
    kernels = seeded(framework, "he_normal", (fan_in, networks * fan_out), branches, seed)
    return kernels.reshape(fan_in, networks, fan_out).transpose(1, 0, 2)


def test_one_instance_repeats_its_values_as_every_keras_initializer_does_and_a_new_one_does_not():
    keras.utils.set_random_seed(0)
    one = ResidualScale("he_normal", 4)
    first, again, other = (np.asarray(rule((4, 4))) for rule in (one, one, ResidualScale("he_normal", 4)))
    assert (first == again).all() and (first != other).any()


def test_a_saved_model_comes_back_with_its_initializer(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, kernel_initializer=ResidualScale("he_normal", 4))])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").layers[0].kernel_initializer
    assert isinstance(again, ResidualScale) and isinstance(again.rule, keras.initializers.HeNormal)
    assert json.dumps(again.get_config()) == json.dumps(model.layers[0].kernel_initializer.get_config())


def test_the_dtype_asked_for_is_the_dtype_given():
    kernels = [ResidualScale("he_normal", 3)((2, 2), dtype=dtype) for dtype in (None, "float16")]
    assert [keras.backend.standardize_dtype(kernel.dtype) for kernel in kernels] == ["float32", "float16"]


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_in_pytorch_a_weight_of_any_precision_is_filled_in_place(dtype):
    import torch
    from snippets.tools.torch.residual_scale import residual_scale_
    layer = torch.nn.Linear(4, 4, dtype=getattr(torch, dtype))  # orthogonal_ itself fails in half precision
    residual_scale_(layer.weight, torch.nn.init.orthogonal_, 4)
    weight = layer.weight.detach().double().numpy()
    np.testing.assert_allclose(weight @ weight.T, np.eye(4) / 4, atol=1e-10 if dtype == "float64" else 0.01)


@pytest.mark.parametrize("rule, branches, message", [
    ("he_norm", 4, "no initializer of 'he_norm'"), (None, 4, "no initializer of None"),
    (lambda shape: shape, 4, "no initializer of"), ("he_normal", 0, "a whole number from 1, not 0"),
    ("he_normal", 2.5, "not 2.5"), ("he_normal", "4", "not '4'"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistake_is_one_clear_sentence(rule, branches, message):
    with pytest.raises(ValueError, match=message) as error:
        ResidualScale(rule, branches)
    assert "\n" not in str(error.value)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("rule, branches, message", [
    ("he_normal", 4, "'he_normal' fills no tensor"), (lambda weight: None, 4, "fills no tensor"),
    (None, 0, "a whole number from 1, not 0"), (None, 2.5, "not 2.5"), (None, "4", "not '4'"),
], ids=["name", "fills_nothing", "zero", "fraction", "text"])
def test_a_mistake_in_pytorch_is_one_clear_sentence_and_leaves_the_weight(rule, branches, message):
    import torch
    from snippets.tools.torch.residual_scale import residual_scale_
    weight = torch.ones(2, 2)
    with pytest.raises(ValueError, match=message) as error:
        residual_scale_(weight, rule, branches)
    assert "\n" not in str(error.value) and (weight == 1).all()
    with pytest.raises(ValueError, match="does not exist yet"):
        residual_scale_(torch.nn.LazyLinear(3).weight, torch.nn.init.normal_, 2)
