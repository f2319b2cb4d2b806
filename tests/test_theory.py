"""The closed forms of evidence/theory against SciPy's adaptive quadrature, random draws, published constants and Keras."""

import math

import keras
import numpy as np
import pytest
import rules
from scipy import integrate, special, stats

from evidence.theory import activations, adam, mean_field, padding, recurrence, variance

NAMES = list(activations.ACTIVATIONS)
SCALE, ALPHA = activations.SELU_SCALE, activations.SELU_ALPHA
SLOPES = {  # φ'(z), derived by hand
    "linear": lambda z: 1.0,
    "relu": lambda z: float(z > 0),
    "leaky_relu": lambda z: 1.0 if z > 0 else 0.2,
    "elu": lambda z: 1.0 if z > 0 else math.exp(z),
    "gelu": lambda z: special.ndtr(z) + z * stats.norm.pdf(z),
    "silu": lambda z: special.expit(z) * (1 + z * special.expit(-z)),
    "selu": lambda z: SCALE if z > 0 else SCALE * ALPHA * math.exp(z),
    "tanh": lambda z: 1 / math.cosh(z) ** 2,
    "softsign": lambda z: 1 / (1 + abs(z)) ** 2,
    "sigmoid": lambda z: special.expit(z) * special.expit(-z),
}


def integral(function, q=1.0):
    """E[function(z)] for normal z of variance q, by SciPy, on either side of the kink at zero."""
    def density(z):
        return math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * function(math.sqrt(q) * z)

    return sum(integrate.quad(density, *half, epsabs=1e-10)[0] for half in ((-12, 0), (0, 12)))


@pytest.mark.parametrize("name", NAMES)
def test_an_activation_is_keras_s(name):
    z = np.linspace(-4, 4, 101)
    # Keras's GELU is the tanh approximation unless asked for, and takes its float32; its leaky ReLU has the slope 0.2 as a layer only
    keras_s = {"gelu": lambda x: keras.activations.gelu(x, approximate=False), "leaky_relu": keras.layers.LeakyReLU(0.2)}
    function = keras_s.get(name) or keras.activations.get(name)
    np.testing.assert_allclose(activations.ACTIVATIONS[name](z), np.array(function(z.astype("float32"))), atol=2e-6)


@pytest.mark.parametrize("q", [0.25, 1.0, 4.0, 100.0])
@pytest.mark.parametrize("name", NAMES)
def test_mean_squares_and_chi_are_the_integrals_that_scipy_finds(name, q):
    phi = activations.ACTIVATIONS[name]
    assert activations.mean_square(name, q) == pytest.approx(integral(lambda z: float(phi(z)) ** 2, q), rel=1e-7)
    assert activations.chi(name, 1.5, q) == pytest.approx(1.5 * integral(lambda z: SLOPES[name](z) ** 2, q), rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_million_draws_agree(name):
    h = activations.ACTIVATIONS[name](np.random.default_rng(0).standard_normal(1_000_000))
    error = 5 * np.std(h**2) / 1000
    assert 1 / activations.preserving(name) == pytest.approx(np.mean(h**2), abs=error)
    share, spread = np.mean(h) ** 2 / np.mean(h**2), 2 * abs(np.mean(h)) * np.std(h) / 1000 / np.mean(h**2)
    assert activations.mean_share(name) == pytest.approx(share, abs=5 * (spread + error * share) + 1e-5)


def test_the_preserving_variances_are_those_of_the_papers():
    published = {
        "linear": 1,  # LeCun et al. 1998
        "relu": 2,  # He et al. 2015, equation 10
        "leaky_relu": 2 / (1 + 0.2**2),  # He et al. 2015, equation 15
        "selu": 1,  # Klambauer et al. 2017: λ and α are chosen for it
        "gelu": 1 / (1 / 3 + 1 / (2 * math.sqrt(3) * math.pi)),  # E[z² Φ(z)²], by parts
    }
    assert {name: activations.preserving(name) for name in published} == pytest.approx(published, rel=1e-9)


def test_selu_has_its_fixed_point_and_pulls_to_it_as_published():
    assert activations.expected(activations.ACTIVATIONS["selu"]) == pytest.approx(0, abs=1e-9)
    assert activations.settled("selu", 1.0) == pytest.approx(1, abs=1e-9)
    assert activations.drift("selu") == pytest.approx(0.782648, abs=1e-6)  # Klambauer et al. 2017, the Jacobian at (0, 1)


@pytest.mark.parametrize("name", ["linear", "relu", "leaky_relu"])
def test_what_scales_with_its_input_holds_every_size_and_the_error_signal_too(name):
    assert activations.drift(name) == pytest.approx(1, abs=1e-7)
    assert activations.chi_at_one(name) == pytest.approx(1, abs=1e-7)


def test_the_mean_of_relu_is_one_over_pi_of_its_mean_square():
    assert activations.mean_share("relu") == pytest.approx(1 / math.pi, rel=1e-9)


@pytest.mark.parametrize("name, gain, bias_variance", [("tanh", 2.0, 0.0), ("tanh", 1.0, 0.05), ("selu", 1.2, 0.0), ("sigmoid", 9.0, 0.0)])
def test_a_settled_size_is_what_many_layers_end_at(name, gain, bias_variance):
    q = 1.0
    for _ in range(400):
        q = gain * activations.mean_square(name, q) + bias_variance
    assert activations.settled(name, gain, bias_variance) == pytest.approx(q, rel=1e-9)


def test_tanh_without_biases_settles_nowhere_below_a_gain_of_one():
    with pytest.raises(ValueError):
        activations.settled("tanh", 0.9)


def test_the_edge_of_chaos_is_where_it_was_published():
    q = mean_field.fixed_point(1.76, 0.05)  # Schoenholz et al. 2017, section 3: σ_w² = 1.76 for σ_b² = 0.05
    assert activations.chi("tanh", 1.76, q) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("gain", [1.0, 1.3, 2.5, 4.0])
def test_the_depth_scale_is_that_of_the_correlation_map_written_as_a_power_series(gain):
    q = mean_field.fixed_point(gain, 0.05)
    squares = np.zeros(32)  # E[φ(u) φ(v)] = Σ a_k² c^k, with a_k the coefficients of φ in Hermite's polynomials, the odd ones for tanh
    for k in range(1, 32, 2):
        hermite = special.hermitenorm(k)
        squares[k] = integral(lambda z, he=hermite: math.tanh(math.sqrt(q) * z) * he(z)) ** 2 / math.factorial(k)
    series = np.polynomial.Polynomial(gain * squares / q)
    c = 0.5
    for _ in range(300):
        c = series(c) + 0.05 / q
    assert mean_field.depth_scale(gain, 0.05) == pytest.approx(-1 / math.log(series.deriv()(c)), rel=1e-5)


def test_tanh_decays_layer_by_layer_as_scipy_integrates_and_like_one_over_twice_the_depth_in_the_end():
    q, expected = 0.7, []
    for _ in range(10):
        q = integral(lambda z: math.tanh(z) ** 2, q)
        expected.append(q)
    np.testing.assert_allclose(mean_field.tanh_decay(10, 0.7), expected, rtol=1e-9)
    assert 2 * 5000 * mean_field.tanh_decay(5000)[-1] == pytest.approx(1, abs=0.01)  # tanh² z = z² - 2/3 z⁴ …


def test_an_adam_step_is_keras_s_with_its_constant_counted_after_the_correction():
    variable, gradient = keras.Variable([1.0, 1.0, 1.0]), np.array([1e-8, 1e-6, 1e-3])
    optimizer = keras.optimizers.Adam(0.5)
    for step in (1, 2, 3):  # of a constant gradient, whose corrected means are the gradient and its square
        before = variable.numpy()
        optimizer.apply([keras.ops.convert_to_tensor(gradient.astype("float32"))], [variable])
        expected = 0.5 * gradient / (gradient + adam.EPSILONS["keras"](step))
        np.testing.assert_allclose(before - variable.numpy(), expected, rtol=1e-3, atol=1e-7)


def test_the_paper_s_constant_does_not_change_with_the_step():
    assert {adam.EPSILONS["paper"](step) for step in (1, 10, 10_000)} == {1e-8}


@pytest.mark.parametrize("shape", [(784, 128), (64, 256), (512, 512), (3, 3, 64, 128)], ids=str)
@pytest.mark.parametrize("name", variance.VARIANCE)
def test_a_predicted_variance_is_the_closed_form_of_the_rule(name, shape):
    if name == "identity":
        shape = shape[-2:]  # a matrix in every framework
    assert variance.weight_variance(name, shape) == pytest.approx(rules.rule(name, shape).variance, rel=1e-12)


def test_an_initializer_without_a_formula_is_refused():
    with pytest.raises(KeyError):
        variance.weight_variance("no_such_rule", (3, 3))


@pytest.mark.parametrize("rule", variance.RULES)
def test_a_linear_network_does_forward_and_backward_what_is_predicted(rule):
    widths, draws = [30, 60, 15, 40, 5], 4000
    rng = np.random.default_rng(0)
    kernels = [
        rng.normal(0, math.sqrt(variance.RULES[rule](a, b)), (draws, a, b)).astype("float32") for a, b in zip(widths, widths[1:])
    ]
    z, delta = [np.ones((draws, 1, 30), "float32")], [np.ones((draws, 1, 5), "float32")]
    for kernel in kernels:
        z.append(z[-1] @ kernel)
    for kernel in kernels[:0:-1]:
        delta.insert(0, delta[0] @ kernel.transpose(0, 2, 1))
    for measured, predicted in ((z[1:], variance.forward(rule, 1.0, widths)), (delta, variance.backward(rule, 1.0, widths))):
        squares = np.array([np.mean(one.astype(float) ** 2, axis=(1, 2)) for one in measured])
        error = 5 * squares.std(axis=1) / math.sqrt(draws) + 1e-6
        assert (np.abs(squares.mean(axis=1) - predicted) < error).all()


@pytest.mark.parametrize("pixels", [3, 5, 12])
def test_zero_padding_takes_what_it_takes_from_many_random_convolutions(pixels):
    draws, channels, layers = 300, 16, 3
    rng = np.random.default_rng(pixels)
    h = 2**0.5 * np.maximum(rng.normal(size=(draws, pixels, pixels, channels)), 0)  # an image for each network
    for expected in padding.kept(pixels, layers):
        kernels = rng.normal(0, math.sqrt(2 / (9 * channels)), (draws, 3, 3, channels, channels))
        padded, z = np.pad(h, [(0, 0), (1, 1), (1, 1), (0, 0)]), 0
        for row in range(3):
            for column in range(3):
                patch = padded[:, row : row + pixels, column : column + pixels]
                z = z + np.einsum("nijc,ncd->nijd", patch, kernels[:, row, column])
        squares = (z**2).mean(axis=(1, 2, 3)) / 2  # z of the first layer has He's 2 times the mean square of h, halved by ReLU
        assert abs(squares.mean() - expected) < 5 * squares.std() / math.sqrt(draws)
        h = np.maximum(z, 0)


@pytest.mark.parametrize("pixels", [2, 7, 28])
def test_padding_begins_with_the_share_of_places_on_the_map_and_settles_at_a_half_wave(pixels):
    left = padding.kept(pixels, 400)
    assert left[0] == pytest.approx((1 - 2 / (3 * pixels)) ** 2)
    assert left[-1] / left[-2] == pytest.approx(((1 + 2 * math.cos(math.pi / (pixels + 1))) / 3) ** 2, rel=1e-3)


def test_without_neighbours_nothing_is_padded():
    assert padding.kept(9, 5, window=1) == pytest.approx(np.ones(5))


def rim(kernel):
    """The modulus that 98 of 100 eigenvalues stay below: at 300 units the largest alone is still a chance."""
    return np.quantile(np.abs(np.linalg.eigvals(kernel)), 0.98)


@pytest.mark.parametrize("gates", [2, 3, 4])
def test_the_block_of_one_gate_has_the_spectrum_of_a_cut_out_of_an_orthogonal_matrix(gates):
    units = 300
    rows = np.linalg.qr(np.random.default_rng(gates).normal(size=(gates * units, units)))[0].T
    one = rows[:, :units]
    radius, largest = recurrence.block(gates)
    assert rim(one) == pytest.approx(radius, rel=0.05)
    assert np.linalg.norm(one, 2) == pytest.approx(largest, rel=0.02)


def test_one_gate_alone_is_no_block():
    with pytest.raises(ValueError, match="all its singular values are one"):
        recurrence.block(1)


@pytest.mark.parametrize("gain", [1 / 3, 1.0])
def test_independent_weights_fill_a_disc_and_stretch_by_twice_its_radius(gain):
    kernel = np.random.default_rng(0).uniform(-((3 * gain) ** 0.5), (3 * gain) ** 0.5, (300, 300)) / 300**0.5
    radius, largest = recurrence.independent(gain)
    assert rim(kernel) == pytest.approx(radius, rel=0.05)
    assert np.linalg.norm(kernel, 2) == pytest.approx(largest, rel=0.03)
