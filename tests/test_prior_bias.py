"""snippets/tools/prior_bias.py against the entropy of the labels."""
import keras
import numpy as np
import pytest
from scipy.special import expit, softmax
from scipy.stats import entropy

from snippets.tools.prior_bias import prior_bias
from tests.frameworks import each_framework

CLASSES = np.repeat([0, 1, 2], [70, 20, 10])
RARE = np.repeat([0, 1], [99, 1])
SEVERAL = np.column_stack([RARE, CLASSES == 0, CLASSES == 2]).astype(int)  # any number of 1s in a row


def model(units, activation, kernel="zeros"):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(5, "relu"),
                             keras.layers.Dense(units, activation, kernel_initializer=kernel)])


def torch_model(units, kernel="zeros_"):
    from torch import nn
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, units))
    getattr(nn.init, kernel)(model[-1].weight)
    return model


def first_loss(built, loss, labels):
    built.compile(loss=loss)
    x = np.random.default_rng(0).normal(size=(len(labels), 4))
    return built.evaluate(x, labels, batch_size=len(labels), verbose=0)


def bias(framework, units, labels, sigmoid=False, **options):
    """The bias that the tool sets and returns."""
    if framework == "keras":
        return prior_bias(model(units, "sigmoid" if sigmoid else "softmax"), labels, **options)
    from snippets.tools.torch.prior_bias import prior_bias_
    layer = torch_model(units)[-1]
    returned = prior_bias_(layer, labels, sigmoid, **options)
    assert layer.bias.requires_grad and not returned.requires_grad and returned.tolist() == layer.bias.tolist()
    return returned.numpy()


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


@pytest.mark.needs("torch")
def test_in_pytorch_the_first_loss_is_the_entropy_as_well():
    import torch
    from snippets.tools.torch.prior_bias import prior_bias_
    x, classes = torch.randn(100, 4), torch.tensor(CLASSES)
    many, one = torch_model(3), torch_model(1)
    prior_bias_(many[-1], classes, smoothing=0)
    assert torch.nn.functional.cross_entropy(many(x), classes).item() == pytest.approx(entropy([0.7, 0.2, 0.1]), rel=1e-5)
    for labels in (RARE, RARE[:, None], RARE.astype(bool), torch.tensor(RARE), torch.tensor(RARE).bfloat16()):
        torch.nn.init.zeros_(one[-1].bias)
        prior_bias_(one[-1], labels, smoothing=0)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(one(x), torch.tensor(RARE).float()[:, None])
        assert loss.item() == pytest.approx(entropy([0.99, 0.01]), rel=1e-4)


@each_framework
def test_every_sigmoid_predicts_the_share_of_its_own_label(framework):
    np.testing.assert_allclose(expit(bias(framework, 3, SEVERAL, sigmoid=True, smoothing=0)), SEVERAL.mean(axis=0), rtol=1e-5)


@each_framework
def test_one_hot_labels_count_as_classes_under_softmax_and_as_labels_under_sigmoid(framework):
    np.testing.assert_allclose(bias(framework, 3, np.eye(3)[CLASSES]), bias(framework, 3, CLASSES), rtol=1e-6)  # counted otherwise
    np.testing.assert_allclose(expit(bias(framework, 3, CLASSES, sigmoid=True, smoothing=0)), [0.7, 0.2, 0.1], rtol=1e-5)


@each_framework
def test_a_class_without_an_example_counts_as_if_it_had_one(framework):
    np.testing.assert_allclose(softmax(bias(framework, 4, CLASSES)), np.array([71, 21, 11, 1]) / 104, rtol=1e-5)
    np.testing.assert_allclose(expit(bias(framework, 1, np.zeros(98, int))), [0.01], rtol=1e-5)


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
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_model_without_such_an_output_is_one_clear_sentence(built, labels, options, message):
    with pytest.raises(ValueError, match=message) as error:
        prior_bias(built, labels, **options)
    assert "\n" not in str(error.value)


@each_framework
@pytest.mark.parametrize("units, labels, options, message", [
    (3, SEVERAL, {}, "a single 1"),
    (3, CLASSES + 1, {}, "integer from 0 to 2"),
    (3, CLASSES - 1, {}, "integer from 0 to 2"),
    (3, CLASSES / 2, {}, "integer from 0 to 2"),
    (3, [], {}, "labels of shape"),
    (3, np.eye(4), {}, r"\(n, 3\)"),
    (1, CLASSES, {"sigmoid": True}, "labels of 0 and 1"),
    (4, CLASSES, {"smoothing": 0}, "leave smoothing above 0"),
    (1, np.ones(5, int), {"sigmoid": True, "smoothing": 0}, "leave smoothing above 0"),
], ids=["several", "above", "below", "fraction", "none", "columns", "classes", "absent", "all"])
def test_labels_that_do_not_fit_are_one_clear_sentence(units, labels, options, message, framework):
    with pytest.raises(ValueError, match=message) as error:
        bias(framework, units, labels, **options)
    assert "\n" not in str(error.value)


@pytest.mark.needs("torch")
def test_in_pytorch_what_is_no_output_layer_is_one_clear_sentence():
    from torch import nn
    from snippets.tools.torch.prior_bias import prior_bias_
    for layer in (torch_model(3), nn.Linear(2, 3, bias=False), nn.LazyLinear(3), nn.Softmax(1)):
        with pytest.raises(ValueError, match="give the output layer itself, built and with a bias") as error:
            prior_bias_(layer, CLASSES)
        assert "\n" not in str(error.value)
