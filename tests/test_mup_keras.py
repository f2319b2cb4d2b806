"""snippets/tools/mup.py with Keras's fit, saving, schedules, decay and other backends, and what it says it has no rule for."""
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from snippets.tools.mup import mup
from tests import pages
from tests.keras_fit import ready
from tests.trained import LR, X, Y, dense


def compiled(optimizer):
    model = dense([64, 64])
    model.compile(mup(model, dense([16, 16]), optimizer), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.parametrize("optimizer", [keras.optimizers.Adam(LR), keras.optimizers.AdamW(LR), keras.optimizers.SGD(LR, momentum=0.9)],
                         ids=lambda one: type(one).__name__)
def test_in_keras_a_saved_model_goes_on_training_as_if_it_had_not_been_saved(optimizer, tmp_path):
    model = ready(compiled(optimizer), X, Y)
    model.fit(X, Y, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.optimizer.rates == model.optimizer.rates and set(again.optimizer.rates) != {1.0}
    for one in (model, again):
        one.fit(X, Y, epochs=2, verbose=0)
    for mine, its in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-5, atol=1e-6)


def test_in_keras_fit_moves_each_weight_at_its_rate_under_schedules_and_callbacks():
    """Adam's first step is its rate, in the direction of the sign of the gradient."""
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [LR, LR])
    callback = keras.callbacks.LearningRateScheduler(lambda epoch: LR)
    for rate, callbacks in ((schedule, []), (1.0, [callback])):
        model = compiled(keras.optimizers.Adam(rate))
        before = model.get_weights()
        model.fit(X, Y, verbose=0, callbacks=callbacks)
        moved = [abs(after - then).max() for after, then in zip(model.get_weights(), before)]
        assert moved == pytest.approx([LR * rate for rate in model.optimizer.rates], rel=0.01)


def test_in_keras_all_layers_decay_by_the_same_share():
    model = compiled(keras.optimizers.AdamW(0.125, weight_decay=0.5))
    before = model.get_weights()
    zeros = [keras.ops.zeros_like(v) for v in model.trainable_variables]
    model.optimizer.apply(zeros, model.trainable_variables)
    for after, then in zip(model.get_weights(), before):
        np.testing.assert_allclose(after, then * (1 - 0.125 * 0.5), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("backend", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("jax", "torch")])
def test_in_keras_other_backends_take_the_same_rates(backend):
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(pages.ROOT)}
    program = "from tests.test_mup_keras import test_in_keras_fit_moves_each_weight_at_its_rate_under_schedules_and_callbacks as ask; ask()"
    subprocess.run([sys.executable, "-c", program], cwd=pages.ROOT, env=environment, check=True)


def attention():
    inputs = keras.Input((4, 8))
    return keras.Model(inputs, keras.layers.MultiHeadAttention(2, 4)(inputs, inputs))


def words(vocabulary):
    return keras.Sequential([keras.Input((4,)), keras.layers.Embedding(vocabulary, 8)])


def starting_with(kernel_initializer):
    return keras.Sequential([keras.Input((20,)), keras.layers.Dense(10, kernel_initializer=kernel_initializer)])


@pytest.mark.parametrize("model, base, optimizer, message", [
    (lambda: dense([8]), lambda: None, "Adam", "base must be a Keras model, not None"),
    (lambda: keras.Sequential([keras.layers.Dense(3)]), lambda: dense([8]), "Adam", "The model has no weights yet"),
    (lambda: dense([8]), lambda: keras.Sequential([keras.layers.Dense(3)]), "Adam", "The base has no weights yet"),
    (lambda: dense([8]), lambda: dense([8, 8]), "Adam", "The base has other layers"),
    (lambda: dense([8]), lambda: keras.Sequential([keras.Input((20,)), keras.layers.Dense(3)]), "Adam", "another output_shape"),
    (attention, attention, "Adam", "no rule for 'kernel' of the EinsumDense 'query'"),
    (lambda: words(50), lambda: words(40), "Adam", "Embedding with one vocabulary"),
    (lambda: starting_with("zeros"), lambda: starting_with("he_normal"), "Adam", "starts at zero in the model and not in the base"),
    (lambda: dense([8]), lambda: dense([8]), "Muon", "no rule for <keras.*Muon"),
], ids=["no_base", "unbuilt", "unbuilt_base", "layers", "outputs", "attention", "embedding", "zeros", "optimizer"])
def test_in_keras_what_has_no_rule_is_one_clear_sentence_and_the_model_as_it_was(model, base, optimizer, message):
    model, base = model(), base()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message) as error:
        mup(model, base, getattr(keras.optimizers, optimizer)(LR))
    assert "\n" not in str(error.value)
    for weight, then in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(weight, then)


def test_in_keras_an_optimizer_for_another_model_says_so():
    optimizer = mup(dense([64]), dense([16]), keras.optimizers.Adam(LR))
    with pytest.raises(ValueError, match="rates for 4 weights, and the model trains 6"):
        optimizer.build(dense([64, 64]).trainable_variables)
