"""snippets/tools/fixup.py: the three rules, and what they are for: steps whose size does not grow with depth."""
import keras
import numpy as np
import pytest

from snippets.tools.fixup import FixupBlock

Dense, Conv2D = keras.layers.Dense, keras.layers.Conv2D
X = np.random.default_rng(0).normal(size=(32, 16)).astype("float32")
Y = np.arange(32) % 4


def network(blocks, layers=2, width=16, classifier="zeros"):
    body = [FixupBlock([Dense(width) for _ in range(layers)], blocks) for _ in range(blocks)]
    model = keras.Sequential([keras.Input((width,)), *body, Dense(4, kernel_initializer=classifier)])
    model.compile(keras.optimizers.SGD(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    return model


def step_size(model):
    """Root mean square of the change of the network's outputs in one SGD step."""
    x = np.random.default_rng(0).normal(size=(32, *model.input_shape[1:])).astype("float32")
    before = np.array(model(x))
    model.train_on_batch(x, Y)
    return np.sqrt(np.mean((np.array(model(x)) - before) ** 2))


def plain_he(model):
    """The same network, started as He says, every layer of it."""
    for block in model.layers[:-1]:
        for layer in block.layers:
            layer.kernel.assign(keras.initializers.HeNormal()(layer.kernel.shape))
    return model


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_a_branch_starts_from_he_times_a_power_of_the_number_of_blocks_and_ends_in_zeros(layers):
    block = FixupBlock([Dense(200) for _ in range(layers)], blocks=50)
    block.build((None, 200))
    expected = np.sqrt(2 / 200) * 50 ** (-1 / (2 * layers - 2))
    # five standard errors; the spread of a truncated normal is known better than that of a normal
    bound = 5 * expected / np.sqrt(2 * 200 * 200)
    for layer in block.layers[:-1]:
        assert abs(layer.kernel.numpy().std() - expected) < bound and not layer.use_bias
    assert not block.layers[-1].kernel.numpy().any()


def test_scalars_start_at_one_and_zero_and_all_of_them_are_trained():
    block = FixupBlock([Dense(16), Dense(16)], blocks=4)
    block.build((None, 16))
    assert float(block.multiplier) == 1 and block.biases.shape == (2, 2) and not block.biases.numpy().any()
    assert len(block.trainable_variables) == 4


def test_a_block_does_what_its_formula_says():
    block = FixupBlock([Dense(5), Dense(16)], blocks=4)
    block.build(X.shape)
    rng = np.random.default_rng(1)
    w1, w2 = (rng.normal(size=shape).astype("float32") for shape in [(16, 5), (5, 16)])
    block.layers[0].kernel.assign(w1), block.layers[1].kernel.assign(w2)
    block.multiplier.assign(0.7), block.biases.assign([[0.1, 0.2], [0.3, 0.4]])
    h = (np.maximum(X + 0.1, 0) + 0.2) @ w1
    expected = X + 0.7 * (np.maximum(h + 0.3, 0) + 0.4) @ w2
    np.testing.assert_allclose(block(X), expected, rtol=1e-4, atol=1e-4)


def test_a_network_of_blocks_starts_as_if_they_were_not_there():
    np.testing.assert_array_equal(np.array(network(6, classifier="identity")(X)), X[:, :4])


def test_the_function_changes_by_the_same_size_at_every_depth_and_under_he_it_explodes():
    keras.utils.set_random_seed(0)
    head = {"width": 64, "classifier": keras.initializers.HeNormal(seed=0)}  # with a classifier of zeros only it would move
    sizes = [step_size(network(blocks, **head)) for blocks in (2, 8, 24)]
    assert max(sizes) < 1.3 * min(sizes)
    shallow, deep = (step_size(plain_he(network(blocks, **head))) for blocks in (2, 8))
    assert deep > 30 * shallow


def test_convolutions_make_a_block_as_well():
    block = FixupBlock([Conv2D(8, 3, padding="same"), Conv2D(6, 1)], blocks=9)
    images = np.random.default_rng(0).normal(size=(2, 5, 5, 6)).astype("float32")
    np.testing.assert_array_equal(block(images), images)
    assert block.layers[0].kernel.shape == (3, 3, 6, 8)


def test_a_saved_network_comes_back_whole_and_goes_on_training(tmp_path):
    model = network(3)
    model.fit(X, Y, verbose=0, epochs=3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(X), model(X), rtol=1e-5, atol=1e-6)  # sums of float32 that may cancel
    assert loaded.layers[0].get_config() == model.layers[0].get_config()
    fresh = FixupBlock.from_config(model.layers[0].get_config())
    assert not fresh.layers[0].built
    loaded.fit(X, Y, verbose=0)


@pytest.mark.parametrize("layers, error, message", [
    (lambda: [Dense(16)], ValueError, "2 layers in a branch"),
    (lambda: [Dense(16, "relu"), Dense(16)], ValueError, "Leave the activation of layer"),
    (lambda: [Dense(16), keras.layers.LSTM(16)], TypeError, "not of LSTM"),
    (lambda: [Dense(16), Dense(8)], ValueError, "cannot be added to its input"),
    (lambda: 2 * [Dense(16)], ValueError, "same layer twice"),
    (lambda: network(2).layers[0].layers, ValueError, "has its weights already"),
], ids=["one", "activation", "lstm", "shape", "twice", "built"])
def test_a_branch_that_cannot_work_is_one_clear_sentence(layers, error, message):
    with pytest.raises(error, match=message) as raised:
        FixupBlock(layers(), blocks=4).build((None, 16))
    assert "\n" not in str(raised.value)
