"""evidence/networks/branches.py against Keras's own layers and the sentences about each start."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from evidence.networks import branches

WIDTH, BLOCKS = 8, 4
STARTS = ["he_normal", "residual_scale", "zero_last", "rezero"]
IMAGES = np.random.default_rng(0).random((32, 784), "float32")


@pytest.fixture(scope="module")
def weights():
    return branches.initial(0, STARTS, WIDTH, BLOCKS)


def of_keras(weights, k):
    """The k-th network from Keras's layers, with its weights."""
    stem, first, second, factors, classes, _ = (weight.numpy() for weight in weights)
    scale = factors[:, k, 0, 0] if STARTS[k] == "rezero" else np.ones(BLOCKS)
    pixels = keras.Input((784,))
    x = keras.layers.Dense(WIDTH, use_bias=False)(pixels)
    for factor in scale:
        branch = keras.layers.Dense(WIDTH, use_bias=False)(keras.layers.ReLU()(x))
        branch = keras.layers.Dense(WIDTH, use_bias=False)(keras.layers.ReLU()(branch))
        x = keras.layers.Add()([x, keras.layers.Rescaling(float(factor))(branch)])
    model = keras.Model(pixels, keras.layers.Dense(10, use_bias=False)(x))
    model.set_weights([stem[k], *(kernel[block, k] for block in range(BLOCKS) for kernel in (first, second)), classes[k]])
    return model


@pytest.mark.parametrize("k", range(len(STARTS)), ids=STARTS)
def test_the_logits_are_those_of_keras_s_layers_also_where_the_factors_have_moved(weights, k):
    moved = [tf.Variable(weight) for weight in weights]
    moved[3].assign_add(tf.fill(moved[3].shape, 0.5))
    for some in (weights, moved):
        np.testing.assert_allclose(branches.forward(some, IMAGES)[k], of_keras(some, k)(IMAGES), rtol=1e-4, atol=1e-4)


def test_the_starts_share_their_random_numbers_up_to_a_factor(weights):
    _, first, second, factors, _, free = (weight.numpy() for weight in weights)
    assert all((kernel == first[:, 0]).all() for kernel in first.swapaxes(0, 1))
    he, scaled, zero, rezero = second.swapaxes(0, 1)
    np.testing.assert_allclose(scaled, he / BLOCKS**0.5, rtol=1e-6)
    assert not zero.any() and (rezero == he).all()
    assert not factors.any() and free.ravel().tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("start", ["zero_last", "rezero"])
def test_a_silent_branch_leaves_only_the_first_and_the_last_kernel(start):
    stem, *_, classes, _ = weights = branches.initial(0, [start], WIDTH, BLOCKS)
    np.testing.assert_allclose(branches.forward(weights, IMAGES)[0], IMAGES @ stem.numpy()[0] @ classes.numpy()[0], rtol=1e-4, atol=1e-5)


def test_of_all_weights_only_whether_a_factor_moves_is_not_trained(weights):
    assert [weight.trainable for weight in weights] == [True] * 5 + [False]
