"""evidence/networks/stack.py and masked.py against keras.Model.fit and Keras's optimizers: same start, same batches, same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from evidence.checks import portable
from evidence.experiments import bfloat16_weights, half_range
from evidence.networks import dense, masked, stack
from evidence.theory import rounding
from snippets.tools import stacked
from tests.keras_fit import evaluate, fit

STEPS, BATCH, WIDTHS = 50, 16, [20, 16, 16, 10]
RATES = [0.001, 0.01]


@pytest.fixture(scope="module")
def data():
    """Images of ten classes that overlap, and the batches, each image in one."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, STEPS * BATCH).astype("int32")
    x = np.maximum(rng.normal(size=(10, WIDTHS[0]))[y] + rng.normal(size=(len(y), WIDTHS[0])), 0).astype("float32")
    return x, y, rng.permutation(len(y)).reshape(STEPS, BATCH)


@pytest.fixture(scope="module")
def kernels():
    return stacked.initial_kernels("he_normal", WIDTHS, 0)


def plain(weights, x):
    return dense.forward(weights, x)[0]


def fitted(model, optimizer, data):
    """What keras.Model.fit makes of a model's weights."""
    x, y, order = data
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"], jit_compile=False)
    fit(model, x, y, order)
    return model.get_weights()


def model(kernels, **options):
    """A Keras model from these kernels; its last layer is called last."""
    layers = [keras.layers.Dense(width, "relu", **{name: make(k) for name, make in options.items()}) for k, width in enumerate(WIDTHS[1:-1])]
    made = keras.Sequential([keras.Input((WIDTHS[0],)), *layers, keras.layers.Dense(WIDTHS[-1], name="last")])
    made.set_weights([part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1]))])
    return made


def assert_same(found, expected, rate):
    """A step of Adam moves a weight by its rate whatever its gradient, so rounding is measured in rates."""
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 + 0.05 * rate)


@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_networks_side_by_side_end_where_keras_fit_ends_in_two_calls_as_in_one(optimizer, data, kernels):
    x, y, order = data
    weights = dense.start([np.stack([kernel] * 2) for kernel in kernels])
    trained = stack.Stack(plain, weights, RATES, range(0, 4, 2) if optimizer == "muon" else ())
    trained.train(x, y, order[:25])
    trained.train(x, y, order[25:])
    rules = {
        "adam": lambda: keras.optimizers.Adam(RATES[1]),
        "muon": lambda: keras.optimizers.Muon(RATES[1], exclude_layers=["last"], weight_decay=None, adam_weight_decay=None),
    }
    assert_same(dense.unstack(weights)[1], fitted(model(kernels), rules[optimizer](), data), RATES[1])


def test_a_weight_under_a_mask_stays_zero_and_the_others_go_where_keras_takes_them(data, kernels):
    x, y, order = data
    masks = [masked.largest(np.abs(kernel), 0.5) for kernel in kernels[:-1]] + [np.ones_like(kernels[-1])]
    weights = masked.start([kernels], [masks])
    stack.Stack(masked.forward, weights, RATES[1:]).train(x, y, order)
    held = model([kernel * mask for kernel, mask in zip(kernels, masks, strict=True)], kernel_constraint=lambda k: lambda w: w * masks[k])
    expected = fitted(held, keras.optimizers.Adam(RATES[1]), data)
    found = [part for kernel, mask, bias in weights for part in (kernel[0] * mask[0], bias[0, 0])]
    assert_same(found, expected, RATES[1])


def test_the_largest_share_of_the_scores_is_kept():
    scores = np.random.default_rng(0).permutation(20.0 + np.arange(20)).reshape(4, 5)
    np.testing.assert_array_equal(masked.largest(scores, 0.25) > 0, scores >= 35)


def test_curves_are_what_keras_evaluates_on_images_that_were_not_trained_on(data, kernels):
    x, y, order = data
    weights = dense.start([kernel[None] for kernel in kernels])
    (found,) = stack.Stack(plain, weights, RATES[1:]).curves((x, y), (x[:50], y[:50]), (x[:30], y[:30]), order[:6], [3, 6])
    made = model(kernels)
    fitted(made, keras.optimizers.Adam(RATES[1]), (x, y, order[:6]))
    loss, accuracy = evaluate(made, x[:30], y[:30])
    assert found["test_loss"][1] == pytest.approx(loss, rel=1e-3) and found["test_accuracy"][1] == pytest.approx(accuracy)
    assert len(found["test_loss"]) == 2 and found["val_accuracy"] == pytest.approx(evaluate(made, x[:50], y[:50])[1])


@pytest.mark.parametrize("size", [1, 1e-5, 1e-20])
def test_a_step_of_muon_is_nearly_orthogonal_whatever_the_size_of_the_gradient_if_its_guard_is_tiny(size):
    g = np.random.default_rng(0).normal(size=(3, 8, 32)).astype("float32")
    step = stack.orthogonalized(tf.constant(g * np.float32(size)), np.float32(1e-30))
    u, _, v = np.linalg.svd(g, full_matrices=False)
    found = np.einsum("kir,kij,krj->kr", u, step, v)  # uᵀ step v: singular values in the gradient's own directions
    assert (found > 0.6).all() and (found < 1.3).all()


def test_the_guard_of_keras_shrinks_a_step_in_proportion_to_a_gradient_far_below_it():
    g = np.random.default_rng(0).normal(size=(1, 8, 8)).astype("float32")
    g /= np.linalg.norm(g)
    step = stack.orthogonalized(tf.constant(g * np.float32(1e-12)))
    np.testing.assert_allclose(step, stack.keras_muon().muon_a ** stack.keras_muon().ns_steps * g * 1e-12 / 1e-7, rtol=1e-3)


def test_weights_in_bfloat16_end_where_a_rounding_constraint_of_keras_takes_them(data):
    """A layer-normalized network, all of whose weights are rounded after each step, in Keras's own layers."""
    x, y, order = data
    arms = [[8, "bfloat16", False], [1, "float32", False], [1, "bfloat16", True]]
    kernels = stacked.initial_kernels("he_normal", WIDTHS, 0)
    weights = bfloat16_weights.start(kernels, arms)
    after = bfloat16_weights.rounded([True, False, True])
    for weight in tf.nest.flatten(weights):
        weight.assign(after(weight))
    first = [part[0].numpy() for part in tf.nest.flatten(weights)]
    stack.Stack(bfloat16_weights.forward, weights, [0.001] * 3, after=after).train(x, y, order)

    def constraint(w):
        return keras.ops.cast(keras.ops.cast(w, "bfloat16"), "float32")

    layers = [keras.Input((WIDTHS[0],))]
    for width in WIDTHS[1:-1]:
        normal = keras.layers.LayerNormalization(epsilon=1e-3, gamma_constraint=constraint, beta_constraint=constraint)
        layers += [keras.layers.Dense(width, use_bias=False, kernel_constraint=constraint), normal, keras.layers.ReLU()]
    made = keras.Sequential([*layers, keras.layers.Dense(WIDTHS[-1], kernel_constraint=constraint, bias_constraint=constraint)])
    kept = [part for k, part in enumerate(first[:-2]) if k % 4 != 2] + first[-2:]  # without what is added to γ
    made.set_weights([part[0] if part.shape[0] == 1 else part for part in kept])
    expected = fitted(made, keras.optimizers.Adam(0.001), data)
    found = [weight[0].numpy() for weight in tf.nest.flatten(weights)]
    found = [part for k, part in enumerate(found[:-2]) if k % 4 != 2] + found[-2:]
    for ours, theirs in zip(found, expected, strict=True):  # where a step ends near the middle of two numbers, rounding may differ
        assert np.mean(np.squeeze(ours) == theirs) > 0.9
        np.testing.assert_allclose(np.squeeze(ours), theirs, rtol=2**-7, atol=0.01)
    assert (weights[0][1][0].numpy() == 1).all() and (weights[0][1][2].numpy() != 0).any()


@pytest.mark.skipif(portable.hides_bfloat16(), reason="under this switch TensorFlow crashes in bfloat16")
def test_signals_in_a_type_leave_its_range_where_their_factor_says():
    """Kernels of a tenth of the identity divide by ten a layer: float16 rounds 6e-8 halved to zero, bfloat16 goes on."""
    kernels = [np.eye(8, dtype="float32") / 10] * 12 + [np.ones((8, 10), "float32")]
    x, y = np.ones((2, 8), "float32"), np.zeros(2, "int32")
    passed = {kind: half_range.passed(half_range.signals(kernels, x, y, kind)[0]) for kind in ("float32", "bfloat16", "float16")}
    assert passed == {"float32": 12, "bfloat16": 12, "float16": 7}


@pytest.mark.parametrize("step", [0.0003, 0.001, 0.003, 0.01])
@pytest.mark.parametrize("factor", [1, 8])
def test_the_derived_share_of_weights_that_a_step_leaves_is_what_casting_leaves(step, factor):
    (kernel,) = stacked.initial_kernels("he_normal", [64, 2000], 0)
    weights = tf.cast(factor * kernel, "bfloat16")
    after = tf.cast(tf.cast(weights, "float32") + step, "bfloat16")
    assert np.mean(after == weights) == pytest.approx(rounding.share_kept(step, factor * np.sqrt(2 / 64)), abs=0.01)
