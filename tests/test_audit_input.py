"""What snippets/tools/audit.py cannot read it says in one sentence, with what to do instead, and never in a framework's words."""
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from snippets.tools.audit import audit
from tests import pages
from tests.audited import FLAT, ROWS, SPARSE, WORDS, X, Y, graph, hidden, of, softmax, stack

GOOD = stack(hidden(), softmax())[0]
IMAGES = stack(layers.Conv2D(4, 3), layers.Flatten(), softmax(), x=X)[0]
TEXTS = stack(layers.Embedding(20, 4, name="words"), layers.Flatten(), softmax(), x=WORDS)[0]
PAIR = of(keras.Model([a := keras.Input((144,)), b := keras.Input((144,))], softmax()(layers.Concatenate()([a, b]))), FLAT, Y, SPARSE)[0]

FORK = keras.Model(c := keras.Input((144,)), [layers.Dense(10, "softmax", name="digit")(c), layers.Dense(1, name="size")(c)])
FORK.compile("adam", [SPARSE, "mse"])


class Wrong(layers.Layer):
    """A layer that fails on real data."""

    def call(self, x):
        return ops.reshape(x, (-1, 7, 13)) if tf.executing_eagerly() else x


class Mute(keras.Model):
    """As generative models are written that have train_step() and no call()."""

    def __init__(self):
        super().__init__()
        self.part = hidden()
        self.part.build((None, 144))
        self.built = True


class Strict(layers.Layer):
    """A layer that asks for more than the model says."""

    def call(self, x):
        if tf.executing_eagerly():
            raise ValueError("give me\npairs of images")
        return x


class Hungry(layers.Layer):
    """A layer for which there is no memory."""

    def call(self, x):
        if not tf.executing_eagerly():
            return x
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[99999,99999]")


def quantized():
    model = stack(hidden(), softmax())[0]
    model.quantize("int8")
    return model


def silent():
    model = keras.Sequential([keras.Input((144,)), softmax()])
    model.compile("adam")
    return model


def plain(*parts, shape=(144,)):
    return keras.Sequential([keras.Input(shape), *parts])


CASES = {
    "unbuilt": (lambda: audit(keras.Sequential([layers.Dense(3)]), FLAT, Y), "no weights yet: give it a keras.Input"),
    "a_layer": (lambda: audit(layers.Dense(3), FLAT, Y), "must be a keras.Model, not Dense"),
    "no_labels": (lambda: audit(GOOD, FLAT, None), "y is missing"), "no_labels_given": (lambda: audit(GOOD, FLAT), "y is missing: audit.model, x, y."),
    "other_lengths": (lambda: audit(GOOD, FLAT, Y[:3]), "same images"), "one_image": (lambda: audit(GOOD, FLAT[:1], Y[:1]), "at least two"),
    "no_batch": (lambda: audit(IMAGES, X[0], Y[0]), "y is a single value"), "nothing": (lambda: audit(GOOD, FLAT[:0], Y[:0]), "at least two"),
    "list": (lambda: audit(GOOD, FLAT.tolist(), Y), r"np.array\(x\)"), "list_of_labels": (lambda: audit(GOOD, FLAT, Y.tolist()), r"np.array\(y\)"),
    "channels_first": (lambda: audit(of(keras.Sequential([keras.Input((12, 12, 3)), layers.Flatten(), softmax()]), X, Y, SPARSE)[0], np.ones((8, 3, 12, 12)), Y[:8]), r"`x = np.moveaxis\(x, 1, -1\)"),
    "ragged": (lambda: audit(GOOD, np.array([FLAT[0], FLAT[1, :3]], dtype=object), Y[:2]), "x holds strings or objects"),
    "strings": (lambda: audit(GOOD, np.full((64, 144), "a"), Y), "x holds strings"), "names": (lambda: audit(GOOD, FLAT, np.array(["cat", "dog"])[Y % 2]), "np.unique"),
    "names_of_tensorflow": (lambda: audit(GOOD, FLAT, tf.constant(["cat", "dog"] * 32)), "np.unique"), "dataset": (lambda: audit(GOOD, tf.data.Dataset.from_tensors(FLAT), None), "next\\(iter"),
    "dataset_and_labels": (lambda: audit(GOOD, tf.data.Dataset.from_tensors(FLAT), Y), "next\\(iter"), "generator": (lambda: audit(GOOD, iter(FLAT), None), "one batch as arrays"),
    "short_rows": (lambda: audit(GOOD, FLAT[:, :9], Y), r"x has the shape \(64, 9\), and the model takes \(None, 144\)"),
    "images": (lambda: audit(GOOD, X, Y), r"takes \(None, 144\): reshape x"), "channels_first_of_one": (lambda: audit(IMAGES, X.reshape(64, 1, 12, 12), Y), "takes .None, 12, 12, 1"),
    "one_of_two_inputs": (lambda: audit(PAIR, FLAT, Y), r"takes 2 inputs, \(None, 144\) and \(None, 144\), and x holds 1"), "ids": (lambda: audit(TEXTS, WORDS, Y), "numbers that words has no row for: they must be 0 to 19"),
    "inside": (lambda: audit(stack(hidden(), Wrong(name="odd"), softmax())[0], FLAT, Y), "layer odd .Wrong. fails on this batch: "), "inside_by_hand": (lambda: audit(stack(hidden(), Strict(name="odd"), softmax())[0], FLAT, Y), "layer odd .Strict. fails on this batch: ValueError: give me pairs of images"),
    "loss_of_each": (lambda: audit(of(plain(softmax()), FLAT, Y, keras.losses.SparseCategoricalCrossentropy(reduction=None))[0], FLAT, Y), r"shape \(64,\), one number for each image"), "no_call": (lambda: audit(Mute(), FLAT, Y, "mse"), r"no call\(\)"),
    "memory": (lambda: audit(stack(Hungry(), hidden())[0], FLAT, Y), r"fewer images, as in `audit\(model, x\[:8\], y\[:8\]\)"),
    "labels_of_another_shape": (lambda: audit(plain(hidden()), FLAT, FLAT[:, :7], "kl_divergence"), "cannot compare y of shape .64, 7. with outputs of shape .64, 32."),
    "nothing_to_audit": (lambda: audit(plain(layers.BatchNormalization()), FLAT, FLAT, "mse"), "nothing to audit"), "no_weights": (lambda: audit(plain(layers.Flatten()), FLAT, Y, "mse"), "no weights"),
    "uncompiled": (lambda: audit(plain(hidden()), FLAT, Y), 'not compiled.*loss="mse"'), "without_loss": (lambda: audit(silent(), FLAT, Y), "has no loss: compile"),
    "quantized": (lambda: audit(quantized(), FLAT, Y), "is int8: audit the model before it is quantized"), "weights_of_classes": (lambda: audit(GOOD, FLAT, Y, class_weight={0: 2}), "leave out class_weight"),
    "dictionary_of_other_names": (lambda: audit(PAIR, {"one": FLAT, "two": FLAT}, Y), "x names one, two, and the model takes"), "one_label_for_two_outputs": (lambda: audit(FORK, FLAT, Y), "The outputs are 2, but y holds 1"),
    "labels_of_other_names": (lambda: audit(FORK, FLAT, {"digit": Y, "sizes": Y}), "outputs are named digit, size, and y names digit, sizes"), "losses_of_other_count": (lambda: audit(plain(softmax()), FLAT, Y, [SPARSE, "mse"]), "The outputs are 1, but loss holds 2"),
    "sparse": (lambda: audit(GOOD, tf.sparse.from_dense(FLAT), Y), "x is no dense array"), "ragged_tensor": (lambda: audit(GOOD, tf.ragged.constant([[1.0, 2.0], [3.0]]), Y[:2]), "x is no dense array"),
    "symbolic": (lambda: audit(GOOD, keras.Input((144,)), Y), "not a sparse or symbolic one"), "steps_left": (lambda: audit(plain(layers.Dense(10, "softmax"), shape=(12, 12)), ROWS, Y, SPARSE), r"Flatten\(\)` before the output"),
    "loss_of_none": (lambda: audit(GOOD, FLAT, Y, lambda t, p: None), "loss returns None: end it with return"), "own_loss_fails": (lambda: audit(GOOD, FLAT, Y, lambda t, p: 1 / 0), "loss fails on this batch: ZeroDivisionError: division by zero"), "rows_in_a_list": (lambda: audit(GOOD, list(FLAT), Y), "a list is read as several inputs"),
    "numbers_as_objects": (lambda: audit(GOOD, FLAT.astype(object), Y), r'give numbers, as `x = x.astype\("float32"\)`'),
    "labels_as_objects": (lambda: audit(GOOD, FLAT, Y.astype(object)), r'give numbers, as `y = y.astype\("float32"\)`'),
    "unknown_loss": (lambda: audit(GOOD, FLAT, Y, "crossentropy"), "no loss of this name"),
}  # fmt: skip


@pytest.mark.parametrize("ask, words", CASES.values(), ids=CASES)
def test_what_cannot_be_read_is_one_clear_sentence(ask, words):
    call = keras.Layer.__call__
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        ask()
    text = str(caught.value)
    assert "\n" not in text and len(text) < 250 and text.endswith((".", ")")), text
    assert not any(word in text for word in ("__wrapped__", "Traceback", "Exception encountered", "KerasTensor", "EagerTensor")), text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "a traceback of the framework is shown above the sentence"
    assert keras.Layer.__call__ is call


@pytest.mark.parametrize("x, words", [
    ([[1, 2, 3], [4, 5]], "rows of unequal length, 2 to 3"), (np.array(["one", "two"]), "x holds strings"), (WORDS, "The model takes 2 inputs"),
])
def test_an_input_that_the_model_cannot_take_is_refused_with_what_it_takes(x, words):
    inputs = [keras.Input((12,)), keras.Input((12,))] if x is WORDS else keras.Input((12,))
    joined = layers.Concatenate()(inputs) if x is WORDS else inputs
    model, *_ = graph(inputs, softmax()(joined), WORDS)
    with pytest.raises(ValueError, match=words):
        audit(model, x, Y[:len(x)])


def test_where_a_judge_fails_one_sentence_says_so(monkeypatch):
    monkeypatch.setattr("snippets.tools.audit.judge", lambda seen: 1 / 0)
    with pytest.raises(ValueError, match="cannot read what .* computes: audit its parts"):
        audit(GOOD, FLAT, Y)


def test_a_grouped_convolution_is_read_or_refused_in_a_sentence():
    """TensorFlow runs some of them on this processor and not others."""
    model, x, y = stack(layers.Conv2D(8, 3, padding="same"), layers.Conv2D(8, 3, groups=2, name="pair"), layers.Flatten(), softmax(), x=X)
    try:
        assert audit(model, x, y).outcome == "sound"
    except ValueError as error:
        assert str(error) == "TensorFlow cannot run the grouped convolution pair on this processor: use a GPU."


@pytest.mark.parametrize("backend, hidden_modules, words", [
    ("torch", [], "KERAS_BACKEND=tensorflow"), ("torch", ["tensorflow"], "KERAS_BACKEND=tensorflow"), ("jax", [], "KERAS_BACKEND=tensorflow")])
def test_another_backend_is_named_in_a_sentence(backend, hidden_modules, words):
    pytest.importorskip(backend)
    code = f"""
import sys
for name in {hidden_modules}:
    sys.modules[name] = None
import keras
from snippets.tools.audit import audit
try:
    audit(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), None, None)
except ValueError as error:
    print(error)
"""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", code], cwd=pages.ROOT, env=environment, capture_output=True, text=True)
    assert words in done.stdout, done.stderr


class Frame:
    """As of pandas."""

    def __init__(self, values):
        self.values = values

    def to_numpy(self):
        return self.values


@pytest.mark.parametrize("x, y", [(Frame(FLAT), Frame(Y)), (tf.constant(FLAT), tf.constant(Y)), (FLAT.astype("float64"), Y.astype("int8"))], ids=["frame", "tensor", "float64"])
def test_what_fit_takes_is_read(x, y):
    assert audit(GOOD, x, y).outcome == "sound"


def test_a_model_whose_layers_add_the_loss_needs_no_labels():
    class Penalty(layers.Layer):
        def call(self, x):
            self.add_loss(ops.mean(x**2))
            return x

    model = plain(layers.LSTM(4), Penalty(), shape=ROWS.shape[1:])
    model.compile("adam")
    assert audit(model, ROWS).outcome == "sound"
