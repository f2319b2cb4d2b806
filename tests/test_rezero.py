"""snippets/tools/rezero.py against the sentences of Bachlechner et al. 2021 and De & Smith 2020."""
import keras
import numpy as np
import pytest

from snippets.tools.rezero import ReZero


def network(blocks, width=8, **options):
    """Pre-activation blocks of two He layers, each ended by ReZero(**options)."""
    x = inputs = keras.Input((width,))
    for _ in range(blocks):
        branch = keras.layers.Dense(width, kernel_initializer="he_normal")(keras.activations.relu(x))
        branch = keras.layers.Dense(width, kernel_initializer="he_normal")(keras.activations.relu(branch))
        x = x + ReZero(**options)(branch)
    return keras.Model(inputs, x)


@pytest.fixture
def images():
    keras.utils.set_random_seed(0)
    return np.random.default_rng(0).normal(size=(16, 8)).astype("float32")


@pytest.mark.parametrize("blocks", [1, 20])
def test_before_training_the_network_is_the_identity_at_any_depth(blocks, images):
    np.testing.assert_array_equal(network(blocks)(images), images)


def test_the_branch_is_multiplied_by_alpha(images):
    layer = ReZero(0.25)
    np.testing.assert_array_equal(layer(images), 0.25 * images)
    assert [tuple(variable.shape) for variable in layer.trainable_variables] == [()]


def test_at_the_first_step_only_alpha_moves_and_at_the_second_the_kernels_follow(images):
    model = network(3)
    model.compile("sgd", "mse")
    start = model.get_weights()
    for kernels_move in (False, True):
        model.train_on_batch(images, np.tanh(images))
        moved = {weight.path: np.any(value != old) for weight, value, old in zip(model.weights, model.get_weights(), start)}
        assert all(value for path, value in moved.items() if "alpha" in path)
        assert all(value == kernels_move for path, value in moved.items() if "kernel" in path)


def test_every_block_learns_an_alpha_of_its_own(images):
    model = network(3)
    model.compile("sgd", "mse")
    model.fit(images, np.tanh(images), epochs=5, verbose=0)
    alphas = [float(layer.alpha) for layer in model.layers if isinstance(layer, ReZero)]
    assert len(set(alphas)) == 3 and 0 not in alphas


def test_skip_init_adds_its_share_to_the_mean_square_where_alpha_one_doubles_it_per_block():
    """The expectation over the kernels is exactly (1 + alpha^2)^blocks. 5 standard errors of the mean over 600 networks."""
    rng, blocks, networks, width = np.random.default_rng(0), 8, 600, 32
    for alpha in (1.0, blocks**-0.5):
        layer, x = ReZero(alpha), rng.normal(size=(networks, 1, width))
        before = (x**2).mean()
        for _ in range(blocks):
            first, second = rng.normal(0, np.sqrt(2 / width), (2, networks, width, width))
            x = x + np.asarray(layer(np.maximum(np.maximum(x, 0) @ first, 0) @ second))
        squares = (x**2).mean((1, 2)) / before
        error = 5 * squares.std() / np.sqrt(networks)
        assert squares.mean() == pytest.approx((1 + alpha**2) ** blocks, abs=error)
        assert error < (1 + alpha**2) ** blocks / 2


def test_a_saved_model_comes_back_with_its_alpha(images, tmp_path):
    model = network(2, initial=0.5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)  # copies; what they compute is equal but for the order of its sums
    np.testing.assert_allclose(again(images), model(images), rtol=1e-5, atol=1e-6)
    assert [layer.get_config()["initial"] for layer in again.layers if isinstance(layer, ReZero)] == [0.5, 0.5]


def test_half_precision_stays_half_precision(images):
    layer = ReZero(0.5, dtype="mixed_float16")
    assert keras.backend.standardize_dtype(layer(images).dtype) == "float16" and layer.alpha.dtype == "float32"


@pytest.mark.parametrize("initial", ["zeros", None, float("nan"), float("inf"), [0.0]], ids=str)
def test_a_start_that_is_no_number_is_one_clear_sentence(initial):
    with pytest.raises(ValueError, match="the number that alpha starts from") as error:
        ReZero(initial)
    assert "\n" not in str(error.value)
