"""snippets/tools/residual_scale.py against the sentence of Radford et al. 2019: scaled by 1/sqrt(N)."""
import json
import math

import keras
import numpy as np
import pytest

from snippets.tools.residual_scale import ResidualScale


@pytest.mark.parametrize("branches", [1, 2, 24, 1000])
@pytest.mark.parametrize("rule", ["he_normal", "orthogonal", "random_normal"])
def test_the_kernel_is_that_of_the_rule_over_the_root_of_the_branches(rule, branches):
    def seeded():
        known = keras.initializers.get(rule)
        return known.from_config({**known.get_config(), "seed": 3})

    kernel = np.asarray(ResidualScale(seeded(), branches)((20, 30)))
    np.testing.assert_allclose(kernel * math.sqrt(branches), seeded()((20, 30)), rtol=1e-6)


def test_it_equals_keras_variance_scaling_with_the_scale_divided_by_the_branches():
    same = keras.initializers.VarianceScaling(2 / 24, "fan_in", "truncated_normal", seed=3)
    np.testing.assert_allclose(ResidualScale(keras.initializers.HeNormal(seed=3), 24)((20, 30)), same((20, 30)), rtol=1e-6)


def test_nanogpt_divides_by_the_root_of_twice_its_blocks():
    """A block adds attention and a feed-forward part: 12 blocks are 24 branches, and 0.02 becomes 0.02 / sqrt(2 * 12)."""
    kernel = np.asarray(ResidualScale(keras.initializers.RandomNormal(stddev=0.02, seed=0), 24)((400, 400)))
    assert kernel.std() == pytest.approx(0.02 / math.sqrt(2 * 12), rel=5 / math.sqrt(2 * kernel.size))


@pytest.mark.parametrize("branches", [1, 4, 32])
def test_the_mean_square_of_the_stream_grows_by_less_than_e_at_every_depth(branches):
    """The expectation over the kernels is exactly (1 + 1/N)^N. 5 standard errors of the mean over independent networks."""
    width, networks = 16, 200
    keras.utils.set_random_seed(branches)
    rng = np.random.default_rng(branches)
    x = rng.normal(size=(networks, 1, width))
    before = (x**2).mean((1, 2))
    for _ in range(branches):
        first = rng.normal(0, math.sqrt(2 / width), (networks, width, width))
        second = drawn(ResidualScale("he_normal", branches), (networks, width, width))
        x = x + np.maximum(np.maximum(x, 0) @ first, 0) @ second
    factors = (x**2).mean((1, 2)) / before
    error = 5 * factors.std() / math.sqrt(networks)
    expected = (1 + 1 / branches) ** branches
    assert expected < math.e and error < expected / 2
    assert factors.mean() == pytest.approx(expected, abs=error)


def drawn(rule, shape):
    """Independent kernels of equal fan-in, side by side in one draw."""
    networks, fan_in, fan_out = shape
    return np.asarray(rule((fan_in, networks * fan_out))).reshape(fan_in, networks, fan_out).transpose(1, 0, 2)


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


@pytest.mark.parametrize("rule, branches, message", [
    ("he_norm", 4, "no initializer of 'he_norm'"), (None, 4, "no initializer of None"),
    (lambda shape: shape, 4, "no initializer of"), ("he_normal", 0, "a whole number from 1, not 0"),
    ("he_normal", 2.5, "not 2.5"), ("he_normal", "4", "not '4'"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistake_is_one_clear_sentence(rule, branches, message):
    with pytest.raises(ValueError, match=message) as error:
        ResidualScale(rule, branches)
    assert "\n" not in str(error.value)
