"""The networks of four experiments on convolutions: their shapes, their starts, and their training against keras.fit."""

import keras
import numpy as np
import pytest

from evidence.experiments import delta_orthogonal_training, depthwise_start, grouped_start, new_head_convolutions
from evidence.networks import built
from tests.keras_fit import fit

NETWORKS = {
    "delta_orthogonal": lambda: delta_orthogonal_training.network("delta_orthogonal"),
    "counted": lambda: depthwise_start.network("counted", "plain"),
    "normalized": lambda: depthwise_start.network("counted", "normalized"),
    "grouped": lambda: grouped_start.network("glorot", 4),
    "body": lambda: new_head_convolutions.network("mean"),
}


@pytest.fixture(autouse=True)
def shallow(monkeypatch):
    monkeypatch.setitem(delta_orthogonal_training.PROTOCOL, "layers", 3)
    monkeypatch.setitem(depthwise_start.PROTOCOL, "blocks", 2)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_trained_as_keras_fit_trains_it(name):
    rng = np.random.default_rng(0)
    x, y = rng.random((160, 14, 14, 1), "float32"), rng.integers(0, 5, 160).astype("int32")
    weights, order = built.start(NETWORKS[name], 0), built.batches(0, 160, 16, 20)
    trainer = built.Trainer(NETWORKS[name]())
    trainer.begin(weights, 0.05)
    trainer.train(x, y, order)
    expected = NETWORKS[name]()
    expected.set_weights(weights)
    expected.compile(keras.optimizers.SGD(0.05), keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    fit(expected, x, y, order)
    for found, want, first in zip(trainer.model.get_weights(), expected.get_weights(), weights, strict=True):
        np.testing.assert_allclose(found, want, atol=2e-4)
        assert not np.array_equal(found, first)


def test_delta_orthogonal_layers_rotate_the_channels_of_each_pixel_and_no_two_alike():
    layers = NETWORKS["delta_orthogonal"]().layers[1:-2]
    kernels = [layer.kernel.numpy() for layer in layers]
    assert len(kernels) == 3 and not np.allclose(kernels[0], kernels[1])
    for kernel in kernels:
        np.testing.assert_allclose(kernel[1, 1] @ kernel[1, 1].T, np.eye(16), atol=1e-5)
        assert np.sum(kernel**2) == pytest.approx(16, rel=1e-5)


@pytest.mark.parametrize("start, variance", [("default", 2 / (9 * 16 + 9)), ("counted", 1 / 9)])
def test_depthwise_kernels_start_from_the_variance_that_their_count_gives(start, variance, monkeypatch):
    monkeypatch.setitem(depthwise_start.PROTOCOL, "blocks", 30)
    keras.utils.set_random_seed(0)
    layers = depthwise_start.network(start, "plain").layers
    kernels = [layer.kernel.numpy() for layer in layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
    assert np.var(kernels) == pytest.approx(variance, rel=0.1)  # 4,320 weights


@pytest.mark.parametrize("start, variance", [("default", 2 / (9 * (8 + 32))), ("glorot", 2 / (9 * (8 + 8))), ("he", 2 / (9 * 8))])
def test_grouped_kernels_start_from_the_variance_that_their_count_gives(start, variance):
    keras.utils.set_random_seed(0)
    kernels = [layer.kernel.numpy() for layer in grouped_start.network(start, 4).layers[1:-2]]
    assert np.var(kernels) == pytest.approx(variance, rel=0.05)  # 9,216 weights


@pytest.mark.parametrize("groups", [4, 8])
def test_a_grouped_layer_is_a_channel_shuffle_and_keras_grouped_convolution(groups):
    layer = grouped_start.Shuffled(32, groups, "he_normal")
    expected = keras.layers.Conv2D(32, 3, padding="same", activation="relu", groups=groups)
    x = np.random.default_rng(0).random((2, 7, 7, 32), "float32")
    shuffled = x.reshape(2, 7, 7, -1, groups).swapaxes(-1, -2).reshape(x.shape)
    expected.build(x.shape)
    expected.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(x), expected(shuffled), atol=1e-5)


@pytest.mark.parametrize("body, count", [("pixels", 7 * 7 * 32), ("mean", 32)])
def test_a_new_head_reads_what_the_last_layer_of_its_body_reads(body, count):
    x = np.random.default_rng(0).random((4, 14, 14, 1), "float32")
    model = new_head_convolutions.network(body)
    read, (kernel, bias) = new_head_convolutions.features(model, x), model.layers[-1].get_weights()
    assert read.shape == (4, count)
    np.testing.assert_allclose(read @ kernel + bias, model(x), atol=1e-5)


def test_five_digits_are_those_asked_for_and_numbered_from_zero():
    y = np.array([0, 9, 4, 5, 7], "int32")
    x, labels = new_head_convolutions.five_digits(10 * y, y, 5)
    assert x.tolist() == [90, 50, 70] and labels.tolist() == [4, 0, 2] and labels.dtype == "int32"
