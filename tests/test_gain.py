"""The gain of a layer counts what ReLU lets through, away from the border."""

import numpy as np
import pytest

from evidence.networks.gain import gain, rectified


def test_inputs_are_what_comes_out_of_a_relu_and_depend_on_the_seed_alone():
    x = rectified((1000, 50), 3)
    assert x.dtype == "float32" and x.min() == 0
    assert np.mean(x**2) == pytest.approx(0.5, abs=0.02)  # 4 of its standard errors, √(5 / 4 / 50,000)
    np.testing.assert_array_equal(x, rectified((1000, 50), 3))
    assert (x != rectified((1000, 50), 4)).any()


def test_a_factor_counts_squared_and_negative_outputs_count_nothing():
    x = rectified((10, 4), 0)
    assert gain(lambda x: 3 * x, x) == pytest.approx(9)
    assert gain(lambda x: -x, x) == 0


def test_he_s_variance_has_a_gain_of_one():
    x, rng = rectified((64, 256), 0), np.random.default_rng(1)
    gains = [gain(lambda x, kernel=rng.normal(0, np.sqrt(2 / 256), (256, 256)): x @ kernel, x) for _ in range(40)]
    assert np.mean(gains) == pytest.approx(1, abs=4 * np.std(gains) / np.sqrt(40))


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_what_a_border_of_another_size_adds_is_cut_off(dimensions):
    x = np.ones((2, *[8] * dimensions, 3), "float32")
    border = [(0, 0), *[(1, 1)] * dimensions, (0, 0)]
    assert gain(lambda x: np.pad(x, border, constant_values=100), x) == pytest.approx(1)
    assert gain(lambda x: x[(slice(None), *[slice(2, None)] * dimensions)], x) == pytest.approx(1)
