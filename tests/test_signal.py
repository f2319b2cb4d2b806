"""The layer statistics of evidence.signal against backpropagation written out by hand."""

import numpy as np
import pytest

from evidence.networks.signal import layer_statistics

ACTIVATIONS = {  # φ, and φ' as a function of φ
    "relu": (lambda z: np.maximum(z, 0), lambda h: h > 0),
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda h: h * (1 - h)),
}


@pytest.fixture
def classifier():
    rng = np.random.default_rng(0)
    widths = [12, 9, 8, 7, 4]
    kernels = [rng.normal(0, 0.7, shape).astype("float32") for shape in zip(widths, widths[1:])]
    return kernels, rng.random((50, 12), "float32"), rng.integers(0, 4, 50)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_statistics_are_those_of_backpropagation_by_hand(classifier, activation):
    kernels, x, y = classifier
    function, slope = ACTIVATIONS[activation]
    h = [x.astype("float64")]
    for kernel in kernels[:-1]:
        h.append(function(h[-1] @ kernel))
    logits = h[-1] @ kernels[-1]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    delta = [p - np.eye(4)[y]]
    for kernel, below in zip(kernels[:0:-1], h[:0:-1]):
        delta.insert(0, delta[0] @ kernel.T * slope(below))
    expected = {
        "activation": [rms(one) ** 2 for one in [*h[1:], logits]],
        "delta": [rms(one) for one in delta],
        "gradient": [rms(below.T @ one / len(x)) for below, one in zip(h, delta)],
        "bias_gradient": [rms(one.mean(axis=0)) for one in delta],
    }
    measured = layer_statistics(kernels, x, y, activation)
    assert measured.keys() == expected.keys()
    for quantity, values in expected.items():
        np.testing.assert_allclose(measured[quantity], values, rtol=1e-4, err_msg=quantity)


def test_sizes_whose_squares_no_float32_holds_are_measured():
    kernels = [np.full((3, 3), size, "float32") for size in (1e-25, 1.0)]
    activation = layer_statistics(kernels, np.ones((2, 3)), [0, 1], "linear")["activation"]
    np.testing.assert_allclose(activation[0], 9e-50, rtol=1e-4)


def test_an_unknown_activation_is_refused(classifier):
    with pytest.raises(ValueError):
        layer_statistics(*classifier, "rleu")


def rms(values):
    return np.sqrt(np.mean(np.square(values)))
