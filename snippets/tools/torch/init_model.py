"""Initialize a whole PyTorch model: each layer by its kind and by the activation that stands behind it.

    print(init_model_(model, x))  # changes the model, and returns a table of what it did and what it left alone

Kernels before ReLU get He's variance, 2 / fan_in; before leaky ReLU of slope a 2 / ((1 + a^2) fan_in); before ELU,
GELU, SiLU and others their own constant 1 / E[f(z)^2] over fan_in; before SELU, and where the next layer, a sum or a
product follows, 1 / fan_in (LeCun); before tanh and softsign, in attention and at the output 2 / (fan_in + fan_out)
(Glorot); before a hidden sigmoid 16 times that. Recurrent kernels are orthogonal, biases 0, the biases of forget gates
1, normalizations 1 and 0.

He et al. 2015, arXiv:1502.01852; Glorot & Bengio 2010; LeCun et al. 1998; Klambauer et al. 2017, arXiv:1706.02515
(SELU); Saxe et al. 2014, arXiv:1312.6120 (orthogonal); Jozefowicz et al. 2015 (forget gate).
"""
import re
from fnmatch import fnmatch
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
KERNELS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, *TRANSPOSED)
EMBEDDINGS = (nn.Embedding, nn.EmbeddingBag)
RECURRENT = (nn.RNNBase, nn.RNNCellBase)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm, nn.InstanceNorm1d, nn.InstanceNorm2d,
         nn.InstanceNorm3d, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)

# what may stand behind a kernel; the first with a numerator over fan_in, 1 / E[f(z)^2] for a standard normal z
OVER_FAN_IN = {"relu": 2.0, "relu6": 2.0, "elu": 1.551, "gelu": 2.352, "silu": 2.811, "mish": 2.211}
LECUN = {"linear", "selu", "sum", "product", "tied"}
GLOROT = {"tanh", "hardtanh", "softsign", "softmax", "attention", "gate", "output"}

# The names of PyTorch's functions in the graph that it keeps for the gradients
WRITTEN_OUT = {("Mul", "Sigmoid"): "silu", ("Abs", "Div"): "softsign", ("Add", "Mul", "Pow3"): "gelu"}
MATRICES = {"Addmm", "Mm", "Convolution", "MkldnnConvolution", "CudnnConvolution", "MkldnnLinear", "Linear"}
SHAPES = set("""T Transpose Permute View UnsafeView ReshapeAlias Squeeze Unsqueeze Expand Repeat Slice Select Split
    SplitWithSizes Unbind Cat Stack Clone Copy ToCopy AsStrided Index IndexSelect Gather ConstantPadNd Roll""".split())
PASSING = SHAPES | set("""Mean Sum Amax NativeDropout NativeBatchNorm CudnnBatchNorm NativeLayerNorm NativeGroupNorm
    FusedRmsNorm MaxPool1DWithIndices MaxPool2DWithIndices MaxPool3DWithIndices AvgPool2D AvgPool3D AdaptiveAvgPool2D
    AdaptiveAvgPool3D AdaptiveMaxPool2D UpsampleNearest2D UpsampleBilinear2D PixelShuffle""".split())


class Row(NamedTuple):
    """One weight: name, shape, what stands behind it, the rule that it got or why it was left, and its spread now."""

    name: str
    shape: tuple
    behind: str
    rule: str
    std: float


class Table(list):
    """Rows in the order of the model, printed as a table."""

    def __str__(self):
        cells = [("weight", "shape", "behind", "rule", "std")]
        cells += [(row.name, "x".join(map(str, row.shape)), row.behind, row.rule, f"{row.std:.4f}") for row in self]
        widths = [max(map(len, column)) for column in zip(*cells)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def init_model_(model, x, behind=None, zeros=(), generator=None):
    """Draw the weights of a model anew, each by the rule of its layer; returns a Table with a Row for each kernel.

    The model runs once on x, in evaluation mode, to see what stands behind each kernel, in whatever way it is written.
    Biases become 0. Frozen weights and layers of other kinds stay, and the table names them. A shared weight is drawn
    once; a table of embeddings that is the output's kernel as well gets variance 1 / fan_in.

    model: an nn.Module, of any floating dtype, on any device; lazy layers take their shapes from x.
    x: a batch as the model takes it; a tuple holds several arguments, a dict named ones.
    behind: {pattern: activation} where the model says too little, such as {"decoder.*": "relu"}, "leaky_relu(0.2)" or
    "linear". Patterns are those of fnmatch, on the names of model.named_modules().
    zeros: patterns of layers that start at zero: the last kernel, or the last normalization, of each residual branch,
    such as "blocks.*.conv2", or a new head on a frozen body.
    generator: a torch.Generator, or None for PyTorch's.
    Raises ValueError for a pattern that fits no layer, an activation without a rule, weights on the meta device, and
    a model in whose outputs no trainable weight has a part.
    """
    model, behind = getattr(model, "_orig_mod", model), behind or {}  # the module inside torch.compile's
    zeros = [zeros] if isinstance(zeros, str) else zeros
    _check(model, behind, zeros)
    seen, rows, names = _behind(model, x), Table(), {}
    with torch.no_grad():
        for name, layer in model.named_modules():
            told = next((behind[pattern] for pattern in behind if fnmatch(name, pattern)), None)
            zero = any(fnmatch(name, pattern) for pattern in zeros)
            for key, weight in layer.named_parameters(recurse=False, remove_duplicate=False):
                first = names.setdefault(id(weight), full := f"{name}.{key}".lstrip("."))
                there, rule = "", f"left: it is {first}"
                if first == full:
                    there, rule = _start(layer, key, weight, told or seen.get(id(weight)), zero, generator)
                if rule:
                    rows.append(Row(full, tuple(weight.shape), there, rule, weight.float().std(correction=0).item()))
            if getattr(layer, "running_mean", None) is not None and all(p.requires_grad for p in layer.parameters()):
                layer.reset_running_stats()
    return rows


def _check(model, behind, zeros):
    if any(weight.is_meta for weight in model.parameters() if not nn.parameter.is_lazy(weight)):
        raise ValueError("The weights are on the meta device, empty: call model.to_empty(device='cpu') first.")
    names = [name for name, layer in model.named_modules() if isinstance(layer, (*KERNELS, *NORMS))]
    for pattern in [*behind, *zeros]:
        if not any(fnmatch(name, pattern) for name in names):
            raise ValueError(f"No linear, convolutional or normalizing layer is called {pattern!r}: take a name from "
                             "model.named_modules().")
    for activation in behind.values():
        if _rule(activation) is None:
            known = ["leaky_relu(0.2)", "sigmoid", *OVER_FAN_IN, *sorted(LECUN | GLOROT)]
            raise ValueError(f"There is no rule for {activation!r}: name one of {', '.join(known)}.")


# What a weight starts from: (what stands behind it, its rule or why it was left; "" for a bias, which has no line)
def _start(layer, key, weight, behind, zero, generator):
    if not weight.requires_grad:
        return "", "left: frozen"
    if isinstance(layer, NORMS):
        weight.fill_(float(key == "weight" and not zero))
        return "", "" if key == "bias" else "zeros" if zero else "ones"
    if isinstance(layer, RECURRENT):
        return "", _recurrent(layer, key, weight, generator)
    if isinstance(layer, nn.MultiheadAttention) and key.endswith("proj_weight"):
        for part in weight.split(layer.embed_dim):  # queries, keys and values: three kernels, stored as one
            _draw(part, 2 / sum(part.shape), "uniform", generator)
        return "attention", "glorot_uniform"
    if isinstance(layer, EMBEDDINGS):
        return _embedding(layer, weight, behind == "tied", generator)
    if isinstance(layer, (*KERNELS, nn.MultiheadAttention)) and key in ("bias", "in_proj_bias"):
        weight.zero_()
        return "", ""
    if isinstance(layer, KERNELS) and key == "weight":
        return _kernel(layer, weight, behind, zero, generator)
    return "", f"left: no rule for {type(layer).__name__}"


def _embedding(layer, weight, tied, generator):
    _draw(weight, 1 / weight.shape[1], "normal", generator) if tied else _fill(weight, nn.init.normal_, generator)
    if layer.padding_idx is not None:
        weight[layer.padding_idx] = 0
    return ("tied", "lecun_normal") if tied else ("", "normal, std 1")  # PyTorch's default


def _kernel(layer, weight, behind, zero, generator):
    if zero:
        weight.zero_()
    if zero or behind is None:
        return behind or "", "zeros" if zero else "left: x does not reach it"
    rule = _rule(behind)
    if rule is None:
        return behind, f"left: no rule for {behind}"
    name, numerator, form = rule
    fan_in, fan_out = _fans(layer, weight)
    _draw(weight, numerator / (fan_in if form == "normal" else fan_in + fan_out), form, generator)
    return behind, name


def _rule(behind):
    """(name, numerator of the variance, form): a normal has fan_in below it, a uniform fan_in + fan_out."""
    kind, _, slope = behind.rstrip(")").partition("(")
    constant = 2 / (1 + float(slope or 0.01) ** 2) if kind == "leaky_relu" else OVER_FAN_IN.get(kind)
    if constant:
        return "he_normal" if constant == 2 else f"{constant:.3f} / fan_in", constant, "normal"
    if kind in LECUN:
        return "lecun_normal", 1, "normal"
    if kind in GLOROT:
        return "glorot_uniform", 2, "uniform"
    return ("4 * glorot_uniform", 32, "uniform") if kind == "sigmoid" else None  # 4 on the limit, 16 on the variance


def _fans(layer, weight):
    """(inputs of one unit, units that one input feeds)."""
    window, groups = weight[0, 0].numel(), getattr(layer, "groups", 1)
    if isinstance(layer, TRANSPOSED):  # a unit sees a window of its inputs, spread out by the stride
        return weight.shape[0] // groups * window / torch.Size(layer.stride).numel(), weight.shape[1] * window
    return weight.shape[1] * window, weight.shape[0] // groups * window


def _recurrent(layer, key, weight, generator):
    if key.startswith("bias"):
        weight.zero_()
        if isinstance(layer, (nn.LSTM, nn.LSTMCell)) and key.startswith("bias_ih"):
            weight[layer.hidden_size : 2 * layer.hidden_size] = 1  # the forget gate; bias_hh is added, and stays 0
        return ""
    if key.startswith("weight_hh"):
        _fill(weight, nn.init.orthogonal_, generator)
        return "orthogonal"
    _draw(weight, 2 / sum(weight.shape), "uniform", generator)
    return "glorot_uniform"


def _draw(weight, variance, form, generator):
    std, limit = variance**0.5 / 0.87962566, (3 * variance) ** 0.5  # what a cut at two std leaves of it; of a uniform
    normal = partial(nn.init.trunc_normal_, std=std, a=-2 * std, b=2 * std)
    _fill(weight, normal if form == "normal" else partial(nn.init.uniform_, a=-limit, b=limit), generator)


def _fill(weight, draw, generator):
    """In float32 at least, since half precision cannot draw everything, and on the device of the generator."""
    dtype = torch.promote_types(weight.dtype, torch.float32)
    device = weight.device if generator is None else generator.device
    weight.copy_(draw(torch.empty(weight.shape, dtype=dtype, device=device), generator=generator))


# What stands behind a kernel, from the graph that PyTorch keeps for the gradients
def _behind(model, x):
    """{id of a weight: what stands behind it}: an activation, "sum", "linear" for the next layer, "output" …"""
    modes = {layer: layer.training for layer in model.modules()}
    try:
        model.eval()
        with torch.enable_grad():
            outputs = model(*x) if isinstance(x, tuple) else model(**x) if hasattr(x, "keys") else model(x)
    finally:
        for layer, training in modes.items():
            layer.training = training
    graph = _Graph(tensor.grad_fn for tensor in _tensors(outputs) if tensor.grad_fn)
    if not graph.weights:
        raise ValueError("No trainable weight has a part in the outputs: unfreeze some, and leave out torch.no_grad.")
    return {key: graph.behind_weight(node) for key, node in graph.weights.items()}


def _tensors(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if not isinstance(outputs, (list, tuple)):
        outputs = (outputs if isinstance(outputs, dict) else getattr(outputs, "__dict__", {})).values()
    return [tensor for part in outputs for tensor in _tensors(part)]


def _first(found):
    """Of several things behind one kernel an activation, and one without a rule last; "output" if nothing is."""
    return min(found, key=lambda name: (_rule(name) is None, name in LECUN | GLOROT), default="output")


def _kind(node):
    return re.sub(r"Backward\d*$", "", node.name())


class _Graph:
    """Who takes what: functions by the functions before them, and the leaves, which are the weights."""

    def __init__(self, ends):
        self.takers, self.weights, todo, known = {}, {}, [*ends], set()
        while todo:
            node = todo.pop()
            if node in known:
                continue
            known.add(node)
            if hasattr(node, "variable"):
                self.weights[id(node.variable)] = node
            for before in self.inputs(node):
                self.takers.setdefault(before, []).append(node)
                todo.append(before)

    def inputs(self, node):
        return [before for before, _ in node.next_functions if before is not None]

    def only_weights(self, node):
        """True for a weight, and for one in another shape."""
        return hasattr(node, "variable") or _kind(node) in SHAPES and all(map(self.only_weights, self.inputs(node)))

    def behind_weight(self, leaf):
        users, todo = [], [leaf]  # functions in which the weight, in whatever shape, meets something else
        while todo:
            for taker in self.takers.get(todo.pop(), []):
                (todo if self.only_weights(taker) and self.takers.get(taker) else users).append(taker)
        found = [self.behind(user) for user in users if not _kind(user).startswith("Embedding")]
        return "tied" if 0 < len(found) < len(users) else _first(found) if found else None

    def behind(self, node):
        takers = self.takers.get(node, [])
        kinds = tuple(sorted({f"{_kind(taker)}{getattr(taker, '_saved_exponent', '')}" for taker in takers}))
        if kinds in WRITTEN_OUT:
            return WRITTEN_OUT[kinds]
        if kinds == ("Mul", "Pow2"):  # RMS normalization, written out
            return self.behind(next(taker for taker in takers if _kind(taker) == "Mul"))
        return _first([self.name(taker, node) for taker in takers])

    def name(self, node, source):
        kind = _kind(node)
        if kind in ("Relu", "Gelu", "Silu", "Mish", "Tanh", "Softmax", "LogSoftmax"):
            return kind.lower().removeprefix("log")
        if kind in ("LeakyRelu", "PreluKernel"):
            slope = node._saved_negative_slope if kind == "LeakyRelu" else node._saved_weight.mean().item()
            return f"leaky_relu({slope:.3g})"
        if kind in ("Elu", "Celu"):
            alpha, scale = node._saved_alpha, getattr(node, "_saved_scale", 1)
            return "elu" if alpha == scale == 1 else "selu" if abs(scale - 1.0507) < 1e-3 else f"elu of alpha {alpha:g}"
        if kind == "Hardtanh":
            return "relu6" if node._saved_min_val == 0 else "hardtanh"
        if kind == "Sigmoid":
            return {"linear": "sigmoid", "output": "output"}.get(self.behind(node), "gate")
        if kind in ("Add", "Sub", "Mul", "Div"):
            if all(map(self.only_weights, {*self.inputs(node)} - {source})):  # a bias or a scale
                return self.behind(node)
            return "sum" if kind in ("Add", "Sub") else "product"
        if kind == "Bmm" or kind.startswith("ScaledDotProduct") or "Loss" in kind or "CrossEntropy" in kind:
            return "output" if "Loss" in kind or "CrossEntropy" in kind else "attention"
        return self.behind(node) if kind in PASSING else "linear" if kind in MATRICES else kind.lower()
