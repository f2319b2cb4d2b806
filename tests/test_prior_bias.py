"""snippets/tools/prior_bias.py against the entropy of the labels."""
import keras
import numpy as np
import pytest
from scipy.special import expit, softmax
from scipy.stats import entropy

from snippets.tools.prior_bias import prior_bias

CLASSES = np.repeat([0, 1, 2], [70, 20, 10])
RARE = np.repeat([0, 1], [99, 1])
SEVERAL = np.column_stack([RARE, CLASSES == 0, CLASSES == 2]).astype(int)  # any number of 1s in a row


def model(units, activation, kernel="zeros"):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(5, "relu"),
                             keras.layers.Dense(units, activation, kernel_initializer=kernel)])


def first_loss(built, loss, labels):
    built.compile(loss=loss)
    x = np.random.default_rng(0).normal(size=(len(labels), 4))
    return built.evaluate(x, labels, batch_size=len(labels), verbose=0)


@pytest.mark.parametrize("activation", ["softmax", "linear"])
def test_with_softmax_the_first_loss_is_the_entropy_of_the_classes(activation):
    built = model(3, activation)
    prior_bias(built, CLASSES, smoothing=0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=activation == "linear")
    assert first_loss(built, loss, CLASSES) == pytest.approx(entropy([0.7, 0.2, 0.1]), rel=1e-5)


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
@pytest.mark.parametrize("labels", [RARE, RARE[:, None], RARE.astype(bool), RARE.astype("float32")], ids=lambda y: y.dtype.name)
def test_with_one_sigmoid_the_first_loss_is_the_entropy_of_the_labels(activation, labels):
    built = model(1, activation)
    prior_bias(built, labels, smoothing=0)
    loss = keras.losses.BinaryCrossentropy(from_logits=activation == "linear")
    assert first_loss(built, loss, labels.reshape(-1, 1).astype("float32")) == pytest.approx(entropy([0.99, 0.01]), rel=1e-4)


def test_every_sigmoid_predicts_the_share_of_its_own_label():
    bias = prior_bias(model(3, "sigmoid"), SEVERAL, smoothing=0)
    np.testing.assert_allclose(expit(bias), SEVERAL.mean(axis=0), rtol=1e-5)


def test_one_hot_labels_count_as_classes_under_softmax_and_as_labels_under_sigmoid():
    one_hot = np.eye(3)[CLASSES]
    np.testing.assert_array_equal(prior_bias(model(3, "softmax"), one_hot), prior_bias(model(3, "softmax"), CLASSES))
    np.testing.assert_allclose(expit(prior_bias(model(3, "sigmoid"), CLASSES, smoothing=0)), [0.7, 0.2, 0.1], rtol=1e-5)


def test_a_class_without_an_example_counts_as_if_it_had_one():
    bias = prior_bias(model(4, "softmax"), CLASSES)
    np.testing.assert_allclose(softmax(bias), np.array([71, 21, 11, 1]) / 104, rtol=1e-5)
    np.testing.assert_allclose(expit(prior_bias(model(1, "sigmoid"), np.zeros(98, int))), [0.01], rtol=1e-5)


def test_the_bias_is_set_in_place_returned_and_saved_and_nothing_else_changes(tmp_path):
    built = model(3, "softmax", kernel="glorot_uniform")
    before = built.get_weights()
    bias = prior_bias(built, CLASSES)
    built.save(tmp_path / "model.keras")
    after = keras.saving.load_model(tmp_path / "model.keras").get_weights()
    assert bias.shape == (3,) and bias.dtype == "float32"
    for old, new in zip(before[:-1], after[:-1], strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(after[-1], bias)


@pytest.mark.parametrize("built, labels, options, message", [
    (keras.Sequential([keras.layers.Dense(3)]), CLASSES, {}, "must be built"),
    (keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, use_bias=False)]), CLASSES, {}, "with a bias"),
    (keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Softmax()]), CLASSES, {}, "as Dense is"),
    (model(3, "relu"), CLASSES, {}, "softmax, in sigmoid or in logits"),
    (model(3, "softmax"), SEVERAL, {}, "a single 1"),
    (model(3, "softmax"), CLASSES + 1, {}, "integer from 0 to 2"),
    (model(3, "softmax"), CLASSES - 1, {}, "integer from 0 to 2"),
    (model(3, "softmax"), CLASSES / 2, {}, "integer from 0 to 2"),
    (model(3, "softmax"), [], {}, "labels of shape"),
    (model(3, "softmax"), np.eye(4), {}, r"\(n, 3\)"),
    (model(1, "sigmoid"), CLASSES, {}, "labels of 0 and 1"),
    (model(4, "softmax"), CLASSES, {"smoothing": 0}, "leave smoothing above 0"),
    (model(1, "sigmoid"), np.ones(5, int), {"smoothing": 0}, "leave smoothing above 0"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistake_is_one_clear_sentence(built, labels, options, message):
    with pytest.raises(ValueError, match=message) as error:
        prior_bias(built, labels, **options)
    assert "\n" not in str(error.value)
