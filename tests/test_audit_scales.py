"""The scale of what comes in, or of targets, is told from a fault of the start: pixels, a frozen trunk, years beside classes."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from snippets.tools.audit import audit
from tests.audited import FLAT, Y, hidden, seed, softmax, stack


def taken_over(scale):
    """A frozen trunk that was trained on numbers of some 40, and gets others."""
    norm = layers.BatchNormalization(name="norm")
    trunk = keras.Sequential([keras.Input((144,)), hidden(32), norm, layers.ReLU()])
    pixels = 40 * FLAT
    norm.moving_mean.assign(ops.mean(trunk.layers[0](pixels), axis=0))
    norm.moving_variance.assign(ops.var(trunk.layers[0](pixels), axis=0))
    trunk.trainable = False
    return stack(trunk, softmax(), x=pixels / scale)


def test_a_frozen_trunk_that_gets_other_images_than_it_was_trained_on_is_named_and_a_fresh_one_is_not():
    seed(0)
    for scale, told in ((255, ["images unlike those it was trained on"]), (5, []), (1, [])):
        assert [one.fault for one in audit(*taken_over(scale)).findings if one.fault.startswith("images")] == told
    fresh = keras.Sequential([keras.Input((144,)), hidden(32), layers.BatchNormalization()])
    fresh.trainable = False
    assert not any(one.fault.startswith("images") for one in audit(*stack(fresh, softmax(), x=FLAT / 20)).findings)


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_pixels_to_be_given_back_are_the_inputs_fault_before_they_are_the_targets(loss):
    pixels = np.round(255 * np.clip(abs(FLAT), 0, 1)).astype("float32")
    for scale in (1, 255):
        seed(0)
        x = pixels / scale
        found = audit(*stack(hidden(32), layers.Dense(144, "sigmoid"), x=x, y=x, loss=loss)).findings
        told = [(one.fault, one.remedy) for one in found]
        assert told == ([] if scale > 1 else [("input too large", "x = x / 255: and y from it, as before.")])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_targets_that_drown_the_classes_of_another_output_are_named(optimizer):
    age, inputs = 50 + 20 * FLAT[:, :1], keras.Input((144,))
    for y, told in ((age, ["targets drown another output"]), ((age - 50) / 20, [])):
        seed(0)
        h = hidden(32)(inputs)
        model = keras.Model(inputs, {"kind": layers.Dense(10, "softmax", name="kind")(h), "age": layers.Dense(1, name="age")(h)})
        model.compile(optimizer, {"kind": "sparse_categorical_crossentropy", "age": "mse"})
        found = audit(model, FLAT, {"kind": Y, "age": y}).findings
        assert [one.fault for one in found] == told, found
        assert not found or found[0].layers == ("age",) and found[0].remedy.startswith('y["age"] = (y["age"] - ')
        model.compile(optimizer, {"kind": "sparse_categorical_crossentropy", "age": "mse"}, loss_weights={"kind": 1.0, "age": 1e-3})
        assert not audit(model, FLAT, {"kind": Y, "age": y}).findings  # weighted as its size asks
