"""snippets/tools/lsuv.py: unit variance in every layer of whatever model it is given, and orthogonal kernels."""
import keras
import numpy as np
import pytest

from snippets.tools.lsuv import lsuv
from tests.frameworks import each_framework

Dense, Conv2D = keras.layers.Dense, keras.layers.Conv2D
IMAGES = np.random.default_rng(0).gamma(1.0, size=(60, 8, 8, 3)).astype("float32")
VECTORS = IMAGES[:, :, 0, 0]


def dense_stack(activation, depth=10, width=32, **options):
    layers = [Dense(width, activation, **options) for _ in range(depth)]
    return keras.Sequential([keras.Input((8,)), *layers, Dense(10, "softmax")])


def conv_stack(activation, depth=10):
    layers = [Conv2D(6, 3, padding="same", activation=activation) for _ in range(depth)]
    return keras.Sequential([keras.Input((8, 8, 3)), *layers, keras.layers.Flatten(), Dense(10, "softmax")])


def torch_dense_stack(activation, depth=10, width=32):
    from torch import nn
    layers = [layer for i in range(depth) for layer in (nn.Linear(width if i else 8, width), torch_activation(activation))]
    return nn.Sequential(*layers, nn.Linear(width, 10), nn.Softmax(1))


def torch_conv_stack(activation, depth=10):
    from torch import nn
    layers = [layer for i in range(depth)
              for layer in (nn.Conv2d(6 if i else 3, 6, 3, padding="same"), torch_activation(activation))]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(384, 10), nn.Softmax(1))


def torch_activation(name):
    from torch import nn
    return {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}[name]()


def scaled(framework, stack, activation, **options):
    """A stack after lsuv: (what it says, the outputs before the activation, the kernels as matrices with inputs first)."""
    if framework == "keras":
        model, x = {"dense": dense_stack, "conv": conv_stack}[stack](activation), {"dense": VECTORS, "conv": IMAGES}[stack]
        said = lsuv(model, x, **options)
        assert [name for name, _ in said] == [layer.name for layer in model.layers if layer.weights]
        kernels = [layer.kernel.numpy() for layer in model.layers if layer.weights]
        return said, pre_activations(model, x), [kernel.reshape(-1, kernel.shape[-1]) for kernel in kernels]
    import torch
    from snippets.tools.torch.lsuv import lsuv_
    model = {"dense": torch_dense_stack, "conv": torch_conv_stack}[stack](activation)
    x = torch.tensor(VECTORS if stack == "dense" else np.moveaxis(IMAGES, -1, 1))
    said = lsuv_(model, x, **options)
    layers = [layer for layer in model if hasattr(layer, "weight")]
    assert [model[int(name)] for name, _ in said] == layers
    found = []
    for layer in model:
        x = layer(x).detach()
        if layer in layers:
            found.append(x.numpy())
    return said, found, [layer.weight.detach().numpy().reshape(len(layer.weight), -1).T for layer in layers]


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


@each_framework
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
@pytest.mark.parametrize("stack", ["dense", "conv"])
def test_every_layer_puts_out_unit_variance(stack, activation, framework):
    said, outputs, _ = scaled(framework, stack, activation)
    measured = [np.var(z, dtype="float64") for z in outputs]
    assert len(measured) == 11 and max(abs(np.subtract(measured, 1))) < 0.1
    np.testing.assert_allclose([variance for _, variance in said], measured, rtol=1e-3)


def test_without_it_the_variances_of_the_same_networks_are_far_from_one():
    variances = [np.var(z) for z in pre_activations(conv_stack("relu"), IMAGES)]
    assert min(variances) < 0.5


@each_framework
@pytest.mark.parametrize("stack", ["dense", "conv"])
def test_kernels_are_orthogonal_up_to_a_factor_and_no_two_are_equal(stack, framework):
    _, _, kernels = scaled(framework, stack, "relu")
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


# PyTorch's own

@pytest.fixture
def pytorch():
    """What a test needs of PyTorch: the framework, the tool, a batch."""
    torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
    from snippets.tools.torch.lsuv import lsuv_
    return torch, lsuv_, torch.tensor(VECTORS)


@pytest.mark.needs("torch")
def test_in_pytorch_a_generator_repeats_the_kernels(pytorch):
    torch, lsuv_, x = pytorch
    models = [without_biases(torch_dense_stack("tanh", 2)) for _ in range(3)]
    for model, seed in zip(models, (5, 5, 6)):
        lsuv_(model, x, generator=torch.Generator().manual_seed(seed))
    first, same, other = (model[2].weight for model in models)
    assert torch.allclose(first, same, rtol=1e-4, atol=1e-5) and not torch.allclose(first, other, atol=0.01)


@pytest.mark.needs("torch")
def test_in_pytorch_a_bias_that_varies_takes_more_than_one_pass(pytorch):
    torch, lsuv_, x = pytorch
    model = torch_dense_stack("relu", 3)
    for layer in model[::2]:
        torch.nn.init.uniform_(layer.bias, -0.8, 0.8, generator=torch.Generator().manual_seed(1))
    assert max(abs(variance - 1) for _, variance in lsuv_(model, x, tolerance=0.01)) < 0.01
    with pytest.raises(ValueError, match="after 1 passes"):
        lsuv_(model, x, tolerance=0.001, passes=1)


@pytest.mark.needs("torch")
def test_in_pytorch_modes_hooks_frozen_weights_and_other_layers_stay(pytorch):
    torch, lsuv_, x = pytorch
    nn = torch.nn
    inner = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.5, batch_first=True)
    model = nn.Sequential(nn.Linear(8, 8), nn.Unflatten(1, (1, 8)), inner, nn.Dropout(0.5), nn.Linear(8, 3))
    model[0].weight.requires_grad_(False)
    model[3].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    said = dict(lsuv_(model, x))
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert list(said) == ["2.linear1", "2.linear2", "4"] and changed == {f"{name}.weight" for name in said}
    assert inner.dropout.training and not model[3].training
    assert not any(layer._forward_pre_hooks for layer in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype, tolerance", [("bfloat16", 0.1), ("float16", 0.1), ("float64", 0.1)])
def test_in_pytorch_a_model_of_any_precision_is_scaled(pytorch, dtype, tolerance):
    torch, lsuv_, x = pytorch
    dtype = getattr(torch, dtype)
    model = torch_dense_stack("relu", 4).to(dtype)
    assert len(lsuv_(model, x.to(dtype), tolerance)) == 5 and {value.dtype for value in model.parameters()} == {dtype}


def without_biases(model):
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            parameter.data.zero_()
    return model


def tied(nn):
    model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8))
    model[2].weight = model[0].weight
    return model


@pytest.mark.needs("torch")
@pytest.mark.parametrize("model, factor, message", [
    (lambda nn: nn.Sequential(nn.LazyLinear(3)), 1, "no weights yet"),
    (lambda nn: nn.Sequential(*2 * [nn.Linear(8, 8)]), 1, "is used twice"),
    (tied, 1, "is used twice"),
    (lambda nn: nn.utils.parametrizations.weight_norm(nn.Linear(8, 8)), 1, "computes its weight anew"),
    (lambda nn: without_biases(torch_dense_stack("relu")), 0, "variance 0.0 on this batch"),
    (lambda nn: torch_dense_stack("relu"), np.nan, "variance nan on this batch"),
    (lambda nn: nn.Sequential(nn.Linear(8, 3), nn.BatchNorm1d(3)), 1, "without batch normalization"),
], ids=["lazy", "shared", "tied", "parametrized", "constant", "nan", "batch_norm"])
def test_in_pytorch_what_cannot_be_scaled_is_one_clear_sentence_and_no_hook_stays(pytorch, model, factor, message):
    torch, lsuv_, x = pytorch
    model = model(torch.nn)
    before = [len(layer._forward_pre_hooks) for layer in model.modules()]
    with pytest.raises(ValueError, match=message) as error:
        lsuv_(model, factor * x)
    assert "\n" not in str(error.value) and [len(layer._forward_pre_hooks) for layer in model.modules()] == before
