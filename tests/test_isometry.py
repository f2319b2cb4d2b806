"""How unequally deep networks treat directions: the measured Jacobians against TensorFlow's, the derivation against wide random ones."""

import numpy as np
import pytest
import tensorflow as tf

from evidence.experiments import jacobian_spread
from evidence.theory import isometry


def spread(matrix):
    """Mean of σ⁴ over the squared mean of σ², from the singular values themselves."""
    squares = np.linalg.svd(matrix, compute_uv=False) ** 2
    return np.mean(squares**2) / np.mean(squares) ** 2


@pytest.mark.parametrize("kernel", jacobian_spread.PROTOCOL["kernels"])
@pytest.mark.parametrize("activation", jacobian_spread.PROTOCOL["activations"])
def test_a_spread_is_that_of_the_jacobian_that_tensorflow_derives(activation, kernel, monkeypatch):
    monkeypatch.setitem(jacobian_spread.PROTOCOL, "layers", 4)
    weights, draw = [], jacobian_spread.draw
    monkeypatch.setattr(jacobian_spread, "draw", lambda *key: weights.append(draw(*key)) or weights[-1])
    found = jacobian_spread.spreads(activation, kernel, [0, 1])
    function = {"linear": tf.identity, "tanh": tf.tanh, "relu": tf.nn.relu}[activation]
    h = x = tf.constant(np.random.default_rng([0, 1]).normal(0, 0.2**0.5, 64))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = []
        for w in weights:
            z.append(tf.linalg.matvec(jacobian_spread.PROTOCOL["gain"][activation] * w, h, transpose_a=True))
            h = function(z[-1])
    assert found == pytest.approx([spread(tape.jacobian(one, x)) for one in z], rel=1e-9)


@pytest.mark.parametrize("kernel", isometry.OWN)
@pytest.mark.parametrize("activation", isometry.MASK)
def test_wide_networks_have_the_spread_that_is_derived(activation, kernel):
    rng, width, layers = np.random.default_rng(0), 800, 3
    matrix, found = np.eye(width), []
    for _ in range(layers):
        normal = rng.normal(0, width**-0.5, (width, width))
        matrix = matrix @ (normal if kernel == "gaussian" else np.linalg.qr(normal)[0])
        found.append(width * np.sum((matrix @ matrix.T) ** 2) / np.sum(matrix**2) ** 2)
        if activation == "relu":  # half of the units, whichever: the sign of a symmetric z
            matrix = matrix * (rng.random(width) < 0.5)
    assert found == pytest.approx(isometry.spread(kernel, activation, layers), rel=0.08)


@pytest.mark.parametrize("kernel, gram", [("orthogonal", np.eye(64)), ("gaussian", None)])
def test_kernels_have_singular_values_of_mean_square_one(kernel, gram):
    w = jacobian_spread.draw(kernel, 64, np.random.default_rng(0))
    assert np.sum(w**2) / 64 == pytest.approx(1, rel=0.1)
    if gram is not None:
        np.testing.assert_allclose(w @ w.T, gram, atol=1e-12)
