"""evidence/networks/trials.py, curves.py and subset.py against keras.Model.fit and evaluate: same start, same batches, same answers."""

import functools

import keras
import numpy as np
import pytest

from evidence import mnist
from evidence.networks import curves, subset, trials
from snippets.tools import stacked
from tests.keras_fit import evaluate, fit, restarted

WIDTHS, IMAGES, BATCH, SEED = (784, 16, 16, 10), 160, 16, 3
EPOCH = IMAGES // BATCH  # steps
RULES = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}


@pytest.fixture(scope="module")
def parts():
    """Images to train on, to choose by and to report, of ten classes that overlap."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, IMAGES + 300).astype("int32")
    x = np.maximum(rng.normal(0, 0.2, (10, 784))[y] + rng.normal(0, 0.5, (len(y), 784)), 0).astype("float32")
    return [(x[part], y[part]) for part in (slice(IMAGES), slice(IMAGES, IMAGES + 100), slice(IMAGES + 100, None))]


@functools.cache
def compiled(activation, optimizer):
    """A Keras model for all weights and rates."""
    hidden = [keras.layers.Dense(width, activation) for width in WIDTHS[1:-1]]
    made = keras.Sequential([keras.Input((WIDTHS[0],)), *hidden, keras.layers.Dense(WIDTHS[-1])])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(RULES[optimizer](), loss, metrics=["accuracy"], jit_compile=False)
    return made


def model(weights, activation="relu", optimizer="sgd", rate=0.1):
    """The Keras model with these weights, [kernel, bias, kernel, …], before its first step."""
    return restarted(compiled(activation, optimizer), weights, rate)


def initial(initializer, seed=SEED):
    kernels = stacked.initial_kernels(initializer, WIDTHS, seed)
    return [part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1], "float32"))]


def fitted(initializer, optimizer, rate, activation, data, asked, points):
    """(loss, accuracy) on each of the images asked, after each of so many steps: (points, asked, 2), by Keras."""
    (x, y), made, found = data, model(initial(initializer), activation, optimizer, rate), []
    order = np.concatenate([stacked.batch_order(SEED, epoch, IMAGES) for epoch in range(-(-points[-1] // EPOCH))])
    for some in np.split(order.reshape(-1, BATCH)[: points[-1]], points[:-1]):
        fit(made, x, y, some)
        found.append([evaluate(made, *images) for images in asked])
    return np.array(found)


def assert_accuracies(found, expected, images):
    # weights that differ by rounding may answer one image differently whose two best classes all but tie
    np.testing.assert_allclose(found, expected, atol=1.5 / images)


@pytest.mark.parametrize("optimizer, rates", [("sgd", [0.03, 0.3]), ("adam", [0.001, 0.01])])
def test_trials_report_and_choose_by_what_keras_fit_and_evaluate_say(parts, optimizer, rates):
    training, validation, test = parts
    setting = {"widths": WIDTHS, "activation": "tanh", "optimizer": optimizer, "batch_size": BATCH, "epochs": 2}
    found = trials.trials([("glorot_normal", SEED)] * 2, *parts, learning_rate=rates, **setting)
    for one, rate in zip(found, rates, strict=True):
        expected = fitted("glorot_normal", optimizer, rate, "tanh", training, (validation, test), [EPOCH, 2 * EPOCH])
        np.testing.assert_allclose(one["test_loss"], expected[:, 1, 0], rtol=1e-4)
        assert_accuracies(one["test_accuracy"], expected[:, 1, 1], len(test[1]))
        assert_accuracies(one["val_accuracy"], expected[-1:, 0, 1], len(validation[1]))


def test_a_learning_curve_is_that_of_one_run_of_keras_fit(parts, monkeypatch):
    training, validation, test = parts
    monkeypatch.setattr(mnist, "split", lambda seed, images, validation_images: parts)
    protocol = {
        "width": WIDTHS[1], "hidden_layers": 2, "activation": "relu", "initializers": ["he_normal"], "images": IMAGES,
        "validation_images": 100, "batch_size": BATCH, "early_steps": [2, 5],
        "learning_rates": {"sgd": [0.1, 0.3], "adam": [0.01]}, "epochs": {"sgd": 2, "adam": 1},
    }  # fmt: skip
    found = curves.curves(protocol, SEED)
    assert found.keys() == {"he_normal_sgd_0.1", "he_normal_sgd_0.3", "he_normal_adam_0.01"}
    for arm, quantities in found.items():
        rule, optimizer, rate = arm.rsplit("_", 2)
        points = [2, 5, *range(EPOCH, EPOCH * protocol["epochs"][optimizer] + 1, EPOCH)]
        expected = fitted(rule, optimizer, float(rate), "relu", training, (validation, test), points)
        assert_accuracies(quantities["test_accuracy"], expected[:, 1, 1], len(test[1]))
        assert_accuracies(quantities["val_accuracy"], expected[-1:, 0, 1], len(validation[1]))


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_scores_are_those_of_keras_evaluate_for_more_networks_than_one_group(parts, activation):
    rng = np.random.default_rng(1)
    networks = [[rng.normal(0, 0.1, part.shape).astype("float32") for part in initial("zeros")] for _ in range(stacked.GROUP + 1)]
    found, made, expected = trials.scores(networks, *parts[1], activation), model(networks[0], activation), []
    for weights in networks:
        made.set_weights(weights)
        expected.append(evaluate(made, *parts[1]))
    expected = np.transpose(expected)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
    assert_accuracies(found[1], expected[1], len(parts[1][1]))


def test_the_accuracy_and_the_last_hidden_layer_of_one_network_are_keras_s(parts):
    rng = np.random.default_rng(2)
    weights = [rng.normal(0, 0.1, part.shape).astype("float32") for part in initial("zeros")]
    (x, y), made = parts[2], model(weights)
    assert_accuracies(subset.accuracy(weights, x, y), evaluate(made, x, y)[1], len(y))
    below = keras.Sequential(made.layers[:-1])
    np.testing.assert_allclose(subset.hidden(weights, x), below(x), rtol=1e-4, atol=1e-5)


def test_a_subset_holds_no_image_twice_keeps_labels_and_changes_with_seed_and_size():
    x, y = np.arange(500.0)[:, None], np.arange(500)
    drawn = {(size, seed): subset.subset(x, y, size, seed) for size in (50, 60) for seed in (0, 1)}
    for (size, _), (some, labels) in drawn.items():
        assert len(np.unique(labels)) == size and (some[:, 0] == labels).all()
    assert len({labels[:50].tobytes() for _, labels in drawn.values()}) == 4
