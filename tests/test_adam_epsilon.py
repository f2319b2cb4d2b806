"""The Adam that takes any constant is, with Keras's, the one of the book's other experiments."""

import numpy as np
import pytest

from evidence.theory.adam import EPSILONS
from evidence.experiments.adam_epsilon import train
from evidence.networks.trials import scores
from snippets.tools import stacked


def test_with_keras_s_constant_it_trains_as_stacked_does():
    rng = np.random.default_rng(0)
    x, y = rng.random((160, 20), "float32"), rng.integers(0, 10, 160).astype("int32")
    setting = {"widths": (20, 16, 16, 10), "batch_size": 16, "learning_rate": 0.01}
    _, (expected,) = stacked.train([("he_normal", 0)], x, y, (x, y), epochs=2, verbose=False, **setting)
    batches = np.concatenate([stacked.batch_order(0, epoch, 160) for epoch in (0, 1)]).reshape(-1, 16)
    kernels = [stacked.initial_kernels("he_normal", setting["widths"], 0)] * 2
    keras, paper = train(kernels, x, y, batches, [EPSILONS["keras"], EPSILONS["paper"]], [0.01, 0.01])
    for ours, theirs in zip(keras, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)  # twenty steps of 0.01, summed in another order
    assert scores([keras, paper], x, y, "relu")[0] == pytest.approx(scores([expected] * 2, x, y, "relu")[0], rel=0.05)
