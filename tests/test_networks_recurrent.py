"""evidence/networks/recurrent.py against Keras's own pooling, fit and evaluate, and its starts against their definitions."""

import keras
import numpy as np
import pytest

from evidence import mnist
from evidence.engine import freshness
from evidence.networks import built, recurrent
from tests.keras_fit import evaluate, fit

UNITS = 32


@pytest.fixture(scope="module")
def images():
    """What stands for MNIST: images of ten classes, (n, 784) in [0, 1], and their labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 120).astype("int32")
    return np.clip(rng.random((10, 784))[y] + rng.normal(0, 0.3, (120, 784)), 0, 1).astype("float32"), y


def drawn(kind, start, steps=20):
    """A layer's kernel, recurrent kernel and bias."""
    keras.utils.set_random_seed(0)
    layer = recurrent.layer(kind, start, steps, UNITS)
    layer.build((None, steps, UNITS))
    return [value.astype("float64") for value in layer.get_weights()]


def test_each_reading_shows_a_row_a_step_and_waits_with_zeros(images):
    x, _ = images
    pooled = np.array(keras.layers.AveragePooling2D(2)(x.reshape(-1, 28, 28, 1)))
    np.testing.assert_array_equal(recurrent.rows(x)[:, 3], x[:, 3 * 28 : 4 * 28])
    waited = recurrent.wait(x)
    assert waited.shape == (len(x), 14 + recurrent.BLANK, 14) and not waited[:, 14:].any()
    np.testing.assert_allclose(waited[:, :14], pooled[..., 0], atol=1e-6)


@pytest.mark.parametrize("kind, gates", [("lstm", 4), ("gru", 3)])
def test_keras_makes_the_whole_of_a_recurrent_kernel_orthogonal_and_gates_each_block(kind, gates):
    whole, each = drawn(kind, "keras")[1], drawn(kind, "gates")[1]
    np.testing.assert_allclose(whole @ whole.T, np.eye(UNITS), atol=1e-5)
    for block, own in zip(np.split(whole, gates, axis=1), np.split(each, gates, axis=1), strict=True):
        assert np.linalg.norm(block, 2) < 0.99
        np.testing.assert_allclose(own @ own.T, np.eye(UNITS), atol=1e-5)
    assert np.abs(each[:, :UNITS] - each[:, UNITS : 2 * UNITS]).max() > 0.1


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_under_chrono_biases_alone_a_unit_that_waits_u_steps_keeps_u_of_u_plus_one_of_its_state(kind):
    steps = 50
    layer = recurrent.layer(kind, "chrono", steps, UNITS, kernel_initializer="zeros", dtype="float64")
    layer.build((None, steps, 1))
    layer.cell.recurrent_kernel.assign(np.zeros(layer.cell.recurrent_kernel.shape))
    before = np.random.default_rng(0).normal(size=(1, UNITS))
    _, states = layer.cell(np.zeros((1, 1)), [before] * (2 if kind == "lstm" else 1))
    kept = np.array(states[-1] / before)
    waits = kept / (1 - kept)
    assert 1 <= waits.min() < 10 and 30 < waits.max() <= steps - 1
    if kind == "lstm":  # what writes is what forgets
        bias = layer.cell.bias.numpy().reshape(4, UNITS)
        np.testing.assert_allclose(bias[0], -bias[1])
        assert not bias[2:].any()


@pytest.mark.parametrize("kind", ["tanh", "lstm", "gru"])
def test_torch_draws_everything_within_one_over_the_root_of_the_units_and_adds_two_biases(kind):
    kernel, recurrent_kernel, bias = drawn(kind, "torch")
    for one in (kernel, recurrent_kernel):
        assert np.abs(one).max() <= UNITS**-0.5
        assert one.var() * 3 * UNITS == pytest.approx(1, rel=0.1)
    biases = 1 if kind == "gru" else 2  # summed in a number; a GRU of Keras has both
    assert bias.std() * (3 * UNITS / biases) ** 0.5 == pytest.approx(1, rel=0.35)
    assert (np.abs(kernel - recurrent_kernel) > 0).any()


def test_le_starts_from_the_identity_and_small_inputs():
    kernel, recurrent_kernel, bias = drawn("relu", "le")
    np.testing.assert_array_equal(recurrent_kernel, np.eye(UNITS))
    assert kernel.std() == pytest.approx(0.001, rel=0.1) and not bias.any()


def test_a_curve_of_every_start_and_rate_is_what_keras_fit_and_evaluate_say(images, monkeypatch):
    x, y = images
    parts = [(x[some], y[some]) for some in (slice(64), slice(64, 92), slice(92, None))]
    monkeypatch.setattr(mnist, "split", lambda *numbers: parts)
    monkeypatch.setitem(recurrent.READ, "few", lambda x: x.reshape(-1, 4, 196))
    protocol = {
        "read": "few", "units": 8, "starts": {"lstm": ["keras", "chrono"]}, "optimizer": "adam", "clipped_norm": 0.2,
        "learning_rates": {"lstm": [0.01, 0.03]}, "images": 64, "validation_images": 28, "test_images": 28, "batch_size": 16, "steps": [25, 50],
    }  # fmt: skip
    found = recurrent.curves(protocol, 3)
    assert list(found) == [f"lstm_{start}_{rate}" for start in ("keras", "chrono") for rate in (0.01, 0.03)]
    keras.utils.set_random_seed(3)
    expected = recurrent.network("lstm", "chrono", (4, 196), 8)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected.compile(keras.optimizers.Adam(0.03, global_clipnorm=0.2), loss, metrics=["accuracy"], jit_compile=False)
    sequences = x.reshape(-1, 4, 196)
    fit(expected, sequences, y, built.batches(3, 64, 16, 50))
    value, accuracy = evaluate(expected, sequences[92:], y[92:])
    assert found["lstm_chrono_0.03"]["test_loss"][-1] == pytest.approx(value, rel=1e-2)
    assert found["lstm_chrono_0.03"]["test_accuracy"][-1] == pytest.approx(accuracy, abs=1.5 / 28)


def test_a_trainer_ends_where_keras_fit_with_a_clipped_norm_ends(images):
    x, y = images[0].reshape(-1, 4, 196), images[1]
    keras.utils.set_random_seed(0)
    model, expected = (recurrent.network("tanh", "orthogonal", (4, 196), 8) for _ in range(2))
    weights, order = expected.get_weights(), built.batches(0, 120, 16, 50)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ends = []
    for norm in (0.3, None):
        expected.set_weights(weights)
        expected.compile(keras.optimizers.SGD(0.1, global_clipnorm=norm), loss, jit_compile=False)
        fit(expected, x, y, order)
        ends.append(expected.get_weights())
    trainer = recurrent.Trainer(model, "sgd", 0.3)
    trainer.begin(weights, 0.1)
    trainer.train(x, y, order)
    for ours, theirs, unclipped in zip(model.get_weights(), *ends, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
        assert np.abs(theirs - unclipped).max() > 1e-3


def test_the_protocol_asks_for_all_blank_steps():
    assert freshness.protocol("recurrent_gradient")["lags"] == recurrent.BLANK
