"""evidence/networks/built.py against keras.Model.fit: same start, same batches, same weights, for each kind of network."""

import functools

import keras
import numpy as np
import pytest
from keras import layers as kl

from evidence.networks import built
from tests.keras_fit import evaluate, fit

STEPS, BATCH, SEED = 50, 16, 3
RATES = {"sgd": 0.05, "adam": 0.001}


def sequential(shape, *layers):
    return keras.Sequential([keras.Input(shape), *layers, kl.Dense(10)])


def transformer():
    inputs = keras.Input((4, 8))
    normal = kl.LayerNormalization()(inputs)
    h = kl.Add()([inputs, kl.MultiHeadAttention(2, 4)(normal, normal)])
    h = kl.Add()([h, kl.Dense(8)(kl.Dense(16, "gelu")(kl.LayerNormalization()(h)))])
    return keras.Model(inputs, kl.Dense(10)(kl.GlobalAveragePooling1D()(h)))


KINDS = {
    "dense": lambda: sequential((32,), kl.Dense(16, "tanh")),
    "convolution": lambda: sequential((8, 4, 1), kl.Conv2D(4, 3, padding="same", activation="relu"), kl.GlobalAveragePooling2D()),
    "depthwise": lambda: sequential((8, 4, 1), kl.Conv2D(4, 3), kl.DepthwiseConv2D(2, activation="relu"), kl.Flatten()),
    "normalized": lambda: sequential((8, 4, 1), kl.Conv2D(4, 3, use_bias=False), kl.BatchNormalization(), kl.ReLU(), kl.Flatten()),
    "recurrent": lambda: sequential((8, 4), kl.SimpleRNN(8)),
    "lstm": lambda: sequential((8, 4), kl.LSTM(8)),
    "gru": lambda: sequential((8, 4), kl.GRU(8)),
    "transformer": transformer,
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def data():
    """Images of ten classes that overlap, flat, and the batches."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 400).astype("int32")
    x = (rng.normal(size=(10, 32))[y] + rng.normal(size=(400, 32))).astype("float32")
    return x, y, built.batches(SEED, 400, BATCH, STEPS)


def shaped(x, model):
    return x.reshape(len(x), *model.input_shape[1:])


def compiled(model, optimizer, rate):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(built.RULES[optimizer](rate), loss, metrics=["accuracy"], jit_compile=False)
    return model


@functools.cache
def trained(kind, optimizer):
    """A trainer of such networks, which is traced once."""
    return built.Trainer(KINDS[kind](), optimizer)


@each_kind
def test_a_start_is_what_keras_draws_for_the_seed(kind):
    keras.utils.set_random_seed(SEED)
    expected = KINDS[kind]().get_weights()
    for ours, theirs in zip(built.start(KINDS[kind], SEED), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)  # orthogonal kernels are computed


@each_kind
def test_a_network_ends_where_keras_fit_takes_it_and_has_its_scores(data, kind):
    x, y, order = data
    weights, expected = built.start(KINDS[kind], SEED), KINDS[kind]()
    x = shaped(x, expected)
    for optimizer, rate in RATES.items():
        trainer = trained(kind, optimizer)
        expected.set_weights(weights)
        fit(compiled(expected, optimizer, rate), x, y, order)
        trainer.begin(weights, rate)
        trainer.train(x, y, order)
        # a step of Adam moves a weight by its rate, however small its gradient: there rounding is measured in rates
        close = {"rtol": 1e-3, "atol": 1e-4 + (0.1 * rate if optimizer == "adam" else 0)}
        for ours, theirs in zip(trainer.model.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, err_msg=optimizer, **close)
    loss, accuracy = evaluate(expected, x, y)
    found = trainer.score(x, y)
    assert found[0] == pytest.approx(loss, rel=1e-3)
    assert found[1] == pytest.approx(accuracy, abs=1.5 / len(y))  # two classes may all but tie for one image


def test_a_trainer_keeps_nothing_of_the_network_before(data):
    x, y, order = data
    trainer, weights = trained("dense", "adam"), [built.start(KINDS["dense"], seed) for seed in (0, 1)]
    ends = []
    for k in (0, 1, 0):
        trainer.begin(weights[k], 0.01)
        trainer.train(x, y, order)
        ends.append(trainer.model.get_weights())
    for first, again, other in zip(ends[0], ends[2], ends[1], strict=True):
        np.testing.assert_allclose(first, again, rtol=1e-4, atol=1e-6)
        assert np.abs(first - other).max() > 0.01


def test_rates_may_change_from_step_to_step(data):
    x, y, order = data
    rates = 0.01 * 1.05 ** np.arange(STEPS)
    weights, trainer, expected = built.start(KINDS["dense"], SEED), trained("dense", "sgd"), KINDS["dense"]()
    trainer.begin(weights, 1.0)
    trainer.train(x, y, order, rates)
    expected.set_weights(weights)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=1, decay_rate=1.05)
    fit(compiled(expected, "sgd", schedule), x, y, order)
    for ours, theirs in zip(trainer.model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


def test_a_curve_is_that_of_one_run_and_its_last_point_is_the_end(data):
    x, y, order = data
    parts = [(x[some], y[some]) for some in (slice(0, 250), slice(250, 300), slice(300, 400))]
    order = built.batches(SEED, 250, BATCH, STEPS)
    weights, trainer = built.start(KINDS["dense"], SEED), trained("dense", "sgd")
    found = built.curve(trainer, weights, 0.05, *parts, order, [10, 25, STEPS])
    trainer.begin(weights, 0.05)
    trainer.train(*parts[0], order)
    assert found["test_accuracy"].shape == found["test_loss"].shape == (3,)
    loss, accuracy = trainer.score(*parts[2])
    assert (found["test_loss"][-1], found["test_accuracy"][-1]) == (pytest.approx(loss, rel=1e-4), pytest.approx(accuracy, abs=0.015))
    assert found["val_accuracy"] == pytest.approx(trainer.score(*parts[1])[1], abs=0.03)
    assert found["test_loss"][-1] < found["test_loss"][0]


def test_batches_hold_every_image_once_an_epoch_in_an_order_of_each_epoch_and_seed():
    order = built.batches(0, 48, 16, 7)
    assert order.shape == (7, 16)
    first, second = order[:3].ravel(), order[3:6].ravel()
    assert sorted(first) == sorted(second) == list(range(48))
    assert (first != second).any() and (first != built.batches(1, 48, 16, 3).ravel()).any()
