"""init_model in PyTorch: what modules, functions and ties it sees, and what it leaves."""
import numpy as np
import pytest

from tests.initialized import assert_variance, in_torch


@pytest.fixture
def pytorch():
    """PyTorch, its layers and functions, and the tool."""
    torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
    return torch, torch.nn, torch.nn.functional, in_torch().init_model_


@pytest.mark.needs("torch")
def test_in_pytorch_functions_in_place_branches_and_formulas_are_seen(pytorch):
    torch, nn, F, init_model_ = pytorch

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            for name in "abcdefghi":
                setattr(self, name, nn.Linear(8, 8))
            self.norm, self.slope = nn.RMSNorm(8), nn.PReLU()

        def forward(self, x):
            x = F.relu_(self.a(x))
            x = F.leaky_relu(F.dropout(self.b(x), 0.5, self.training), 0.3)
            x = x + self.c(x)
            x = F.silu(self.d(x)) * self.e(x)
            x = x * torch.sigmoid(self.f(x))
            z = self.g(self.norm(x))
            x = 0.5 * z * (1 + torch.tanh(0.798 * (z + 0.0447 * z**3)))  # GELU as GPT-2 writes it
            return {"logits": self.i(self.slope(2 * self.norm(self.h(x)) + 1)), "text": "nothing"}

    rows = {row.name[0]: row.behind for row in init_model_(Model(), torch.randn(2, 8)) if len(row.name) == 8}
    assert rows == {"a": "relu", "b": "leaky_relu(0.3)", "c": "sum", "d": "silu", "e": "product", "f": "gate", "g": "gelu",
                    "h": "leaky_relu(0.25)", "i": "output"}


@pytest.mark.needs("torch")
def test_in_pytorch_frozen_and_unknown_weights_and_modes_stay_and_are_named(pytorch):
    torch, nn, F, init_model_ = pytorch
    model = nn.Sequential(nn.Linear(8, 8), nn.PReLU(), nn.BatchNorm1d(8), nn.Linear(8, 8), nn.Softplus(), nn.Linear(8, 8),
                          nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2))
    model[0].requires_grad_(False)
    model[7].eval()
    model(torch.randn(4, 8))  # moves the running statistics
    before = {name: value.clone() for name, value in model.state_dict().items()}
    rules = {row.name: row.rule for row in init_model_(model, torch.randn(4, 8))}
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in ("0.weight", "0.bias", "1.weight", "3.weight"))
    assert rules["0.weight"] == rules["0.bias"] == "left: frozen"
    assert (rules["1.weight"], rules["3.weight"]) == ("left: no rule for PReLU", "left: no rule for softplus")
    assert not after["2.running_mean"].any() and (after["2.running_var"] == 1).all()
    assert not any(after[f"{i}.bias"].any() for i in (3, 5, 8))
    assert model.training and not model[7].training and all(value.grad is None for value in model.parameters())


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_in_pytorch_a_model_of_any_precision_keeps_it(pytorch, dtype):
    torch, nn, F, init_model_ = pytorch
    dtype = getattr(torch, dtype)
    model = nn.Sequential(nn.Linear(300, 400), nn.ReLU(), nn.Linear(400, 3)).to(dtype)
    init_model_(model, torch.randn(2, 300, dtype=dtype))
    assert {value.dtype for value in model.parameters()} == {dtype}
    assert_variance(model[0].weight.detach().double().numpy(), 2 / 300)
    recurrent = nn.GRU(4, 8, dtype=dtype)  # orthogonal_ itself fails in half precision
    init_model_(recurrent, torch.randn(5, 2, 4, dtype=dtype))
    kernel = recurrent.weight_hh_l0.detach().double().numpy()
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(8), atol=0.05)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("head_first", [False, True])
def test_in_pytorch_a_tied_table_is_drawn_once_as_the_kernel_that_it_is(pytorch, head_first):
    torch, nn, F, init_model_ = pytorch

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            if head_first:
                self.head, self.table = nn.Linear(100, 50, bias=False), nn.Embedding(50, 100)
            else:
                self.table, self.head = nn.Embedding(50, 100), nn.Linear(100, 50, bias=False)
            self.head.weight = self.table.weight

        def forward(self, tokens):
            return self.head(self.table(tokens))

    model = Model()
    rows = init_model_(model, torch.randint(50, (2, 7)))
    first, second = [row.name for row in rows]
    assert [row.rule for row in rows] == ["lecun_normal", f"left: it is {first}"] and model.head.weight is model.table.weight
    assert_variance(model.table.weight.detach().numpy(), 1 / 100)


@pytest.mark.needs("torch")
def test_in_pytorch_the_blocks_of_an_encoder_start_equal_and_differ_afterwards(pytorch):
    torch, nn, F, init_model_ = pytorch
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False)
    first, second = (layer.linear1.weight for layer in model.layers)
    assert torch.equal(first, second)
    init_model_(model, torch.randn(2, 5, 8))
    assert not torch.allclose(first, second, atol=0.01)


@pytest.mark.needs("torch")
def test_in_pytorch_lazy_layers_several_inputs_and_compiled_models_are_taken(pytorch):
    torch, nn, F, init_model_ = pytorch
    lazy = nn.Sequential(nn.LazyLinear(400), nn.ReLU(), nn.LazyLinear(3))
    init_model_(lazy, torch.randn(2, 300))
    assert_variance(lazy[0].weight.detach().numpy(), 2 / 300)
    both = nn.Bilinear(4, 4, 3)
    for x in ((torch.randn(2, 4), torch.randn(2, 4)), {"input1": torch.randn(2, 4), "input2": torch.randn(2, 4)}):
        assert [row.rule for row in init_model_(both, x)] == 2 * ["left: no rule for Bilinear"]
    assert [row.name for row in init_model_(torch.compile(lazy), torch.randn(2, 300))] == ["0.weight", "2.weight"]


@pytest.mark.needs("torch")
def test_in_pytorch_a_mistake_is_one_clear_sentence(pytorch):
    torch, nn, F, init_model_ = pytorch
    x = torch.randn(2, 4)
    stack = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    for model, options, message in [
        (stack, {"zeros": "head"}, "normalizing layer is called 'head'"),
        (stack, {"behind": {"*": "sin"}}, "There is no rule for 'sin'"),
        (nn.Linear(4, 4, device="meta"), {}, "are on the meta device"),
        (nn.Linear(4, 4).requires_grad_(False), {}, "unfreeze some"),
    ]:
        with pytest.raises(ValueError, match=message) as error:
            init_model_(model, x, **options)
        assert "\n" not in str(error.value)
