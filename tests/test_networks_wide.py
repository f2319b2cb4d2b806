"""evidence/networks/wide.py against Keras models that the tool mup starts and trains: two programs for one parametrization."""

import keras
import numpy as np
import pytest

from evidence.engine import freshness
from evidence.networks import wide
from snippets.tools import stacked
from snippets.tools.mup import mup
from tests.keras_fit import evaluate, fit

WIDTH, BASE, STEPS, BATCH, RATES = 48, 16, 50, 16, (2**-8, 2**-6)


def model(width):
    hidden = [keras.layers.Dense(width, "relu", kernel_initializer="he_normal") for _ in range(2)]
    return keras.Sequential([keras.Input((20,)), *hidden, keras.layers.Dense(10, kernel_initializer="he_normal")])


@pytest.fixture(scope="module")
def data():
    """Images of ten classes that overlap, and batches."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, STEPS * BATCH).astype("int32")
    x = np.maximum(rng.normal(size=(10, 20))[y] + rng.normal(size=(len(y), 20)), 0).astype("float32")
    return x, y, np.arange(len(y)).reshape(STEPS, BATCH)


def test_fifty_steps_are_those_of_keras_fit_with_the_optimizer_of_the_tool(data):
    x, y, order = data
    kernels = stacked.initial_kernels("he_normal", [20, WIDTH, WIDTH, 10], 0)
    weights = wide.start(kernels, ["standard", "mup"], WIDTH, BASE)
    starts = wide.kernels(weights)
    wide.train(weights, x, y, order, RATES)
    for k, rate in enumerate(RATES):
        theirs, optimizer = model(WIDTH), keras.optimizers.Adam(rate, epsilon=wide.EPSILON)
        if k:
            optimizer = mup(model(WIDTH), model(BASE), optimizer)
        theirs.set_weights([part for start in starts for part in (start[k], np.zeros(start.shape[2], "float32"))])
        theirs.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
        fit(theirs, x, y, order)
        for mine, its, start in zip(wide.kernels(weights), theirs.get_weights()[::2], starts, strict=True):
            # an entry whose gradient is rounding goes either way; beside how far all have gone it is little
            assert np.sqrt(np.mean((mine[k] - its) ** 2)) < 0.01 * np.sqrt(np.mean((its - start[k]) ** 2))
        loss, _ = wide.scores(weights, x, y)
        assert loss[k] == pytest.approx(evaluate(theirs, x, y), rel=1e-3)


def test_the_start_is_that_of_table_3():
    """At three times the base's width the output has a third of He's variance; all else is He's."""
    kernels = stacked.initial_kernels("he_normal", [20, WIDTH, WIDTH, 10], 0)
    weights = wide.start(kernels, ["standard", "mup"], WIDTH, BASE)
    for kernel, found in zip(kernels, wide.kernels(weights), strict=True):
        np.testing.assert_allclose(found[0], kernel, rtol=1e-6)
    np.testing.assert_allclose([size(found[1]) / size(kernel) for found, kernel in zip(wide.kernels(weights), kernels)], [1, 1, 3**-0.5], rtol=1e-5)


def size(array):
    return float(np.sqrt(np.mean(array**2)))


def test_the_protocol_says_the_epsilon_of_the_program():
    assert freshness.protocol("width_transfer")["epsilon"] == wide.EPSILON
