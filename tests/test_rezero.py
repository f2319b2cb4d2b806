"""snippets/tools/rezero.py against the sentences of Bachlechner et al. 2021 and De & Smith 2020."""
import keras
import numpy as np
import pytest

from snippets.tools.rezero import ReZero
from tests.frameworks import each_framework


def network(blocks, width=8, **options):
    """Pre-activation blocks of two He layers, each ended by ReZero(**options)."""
    x = inputs = keras.Input((width,))
    for _ in range(blocks):
        branch = keras.layers.Dense(width, kernel_initializer="he_normal")(keras.activations.relu(x))
        branch = keras.layers.Dense(width, kernel_initializer="he_normal")(keras.activations.relu(branch))
        x = x + ReZero(**options)(branch)
    return keras.Model(inputs, x)


def torch_network(blocks, width=8, **options):
    """The same in PyTorch."""
    import torch
    from snippets.tools.torch.rezero import ReZero

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = (torch.nn.Linear(width, width, bias=False) for _ in range(2))
            for layer in (self.first, self.second):
                torch.nn.init.kaiming_normal_(layer.weight)
            self.rezero = ReZero(**options)

        def forward(self, x):
            return x + self.rezero(self.second(torch.relu(self.first(torch.relu(x)))))

    return torch.nn.Sequential(*[Block() for _ in range(blocks)])


def output(framework, blocks, images, **options):
    if framework == "keras":
        return np.array(network(blocks, **options)(images))
    import torch
    return torch_network(blocks, **options)(torch.tensor(images)).detach().numpy()


def gate(framework, initial):
    """The layer as a function of arrays."""
    if framework == "keras":
        layer = ReZero(initial)
        return lambda x: np.asarray(layer(x))
    import torch
    from snippets.tools.torch.rezero import ReZero as Module
    module = Module(initial)
    return lambda x: module(torch.tensor(x)).detach().numpy()


def trained(framework, images, steps):
    """After each step of SGD on the mean square error, the weights of three blocks by name, the start first."""
    targets, history = np.tanh(images), []
    if framework == "keras":
        model = network(3)
        model.compile("sgd", "mse")
        look = lambda: {weight.path: np.array(weight) for weight in model.weights if "bias" not in weight.path}
        step = lambda: model.train_on_batch(images, targets)
    else:
        import torch
        model = torch_network(3)
        sgd = torch.optim.SGD(model.parameters(), 0.01)
        look = lambda: {name: value.detach().numpy().copy() for name, value in model.named_parameters()}

        def step():
            sgd.zero_grad()
            torch.nn.functional.mse_loss(model(torch.tensor(images)), torch.tensor(targets)).backward()
            sgd.step()
    for _ in range(steps):
        history.append(look())
        step()
    return [*history, look()]


@pytest.fixture
def images():
    keras.utils.set_random_seed(0)
    return np.random.default_rng(0).normal(size=(16, 8)).astype("float32")


@each_framework
@pytest.mark.parametrize("blocks", [1, 20])
def test_before_training_the_network_is_the_identity_at_any_depth(blocks, images, framework):
    np.testing.assert_array_equal(output(framework, blocks, images), images)


@each_framework
def test_the_branch_is_multiplied_by_alpha(images, framework):
    np.testing.assert_array_equal(gate(framework, 0.25)(images), 0.25 * images)


@each_framework
def test_at_the_first_step_only_alpha_moves_and_at_the_second_the_kernels_follow(images, framework):
    start, first, second = trained(framework, images, 2)
    for after, kernels_move in ((first, False), (second, True)):
        moved = {name: np.any(after[name] != start[name]) for name in start}
        assert all(value == (kernels_move or "alpha" in name) for name, value in moved.items()) and len(moved) == 9


@each_framework
def test_every_block_learns_an_alpha_of_its_own(images, framework):
    alphas = [float(value) for name, value in trained(framework, images, 5)[-1].items() if "alpha" in name]
    assert len(set(alphas)) == 3 and 0 not in alphas


@each_framework
def test_skip_init_adds_its_share_to_the_mean_square_where_alpha_one_doubles_it_per_block(framework):
    """The expectation over the kernels is exactly (1 + alpha^2)^blocks. 5 standard errors of the mean over 600 networks."""
    rng, blocks, networks, width = np.random.default_rng(0), 8, 600, 32
    for alpha in (1.0, blocks**-0.5):
        layer, x = gate(framework, alpha), rng.normal(size=(networks, 1, width))
        before = (x**2).mean()
        for _ in range(blocks):
            first, second = rng.normal(0, np.sqrt(2 / width), (2, networks, width, width))
            x = x + layer(np.maximum(np.maximum(x, 0) @ first, 0) @ second)
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


@pytest.mark.needs("torch")
def test_in_pytorch_half_precision_stays_half_precision_and_a_reset_brings_alpha_back():
    import torch
    from snippets.tools.torch.rezero import ReZero as Module
    assert Module(0.5)(torch.ones(2, dtype=torch.float16)).dtype == torch.float16
    module = Module(0.5, dtype=torch.bfloat16)
    torch.nn.init.zeros_(module.alpha)
    module.reset_parameters()
    assert module.alpha.dtype == torch.bfloat16 and module.alpha.item() == 0.5 and "initial=0.5" in repr(module)


@each_framework
@pytest.mark.parametrize("initial", ["zeros", None, float("nan"), float("inf"), [0.0]], ids=str)
def test_a_start_that_is_no_number_is_one_clear_sentence(initial, framework):
    with pytest.raises(ValueError, match="the number that alpha starts from") as error:
        gate(framework, initial)
    assert "\n" not in str(error.value)
