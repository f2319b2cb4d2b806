"""snippets/tools/fixup.py: the three rules, and what they are for: steps whose size does not grow with depth."""
import keras
import numpy as np
import pytest

from snippets.tools.fixup import FixupBlock
from tests.frameworks import each_framework

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


def parts(framework, widths, blocks):
    """A block of dense layers on 16 inputs, or as many as the first width: (kernels with inputs first, scalars, call, set)."""
    if framework == "keras":
        block = FixupBlock([Dense(width) for width in widths[1:]], blocks)
        block.build((None, widths[0]))
        assert len(block.trainable_variables) == len(widths) + 1 and not any(layer.use_bias for layer in block.layers)
        variables = [*(layer.kernel for layer in block.layers), block.multiplier, block.biases]
        return [np.array(v) for v in variables], lambda x: np.array(block(x)), lambda values: [
            variable.assign(value) for variable, value in zip(variables, values, strict=True)]
    import torch
    from snippets.tools.torch.fixup import FixupBlock as Module
    block = Module([torch.nn.Linear(*pair) for pair in zip(widths, widths[1:])], blocks)
    assert len(list(block.parameters())) == len(widths) + 1
    tensors = [*(layer.weight.detach().T for layer in block.layers), block.multiplier.detach(), block.biases.detach()]
    return [np.array(t) for t in tensors], lambda x: block(torch.tensor(x)).detach().numpy(), lambda values: [
        tensor.copy_(torch.tensor(value)) for tensor, value in zip(tensors, values, strict=True)]


@each_framework
@pytest.mark.parametrize("layers", [2, 3, 4])
def test_a_branch_starts_from_he_times_a_power_of_the_number_of_blocks_and_ends_in_zeros(layers, framework):
    (*kernels, last, _, _), _, _ = parts(framework, [200] * (layers + 1), blocks=50)
    expected = np.sqrt(2 / 200) * 50 ** (-1 / (2 * layers - 2))
    # five standard errors; the spread of a truncated normal is known better than that of a normal
    bound = 5 * expected / np.sqrt(2 * 200 * 200)
    assert len(kernels) == layers - 1 and all(abs(kernel.std() - expected) < bound for kernel in kernels)
    assert not last.any()


@each_framework
def test_scalars_start_at_one_and_zero(framework):
    (_, _, multiplier, biases), _, _ = parts(framework, [16, 16, 16], blocks=4)
    assert multiplier == 1 and biases.shape == (2, 2) and not biases.any()


@each_framework
def test_a_block_does_what_its_formula_says(framework):
    _, call, assign = parts(framework, [16, 5, 16], blocks=4)
    rng = np.random.default_rng(1)
    w1, w2 = (rng.normal(size=shape).astype("float32") for shape in [(16, 5), (5, 16)])
    assign([w1, w2, np.float32(0.7), np.array([[0.1, 0.2], [0.3, 0.4]], "float32")])
    h = (np.maximum(X + 0.1, 0) + 0.2) @ w1
    expected = X + 0.7 * (np.maximum(h + 0.3, 0) + 0.4) @ w2
    np.testing.assert_allclose(call(X), expected, rtol=1e-4, atol=1e-4)


def test_a_network_of_blocks_starts_as_if_they_were_not_there():
    np.testing.assert_array_equal(np.array(network(6, classifier="identity")(X)), X[:, :4])


def torch_network(blocks, width=64):
    import torch
    from torch import nn
    from snippets.tools.torch.fixup import FixupBlock as Module
    body = [Module([nn.Linear(width, width) for _ in range(2)], blocks) for _ in range(blocks)]
    model = nn.Sequential(*body, nn.Linear(width, 4))
    nn.init.kaiming_normal_(model[-1].weight, generator=torch.Generator().manual_seed(0))  # with a classifier of zeros only it would move
    return model


def torch_plain_he(model):
    import torch
    for block in model[:-1]:
        for layer in block.layers:
            torch.nn.init.kaiming_normal_(layer.weight)
    return model


def torch_step_size(model):
    import torch
    x = torch.tensor(np.random.default_rng(0).normal(size=(32, 64)).astype("float32"))
    before = model(x)
    torch.nn.functional.cross_entropy(before, torch.tensor(Y)).backward()
    torch.optim.SGD(model.parameters(), 0.01).step()
    return (model(x) - before).square().mean().sqrt().item()


@each_framework
def test_the_function_changes_by_the_same_size_at_every_depth_and_under_he_it_explodes(framework):
    head = {"width": 64, "classifier": keras.initializers.HeNormal(seed=0)}  # with a classifier of zeros only it would move
    step, make, he = (torch_step_size, torch_network, torch_plain_he) if framework == "torch" else (
        step_size, lambda blocks: network(blocks, **head), plain_he)

    def size(blocks, change=lambda model: model):
        """Mean over five draws, of which single ones differ by a third."""
        found = []
        for seed in range(5):
            set_seed(seed, framework)
            found.append(step(change(make(blocks))))
        return np.mean(found)

    sizes = [size(blocks) for blocks in (2, 8, 24)]
    assert max(sizes) < 1.3 * min(sizes)
    assert size(8, he) > 30 * size(2, he)


def set_seed(seed, framework):
    keras.utils.set_random_seed(seed)  # on TensorFlow it leaves PyTorch's alone
    if framework == "torch":
        import torch
        torch.manual_seed(seed)


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


# PyTorch's own

@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64"])
def test_in_pytorch_convolutions_make_a_block_of_any_precision_and_a_generator_repeats_it(dtype):
    import torch
    from torch import nn
    from snippets.tools.torch.fixup import FixupBlock as Module
    dtype = getattr(torch, dtype)

    def block(seed):
        layers = [nn.Conv2d(6, 8, 3, padding=1, dtype=dtype), nn.Conv2d(8, 6, 1, dtype=dtype)]
        return Module(layers, 9, generator=torch.Generator().manual_seed(seed))

    one, same, other = block(1), block(1), block(2)
    images = torch.randn(2, 6, 5, 5, dtype=dtype)
    assert torch.equal(one(images), images) and {p.dtype for p in one.parameters()} == {dtype}
    assert torch.equal(one.layers[0].weight, same.layers[0].weight)
    assert not torch.equal(one.layers[0].weight, other.layers[0].weight)


@pytest.mark.needs("torch")
def test_in_pytorch_a_state_is_saved_and_loaded_and_a_reset_starts_again(tmp_path):
    import torch
    model, again = torch_network(3), torch_network(3)
    torch_step_size(model)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    again.load_state_dict(torch.load(tmp_path / "model.pt"))
    x = torch.randn(5, 64)
    torch.testing.assert_close(again(x), model(x))
    assert again[0].layers[-1].weight.any()
    again[0].reset_parameters()
    assert torch.equal(again[0](x), x)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("layers, error, message", [
    (lambda nn: [nn.Linear(16, 16)], ValueError, "2 layers in a branch"),
    (lambda nn: [nn.Linear(16, 16), nn.ReLU()], TypeError, "not of ReLU"),
    (lambda nn: [nn.Linear(16, 16), nn.Linear(16, 1)], ValueError, "cannot be added to its input"),
    (lambda nn: 2 * [nn.Linear(16, 16)], ValueError, "same layer twice"),
    (lambda nn: [nn.LazyLinear(16), nn.Linear(16, 16)], ValueError, "write its number of inputs"),
], ids=["one", "relu", "shape", "twice", "lazy"])
def test_in_pytorch_a_branch_that_cannot_work_is_one_clear_sentence(layers, error, message):
    import torch
    from snippets.tools.torch.fixup import FixupBlock as Module
    with pytest.raises(error, match=message) as raised:
        Module(layers(torch.nn), blocks=4)(torch.tensor(X))
    assert "\n" not in str(raised.value)
