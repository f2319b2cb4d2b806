"""What snippets/tools/torch/audit.py cannot read it says in one sentence, with what to do instead, never in PyTorch's words."""
import warnings

import numpy as np
import pytest

pytestmark = pytest.mark.needs("torch")
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
nn = torch.nn

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import FLAT, REAL, ROWS, WORDS, F, Net, X, Y, mlp, started  # noqa: E402

torch.manual_seed(0)
GOOD = mlp()
IMAGES = started(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 10)))
TEXTS = nn.Sequential(nn.Embedding(20, 4), nn.Flatten(), nn.Linear(48, 10))
PAIR = Net(lambda m, a, b: m.out(a - b), out=nn.Linear(144, 10))


class Mute(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = nn.Linear(3, 3)


def raising(error):
    def forward(m, x):
        raise error

    return Net(forward, part=nn.Linear(144, 10))


class Frame:
    """As of pandas."""


def elsewhere():
    with torch.device("meta"):
        return mlp()


def scripted():
    return torch.jit.script(nn.Sequential(nn.Linear(144, 10)))


class Quantized(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(10, 144, dtype=torch.int8), requires_grad=False)


def inferred():
    with torch.inference_mode():
        return mlp()


def checkpointed():
    def forward(m, x):
        return m.out(torch.utils.checkpoint.checkpoint(m.part, m.first(x), use_reentrant=True))

    return Net(forward, first=nn.Linear(144, 32), part=nn.Linear(32, 32), out=nn.Linear(32, 10))


CASES = {
    "no_model": (lambda: audit("model", FLAT, Y), "must be a torch.nn.Module, not str"), "a_function": (lambda: audit(F.relu, FLAT, Y), "must be a torch.nn.Module"),
    "scripted_part": (lambda: audit(nn.Sequential(scripted(), nn.ReLU()), FLAT, Y), "before torch.jit"),
    "scripted": (lambda: audit(scripted(), FLAT, Y), "before torch.jit"), "loss_by_name": (lambda: audit(GOOD, FLAT, Y, "mse"), "must be a module or a function of .outputs, y., not str"),
    "optimizer_class": (lambda: audit(GOOD, FLAT, Y, optimizer=torch.optim.Adam), "must be a torch.optim.Optimizer, not type"),
    "quantized": (lambda: audit(Quantized(), FLAT, Y), "weight is int8: audit the model before it is quantized"),
    "quantized_layers": (lambda: audit(torch.ao.quantization.quantize_dynamic(mlp(), {nn.Linear}), FLAT, Y), "0 is quantized: audit the model before"), "complex": (lambda: audit(nn.Linear(144, 10, dtype=torch.complex64), FLAT, Y), "complex64: this tool reads real weights alone"),
    "lazy": (lambda: audit(nn.Sequential(nn.LazyLinear(10)), FLAT, Y), "lazy layers without weights: call it once"), "no_weights": (lambda: audit(nn.Sequential(nn.Flatten()), FLAT, Y), "no parameters"),
    "nothing_to_audit": (lambda: audit(nn.BatchNorm1d(144), FLAT, FLAT, F.mse_loss), "nothing to audit"), "meta": (lambda: audit(elsewhere(), FLAT, Y), 'device "meta"'),
    "made_for_inference": (lambda: audit(inferred(), FLAT, Y), r"made under torch.inference_mode\(\), so that nothing of it has a gradient: make it outside"),
    "other_device": (lambda: audit(GOOD, FLAT.to("meta"), Y), 'The batch is on meta, the model on cpu: `x, y = x.to\\("cpu"\\)'),
    "other_device_of_equal_shapes": (lambda: audit(mlp(out=144), *[FLAT.to("meta")] * 2, F.mse_loss), "The batch is on meta, the model on cpu"),
    "no_labels": (lambda: audit(GOOD, FLAT), "computes no loss: give labels"), "other_lengths": (lambda: audit(GOOD, FLAT, Y[:3]), "same images, at least two"),
    "one_image": (lambda: audit(GOOD, FLAT[:1], Y[:1]), "at least two"), "no_batch": (lambda: audit(IMAGES, X[0], Y[0]), "y is a single value"), "nothing": (lambda: audit(GOOD, FLAT[:0], Y[:0]), "at least two"),
    "list": (lambda: audit(GOOD, FLAT.tolist(), Y), r"torch.tensor\(x\)"), "list_of_labels": (lambda: audit(GOOD, FLAT, Y.tolist()), r"torch.tensor\(y\)"), "strings": (lambda: audit(GOOD, np.full((64, 144), "a"), Y), "x holds strings"),
    "sparse_adjacency": (lambda: audit(GOOD, (FLAT, FLAT.to_sparse()), Y), r"x = tuple\(part.to_dense\(\) for part in x\)"),
    "sparse": (lambda: audit(GOOD, FLAT.to_sparse(), Y), r"x = x.to_dense\(\)"), "class_of_loss": (lambda: audit(GOOD, FLAT, Y, torch.nn.CrossEntropyLoss), "not the class CrossEntropyLoss"),
    "channels_last": (lambda: audit(torch.nn.Conv2d(3, 4, 3), torch.rand(8, 12, 12, 3), Y[:8]), r"x = x.movedim\(-1, 1\)"),
    "text": (lambda: audit(GOOD, ["a", "b"], Y), "x holds strings"), "names": (lambda: audit(GOOD, FLAT, np.array(["cat", "dog"] * 32)), "y holds strings"), "objects": (lambda: audit(GOOD, np.array([FLAT[0], None], dtype=object), Y[:2]), "x holds strings or objects"),
    "loader": (lambda: audit(GOOD, torch.utils.data.DataLoader(torch.utils.data.TensorDataset(FLAT, Y)), Y), r"next\(iter\(loader\)\)"), "dataset": (lambda: audit(GOOD, torch.utils.data.TensorDataset(FLAT, Y)), r"next\(iter"),
    "generator": (lambda: audit(GOOD, iter(FLAT), Y), "one batch as tensors"), "frame": (lambda: audit(GOOD, Frame(), Y), "one batch as tensors"), "none": (lambda: audit(GOOD, None, Y), "one batch as tensors"),
    "short_rows": (lambda: audit(GOOD, FLAT[:, :9], Y), r"x has the shape \(64, 9\); 0 gets \(64, 9\) and holds weights of \(32, 144\)"), "images": (lambda: audit(GOOD, X, Y), r"x has the shape \(64, 1, 12, 12\)"),
    "channels_last_of_one": (lambda: audit(IMAGES, X.movedim(1, -1), Y), r"gets \(64, 12, 12, 1\) and holds weights of \(4, 1, 3, 3\)"), "no_channels": (lambda: audit(IMAGES, ROWS, Y), "x has the shape"),
    "one_of_two_inputs": (lambda: audit(PAIR, FLAT, Y), r"what forward\(inputs\) takes"), "double": (lambda: audit(GOOD, FLAT.double(), Y), r"holds float32 and gets float64: `x = x.to\(torch.float32\)`"),
    "bytes": (lambda: audit(GOOD, (255 * FLAT).byte(), Y), r"gets uint8: `x = x.float\(\) / 255`"), "ids": (lambda: audit(TEXTS, WORDS, Y), "0 has 20 rows, and the numbers run from 0 to 49"), "floats_as_ids": (lambda: audit(TEXTS, ROWS[:, 0], Y), r"takes whole numbers and gets float32: `x = x.long\(\)`"),
    "no_forward": (lambda: audit(Mute(), FLAT, Y), r"no forward\(\)"), "memory": (lambda: audit(raising(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")), FLAT, Y), "does not fit into memory"),
    "memory_of_cpu": (lambda: audit(raising(RuntimeError("DefaultCPUAllocator: can't allocate memory: not enough memory")), FLAT, Y), "fewer images, as in"),
    "inside": (lambda: audit(raising(ZeroDivisionError("float division by zero")), FLAT, Y), "The model fails on this batch.*: ZeroDivisionError: float division by zero"), "inside_a_layer": (lambda: audit(nn.Sequential(mlp(), nn.Unflatten(1, (3, 4))), FLAT, Y), "1 fails on this batch"),
    "labels_of_another_shape": (lambda: audit(GOOD, FLAT, FLAT[:, :7], F.kl_div), r"cannot compare y of shape \(64, 7\) with outputs of shape \(64, 10\)"), "loss_of_one": (lambda: audit(GOOD, FLAT, Y, lambda out: out.mean()), "The loss fails"), "loss_of_each": (lambda: audit(GOOD, FLAT, Y, nn.CrossEntropyLoss(reduction="none")), "reduction=.none., and backward.. takes one number"),
    "loss_of_nothing": (lambda: audit(GOOD, FLAT, Y, lambda out, y: None), "The loss gives NoneType"), "returns_nothing": (lambda: audit(Net(lambda m, x: m.out(x) and None if False else None, out=nn.Linear(144, 10)), FLAT, Y), "no tensor"),
    "checkpointed": (lambda: audit(checkpointed(), FLAT.clone(), Y), "use_reentrant=False"),
}  # fmt: skip


@pytest.mark.parametrize("ask, words", CASES.values(), ids=CASES)
def test_what_cannot_be_read_is_one_clear_sentence(ask, words):
    hooks = [dict(part) for part in (nn.modules.module._global_forward_hooks, nn.modules.module._global_forward_pre_hooks)]
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        ask()
    text = str(caught.value)
    assert "\n" not in text and len(text) < 250 and text.endswith((".", "`", "?")), text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "a traceback of PyTorch is shown above the sentence"
    assert hooks == [nn.modules.module._global_forward_hooks, nn.modules.module._global_forward_pre_hooks]
    assert torch.overrides._get_current_function_mode() is None


class Places(nn.Module):
    """Learned positions for ten steps."""

    def __init__(self):
        super().__init__()
        self.into, self.places, self.end = nn.Linear(12, 8), nn.Parameter(0.02 * torch.randn(1, 10, 8)), nn.Linear(8, 10)

    def forward(self, x):
        return self.end((self.into(x) + self.places).mean(1))


def bagged():
    return Net(lambda m, x: m.end((m.words(x) + m.places(torch.arange(x.shape[1]))).mean(1)), words=nn.Embedding(50, 8), places=nn.Embedding(8, 8), end=nn.Linear(8, 10))


def looped():
    return Net(lambda m, x: m.end(m.loop(x)[0][:, -1]), loop=nn.GRU(12, 8, batch_first=True), end=nn.Linear(8, 10))


REFUSED = {
    "nested": (lambda: audit(mlp(), torch.nested.nested_tensor([FLAT[0], FLAT[1]], layout=torch.jagged), Y[:2]), r"x is nested: `x = x.to_padded_tensor\(0.0\)`"),
    "packed": (lambda: audit(nn.GRU(12, 8), nn.utils.rnn.pack_padded_sequence(ROWS, torch.full((64,), 12), batch_first=True), Y), "x is packed"),
    "bare_recurrent": (lambda: audit(nn.LSTM(12, 1, batch_first=True), ROWS, REAL, F.mse_loss), "returns its outputs and its state"),
    "loss_of_four": (lambda: audit(mlp(), FLAT, Y, nn.CTCLoss()), r"CTCLoss takes \(log_probs.*target_lengths"),
    "whole_numbers": (lambda: audit(looped(), ROWS.long(), Y), r"holds float32 and gets int64: `x = x.to\(torch.float32\)`"), "double": (lambda: audit(looped(), ROWS.double(), Y), "holds float32 and gets float64"),
    "features": (lambda: audit(looped(), ROWS[..., :7], Y), "wants 12 features a step, and x of shape .* brings 7"), "keys": (lambda: audit(looped(), {"inputs": ROWS}, Y), r"takes \(\*inputs\), and x holds inputs|x holds inputs"),
    "places": (lambda: audit(Places(), ROWS, Y), r"places of shape \(1, 10, 8\) is added to \(64, 12, 8\)"), "table_of_places": (lambda: audit(bagged(), WORDS, Y), "places has 8 rows, and the numbers run from 0 to 11: number from 0, or give it 12 rows"),
}  # fmt: skip


@pytest.mark.parametrize("call, words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_said_in_one_sentence(call, words):
    with pytest.raises(ValueError if "CTC" not in words else TypeError, match=words) as error:
        call()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("x, y", [(FLAT.numpy(), Y.numpy()), ((FLAT,), Y), ([FLAT], Y), ({"input": FLAT}, Y), (FLAT.requires_grad_(False), Y.byte())],
                         ids=["numpy", "tuple", "list", "dict", "uint8"])  # fmt: skip
def test_what_a_loop_hands_over_is_read(x, y):
    assert audit(GOOD, x, y).outcome == "sound"


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_model_without_gradients_and_in_eval_mode_is_read_as_in_training(mode):
    net = nn.Sequential(nn.Linear(144, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10)).eval()
    with mode():
        report = audit(net, FLAT + 0, Y + 0)
    assert report.outcome == "sound" and all(row.gradient for row in report.rows) and not net.training


def test_pytorch_warns_of_nothing_beside_what_the_report_says():
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        report = audit(mlp(1, out=4), FLAT, torch.rand(64, 1), F.mse_loss)  # of which PyTorch would say that it broadcasts
    assert not warned and report.findings[0].fault == "targets broadcast"
