"""evidence/networks/dense.py and descent.py against keras.Model.fit: same start, same batches, same weights."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from evidence.networks import dense, descent
from evidence.theory.adam import EPSILONS
from tests import keras_fit
from tests.keras_fit import ready, restarted

STEPS, BATCH, WIDTHS = 20, 16, (20, 16, 12, 10)
RATES = {"sgd": [0.03, 0.3], "adam": [0.001, 0.01]}


@pytest.fixture(scope="module")
def data():
    """Images of ten classes that overlap, and the batches: more images than one epoch sees, in an order of its own."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 600).astype("int32")
    x = np.maximum(rng.normal(size=(10, WIDTHS[0]))[y] + rng.normal(size=(600, WIDTHS[0])), 0).astype("float32")
    return x, y, rng.permutation(600)[: STEPS * BATCH].reshape(STEPS, BATCH)


def kernels(networks=2):
    """Per layer (networks, fan_in, fan_out) float32."""
    rng = np.random.default_rng(1)
    return [rng.normal(0, math.sqrt(2 / a), (networks, a, b)).astype("float32") for a, b in zip(WIDTHS, WIDTHS[1:])]


class Masked(keras.layers.Layer):
    """Multiplies by masks that are given, one after the other: dropout without chance."""

    def build(self, shape):
        self.mask = self.add_weight(shape=(BATCH, shape[-1]), initializer="ones", trainable=False)

    def call(self, h, training=False):
        return h * self.mask if training else h


def model(weights, k, activation="relu", masked=False):
    """Network k of a stack as a Keras model of Keras's own layers, before or after training."""
    layers = [keras.Input((WIDTHS[0],))]
    for layer in weights[:-1]:
        normal = len(layer) > 2
        layers += [keras.layers.Dense(layer[0].shape[2], use_bias=not normal)] + [keras.layers.BatchNormalization()] * normal
        layers += [keras.layers.Activation(activation)] + [Masked()] * masked
    made = keras.Sequential([*layers, keras.layers.Dense(WIDTHS[-1])])
    held = [layer for layer in made.layers if layer.weights and not isinstance(layer, Masked)]
    for layer in weights:
        parts = [part.numpy()[k] for part in layer]
        held.pop(0).set_weights(parts[:1] + [parts[-1][0]] * (len(parts) == 2))
        if len(parts) > 2:
            gain, mean, variance, shift = (part[0] for part in parts[1:])
            held.pop(0).set_weights([gain, shift, mean, variance])
    return made


def compiled(made, optimizer, rate, **options):
    rule = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[optimizer](rate, **options)
    made.compile(rule, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"], jit_compile=False)
    return ready(made, np.zeros((1, WIDTHS[0])), np.zeros(1))


def fit(model, x, y, order):
    """The loss of every batch, before its step, by keras.Model.fit."""
    losses = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"] * (batch + 1)))
    keras_fit.fit(model, x, y, order, callbacks=[watch])
    return np.diff(losses, prepend=0)


def assert_same(weights, k, expected, rate, optimizer):
    """A step of Adam moves a weight by its rate, whatever its gradient: there rounding is measured in rates."""
    close = {"rtol": 1e-4, "atol": 1e-5 + (0.01 * rate if optimizer == "adam" else 0)}
    for ours, theirs in zip(model(weights, k).get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, **close)


@pytest.mark.parametrize("optimizer", RATES)
@pytest.mark.parametrize("normalized", [False, True], ids=["plain", "normalized"])
def test_stacked_networks_end_where_keras_fit_takes_each_of_them(data, normalized, optimizer):
    x, y, order = data
    weights = dense.start(kernels(), normalized)
    starts, expected = [model(weights, k).get_weights() for k in range(2)], compiled(model(weights, 0), optimizer, 1.0)
    losses = dense.train(weights, x, y, order, RATES[optimizer], optimizer)
    for k, rate in enumerate(RATES[optimizer]):
        wanted = fit(restarted(expected, starts[k], rate), x, y, order)
        np.testing.assert_allclose(losses[:, k], wanted, rtol=1e-3, atol=1e-4)
        assert_same(weights, k, expected, rate, optimizer)  # gains, shifts and moving statistics among them


def test_networks_that_start_with_biases_end_where_keras_does(data):
    x, y, order = data
    rng = np.random.default_rng(2)
    networks = [[part for kernel in kernels() for part in (kernel[k], rng.normal(size=kernel.shape[2]).astype("float32"))] for k in range(2)]
    weights = dense.stack(networks)
    expected = compiled(model(weights, 0, "tanh"), "sgd", 1.0)
    dense.train(weights, x, y, order, RATES["sgd"], activation="tanh")
    trained = dense.unstack(weights)
    for k, rate in enumerate(RATES["sgd"]):
        fit(restarted(expected, networks[k], rate), x, y, order)
        for ours, theirs in zip(trained[k], expected.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_unstacking_gives_back_what_was_stacked():
    networks = [[np.full((3, 2), k, "float32"), np.full(2, -k, "float32")] for k in range(4)]
    for before, after in zip(networks, dense.unstack(dense.stack(networks)), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_rate_may_change_from_step_to_step(data):
    x, y, order = data
    rates = 0.01 * 1.1 ** np.arange(STEPS)
    weights = dense.start(kernels(1))
    expected = model(weights, 0)
    dense.train(weights, x, y, order, rates[:, None])
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=1, decay_rate=1.1)
    fit(compiled(expected, "sgd", schedule), x, y, order)
    assert_same(weights, 0, expected, None, "sgd")


def test_adam_with_the_paper_s_constant_is_algorithm_one_of_the_paper():
    rng = np.random.default_rng(0)
    matrix, gradient_scale = rng.normal(size=(4, 3)), np.array([1e-8, 1e-4, 1.0])
    m = v = np.zeros((4, 3))
    ours = [tf.Variable(np.zeros((1, 4, 3), "float32")) for _ in range(2)]
    for t in range(1, 11):
        gradient = matrix * np.cos(t) * gradient_scale
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        expected = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        step = descent.adam(tf.constant(gradient[None], "float32"), *ours, tf.constant(t, "float32"), EPSILONS["paper"](t))
        np.testing.assert_allclose(step[0], expected, rtol=1e-3, atol=1e-6)  # 1 - 0.999^t in float32 is off by 5e-5 at first


def test_each_network_has_the_epsilon_that_it_is_given(data):
    x, y, order = data
    one, other = (dense.start([np.repeat(kernel, 2, axis=0) for kernel in kernels(1)]) for _ in range(2))
    dense.train(one, x, y, order, [0.01, 0.01], "adam", epsilon=lambda step: [EPSILONS["keras"](step), 0.1])
    dense.train(other, x, y, order, [0.01, 0.01], "adam")
    np.testing.assert_allclose(one[0][0][0], other[0][0][0], atol=1e-5)
    assert np.abs(one[0][0][1] - other[0][0][1]).max() > 0.01


@pytest.mark.parametrize("normalized", [False, True], ids=["plain", "normalized"])
def test_accuracy_is_that_of_keras_evaluate_with_moving_statistics(data, normalized):
    x, y, order = data
    weights = dense.start(kernels(), normalized)
    dense.train(weights, x, y, order, RATES["sgd"])
    statistics = dense.moving(weights) if normalized else None
    logits, _ = dense.forward(weights, x, statistics=statistics)
    found = dense.accuracy(weights, x, y, statistics=statistics)
    expected = compiled(model(weights, 0), "sgd", 1.0)
    for k in range(2):
        expected.set_weights(model(weights, k).get_weights())
        np.testing.assert_allclose(logits[k], expected(x), rtol=1e-4, atol=1e-4)
        assert found[k] == pytest.approx(keras_fit.evaluate(expected, x, y)[1], abs=1.5 / len(y))


def test_without_statistics_a_layer_is_normalized_by_those_of_the_batch(data):
    x, _, _ = data
    weights = dense.start(kernels(), normalized=True)
    logits, seen = dense.forward(weights, x)
    for k in range(2):
        expected = model(weights, k)
        np.testing.assert_allclose(logits[k], expected(x, training=True), rtol=1e-4, atol=1e-4)
        z = x @ weights[0][0][k].numpy()
        np.testing.assert_allclose(seen[0][0][k, 0], z.mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(seen[0][1][k, 0], z.var(axis=0), rtol=1e-4)


KEEP = 0.7


@pytest.mark.parametrize("optimizer", RATES)
def test_under_dropout_networks_end_where_keras_does_with_the_same_masks(data, optimizer):
    x, y, order = data
    weights = dense.start(kernels())
    starts = [model(weights, k, masked=True).get_weights() for k in range(2)]
    expected = compiled(model(weights, 0, masked=True), optimizer, 1.0)
    masked = [layer for layer in expected.layers if isinstance(layer, Masked)]
    losses = dense.train(weights, x, y, order, RATES[optimizer], optimizer, keep=KEEP)
    for k, rate in enumerate(RATES[optimizer]):
        restarted(expected, starts[k], rate)
        for step, batch in enumerate(order):
            for place, layer in enumerate(masked):
                layer.mask.assign(dense.mask((BATCH, WIDTHS[place + 1]), place, step, KEEP))
            loss = expected.train_on_batch(x[batch], y[batch], return_dict=True)["loss"]
            expected.reset_metrics()
            assert losses[step, k] == pytest.approx(float(loss), rel=1e-3)
        kept = [part for layer in expected.layers if not isinstance(layer, Masked) for part in layer.get_weights()]
        for ours, theirs in zip(dense.unstack(weights)[k], kept, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 + (0.01 * rate if optimizer == "adam" else 0))


def test_a_mask_keeps_the_share_that_it_should_and_divides_by_it():
    masks = np.array([dense.mask((50, 40), layer, draw, KEEP) for layer in range(10) for draw in range(10)])
    assert np.unique(masks) == pytest.approx([0, 1 / KEEP])
    error = 5 * math.sqrt(KEEP * (1 - KEEP) / masks.size)
    assert np.mean(masks > 0) == pytest.approx(KEEP, abs=error)
    for axis in (1, 2):  # no image and no unit is kept more than the others
        assert np.abs(np.mean(masks > 0, axis=(0, axis)) - KEEP).max() < 1.1 * error * math.sqrt(masks.shape[3 - axis])


def test_masks_of_other_layers_and_draws_are_independent_and_the_same_is_the_same():
    one = dense.mask((200, 100), 1, 3, 0.5).numpy()
    assert np.array_equal(one, dense.mask((200, 100), 1, 3, 0.5))
    for layer, draw in ((2, 3), (1, 4), (3, 1)):
        agree = np.mean(one == dense.mask((200, 100), layer, draw, 0.5).numpy())
        assert agree == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(one.size))


def test_what_is_not_trainable_stays(data):
    x, y, order = data
    fixed, trained = tf.Variable(kernels(1)[0], trainable=False), tf.Variable(np.zeros((1, 16, 10), "float32"))
    descent.train(lambda weights, images, step: tf.nn.relu(images @ weights[0]) @ weights[1], [fixed, trained], x, y, order, [0.1])
    assert np.array_equal(fixed, kernels(1)[0]) and np.abs(trained).max() > 0.01
