"""evidence/networks/convolutions.py against Keras's own pooling, fit and evaluate."""

import keras
import numpy as np
import pytest

from evidence import mnist
from evidence.networks import built, convolutions
from tests.keras_fit import evaluate, fit


@pytest.fixture(scope="module")
def images():
    """What stands for MNIST: images of ten classes, (n, 784) in [0, 1], and their labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 120).astype("int32")
    return np.clip(rng.random((10, 784))[y] + rng.normal(0, 0.3, (120, 784)), 0, 1).astype("float32"), y


def test_maps_are_what_average_pooling_makes_of_the_images(images):
    x, _ = images
    expected = keras.layers.AveragePooling2D(2)(x.reshape(-1, 28, 28, 1))
    np.testing.assert_allclose(convolutions.maps(x), expected, atol=1e-6)


@pytest.mark.parametrize("depth", [4, 5])
def test_a_plain_network_has_so_many_convolutions_of_its_initializer_and_halves_its_maps_half_way(depth):
    model = convolutions.plain("he_normal", depth, 32)
    found = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.output.shape[1] for layer in found] == [14 if k < depth // 2 else 7 for k in range(depth)]
    for layer in found[1:]:  # 9,216 weights: the variance is known to a few per cent
        assert np.var(layer.kernel) * 9 * 32 == pytest.approx(2, rel=0.1) and not np.any(layer.bias)


def test_a_curve_of_every_depth_rule_and_rate_is_what_keras_fit_and_evaluate_say(images, monkeypatch):
    x, y = images
    parts = [(x[some], y[some]) for some in (slice(64), slice(64, 92), slice(92, None))]
    monkeypatch.setattr(mnist, "split", lambda *numbers: parts)
    protocol = {
        "depths": [2], "initializers": ["glorot_uniform", "he_normal"], "channels": 4, "optimizer": "sgd", "learning_rates": {"2": [0.05, 0.1]},
        "images": 64, "validation_images": 28, "test_images": 28, "batch_size": 16, "steps": [3, 6],
    }  # fmt: skip
    found = convolutions.curves(protocol, 3)
    assert list(found) == [f"{rule}_2_{rate}" for rule in protocol["initializers"] for rate in (0.05, 0.1)]
    keras.utils.set_random_seed(3)
    expected = convolutions.plain("he_normal", 2, 4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"], jit_compile=False)
    maps = convolutions.maps(x)
    fit(expected, maps, y, built.batches(3, 64, 16, 6))
    value, accuracy = evaluate(expected, maps[92:], y[92:])
    assert found["he_normal_2_0.1"]["test_loss"][-1] == pytest.approx(value, rel=1e-3)
    assert found["he_normal_2_0.1"]["test_accuracy"][-1] == pytest.approx(accuracy, abs=1.5 / 28)
