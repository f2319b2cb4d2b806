"""snippets/tools/lsuv.py: unit variance in every layer of whatever model it is given, and orthogonal kernels."""
import keras
import numpy as np
import pytest

from snippets.tools.lsuv import lsuv

Dense, Conv2D = keras.layers.Dense, keras.layers.Conv2D
IMAGES = np.random.default_rng(0).gamma(1.0, size=(60, 8, 8, 3)).astype("float32")
VECTORS = IMAGES[:, :, 0, 0]


def dense_stack(activation, depth=10, width=32, **options):
    layers = [Dense(width, activation, **options) for _ in range(depth)]
    return keras.Sequential([keras.Input((8,)), *layers, Dense(10, "softmax")])


def conv_stack(activation, depth=10):
    layers = [Conv2D(6, 3, padding="same", activation=activation) for _ in range(depth)]
    return keras.Sequential([keras.Input((8, 8, 3)), *layers, keras.layers.Flatten(), Dense(10, "softmax")])


def pre_activations(model, x):
    """What each layer with a kernel puts out before its activation, from NumPy and Keras's functions of arrays alone."""
    found = []
    for layer in model.layers:
        if not layer.weights:
            x = np.array(layer(x))
            continue
        kernel, bias = layer.get_weights()
        z = x @ kernel + bias if kernel.ndim == 2 else np.array(keras.ops.conv(x, kernel, padding="same")) + bias
        found.append(z)
        x = np.array(layer.activation(z))
    return found


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
@pytest.mark.parametrize("stack, x", [(dense_stack, VECTORS), (conv_stack, IMAGES)], ids=["dense", "conv"])
def test_every_layer_puts_out_unit_variance(stack, x, activation):
    model = stack(activation)
    said = lsuv(model, x, seed=0)
    measured = [np.var(z, dtype="float64") for z in pre_activations(model, x)]
    assert len(measured) == 11 and max(abs(np.subtract(measured, 1))) < 0.1
    np.testing.assert_allclose([variance for _, variance in said], measured, rtol=1e-3)
    assert [name for name, _ in said] == [layer.name for layer in model.layers if layer.weights]


def test_without_it_the_variances_of_the_same_networks_are_far_from_one():
    variances = [np.var(z) for z in pre_activations(conv_stack("relu"), IMAGES)]
    assert min(variances) < 0.5


@pytest.mark.parametrize("stack, x", [(dense_stack, VECTORS), (conv_stack, IMAGES)], ids=["dense", "conv"])
def test_kernels_are_orthogonal_up_to_a_factor_and_no_two_are_equal(stack, x):
    model = stack("relu")
    lsuv(model, x)
    kernels = [layer.kernel.numpy().reshape(-1, layer.kernel.shape[-1]) for layer in model.layers if layer.weights]
    for kernel in kernels:
        product = kernel.T @ kernel if kernel.shape[0] >= kernel.shape[1] else kernel @ kernel.T
        np.testing.assert_allclose(product / product[0, 0], np.eye(len(product)), atol=1e-4)
    second, third = (kernel / np.linalg.norm(kernel) for kernel in kernels[2:4])
    assert not np.allclose(second, third)


def test_a_seed_repeats_the_kernels():
    models = [dense_stack("tanh", 2) for _ in range(3)]
    for model, seed in zip(models, (5, 5, 6)):
        lsuv(model, VECTORS, seed=seed)
    first, same, other = (model.get_weights()[2] for model in models)
    # not to the bit: the kernels are divided by variances, sums whose order is the machine's
    assert np.allclose(first, same, rtol=1e-4, atol=1e-5) and not np.allclose(first, other, atol=0.01)


def test_a_bias_that_varies_takes_more_than_one_pass():
    biases = {"bias_initializer": keras.initializers.RandomUniform(-0.8, 0.8, seed=1)}
    model = dense_stack("relu", 3, **biases)
    lsuv(model, VECTORS, tolerance=0.01)
    assert max(abs(np.var(z) - 1) for z in pre_activations(model, VECTORS)) < 0.011
    with pytest.raises(ValueError, match="after 1 passes"):
        lsuv(model, VECTORS, tolerance=0.001, passes=1)


def test_branches_nested_models_and_frozen_layers_are_handled():
    inputs = keras.Input((8,))
    inner = keras.Sequential([keras.Input((16,)), Dense(16, "gelu"), Dense(16)])
    frozen = Dense(16, trainable=False)
    h = Dense(16, "relu")(frozen(inputs))
    model = keras.Model(inputs, Dense(3)(keras.layers.Dropout(0.5)(h + inner(h))))
    before = frozen.get_weights()
    assert len(lsuv(model, VECTORS)) == 4
    assert np.array_equal(frozen.get_weights()[0], before[0])
    inside = keras.Model(inputs, h)(VECTORS)
    assert all(abs(np.var(z) - 1) < 0.1 for z in [*pre_activations(inner, np.array(inside)), model(VECTORS)])


def test_the_model_trains_and_is_saved_as_before(tmp_path):
    model = dense_stack("relu", 2)
    lsuv(model, VECTORS)
    assert model.layers[0].activation is keras.activations.relu and "layers" in Dense.call.__module__
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(VECTORS, np.arange(60) % 10, verbose=0)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "model.keras")(VECTORS), model(VECTORS), rtol=1e-5, atol=1e-6)


def shared():
    inputs, layer = keras.Input((8,)), Dense(8)
    return keras.Model(inputs, layer(layer(inputs)))


@pytest.mark.parametrize("model, x, message", [
    (keras.Sequential([Dense(3)]), VECTORS, "no weights yet"),
    (shared(), VECTORS, "is called twice"),
    (dense_stack("relu"), 0 * VECTORS, "variance 0.0 on this batch"),
    (dense_stack("relu"), np.nan * VECTORS, "variance nan on this batch"),
    (keras.Sequential([keras.Input((8,)), Dense(3), keras.layers.BatchNormalization()]), VECTORS, "without batch normalization"),
    (dense_stack("relu", bias_initializer=keras.initializers.RandomNormal(stddev=3.0)), VECTORS, "set its bias to zeros"),
], ids=["unbuilt", "shared", "constant", "nan", "batch_norm", "bias"])
def test_what_cannot_be_scaled_is_one_clear_sentence_and_keras_is_as_before(model, x, message):
    call = Dense.call
    with pytest.raises(ValueError, match=message) as error:
        lsuv(model, x)
    assert "\n" not in str(error.value)
    assert Dense.call is call and keras.config.is_traceback_filtering_enabled()
