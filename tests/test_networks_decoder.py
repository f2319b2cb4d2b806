"""evidence/networks/decoder.py against Keras's own pooling, attention, fit and evaluate."""

import keras
import numpy as np
import pytest

from evidence import mnist
from evidence.experiments import embedding_gradient
from evidence.networks import built, decoder
from tests.keras_fit import evaluate, fit, ready

SHAPE = {"vocabulary": 16, "length": 48, "width": 8, "heads": 2, "blocks": 1}
STARTS = {"one": {"head": 0.3}, "tied": {"spread": 0.3, "multiplier": 3.0, "normalized": True}}


@pytest.fixture(scope="module")
def images():
    """What stands for MNIST: (n, 784) in [0, 1], neighbours alike."""
    rough = np.random.default_rng(0).random((120, 7, 1, 7, 1), "float32") ** 2
    return np.broadcast_to(rough, (120, 7, 4, 7, 4)).reshape(120, 784)


def test_tokens_are_sixteen_levels_of_what_average_pooling_makes_of_the_images(images):
    means = keras.layers.AveragePooling2D(4)(images.reshape(-1, 28, 28, 1)).numpy().reshape(len(images), 49)
    levels = 16 * means - decoder.tokens(images)  # of a mean at the edge of a level, rounding decides
    assert -1e-4 < levels.min() and levels.max() < 1 + 1e-4
    assert decoder.tokens(np.ones((1, 784), "float32")).max() == 15


def test_each_token_is_to_be_predicted_from_those_before_it():
    read, told = decoder.shifted(np.arange(10).reshape(2, 5))
    assert read.tolist() == [[0, 1, 2, 3], [5, 6, 7, 8]] and told.tolist() == [[1, 2, 3, 4], [6, 7, 8, 9]]


def test_attention_is_that_of_keras_from_the_same_weights():
    x = np.random.default_rng(0).normal(size=(2, 5, 8)).astype("float32")
    ours, theirs = decoder.Attention(2), keras.layers.MultiHeadAttention(2, 4, use_bias=False)
    found = ours(x)
    theirs.build(x.shape, x.shape)
    query, key, value, out = ours.get_weights()
    theirs.set_weights([query.reshape(8, 2, 4), key.reshape(8, 2, 4), value.reshape(8, 2, 4), out.reshape(2, 4, 8)])
    np.testing.assert_allclose(found, theirs(x, x, use_causal_mask=True), atol=1e-5)


@pytest.mark.parametrize("settings, spread", [({}, 1), ({"scores": 4.0}, 4), ({"power": 1.0, "scores": 0.125}, 0.125), ({"normalized": True}, 1)])
def test_scores_start_with_the_spread_that_was_asked_for(settings, spread):
    x = np.random.default_rng(0).normal(size=(1, 256, 128)).astype("float32")
    keras.utils.set_random_seed(0)
    layer = decoder.Attention(2, **settings)
    layer.build(x.shape)
    q, k = (layer.split(part(x)) for part in (layer.query, layer.key))
    if layer.normalized:
        q, k = (norm(part) for norm, part in zip(layer.norms, (q, k), strict=True))
    assert np.std(q @ np.swapaxes(k, -1, -2) * layer.head**-layer.power) == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize("name", STARTS)
def test_a_decoder_sees_no_token_that_comes_later(name):
    model = decoder.decoder(SHAPE, **STARTS[name])
    read = np.random.default_rng(0).integers(16, size=(1, 48)).astype("int32")
    other = read.copy()
    other[0, 20] = (other[0, 20] + 1) % 16
    apart = np.abs(model(read) - model(other)).max(-1)[0]
    assert not apart[:20].any() and (apart[20:] > 0).all()


def test_starts_of_one_seed_differ_by_what_they_name_alone():
    small, one = (built.start(lambda: decoder.decoder(SHAPE, spread=spread), 3) for spread in (0.02, 1.0))
    factors = [np.unique(np.round(b / a, 2)).tolist() for a, b in zip(small, one, strict=True) if a.any()]
    assert factors[:2] == [[50], [50]] and all(factor == [1] for factor in factors[2:])


def test_curves_of_every_rate_are_what_keras_fit_and_evaluate_say(images, monkeypatch):
    name = "tied"
    read, told = decoder.shifted(decoder.tokens(images))
    monkeypatch.setattr(mnist, "split", lambda *numbers: [(images[some], None) for some in (slice(64), slice(64, 92), slice(92, None))])
    protocol = {
        "width": 8, "heads": 2, "blocks": 1, "optimizer": "adam", "learning_rates": {name: [0.003, 0.01]},
        "images": 64, "validation_images": 28, "test_images": 28, "batch_size": 16, "steps": [25, 50],
    }  # fmt: skip
    found = decoder.curves(protocol, 3, {name: STARTS[name]})
    assert list(found) == [f"{name}_0.003", f"{name}_0.01"]
    keras.utils.set_random_seed(3)
    expected = decoder.decoder(SHAPE, **STARTS[name])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"], jit_compile=False)
    fit(expected, read, told, built.batches(3, 64, 16, 50))
    ours = decoder.TRAINERS  # whose last network is the one of the last rate
    trained = ours[list(ours)[-1]].model.get_weights()
    for weights, theirs in zip(trained, expected.get_weights(), strict=True):
        np.testing.assert_allclose(weights, theirs, rtol=1e-3, atol=1e-3)  # a tenth of Adam's step: see test_networks_built.py
    for quantity, some in (("val_loss", slice(64, 92)), ("test_loss", slice(92, None))):
        value, accuracy = evaluate(expected, read[some], told[some])
        assert found[f"{name}_0.01"][quantity][-1] == pytest.approx(value, rel=1e-3)
    assert found[f"{name}_0.01"]["test_accuracy"][-1] == pytest.approx(accuracy, abs=3 / 1344)


def test_trainers_are_shared_by_starts_and_by_nothing_else():
    settings = [{"head": 0.3}, {"head": 1.0, "spread": 0.02}, {"spread": 0.3}, {"head": 0.3, "power": 1.0}, {"head": 0.3, "multiplier": 2.0}]
    found = [decoder.trainer(SHAPE, "adam", one) for one in settings]
    assert found[0] is found[1] and len({id(one) for one in found}) == 4


def test_the_gradient_before_training_is_the_step_that_sgd_takes_in_keras(images):
    x, y = (part[:8] for part in decoder.shifted(decoder.tokens(images)))
    model = embedding_gradient.network(0.02, 1, 0)
    found = embedding_gradient.before(model, x, y)["gradient"]
    kernels = [[weight for layer in block for weight in layer.trainable_variables] for block in embedding_gradient.blocks(model)]
    first, rate = [[weight.numpy() for weight in block] for block in kernels], 0.01
    model.compile(keras.optimizers.SGD(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    ready(model, x, y).train_on_batch(x, y)
    moved = [np.sqrt(sum(np.sum((weight.numpy() - old) ** 2) for weight, old in zip(*pair, strict=True))) for pair in zip(kernels, first, strict=True)]
    np.testing.assert_allclose(np.divide(moved, rate), found, rtol=1e-3)
    assert [[tuple(weight.shape) for weight in block] for block in kernels] == [[(32, 32)] * 4 + [(32, 128), (128, 32)]] * 2


def test_divided_branches_write_half_as_much_into_the_stream():
    whole, divided = (embedding_gradient.blocks(embedding_gradient.network(1.0, divisor, 3)) for divisor in (1, 2))
    for one, other in zip(sum(whole, []), sum(divided, []), strict=True):
        *inner, last = one.get_weights()
        *same, half = other.get_weights()
        ends = isinstance(one, decoder.Attention) or one.units == 32
        np.testing.assert_array_equal(half, last / 2 if ends else last)  # the same draws: nothing is added, and halving is exact
        assert all(np.array_equal(a, b) for a, b in zip(inner, same, strict=True))
