"""evidence/networks/residual.py against the papers' sentences about each start, and against keras.fit."""

import keras
import numpy as np
import pytest

from evidence.networks import built, convolutions, residual
from tests.keras_fit import evaluate, fit

BLOCKS, CHANNELS = 2, 16
SILENT = ["zero_last", "skipinit", "fixup", "zero_gamma"]


@pytest.fixture(scope="module")
def images():
    """What stands for MNIST: maps of ten classes, (n, 14, 14, 1) in [0, 1], and their labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 120).astype("int32")
    flat = np.clip(rng.random((10, 784))[y] + rng.normal(0, 0.3, (120, 784)), 0, 1)
    return convolutions.maps(flat.astype("float32")), y


def network(start, seed=0, channels=CHANNELS):
    keras.utils.set_random_seed(seed)
    return residual.network(start, BLOCKS, channels)


def kernels(model):
    """First and last kernels of the branches, in the order of the blocks."""
    found = [v.numpy() for v in model.weights if v.path.endswith("kernel") and v.shape == (3, 3, CHANNELS, CHANNELS)]
    return found[::2], found[1::2]


@pytest.mark.parametrize("start", SILENT)
def test_a_silent_branch_leaves_the_stream_as_it_is(images, start):
    stream = residual.stream(start, BLOCKS, CHANNELS, 0, images[0])
    assert len(stream) == BLOCKS + 1 and stream[0] > 0
    assert stream == [stream[0]] * (BLOCKS + 1)


def test_branches_from_he_multiply_the_stream_divided_ones_add_their_share_and_normalized_ones_add_one_each(images):
    streams = {start: np.array([residual.stream(start, 6, CHANNELS, seed, images[0]) for seed in range(2)]) for start in ("he", "scaled", "normalized")}
    doublings = {start: np.log2(stream[:, -1] / stream[:, 0]).mean() for start, stream in streams.items()}
    assert 3 < doublings["he"] < 6  # 6, less what zero padding takes from maps of 7 by 7
    assert 0.6 < doublings["scaled"] < np.log2(np.e)
    assert np.diff(streams["normalized"]).mean() == pytest.approx(1, abs=0.15)


def test_each_start_draws_its_branches_and_its_classifier_by_its_rule():
    he = 2 / (9 * CHANNELS)  # 4,608 weights: their variance is known to some per cent
    for start, first, last in [("he", he, he), ("scaled", he, he / BLOCKS), ("skipinit", he, he), ("normalized", he, he), ("zero_gamma", he, he),
                               ("zero_last", he, 0), ("fixup", he / BLOCKS, 0)]:  # fmt: skip
        model = network(start)
        for drawn, variance in zip(kernels(model), (first, last), strict=True):
            assert np.var(drawn) == pytest.approx(variance, rel=0.15), start
        assert np.any(model.layers[-1].kernel) == (start != "fixup")  # whose classifier is zero


def compiled(model, rate):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"], jit_compile=False)
    return model


@pytest.mark.parametrize("start", ["skipinit", "fixup"])
def test_a_network_ends_where_keras_fit_takes_it(images, start):
    x, y = images
    order, expected = built.batches(0, 120, 16, 50), compiled(network(start, channels=4), 0.05)
    trainer, weights = built.Trainer(network(start, 1, channels=4)), expected.get_weights()
    trainer.begin(weights, 0.05)
    trainer.train(x, y, order)
    fit(expected, x, y, order)
    assert all(np.abs(one - first).max() > 1e-3 for one, first in zip(expected.get_weights(), weights, strict=True) if one.ndim == 4)
    for one, other in zip(trainer.model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=2e-4)


def test_a_curve_is_what_keras_fit_and_evaluate_say_of_its_start(images):
    x, y = images
    parts = [(x[some], y[some]) for some in (slice(64), slice(64, 92), slice(92, None))]
    protocol = {"images": 64, "channels": 4, "batch_size": 16, "steps": [4, 8]}
    found = residual.curve("normalized", BLOCKS, 0.05, protocol, 3, parts)
    expected = compiled(network("normalized", 3, channels=4), 0.05)
    fit(expected, x, y, built.batches(3, 64, 16, 8))
    value, accuracy = evaluate(expected, x[92:], y[92:])
    assert found["test_loss"][-1] == pytest.approx(value, rel=1e-3)
    assert found["test_accuracy"][-1] == pytest.approx(accuracy, abs=1.5 / 28)
