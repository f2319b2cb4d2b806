"""evidence/networks/lora.py against Keras's own LoRA, fit and evaluate; and what the six starts draw."""

import keras
import numpy as np
import pytest

from evidence.experiments import lora_start
from evidence.networks import descent, lora
from tests.keras_fit import evaluate, fit

WIDTHS, RANK = [12, 9, 5], 3


@pytest.fixture(scope="module")
def images():
    """Images of five classes, (n, 12), and their labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 5, 160).astype("int32")
    return (rng.normal(size=(5, 12))[y] + rng.normal(0, 0.5, (160, 12))).astype("float32"), y


def body(rng):
    return [part.astype("float32") for a, b in zip(WIDTHS, WIDTHS[1:]) for part in (rng.normal(0, 0.4, (a, b)), rng.normal(0, 0.1, b))]


def factors(rng):
    """Both random, so that no gradient is zero."""
    return [(lora.draw(rng, (a, RANK), "normal", 0.3), lora.draw(rng, (RANK, b), "uniform", 0.3)) for a, b in zip(WIDTHS, WIDTHS[1:])]


@pytest.mark.parametrize("optimizer, rate", [("sgd", 0.1), ("adam", 0.01)])
def test_adapted_networks_end_where_keras_enable_lora_and_fit_end(images, optimizer, rate):
    x, y = images
    rng = np.random.default_rng(1)
    pretrained, both = body(rng), [factors(rng), factors(rng)]
    order = np.arange(160).reshape(20, 8)
    weights = lora.start(pretrained, both)
    descent.train(lora.logits, weights, x, y, order, [rate / 4, rate], optimizer)
    layers = [keras.layers.Dense(WIDTHS[1], "relu"), keras.layers.Dense(WIDTHS[2])]
    model = keras.Sequential([keras.Input((WIDTHS[0],)), *layers])
    model.set_weights(pretrained)
    for layer, (a, b) in zip(layers, both[1], strict=True):
        layer.enable_lora(RANK)
        layer.bias.trainable = False
        layer.lora_kernel_a.assign(a)
        layer.lora_kernel_b.assign(b)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rule = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[optimizer]
    model.compile(rule(rate), loss, metrics=["accuracy"], jit_compile=False)
    fit(model, x, y, order)
    for layer, (kernel, bias, a, b) in zip(layers, weights, strict=True):
        np.testing.assert_allclose(a[1], layer.lora_kernel_a, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(b[1], layer.lora_kernel_b, rtol=1e-3, atol=1e-5)
    for found, before in zip([part for kernel, bias, *_ in weights for part in (kernel, bias)], pretrained, strict=True):
        np.testing.assert_array_equal(found, before)  # the body rests
    value, accuracy = evaluate(model, x, y)
    found = lora.scores(weights, x, y)
    assert found[0, 1] == pytest.approx(value, rel=1e-3) and found[1, 1] == pytest.approx(accuracy, abs=1.5 / 160)


def test_a_new_adapter_of_keras_starts_as_the_arm_a_keras():
    layer = keras.layers.Dense(8)
    layer.build((None, 4000))
    layer.enable_lora(4)
    distribution, std = lora_start.std("he_uniform", 4000, 4)
    drawn = np.array(layer.lora_kernel_a)
    assert distribution == "uniform" and np.abs(drawn).max() <= std * 3**0.5 + 1e-7
    assert drawn.std() == pytest.approx(std, rel=0.02)  # 16,000 entries: known to half a per cent
    assert not np.any(layer.lora_kernel_b)


def test_kaiming_is_what_pytorch_gives_a_linear_layer():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    drawn = torch.nn.Linear(4000, 4, bias=False).weight.detach().numpy()
    assert drawn.std() == pytest.approx(lora_start.std("kaiming", 4000, 4)[1], rel=0.02)


@pytest.mark.parametrize("start", lora_start.PROTOCOL["starts"])
def test_a_product_of_factors_is_zero_unless_both_are_random(start):
    pairs = lora_start.factors(3, *lora_start.PROTOCOL["starts"][start])
    shapes = list(zip(lora_start.PROTOCOL["widths"], lora_start.PROTOCOL["widths"][1:]))
    assert [(a @ b).shape for a, b in pairs] == shapes
    assert all(np.any(a) != np.any(b) or start == "both_random" for a, b in pairs)
    assert all(np.any(a @ b) == (start == "both_random") for a, b in pairs)


def test_a_small_b_is_as_large_as_the_random_a():
    (_, b), (a, _) = (lora_start.factors(3, *lora_start.PROTOCOL["starts"][name])[0] for name in ("b_small", "a_random"))
    assert b.std() == pytest.approx(a.std(), rel=0.1)


def test_turning_four_times_gives_the_image_back():
    x = np.random.default_rng(0).random((2, 784)).astype("float32")
    once = lora_start.turned(x)
    np.testing.assert_array_equal(once[0].reshape(28, 28)[-1], x[0].reshape(28, 28)[:, 0])  # the left edge lies below
    np.testing.assert_array_equal(lora_start.turned(lora_start.turned(lora_start.turned(once))), x)
