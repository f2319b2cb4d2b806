"""The scaled networks of the experiment on lazy training, against Keras."""

import keras
import numpy as np
import tensorflow as tf

from evidence.experiments import lazy_training
from evidence.networks import built, dense, descent
from snippets.tools import stacked
from tests.keras_fit import fit

WIDTHS = [20, 16, 8, 10]


def network():
    layers = [keras.layers.Dense(width, "relu", kernel_initializer="he_normal") for width in WIDTHS[1:-1]]
    return keras.Sequential([keras.Input((WIDTHS[0],)), *layers, keras.layers.Dense(WIDTHS[-1], kernel_initializer="he_normal")])


def test_scaled_networks_start_silent_and_are_trained_as_keras_fit_trains_them():
    rng = np.random.default_rng(0)
    x, y = rng.random((80, WIDTHS[0]), "float32"), rng.integers(0, 10, 80).astype("int32")
    scales, rates, kernels = [1.0, 10.0], [0.1, 0.002], stacked.initial_kernels("he_normal", WIDTHS, 0)
    first = [np.stack([kernel] * 2) for kernel in kernels]
    weights = dense.start(first)
    fixed = [[tf.Variable(kernel[:1], trainable=False)] for kernel in first]
    networks = [weights, fixed, tf.Variable(np.reshape(scales, (2, 1, 1)), dtype="float32", trainable=False)]
    # ten times what two sums of 64 products leave, of networks computed two at a time and alone
    assert np.abs(lazy_training.forward(networks, x)).max() < 10 * 64 * np.finfo("float32").eps
    order = built.batches(0, 80, 16, 50)
    descent.train(lazy_training.forward, networks, x, y, order, rates)
    for k, (scale, rate) in enumerate(zip(scales, rates, strict=True)):
        trained, begun = network(), network()
        for model in (trained, begun):
            model.set_weights([part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1]))])
        begun.trainable = False
        inputs = keras.Input((WIDTHS[0],))
        model = keras.Model(inputs, keras.layers.Rescaling(scale)(keras.layers.Subtract()([trained(inputs), begun(inputs)])))
        model.compile(keras.optimizers.SGD(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
        fit(model, x, y, order)
        for (kernel, bias), layer, start in zip(weights, trained.layers, kernels, strict=True):
            np.testing.assert_allclose(kernel[k], layer.kernel, atol=1e-4)
            np.testing.assert_allclose(bias[k, 0], layer.bias, atol=1e-4)
            assert not np.allclose(kernel[k], start)


def test_how_far_kernels_moved_is_the_norm_of_the_change_over_that_of_the_start():
    first = [np.full((2, 1, 2), 2.0), np.full((2, 1, 1), 1.0)]  # norm 3
    last = [first[0].copy(), first[1] + np.array([0.0, 6.0])[:, None, None]]
    np.testing.assert_allclose(lazy_training.moved(first, last), [0, 2])
