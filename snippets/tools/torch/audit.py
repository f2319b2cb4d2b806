"""Is my network well initialized, and if not, which layer is at fault? One batch, nothing trained, nothing changed.

    report = audit(model, x, y)  # the loss is cross_entropy; another: audit(model, x, y, torch.nn.functional.mse_loss)
    print(report)                # a table with a line per kernel, then a verdict in words
    report.outcome               # "start", "elsewhere" (labels, loss, output, rate, precision) or "sound"
    report.findings              # what is at fault: layers, fault, evidence, remedy
    report.figure()              # a matplotlib Figure

The network runs once as in training: batch normalization takes the statistics of the batch, dropout is on. Weights,
buffers, gradients, modes, random states and the optimizer are afterwards as they were, bit by bit.

The file reads in order: observe, judge, say; last comes what cannot be read.
"""
import copy
import inspect
import math
import random
import re
import sys
import warnings
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import FunctionType, SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode

OFF = math.sqrt(10)  # a kernel is off if it differs by more from every rule: half-way, in factors, from 1 to 10
REACH = 6  # powers of e that a mean square may change by and the network still train: Schoenholz et al. 2017
WALK = 5  # variance of a sound ReLU layer's log mean square, times its width: Hanin and Rolnick 2018
ERRORS = 5  # standard errors that chance is given, one in a million
MOST, SOME = 0.75, 0.25  # shares of a layer that are too many: of saturated activations, of units silenced by a bias
PLAIN = 12  # the same for plain convolutions: VGG-19, in which Glorot halves it 18 times: Simonyan and Zisserman 2015
ABSURD = 4  # times the loss of an output that knows nothing
FAINT = 20  # times smaller than the outputs, from where targets are not what the network learns first
FAR = 100  # times the size of the outputs, from where targets are out of reach of small steps
HEAVY = 30  # times the error of one output, from where another decides what the layers before both learn
CHOICES = 4  # keys, from which on scores have a spread
BRANCH = 4  # kernels, up to which a branch beside a trunk may start small
RARE = 0.9  # share of the labels of one class, from where an output that says nothing else looks right
HALF = 65504  # the largest number of float16
LOST = 1e-6  # of a kernel, from where float32 rounds most of a step away
SLOW = 1e-4  # of a kernel, below which steps take very long
ALIKE = 1e-4  # of the size of outputs, below which their differences tell no image from another
FADED = 0.01  # of the size of outputs, below which recurrent layers learn slowly, if at all, what came before the padding
DEFAULT = "PyTorch's default"
RULES = {"He": lambda n_in, n_out: 2 / n_in, "Glorot": lambda n_in, n_out: 2 / (n_in + n_out), "LeCun": lambda n_in, n_out: 1 / n_in}
BY_SHAPE = {"He by fan-out": lambda n_in, n_out: 2 / n_out, "LeCun by fan-out": lambda n_in, n_out: 1 / n_out,
            DEFAULT: lambda n_in, n_out: 1 / (3 * n_in)}
LIMITS = {"tanh": (-1, 1), "hardtanh": (-1, 1), "sigmoid": (0, 1), "hardsigmoid": (0, 1)}
RANGES = (*LIMITS, "softmax", "softsign", "relu6", "relu", "softplus", "exp", "logsigmoid")  # that limit an output
RECTIFIERS = ("relu", "leakyrelu", "rrelu", "prelu", "elu", "celu", "gelu", "silu", "mish", "hardswish", "relu6")
ACTIVATIONS = ("logsoftmax", "softmax", "softplus", "softsign", "logsigmoid", "selu", *RECTIFIERS[::-1], *LIMITS, "exp")
LENGTHS = ("norm", "vectornorm", "linalgvectornorm", "linalgnorm", "cdist", "pairwisedistance")
NORMS = ("batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm", "normalize", "localresponsenorm")
# matrices side by side in one kernel
RECURRENT = {"lstm": 4, "gru": 3, "rnntanh": 1, "rnnrelu": 1, "lstmcell": 4, "grucell": 3, "rnntanhcell": 1, "rnnrelucell": 1}
CLASSES, BINARY, SHARES = ("crossentropy", "nllloss"), "binarycrossentropywithlogits", "binarycrossentropy"
DISTANCES = ("mseloss", "l1loss", "smoothl1loss", "huberloss", "gaussiannllloss")
KL, POISSON, SIGNS = "kldiv", "poissonnllloss", ("softmarginloss", "hingeembeddingloss")
LOSSES = (*CLASSES, BINARY, SHARES, *DISTANCES, KL, POISSON, *SIGNS)
LAYOUT = ("view", "reshape", "flatten", "squeeze", "unsqueeze", "transpose", "permute", "contiguous", "float", "to",
          "getitem", "get", "swapaxes", "movedim", "clone", "ravel", "select", "narrow", "typeas", "double", "unflatten", "pixelshuffle", "expand")
FREE = (-math.inf, math.inf)
FIXED = {**dict.fromkeys(("sin", "cos", "cosinesimilarity", "normalize", "erf"), (-1, 1)), "softmax": (0, 1), "logsoftmax": (-math.inf, 0),
         **dict.fromkeys((*LENGTHS, "var", "std"), (0, math.inf)), **dict.fromkeys(("gelu", "silu", "mish"), (-0.31, math.inf))}
RISING = (*RANGES, "elu", "selu", "celu", "leakyrelu", "log", "sqrt", "atan", "arctan", "acos", "arccos", "asin", "arcsin", "clamp", "clip",
          "clampmin", "clampmax", "sinh", "log1p", "expm1", "threshold", "round", "floor", "ceil", "sign")  # or falling: the ends tell
SAME = (*LAYOUT, "mean", "amax", "amin", "max", "min", "cat", "concat", "stack", "where", "gather", "indexselect", "repeat", "tile", "flip", "roll",
        "chunk", "split", "maximum", "minimum", "maxpool2d", "avgpool2d", "adaptiveavgpool2d", "dropout", "detach")  # which leave the limits
STEPS = ("sign", "round", "floor", "ceil", "trunc", "fix", "heaviside")  # whose derivative is 0
PADS, TIMES = "padpackedsequence", ("mul", "rmul", "multiply", "div", "truediv")
CHOOSES = ("topk", "sort", "argsort", "argmax", "argmin", "max", "min")
CUTS = (*STEPS, "detach", "get", "argmax", "long", "int")
UNKNOWN = "No function of this model multiplies x by a matrix that this tool knows: there is nothing to audit."
BESIDE = ("cat", "concat", "stack")
FUSED = "scaleddotproductattention"
PRODUCTS = ("matmul", "mm", "bmm", "baddbmm", "einsum", FUSED)
SUMS = (*PRODUCTS[:-1], "sparsemm", "sum", "indexadd", "scatteradd", "segmentreduce", "indexput")
MASKED = -9e3  # below which a score is one that a mask has put there
F, INIT = "torch.nn.functional.", "torch.nn.init."
STANDARD = "x = (x - x.mean(0)) / (x.std(0) + 1e-7)"
SCALE = "y = (y - y.mean()) / y.std()  # and the inverse for what comes out"
POSITIVE = "y = y / y.std()  # and times it what comes out"
COLUMNS = {"layer": -16, "φ": -8, "mean h": 8, "std h": 7, "dead": 5, "sat.": 5, "RMS δ": 8, "RMS dW": 7, "std W": 7, "He": 6,
           "Glorot": 7, "LeCun": 6, "step/W": 8}


def audit(model, x, y=None, loss=nn.functional.cross_entropy, optimizer=None):
    """Measure a torch.nn.Module on one batch, and say which layers are at fault.

    x: a tensor, a tuple of tensors or a dictionary of them, as the model takes them; at least two images. y: labels.
    loss: a module or a function of (outputs, y); without y, the model computes its loss. optimizer: for the column
    step/W. Model and optimizer stay as they are.
    Raises TypeError or ValueError, in one sentence, for what it cannot read.
    """
    holder = {"OptimizedModule": "_orig_mod", "DataParallel": "module", "DistributedDataParallel": "module"}.get(type(model).__name__)
    model, root = (getattr(model, holder), f"model.{holder}") if holder else (model, "model")
    with torch.inference_mode(False), np.errstate(all="ignore"), warnings.catch_warnings():  # what is not a number is a finding
        warnings.simplefilter("ignore")  # PyTorch's, of what the report says
        x, y, images = check(model, x, y, loss, optimizer)
        seen = observe(model, root, x, y, images, loss, optimizer)
        said = judge(seen)
    if not seen.rows and not merged(said):
        raise ValueError(UNKNOWN)
    return Report(seen.loss, seen.rows, merged(said), [note for note in said if isinstance(note, str)])


@dataclass
class Finding:
    """What is wrong with some layers, how one can tell, and what to do: code that runs as it stands, or words."""

    layers: tuple
    fault: str
    evidence: str
    remedy: str
    of_start: bool = True
    rows: tuple = field(default=(), repr=False)

    @property
    def layer(self):
        """The layers in words."""
        return listed(self.layers, "columns" if self.layers[0].startswith("x, column") else "layers")

    def __str__(self):
        return f"{self.layer}: {self.fault}. {self.evidence} Remedy: {quoted(self.remedy)}"


def quoted(remedy):
    """A remedy that is code with backticks around it, between which it can be copied."""
    try:
        return compile(remedy, "", "exec") and f"`{remedy}`"
    except SyntaxError:
        return remedy


def joined(remedy, code, more=""):
    """A remedy, words or code, and code behind it; and what else may be meant."""
    if quoted(remedy) != remedy:
        return "; ".join(filter(None, (remedy, code))) + f"  # {more}" * bool(more)
    return remedy + f", and `{code}`" * bool(code) + f"; {more}" * bool(more) + "."


def listed(names, what="layers"):
    """Names in words; of many, the first and the last."""
    return ", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]} ({len(names)} {what})"


def elsewhere(layer, fault, evidence, remedy):
    """A finding that no initializer mends."""
    return Finding((layer,), fault, evidence, remedy, of_start=False)


# Observe.


def leaves(part):
    """All tensors in tuples, lists, dictionaries, data classes."""
    if isinstance(part, torch.Tensor):
        return [part]
    if not isinstance(part, (tuple, type)) and callable(getattr(part, "values", None)):
        part = list(part.values())
    elif type(part).__name__ == "PackedSequence":
        part = [part.data]
    return [leaf for one in part for leaf in leaves(one)] if isinstance(part, (tuple, list)) else []


def _type(tensor):
    return str(tensor.dtype).removeprefix("torch.")


@contextmanager
def kept(modules, devices):
    """Leaves modules, their buffers, their gradients, their modes and all random states as they were."""
    attributes = [(m, dict(vars(m)), dict(m._parameters), dict(m._buffers)) for m in modules]
    slopes = [(w, w.grad, None if w.grad is None else w.grad.detach().clone()) for m in modules for w in m._parameters.values() if w is not None]
    buffers = {b: b.detach().clone() for m in modules for b in m._buffers.values() if b is not None and b.layout == torch.strided}
    python, numbers = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices):
        try:
            yield
        finally:
            for m, own, parameters, named in attributes:
                vars(m).clear()
                vars(m).update(own)
                m._parameters.clear()
                m._parameters.update(parameters)
                m._buffers.clear()
                m._buffers.update(named)
            with torch.no_grad():
                for buffer, value in buffers.items():
                    if not torch.equal(buffer, value):
                        buffer.copy_(value)
                for w, slope, value in slopes:  # which backward() in a forward adds to
                    w.grad = slope
                    if slope is not None and (slope.layout != torch.strided or not torch.equal(slope, value)):
                        slope.copy_(value)
            random.setstate(python)
            np.random.set_state(numbers)


def observe(model, root, x, y, images, loss, optimizer):
    """All that one batch shows, forwards and backwards: calls, heads, rows, the loss, the gradients of all weights."""
    seen = SimpleNamespace(model=model, root=root, x=x, y=y, images=images, optimizer=optimizer, rows=[], loss=math.nan)
    parts = [*model.modules(), *(loss.modules() if isinstance(loss, nn.Module) else [])]
    weights = {name: w for name, w in model.named_parameters() if w.requires_grad}
    seen.trained = bool(optimizer and (optimizer.state or getattr(optimizer, "_opt_called", False))) or any(
        int(b) for name, b in model.named_buffers() if name.endswith("num_batches_tracked"))
    trace = seen.trace = Trace(model, root, x, y, optimizer)
    devices = {w.device for w in model.parameters() if w.device.type == "cuda"}
    compiling = "torch._dynamo" in sys.modules  # compiled parts run uncompiled, so that their tensors are seen
    eager = torch.compiler.set_stance("force_eager") if compiling else nullcontext()
    with kept(parts, devices), torch.enable_grad(), eager:
        if not model.training:
            model.train()
        try:
            value = scalar(loss_of(run(model, x, trace.open()), y, loss, trace))
            seen.gradients, seen.lost = slopes(value, weights, trace)
            seen.loss = float(value.detach())
        except Stop:
            seen.gradients, seen.lost = {}, 0.0
        except Exception as error:  # whatever PyTorch raises
            raise ValueError(sentence(error, trace, x)) from None
        aimed(trace, y, loss)
        results = [trace.outputs, dict(getattr(trace.outputs, "__dict__", {})), *(list(vars(m).values()) for m in model.modules())]
        seen.results = {trace.made.get(id(t)) for t in leaves(results)}  # also those that a layer keeps
        (seen.fair, seen.inverted), seen.leak = ignorant(trace, y, loss), leak(seen, parts, devices, 1 if timed(x, y) == 0 else None)
        seen.turned = seen.leak is not None and either(seen) and leak(seen, parts, devices, 1) is None
    if not any(call.kernels for call in trace.calls):
        raise ValueError(UNKNOWN)
    seen.calls, seen.heads = linked(trace, images), [head for head in trace.heads if not head.hidden]
    seen.still = all(c.alike for c in [head.call for head in seen.heads] or seen.calls[-1:])
    with torch.no_grad():
        seen.labels, changes = [one for head in seen.heads for one in head.labels], next_step(optimizer, seen.gradients, weights)
        seen.unread, seen.gradients = changes is None, {n: None if g is None else g.to_dense() for n, g in seen.gradients.items()}
        seen.rows = [measured(seen, kernel, changes or {}) for kernel in ordered(seen.calls)]
        seen.branches = branches(seen)
    seen.loud = [row for row, branch in seen.branches.items() if row.trainable and branch.loud and branch.upon_frozen]
    with kept(parts, devices):
        seen.without = loss_without(seen, loss) if seen.loud else None
    return seen


def ignorant(trace, y, loss):
    """The least that a loss is for outputs that know nothing, None if that cannot be told; and if it is largest for outputs that equal y."""
    outputs, (low, high) = trace.outputs, trace.heads[0].range if trace.heads else FREE
    if not all(isinstance(t, torch.Tensor) for t in (outputs, y)) or not y.any():
        return None, False

    def at(out):
        with torch.no_grad():
            return float(loss(torch.zeros_like(outputs) + out, y))

    try:
        if y.dtype == torch.int64 and outputs.dim() > 1 and not trace.heads:
            fair, free = at(0.0), bounds(trace.made.get(id(outputs))) == FREE
            return fair if free and abs(fair / math.log(outputs.shape[1]) - 1) < 0.05 else None, False  # if it is a cross-entropy
        mean, std = float(y.mean()), float(y.std())
        found = [at(c) for c in {0.0, mean, math.log(mean / (1 - mean)) if 0 < mean < 1 else 0.0} if low <= c <= high]
        least = min(found) if found and all(0 < one < math.inf for one in found) and not any(head.kind for head in trace.heads) else None
        return (least, max(at(y + std), at(y - std)) < at(y) - LOST) if outputs.shape == y.shape else (None, False)
    except Exception:  # of a loss that wants more of outputs than their numbers
        return None, False


def aimed(trace, y, loss):
    """Leaves to an own loss the kind of a distance only if it is 0 for outputs that equal y, and of its labels those that it looks at."""
    # a floor: what a loss that is not known cannot fall below, as the range of the outputs ends, while it falls further beyond
    for head in (head for head in trace.heads if head.kind in ("", *SIGNS) and head.range[0] >= 0):
        try:
            first = loss(twin := trace.outputs.detach().clone().requires_grad_(), y)
            far = twin.detach() - 30 * torch.autograd.grad(first, twin)[0].sign()  # where a loss of logits is next to 0
            least, beyond = (float(loss(t, y)) for t in (far.clamp(*head.range), far))
            head.floor = least if 0 <= beyond < 0.9 * least and least > 0.1 * float(first.detach()) else 0.0
        except Exception:  # of a loss that wants more of outputs than their numbers
            continue
    for head in [head for head in trace.heads if head.by_hand and head.kind in DISTANCES and not head.labels]:
        try:
            twin = trace.outputs.detach().clone().requires_grad_()
            value = loss(twin, y)
            zero = twin.shape == y.shape and float(loss(y.detach().clone(), y)) <= 1e-3 * float(value.detach())
            used = _numpy(torch.autograd.grad(value, twin)[0]) != 0
        except Exception:  # of a loss that wants more of outputs than their numbers
            zero = False
        if not zero:
            head.kind = ""
        elif head.y.shape == used.shape and used.any() and not used.all() and head.activation != "softmax":
            head.out, head.y = head.out[used], head.y[used]


def slopes(value, weights, trace):
    """The gradients of the weights, {name: gradient}, and the share of them that float16 loses and a scaled loss keeps."""
    if not weights or not value.requires_grad:
        return dict.fromkeys(weights), 0.0
    half, larger = any(c.value.dtype == torch.float16 for c in trace.calls), None
    for power in (16, 12, 8) if half else ():  # before the others, since calls keep the last δ
        found = torch.autograd.grad(value.float() * 2.0**power, list(weights.values()), retain_graph=True, allow_unused=True)
        larger = [None if g is None else g.double() / 2**power for g in found]
        if all(g is None or torch.isfinite(g.to_dense()).all() for g in larger):
            break
    found = torch.autograd.grad(value, list(weights.values()), allow_unused=True)
    pairs = [[t.to_dense().double() for t in (g, g if more is None else more)] for g, more in zip(found, larger or found) if g is not None]
    whole = sum(float(more.square().sum()) for _, more in pairs)
    lost = math.sqrt(sum(float((g - more).square().sum()) for g, more in pairs) / whole) if half and 0 < whole < math.inf else 0.0
    return dict(zip(weights, found)), min(lost, 1.0)


def timed(x, y):
    """The axis along which labels are x one step later, as the next words; None for neither."""
    first, labels = leaves(x)[0], leaves(y)
    if len(labels) == 1 and first.dim() > 1 and labels[0].numel() == first.numel() and first.device == labels[0].device and not first.is_meta:
        for axis in (0, 1):
            (now, then), later = (t.reshape(first.shape).movedim(axis, 0)[:-1] for t in (first, labels[0])), first.movedim(axis, 0)[1:]
            if (moved := now != later).any() and float((later == then)[moved].double().mean()) > RARE:
                return axis
    return None


def either(seen):
    """True if labels do not tell which of the first two axes of x are the images: one for each step, or as many images as steps."""
    size, labels = leaves(seen.x)[0].shape[:2], leaves(seen.y) or [head.truth for head in seen.trace.heads]
    return len(size) > 1 < min(size) and timed(seen.x, seen.y) is None and (
        size[0] == size[1] or any(size in (t.shape[:2], (1, *t.shape[:1])) or t.shape[:1] == (math.prod(size),) for t in labels[:1]))


def leak(seen, parts, devices, axis=None):
    """The first call in which other images, along an axis of x, change what becomes of the last one; None if there is none."""
    given = leaves(seen.x)
    images = seen.images if axis is None else given[0].shape[axis]
    if any(images not in t.shape[:2] or len(given) > 1 and t.shape == (images, images) for t in given):  # as of a graph
        return None

    def changed(t, copies):
        """The last image, and in the place of the others copies of it, or their own numbers in other places, as all may be dark in some."""
        at = axis if axis is not None and t.shape[axis:axis + 1] == (images,) else t.shape.index(images)
        others, last = t.detach().movedim(at, 0).split((images - 1, 1))
        moved = others.flatten().roll(last.numel() // 2 + 1).reshape(others.shape)
        others = last.expand(others.shape) if copies or not t.is_floating_point() else moved
        return torch.cat([others, last]).movedim(0, at)

    def passed(x, watched):
        with kept(parts, devices), torch.no_grad():
            for seed in (torch.manual_seed, random.seed, np.random.seed):
                seed(0)
            return leaves(run(seen.model.eval(), x, watched))

    def same(one, other):
        return one.shape == other.shape and (not one.is_floating_point() or alone(one, other, images))

    with suppress(Exception):  # of a model that takes no such batch
        before = passed(seen.x, nullcontext())
        for copies in (True, False):
            after = passed(other := mapped(partial(changed, copies=copies), seen.x), nullcontext())
            if len(before) != len(after) or all(map(same, before, after)) or not all(map(torch.equal, before, passed(seen.x, nullcontext()))):
                continue
            traces = [Trace(seen.model, seen.root, x, None) for x in (seen.x, other)]
            for x, trace in zip((seen.x, other), traces):
                passed(x, trace.open())
            pairs, known = zip(*(trace.calls for trace in traces)), packing(traces[0].calls)
            for a, b in ((a, b) for a, b in pairs if a.data and a not in known):
                if a.value.shape != b.value.shape and repadded(a) and a.op not in RECURRENT:  # as many steps as the longest has
                    continue
                a.tangled = tangled(a, b, images)
                if a.op != b.op or a.tangled is not None or not same(a.value, b.value):
                    return a


def packing(calls):
    """The calls that sort sequences, pack them, take them packed, and put them in order again: images stand there beside each other."""
    packs = [c for c in calls if c.op == "packpaddedsequence"]
    sizes = {len(c.value) for c in packs}
    inner = passed(packs, lambda c: [t for t in c.takers if t.value.dim() and len(t.value) in sizes])
    ends = [t for c in inner for t in c.takers if t.op in (PADS, "indexselect")]
    return {*inner, *ends, *(b for c in packs for b in c.before if b.op in ("indexselect", "sort")), *(t for c in ends for t in c.takers if t.op == "indexselect")}


def repadded(call):
    """True for what is made of sequences that were packed and padded again."""
    return any(c.op == PADS for c in passed([call], lambda c: c.before))


def tangled(call, other, images):
    """The axis of the images in what a view takes, if it puts several of them into each index of every axis of what comes out; else None."""
    if call.op not in LAYOUT or call.op != other.op or len(call.inputs) != 1 or call.op in ("getitem", "get"):
        return None
    given, changed = (one.inputs[0].detach() for one in (call, other))
    for axis in (i for i, size in enumerate(given.shape) if size == images and given.shape == changed.shape):
        (*_, last), (*_, still) = given.movedim(axis, 0), changed.movedim(axis, 0)
        if torch.allclose(last.float(), still.float(), 1e-4, 1e-5) and not torch.equal(given, changed):
            with suppress(Exception):  # of a function that takes such a tensor in another way
                marks = torch.arange(images).reshape(-1, *[1] * (given.dim() - axis - 1)).expand(given.shape).contiguous()
                made = call.function(marks, *call.args[1:], **call.named)
                whole = (made.movedim(i, 0).flatten(1) for i in range(made.dim()))
                return None if any((one == one[:, :1]).all() for one in whole) else axis
    return None


def alone(before, after, images):
    """True if two tensors are alike in what belongs to the last image, wherever it stands; in a matrix of images by images, in one entry."""
    moved = ~((after.float() - before.float()).abs() <= max(1e-4, 8 * torch.finfo(before.dtype).eps) * before.float().abs().max())  # or is NaN
    if not moved.dim() or not moved.any():
        return True
    for axis, size in enumerate(moved.shape):
        at = moved.movedim(axis, 0).reshape(size, -1).any(1)
        if size % images == 0 and not (at[-(size // images):].any() and at[images - 1::images].any()):
            return True
    return moved.shape[-2:] == (images, images) and not moved[..., -1, -1].any()


def run(model, x, watched):
    """The model's outputs for a tensor, a tuple or a dictionary, inside a context."""
    with watched:
        if isinstance(x, torch.Tensor):
            return model(x)
        return model(x) if not takes(model.forward, x) else model(**x) if isinstance(x, dict) else model(*x)


def takes(function, given):
    """True if a function can be called with what a tuple or a dictionary holds; also where that cannot be told."""
    try:
        return inspect.signature(function).bind(*([] if isinstance(given, dict) else given), **(given if isinstance(given, dict) else {})) is not None
    except (TypeError, ValueError) as error:
        return isinstance(error, ValueError)


def loss_of(outputs, y, loss, trace):
    """The loss: of the outputs, or without y the one that the model has computed."""
    trace.in_loss, trace.outputs, fields = True, outputs, outputs if isinstance(outputs, dict) else getattr(outputs, "__dict__", {})
    if y is None:
        single = [t for t in leaves(outputs) if t.numel() == 1] if isinstance(outputs, tuple) else []
        value = fields.get("loss", single[0] if len(single) == 1 else outputs)
        if not isinstance(value, torch.Tensor) or value.numel() != 1:
            raise Unreadable("The model computes no loss: give labels, as in `audit(model, x, y)`, or labels inside x.")
        return value
    if isinstance(trace.model, nn.RNNBase):
        raise Unreadable("The model returns its outputs and its state: make a module of it that returns one tensor, as `self.rnn(x)[0][:, -1]`.")
    own = (getattr(loss, "__module__", "") or "").startswith("torch.") or getattr(loss, "__name__", "") in trace.builtin
    if own and type(outputs) is dict and len(outputs) > 1 and "logits" not in outputs:
        raise Unreadable(f"The model returns a dictionary of {', '.join(map(str, outputs))}, and the loss takes one tensor: "
                         f'`loss = lambda out, y: your_loss(out["{next(iter(outputs))}"], y)`, or a sum of several.')
    if own and not isinstance(outputs, torch.Tensor):
        found = leaves(fields.get("logits", outputs))
        if not found:
            raise Unreadable(f"The model returns {type(outputs).__name__}, no tensor: give a loss that takes it.")
        outputs = found[0]
    if own and not outputs.is_floating_point():
        raise Unreadable(f"The model returns {_type(outputs)}: return the numbers that it makes them of, without argmax.")
    for t in (t for t in leaves(outputs) if t.requires_grad and not t.is_leaf):
        trace.ends.append((t, []))
        t.register_hook(trace.ends[-1][1].append)
    try:
        with trace.open():
            value = loss(outputs, y)
        if not trace.heads and isinstance(y, torch.Tensor) and getattr(outputs, "shape", None) == y.shape and id(outputs) in trace.made:
            trace.heads.append(headed(trace, "", outputs, y, {}))
        return value
    except (Stop, Unreadable, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        if any(head.labels for head in trace.heads):
            raise Stop from None
        if not own:
            raise Unreadable(f"The loss fails on this batch: {theirs(error) or '`loss(model(x), y)` shows why.'}") from None
        given, made = (" and ".join(str(tuple(t.shape)) for t in leaves(part)) for part in (y, outputs))
        raise Unreadable(f"The loss cannot compare y of shape {given} with outputs of shape {made}: give y, and its "
                         "weights of classes if it has some, the form that this loss asks for.") from None


def scalar(value):
    """The loss as one number."""
    if isinstance(value, (int, float, np.number)):
        return torch.tensor(float(value))
    if not isinstance(value, torch.Tensor):
        raise Unreadable(f"The loss gives {type(value).__name__}: it must return a tensor.")
    if value.numel() != 1:
        raise Unreadable(f'The loss has the shape {tuple(value.shape)}, as with reduction="none", and backward() takes one number: '
                         "`loss = lambda out, y: your_loss(out, y).mean()`")
    return value.reshape(())


# The functions that run, with the tensors that go in and come out, which tell who feeds whom.


class Call(SimpleNamespace):
    """One call of a function, or of a module without matrices. Calls are compared by identity, as tensors cannot be."""

    __eq__, __hash__ = object.__eq__, object.__hash__
    module, atom, head, delta, dim, ends = "", None, None, None, None, ""  # atom: the path of the module that it stands for, ends: its last function
    data, truth, in_loss, norm, weighty, fed, cuts, tangled = *(False,) * 7, None  # truth: made of labels alone; cuts: ends a gradient
    # blind: under no_grad; alike: for all images; given: the tensors that a sum or product takes
    blind, alike, even, later, followed, given, feeders, operands = (False,) * 5 + ((), (), ())

    def __init__(self, op, output, **more):
        super().__init__(op=op, output=output, **{"value": output, "takers": [], "before": [], "kernels": [], "inputs": [], **more})


class Trace(TorchFunctionMode):
    """Every function of PyTorch that handles data or weights while this is open, in order."""

    builtin = ("binary_cross_entropy", "cross_entropy")

    def __init__(self, model, root, x, y, optimizer=None):
        super().__init__()
        self.optimizer, self.model, self.root, self.calls, self.heads, self.stack, self.alive = optimizer, model, root, [], [], [], []
        self.outputs, self.in_loss, self.trying, self.used, self.returned = None, False, ("", [], None), set(), {}
        self.ends = []  # the outputs, each with the gradients that reach it
        self.names = {id(w): name for name, w in reversed(list(model.named_parameters(remove_duplicate=False)))}
        self.buffers, self.paths = {id(b): name for name, b in model.named_buffers()}, {id(m): name for name, m in model.named_modules()}
        self.weights, self.made, self.strangers = {}, {}, {}
        several = y.items() if isinstance(y, dict) else enumerate(y) if isinstance(y, tuple) else ()
        self.spelled = {id(part): f'y["{key}"]' if isinstance(y, dict) else f"y[{key}]" for key, part in several}
        held = [t for m in model.modules() for t in leaves(list(vars(m).values())) if t.requires_grad]
        self.held = {id(t): t for t in held if id(t) not in self.names}  # by a layer, and no parameter of it
        labels = leaves(x.get("labels")) if isinstance(x, dict) else []
        for part, truth in (*((t, False) for t in leaves(x)), *((t, True) for t in [*labels, *leaves(y)])):
            self.alive.append(part)
            self.made[id(part)] = Call("y" if truth else "x", part, data=True, truth=truth, alike=not varies(part))

    @contextmanager
    def open(self):
        """With hooks on modules. Not in __enter__: PyTorch enters and leaves a mode on its own, for instance in attention."""
        with ExitStack() as handles:
            for register, hook in ((hooks.register_module_forward_pre_hook, self.enter), (hooks.register_module_forward_hook, self.leave)):
                handles.callback(register(hook).remove)
            yield handles.enter_context(self)

    def enter(self, module, inputs):
        small = not any(w.dim() > 1 for w in module.parameters(recurse=False))
        atom, path = small and not any(True for _ in module.children()), self.paths.get(id(module), "")
        self.stack.append(SimpleNamespace(module=module, path=path, start=len(self.calls), atom=atom))

    def leave(self, module, inputs, output):
        while self.stack and self.stack[-1].module is not module:
            self.stack.pop()
        frame = self.stack.pop() if self.stack else None
        self.returned |= {id(t): frame.path for t in leaves([output])} if frame and frame.path else {}
        inner = self.calls[frame.start:] if frame and frame.atom else []
        if not inner or any(call.kernels or call.head for call in inner):
            return
        last = inner[-1]
        last.atom, last.norm = frame.path, last.norm or "norm" in type(module).__name__.lower()
        if len(inner) > 1 and isinstance(output, torch.Tensor):  # one call stands for all that the module does
            own, last.ends, last.op, last.output, last.value = set(inner), last.op, plain(type(module).__name__), output, output
            last.before = list(dict.fromkeys(b for call in inner for b in call.before if b not in own))
            for outer in last.before:
                outer.takers = [c for c in outer.takers if c not in own] + [last]
            last.takers, last.inputs = [], [t for call in inner for t in call.inputs if self.made.get(id(t)) not in own]
            self.calls[frame.start:] = [last]
            self.made[id(output)] = last

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, op = kwargs or {}, plain(getattr(function, "__name__", ""))
        if op == "multiheadattentionforward":  # look inside
            body = FunctionType(function.__code__, {**function.__globals__, "has_torch_function": lambda _: False},
                                function.__name__, function.__defaults__)
            body.__kwdefaults__ = function.__kwdefaults__
            with self:
                return body(*args, **kwargs)
        given = [t for t in leaves([args, kwargs]) if not torch._C._functorch.is_functorch_wrapped_tensor(t)]
        for t in given:
            self.origin(t)
        found = kernels(op, args, kwargs, self)
        of = [t for t in given if id(t) in self.names] if op == "add" else []  # as learned positions
        self.trying = (op, [t for t in given if id(t) in self.made or op == "embedding" and t is args[0]],
                       found[0].weight if found else (of or [None])[0])
        head, before, inputs = self.head(op, args, kwargs), [t._version for t in given], [self.made[id(t)] for t in given if id(t) in self.made]
        output, changed = function(*args, **kwargs), [t for t, version in zip(given, before) if t._version != version]
        out = [t for t in leaves([output]) if not any(t is g for g in given)] + changed
        if out and not torch._C._functorch.is_functorch_wrapped_tensor(out[0]):
            self.record(function, op, args, kwargs, found, given, inputs, out, head)
        return output

    def origin(self, tensor):
        """Notes a parameter when it is first used."""
        if (isinstance(tensor, nn.Parameter) or id(tensor) in self.held) and id(tensor) not in self.weights:
            if id(tensor) not in self.names and not self.in_loss:
                self.strangers[id(tensor)] = tensor
            self.weights[id(tensor)] = tensor
        self.used.add(self.names.get(id(tensor)) or self.buffers.get(id(tensor)))

    def record(self, function, op, args, kwargs, found, given, inputs, out, head):
        self.alive += out
        data = [t for t in given if id(t) in self.made]
        if not data and not found:
            of = [self.weights[id(t)] for t in given if id(t) in self.weights]
            for t in out if of else []:
                self.weights[id(t)] = max(of, key=torch.Tensor.numel)
            return
        inputs, operands = list(dict.fromkeys(inputs)), [one for arg in args for one in (arg if isinstance(arg, (tuple, list)) else [arg])]
        call = Call(op, function=function, args=args, named=kwargs, operands=[self.made.get(id(one), one) for one in operands],
                    output=out[0], kernels=found, inputs=data, before=inputs, head=head, in_loss=self.in_loss,
                    dim=kwargs.get("dim", args[1] if len(args) > 1 else None),
                    options=(dict(zip(("query", "key", "value", "attn_mask", "dropout_p", "is_causal"), args)) | kwargs if op == FUSED else {}),
                    weights=[self.weights[id(t)] for t in given if id(t) in self.weights],
                    data=any(c.data for c in inputs), truth=bool(inputs) and all(c.truth for c in inputs), norm=op in NORMS)
        call.weighty, call.module, call.blind = bool(call.weights), self.stack[-1].path if self.stack else "", not torch.is_grad_enabled()
        call.given, copies = given if op in ("add", *PRODUCTS) else (), op.endswith("like") or op.startswith("new")  # of a shape alone
        call.cuts = op in STEPS or not (out[0].requires_grad or copies) and any(t.requires_grad for t in data)
        if (found or op in ACTIVATIONS) and out[0].is_floating_point():  # what comes later may change it in place
            call.value = out[0].detach().clone()
        if found and out[0].requires_grad:
            out[0].register_hook(lambda delta: setattr(call, "delta", delta.detach()))
        for outer in inputs:
            outer.takers.append(call)
        for t in out:
            self.made[id(t)] = call
        if head:
            head.value = out[0].detach()
        self.calls.append(call)

    def head(self, op, args, kwargs):
        """An output with its labels and its loss, where a function of loss or a difference compares them."""
        named = dict(zip(("input", "target"), args)) | kwargs
        out, truth = named.get("input"), named.get("target")
        pair = [t for t in (out, truth) if isinstance(t, torch.Tensor) and id(t) in self.made]
        by_hand = op in ("sub", "rsub", "l1", "mse") and self.in_loss
        if by_hand:
            pair = [t for t in args[:2] if isinstance(t, torch.Tensor) and id(t) in self.made]
        if (by_hand or op in DISTANCES) and [self.made[id(t)].truth for t in pair] in ([True, False], [False, True]):
            out, truth = sorted(pair, key=lambda t: self.made[id(t)].truth)
            op = "mseloss" if by_hand else op
        if op not in LOSSES or not all(isinstance(t, torch.Tensor) for t in (out, truth)) or id(out) not in self.made:
            return None
        found = headed(self, op, out, truth, named)
        found.by_hand = by_hand
        found.labels = labels(found)
        self.heads.append(found)
        no_shares = op == SHARES and (found.labels or found.out.min() < 0 or found.out.max() > 1)
        if no_shares or op in CLASSES and any(one.fault == "labels out of range" for one in found.labels):
            raise Stop  # on CUDA it would end the process
        return found


def plain(name):
    """A function's or a module's name without its case, underscores and what says that it works in place."""
    name = name.lower().replace("_", "").removesuffix("activation")
    return {"iadd": "add", "radd": "add", "isub": "sub", "subtract": "sub", "swish": "silu", "rmatmul": "matmul"}.get(name, name)


def linked(trace, images):
    """The calls, each with the calls of kernels that feed it, past all without one, and whether all images are alike in it."""
    for call in trace.calls:
        before, past = [c for c in call.before if not c.truth], upstream(call)
        call.alike = bool(before) and all(c.alike for c in before) or leveled(call, images)
        call.feeders, call.fed = [c for c in past if c.kernels], any(c.weighty for c in past)
        call.norm = call.norm and (call.fed or any(c.kernels for c in past))  # not of data, as of an adjacency
        call.even, call.followed = call.norm or call.op == "add" and sum(b.fed or bool(b.kernels) for b in call.before) > 1, any(c.even for c in past)
    for call in reversed(trace.calls):
        call.later = any(t.even or t.later for t in call.takers)
        call.followed |= call.later
    return trace.calls


def upstream(call):
    """The calls that feed a call, nearest first, up to those with kernels."""
    return nearest(call.before)


def nearest(calls):
    """These calls and those that feed them, nearest first, up to those with kernels."""
    return passed(calls, lambda c: [] if c.kernels else c.before)


def passed(calls, onward):
    """These calls and all that one gets to from them, nearest first."""
    past, todo = {}, list(calls)
    while todo:
        if (one := todo.pop(0)) not in past:
            past[one] = True
            todo += onward(one)
    return list(past)


def kernels(op, args, kwargs, trace):
    """The kernels of a function: weight, parameter, fans, axis of the units, matrix (inputs, units)."""
    def argument(i, name):
        return args[i] if len(args) > i else kwargs.get(name)

    def known(t):
        return isinstance(t, torch.Tensor) and id(t) in trace.weights and t.dim() > 1

    if op in RECURRENT:
        weights = [w for w in leaves(list(args)) if known(w) and w.dim() == 2]
        sizes = {id(w): len(w) // RECURRENT[op] for w in weights}
        return [kernel(trace, op, w, (w.shape[1], sizes[id(w)]), -1, w.T) for w in weights]
    if op in ("matmul", "mm", "bmm", "addmm", "baddbmm"):
        a, b = (args[1:3] if op.startswith(("addmm", "baddbmm")) else args[:2]) if len(args) > 1 else (None, None)
        if known(b) and not known(a):
            return [kernel(trace, op, b, tuple(b.shape[-2:]), -1, b.movedim(-2, 0).flatten(1))]
        if known(a) and not known(b):
            return [kernel(trace, op, a, tuple(a.shape[:-3:-1]), -2, a.movedim(-1, 0).flatten(1))]
    if op == "einsum" and len(args) == 3 and known(args[1]) != known(args[2]) and "->" in args[0]:
        x, w, out = re.split(",|->", re.sub(r"[ .]", "", args[0]))
        x, w, weight = (x, w, args[2]) if known(args[2]) else (w, x, args[1])
        size = dict(zip(w, weight.shape))
        fans = math.prod(size[a] for a in w if a not in out), math.prod(size[a] for a in w if a not in x)
        return [kernel(trace, op, weight, fans, -1, weight.reshape(-1, weight.shape[-1]))]
    if op == "tensordot" and known(args[1]) and not known(args[0]) and args[1].dim() == 2:
        return [kernel(trace, op, args[1], tuple(args[1].shape), -1, args[1])]
    weight = argument(1, "weight")
    if not known(weight) or not (op == "linear" or op.startswith(("conv", "embedding"))):
        return []
    if op.startswith("embedding"):
        return [kernel(trace, op, weight, None, -1, weight)] if op in ("embedding", "embeddingbag") else []
    window, (a, b) = math.prod(weight.shape[2:]), weight.shape[:2]
    groups = argument(6, "groups") or 1
    stride = math.prod(np.broadcast_to(argument(3, "stride") or 1, weight.dim() - 2).tolist()) if op != "linear" else 1
    if "transpose" in op:
        fans = window * a / groups / stride, window * b
        found = kernel(trace, op, weight, fans, 1, weight.transpose(0, 1).flatten(1).T)
    else:
        fans = window * b, window * a / groups / stride
        found = kernel(trace, op, weight, fans, -1 if op == "linear" else 1, weight.flatten(1).T)
    found.bias, found.groups = bias if isinstance(bias := argument(2, "bias"), torch.Tensor) else None, groups
    return [found]


def kernel(trace, op, weight, fans, axis, matrix):
    """One kernel as it is used: the tensor, the parameter that it comes from, its fans, and its units as columns."""
    parameter = trace.weights[id(weight)]
    if fans and op == "linear" and weight.shape[0] == 3 * weight.shape[1]:  # queries, keys and values side by side
        fans = fans[0], fans[1] / 3
    name = trace.names.get(id(parameter), "weight outside the model")
    return SimpleNamespace(op=op, weight=weight, parameter=parameter, fans=fans, axis=axis, matrix=matrix, full=name, bias=None, groups=1)


def next_step(optimizer, gradients, weights):
    """By how much the optimizer's next step would change each trainable weight, {name: change}; None if that cannot be read."""
    if optimizer is None or not any(g is not None for g in gradients.values()):
        return {}
    try:
        twin = copy.deepcopy(optimizer)
        twins = {id(w): t for old, new in zip(optimizer.param_groups, twin.param_groups) for w, t in zip(old["params"], new["params"])}
        for name, w in weights.items():
            if id(w) in twins:
                twins[id(w)].grad = None if gradients[name] is None else gradients[name].clone()
        with torch.enable_grad():
            type(twin).step(twin)  # not twin.step, which a scheduler has bound to the original
    except Exception:  # someone's own, that cannot be copied or wants a closure
        return None
    return {name: _numpy(twins[id(w)]) - _numpy(w) for name, w in weights.items() if id(w) in twins}


def _numpy(tensor):
    return tensor.detach().cpu().double().numpy()


# Heads: an output with its labels and its loss.


def headed(trace, op, out, truth, named):
    """An output, its labels, its loss by name, the call that makes it, its activation, and what the labels lack."""
    made = call = trace.made[id(out)]
    while call.op in LAYOUT and len(call.before) == 1:
        call = call.before[0]
    head = SimpleNamespace(kind=op, tensor=out, truth=truth, out=_numpy(out), y=_numpy(truth), value=None, call=call,
                           ignored=named.get("ignore_index", -100))
    head.floor, head.logs = 0.0, op == POISSON and named.get("log_input", True)  # logs: it takes logarithms
    head.terms = truth.numel() if named.get("reduction") == "sum" else 1  # that the loss adds up
    head.activation = call.op if call.op in RANGES or call.op in ("logsoftmax", "exp") else ""
    head.dim, head.range, head.limits, at = call.dim if head.activation else None, bounds(call), [], call
    while isinstance(at, Call):  # back to the last kernel
        head.limits += [at] * (bounds(at) != FREE)
        at = None if at.kernels else next((one for one in at.operands if isinstance(one, Call) and not one.truth), None)
    while not call.kernels and len(call.before) == 1:
        call = call.before[0]
    head.kernel, head.layer = call if call.kernels else None, call.kernels[0].full.rpartition(".")[0] if call.kernels else made.module or "output"
    head.axis = 1 if op in CLASSES and out.dim() > 1 else -1
    head.units, head.weights = out.shape[head.axis] if out.dim() > 1 else 1, named.get("weight") if op in CLASSES else None
    head.spelled, head.remade = spelled(trace, head.call.atom) if head.activation and head.call.atom else "", partial(remade, trace, head)
    head.derived = id(truth) in trace.made and trace.made[id(truth)].op not in ("x", "y")  # from y, in one's own loss
    head.swapped = made.truth and id(truth) in trace.made and not trace.made[id(truth)].truth
    head.hidden, head.named, head.labels, head.by_hand = made.truth and not head.swapped, trace.spelled.get(id(truth), "y"), [], True
    return head


def bounds(one, opened=None, most=30):
    """Between which numbers a call's output lies whatever the weights, by interval arithmetic; `opened` is a call to leave out."""
    if isinstance(one, (int, float)):
        return one, one
    if isinstance(one, torch.Tensor) or isinstance(one, Call) and one.truth:
        t = one.value if isinstance(one, Call) else one
        return FREE if t.requires_grad or not t.numel() or t.is_complex() or t.layout != torch.strided else (float(t.min()), float(t.max()))
    if not isinstance(one, Call) or not most:
        return FREE
    op, parts = one.ends or one.op, [bounds(o, opened, most - 1) for o in one.operands if isinstance(o, (Call, int, float)) or (
        isinstance(o, torch.Tensor) and o.dtype != torch.bool)]
    (low, high), b = a, _ = [*parts, FREE, FREE][:2]
    if one is opened:
        return a
    if one.kernels or op in PRODUCTS:
        whole = op in RECURRENT and one.value.shape[-1] % (len(one.kernels[0].weight) // RECURRENT[op]) == 0  # projected it is not
        return (0 if "relu" in op else -1, math.inf if "relu" in op else 1) if whole else (-1, 1) if directions(one) else FREE
    if op in FIXED:
        return FIXED[op]
    if op in RISING:
        def ends(*at):
            found = [float(one.function(torch.tensor(end, dtype=torch.float64), *one.args[1:], **one.named)) for end in at]
            return None if any(map(math.isnan, found)) else (min(found), max(found))
        try:
            return ends(low, high) or ends(max(low, -1e300), min(high, 1e300)) or (FREE if op != "sqrt" else (0, math.inf))
        except Exception:  # of a shape that one number has not
            return FREE
    if op in ("abs", "square") or op == "pow" and b[0] == b[1] and b[0] % 2 == 0 or op == "mul" and one.operands[0] is one.operands[-1]:
        return 0, max(-low, high) ** (1 if op == "abs" else b[0] if op == "pow" else 2)
    if op in ("rsub", "rdiv", "rtruediv"):
        a, b = b, a
    if op in ("neg", "add", "sub", "rsub") and "alpha" not in one.named:
        return (-high, -low) if op == "neg" else (a[0] + b[0], a[1] + b[1]) if op == "add" else (a[0] - b[1], a[1] - b[0])
    if op in ("mul", "rmul", "imul", "multiply") or "div" in op and (b[0] > 0 or b[1] < 0):
        ends = [p * q if p and q else 0.0 for p in a for q in ((1 / b[1], 1 / b[0]) if "div" in op else b)]
        return min(ends), max(ends)
    if op in SAME and parts:
        return min(p[0] for p in parts), max(p[1] for p in parts)
    return (0 if low >= 0 else -math.inf, 0 if high <= 0 else math.inf) if op == "sum" else FREE


def directions(call):
    """True for products of vectors of length 1, which are cosines."""
    if call.op not in ("linear", *PRODUCTS[:3]) or len([one for one in call.args if one is not None]) != 2:
        return False
    a, b = (t.detach().float() for t in call.args[:2])
    return all((t.norm(dim=axis) - 1).abs().max() < 0.01 for t, axis in ((a, -1), (b, -1 if call.op == "linear" else -2)))


def spelled(trace, path):
    """The reader's expression for a part of the model: model.layers[0].weight of "layers.0.weight"."""
    text, at = trace.root, trace.model
    for part in path.split(".") if path else []:
        if isinstance(at, (nn.ModuleDict, nn.ParameterDict)):
            text += f'["{part}"]'
        elif part.isdigit():
            text = f"{text}[{part}]" if hasattr(at, "__getitem__") else f'getattr({text}, "{part}")'
        else:
            text += f".{part}"
        at = at[part] if isinstance(at, nn.ParameterDict) else getattr(at, part)
    return text


def remade(trace, head, units):
    """Code for the output layer with so many units, or words."""
    linear = head.kernel and head.layer and trace.model.get_submodule(head.layer)
    if type(linear) is not nn.Linear:
        return f"an output of {units} unit{'s' * (units > 1)}"
    layer = spelled(trace, head.layer)
    known = f'; optimizer.add_param_group({{"params": {layer}.parameters()}})' * bool(trace.optimizer)
    code = f"{layer} = torch.nn.Linear({linear.in_features}, {units}){known}"
    behind = nearest([trace.made[id(head.tensor)]])  # a squeeze leaves several units as they are
    flat = [unlimited(trace, c) for c in behind if c.op in LAYOUT and c.op != "squeeze" and (
        c.value.dim() < c.inputs[0].dim() and c.value.shape[-1] != c.inputs[0].shape[-1])]
    return "; ".join([code, *flat]) if all(quoted(one) != one for one in flat) else f"`{code}`, {', '.join(flat)}".removesuffix(".")


# Rows of numbers, one per kernel.


Row = type("Row", (SimpleNamespace,), {"__eq__": object.__eq__, "__hash__": object.__hash__})  # by identity, as the arrays in it cannot be


def ordered(calls):
    """The calls of each kernel with what they read, [[(call, kernel), …], …], in the order of first use."""
    groups = {}
    for call in (call for call in calls if call.data):  # not of positions and other constants
        for one in call.kernels:
            groups.setdefault((one.full, id(one.parameter), *one.weight.shape), []).append((call, one))
    return [[(call, one) for call, one in group if one.op == group[0][1].op] for group in groups.values()]


def behind(call):
    """From a kernel to the next, a fork or a merge: its activation, h, normalized or not, and the last call before."""
    found = SimpleNamespace(activation="relu" * call.op.startswith("rnnrelu"), h=call.value, end=call, normalized=False, scaled=False)
    while len(found.end.takers) == 1:
        taker = found.end.takers[0]
        if taker.kernels or taker.head or taker.in_loss or len(taker.before) != 1:
            break
        found.end = taker
        found.normalized |= taker.norm
        found.scaled |= not (taker.norm or taker.op in (*LAYOUT, *ACTIVATIONS) or "pool" in taker.op or "drop" in taker.op)
        own = [name for name in ACTIVATIONS if taker.atom is not None and len(name) > 3 and name in taker.op]
        if not found.activation and (name := taker.op if taker.op in ACTIVATIONS else "".join(own[:1])):
            found.activation = name
            if taker.value.shape == call.value.shape:
                found.h = taker.value
    return found


def varies(tensor):
    """True if the images of the batch are not all alike in this tensor."""
    return bool((tensor[1:] != tensor[:1]).any()) if tensor.dim() and len(tensor) > 1 else False


def leveled(call, images):
    """True if what a call puts out differs between images by no more than rounding, of a mean by that of its terms."""
    if not call.value.dim() or not call.value.numel() or len(call.value) % images:
        return False
    t = call.value.detach().reshape(images, -1)  # the heads of attention may stand beside the images
    if not t.is_floating_point() or not varies(t):
        return not varies(t)
    terms = call.inputs if any(word in call.op for word in ("mean", "sum", "pool")) and call.op != "logsumexp" else []
    sizes = [_rms(one) * (one.numel() / t.numel() if "sum" in call.op else 1) for one in terms]
    return _rms(t[1:] - t[:1]) <= min(LOST, 8 * torch.finfo(t.dtype).eps) * max(_rms(t), *sizes, 0)


def flat(tensors, axis):
    """Tensors as one array (images and positions, features) float64."""
    arrays = [_numpy(t) for t in tensors]
    moved = [np.moveaxis(a, axis, -1) if a.ndim > 1 else a[:, None] for a in arrays]
    return np.concatenate([a.reshape(-1, a.shape[-1]) for a in moved])


def _rms(array):
    array = _numpy(array) if isinstance(array, torch.Tensor) else array
    return math.sqrt(np.mean(np.square(array, dtype="float64"))) if np.size(array) else 0.0


def measured(seen, group, changes):
    """A row for one kernel, from all its calls."""
    calls, first = [call for call, _ in group], group[0][1]
    size, given_size = calls[0].value.shape[first.axis], calls[0].inputs[0].shape[-1]
    calls = [c for c in calls if c.value.shape[first.axis] == size and c.inputs[0].shape[-1] == given_size]
    paths, axis = [behind(call) for call in calls], first.axis
    activation, end, given = paths[0].activation, paths[0].end, flat([c.inputs[0] for c in calls], axis if calls[0].inputs[0].dim() > 1 else -1)
    h, z, taken = flat([path.h for path in paths], axis), flat([c.value for c in calls], axis), _numpy(calls[0].inputs[0])
    delta = seen.images * flat([torch.zeros_like(c.value) if c.delta is None else c.delta for c in calls], axis)
    sums = [c.takers[0] for c in calls if c.op == "matmul" and len(c.takers) == 1 and c.takers[0].op == "add"]
    if first.bias is None and len(sums) == len(calls):  # x @ w + b
        first.bias = next((w for w in sums[0].weights if w.dim() == 1), None)
        z = z if first.bias is None else flat([c.value for c in sums], axis)
    bias, bias_name = np.zeros(1) if first.bias is None else _numpy(first.bias), seen.trace.names.get(id(seen.trace.weights.get(id(first.bias))))
    dead, loud = ~h.any(axis=0) & (activation not in LIMITS), first.fans and abs(bias).max() > 1.01 / math.sqrt(first.fans[0])  # PyTorch draws less
    low, high = LIMITS.get(activation, (-math.inf, math.inf))
    edge, fed = (high - low) / 200, {call for c in seen.calls if c.kernels for call in c.feeders}
    is_output = calls[0].data and not any(call in fed for call in calls)
    owner = re.sub(r"\.?parametrizations\.\w+$", "", first.full.rpartition(".")[0])
    way = passed(end.takers, lambda c: [] if c.kernels or c.op in BESIDE else c.takers)  # a product with zeros may end a branch beside another
    several, name = sum(o.full.rpartition(".")[0] == first.full.rpartition(".")[0] for o in _kernels(seen.calls)) > 1, owner or first.full
    return Row(layer=name, name=f"{name}/{first.full.rpartition('.')[2].removeprefix('weight_')}" if several and owner else name,
        spelled_bias=bias_name and spelled(seen.trace, bias_name), trainable=first.parameter.requires_grad, activation=activation,
        normalized=paths[0].normalized, scaled=paths[0].scaled and 1 / OFF < _rms(end.value) / (_rms(given) or 1) < OFF, is_output=is_output,
        factored=bool(end.takers) and all(c.kernels and not c.kernels[0].matrix.any() for c in end.takers),  # as the A of LoRA, whose B is 0
        attends=any(c.op in PRODUCTS and len(c.before) > 1 for c in end.takers),  # as queries, which T5 scales down
        blocks=is_output or seen.still, still=seen.still, hides=not is_output and all(
            c.alike or c.in_loss or c.kernels or c.op in BESIDE for c in way),
        fed_by_data=calls[0].data, followed=any(call.followed for call in calls),
        is_first=calls[0].data and not calls[0].feeders and not calls[0].fed, lost=all(c.alike for c in calls[0].before),
        renewed=any(c.norm for c in upstream(calls[0])),
        raw_columns=[] if first.op.startswith("conv") else unscaled(seen.x, given), range=(given.min(), given.max()),
        whole=bool((given == given.round()).all()), input=_rms(given[given != 0]),
        apart=None if len(paths[0].h) != seen.images else float(((h0 := paths[0].h.double()) - h0.mean(0)).square().mean() / h0.square().mean()),
        contrast=_rms(given - given.mean(axis=0)) / (_rms(given) or 1), units=z.shape[-1], few=len(z) < 8,  # of two a batch norm makes -1 and 1
        differs=_rms(taken - taken.mean(axis=0)) / _rms(taken) if taken.any() and len(taken) == seen.images else 1.0,
        finite=bool(np.isfinite(z).all() and np.isfinite(h).all()), positions=len(z) // seen.images,
        gain=_rms(h) / (_rms(given) or 1), from_bias=(_rms(bias) / (_rms(z) or 1)) ** 2 > 0.5, mean=float(h.mean()), std=float(h.std()),
        dead=float(dead.mean()), silenced=float(np.mean(dead & ((z - bias).max(axis=0) > 0))) if dead.shape == bias.shape and loud else 0.0,
        saturated=float(np.mean((h < low + edge) | (h > high - edge))) if activation in LIMITS else None,
        delta=_rms(delta), delta_square=np.sum(delta**2) / seen.images,
        pull_square=np.sum(np.sum(delta**2, axis=-1) * np.mean(z**2, axis=-1)) / seen.images, **weighed(seen, first, changes))


def unscaled(x, given):
    """Columns of the data that are large where a kernel takes them: [(which, least, largest, remedy)], unless most are."""
    sizes = np.sqrt(np.mean(given**2, axis=0))
    large = np.flatnonzero(2 * np.log(sizes) > REACH)
    if not large.size or len(sizes) < 2 * large.size and isinstance(x, torch.Tensor):
        return []
    parts = [("x", x, "x = ", "")] if isinstance(x, torch.Tensor) else (
        [(f'x["{key}"]', t, f"x = dict(x, {key}=", ")") for key, t in x.items()] if isinstance(x, dict) else
        [(f"x[{i}]", t, f"x = [*x[:{i}], ", f", *x[{i + 1}:]]") for i, t in enumerate(x)])
    known = {}
    for name, t, before, after in parts:
        if isinstance(t, torch.Tensor) and t.dim() < 4:
            table = _numpy(t).reshape(-1, t.shape[-1] if t.dim() > 1 else 1)
            known |= {np.ascontiguousarray(table[:, i]).tobytes(): (name, i, table.shape[1], before, after) for i in range(table.shape[1])}
    found = []
    for j in large[:64]:
        name, i, many, before, after = known.get(np.ascontiguousarray(given[:, j]).tobytes(), (None, 0, 1, "", ""))
        if name:
            scaled = STANDARD.removeprefix("x = ").replace("x", name)
            found.append((f"{name}, column {i}" if many > 1 else name, given[:, j].min(), given[:, j].max(), f"{before}{scaled}{after}"))
    return found


def _kernels(calls):
    return {id(one.parameter): one for call in calls for one in call.kernels}.values()


def weighed(seen, kernel, changes):
    """The part of a row that is about the kernel."""
    w, n, gradient = _numpy(kernel.weight).astype("float32"), kernel.fans, seen.gradients.get(kernel.full)
    size, change, own = _rms(w), changes.get(kernel.full), _rms(kernel.parameter)
    ratios, window = {rule: size / math.sqrt(variance(*n)) for rule, variance in RULES.items()} if n else {"": 1.0}, math.prod(w.shape[2:])
    by_shape = (w.shape[1] * window, len(w) * window)  # as torch.nn.init counts
    by_shape, by_all = (n[1], n[1]) if kernel.op in RECURRENT else by_shape, RULES | BY_SHAPE
    by_shape = {rule: size / math.sqrt(variance(*by_shape)) for rule, variance in by_all.items()}
    chance = ERRORS / math.sqrt(2 * w.size)  # of the logarithm of the RMS of so many random numbers
    return {"kernel": _numpy(kernel.matrix).astype("float32"), "raw": w.ravel()[:4096], "shape": w.shape, "fans": n, "groups": kernel.groups, "ratios": ratios,
        "weight_std": float(w.std(dtype="float64")), "op": kernel.op, "size": w.size, "full": kernel.full, "parameter": kernel.parameter,
        "spelled": spelled(seen.trace, kernel.full) if kernel.full in seen.trace.names.values() else "the weight",
        "recurs": kernel.op in RECURRENT, "convolves": kernel.op.startswith("conv"), "dtype": _type(kernel.parameter),
        "off": max(1.0, min(ratios.values())) * min(1.0, max(ratios.values())),  # from the nearest rule; 1 among them
        "by_shape": by_shape, "follows": {rule for rule, ratio in by_shape.items() if ratio and abs(math.log(ratio)) < chance},
        "by_use": {rule: size / math.sqrt(variance(*n)) for rule, variance in by_all.items() if n}, "chance": chance,
        "gradient": None if gradient is None else _rms(gradient), "step": None if change is None or not own else _rms(change) / own,
        "stride": (None if change is None or not own
                   else _rms(change) / own * (own / size * min(ratios.values()) if 0 < max(ratios.values()) < 1 / OFF else 1)),
        "stuck": (float(np.mean(change[_numpy(gradient) != 0] == 0))
                  if change is not None and gradient is not None and gradient.any() and "16" in _type(kernel.parameter) else 0.0),
        "remade": not 1 / OFF < size / (own or 1) < OFF,  # by the model, as in weight standardization
        "miscounted": bool(n) and kernel.op not in RECURRENT and n[0] != w.shape[1] * window}


# Branches: what is added to something else, by which a trunk goes on beside them.


def branches(seen):
    """{row: the branch that it ends}, of the kernels whose output is a term of a sum before the next kernel comes."""
    users, found = {}, {}
    for call in seen.calls:
        for one in call.kernels:
            users.setdefault(one.full, []).append(call)
    for row in seen.rows:
        sums = [added(call) for call in users[row.full]]
        if not all(sums):
            continue
        whole, term, others = max(sums[0], key=lambda one: _rms(one[0].value) / (_rms(one[1].value) or LOST))
        before, beside = ({*passed(ends, lambda c: c.before)} for ends in ([term], others))  # with all that these are made from
        own = {one.full for call in before - beside for one in call.kernels}
        found[row] = SimpleNamespace(
            small=all(any(_rms(whole.value) > OFF * _rms(term.value) for whole, term, _ in one) for one in sums),
            loud=OFF * _rms(term.value) > _rms(sum(other.value for other in others)),
            upon_frozen=any(not one.parameter.requires_grad for call in nearest(others) for one in call.kernels),
            skipped=any(other in before for other in others),  # by what goes into the branch, as a residual connection does
            times=_rms(term.value) / (_rms(sum(other.value for other in others)) or 1), sent=_rms(term.value) ** 2, carried=_rms(whole.value) ** 2,
            inner=[other for other in seen.rows if other.full in own and other is not row])
    return found


def added(call):
    """[(sum, term, others)] on the way from a call to the next kernel or fork: its term, and those that differ between images."""
    found, term = [], call
    while len(term.takers) == 1 and not (term.takers[0].kernels or term.takers[0].head or term.takers[0].in_loss):
        taker = term.takers[0]
        others = [c for c in taker.before if c is not term]
        if others and taker.op not in ("add", "sub"):
            break
        if others and all(c.data and not c.alike and c.value.shape == taker.value.shape for c in others):
            found.append((taker, term, others))
        term = taker
    return found


def loss_without(seen, loss):
    """The loss where the loud branches upon a frozen trunk put out 0; None if it cannot be told."""
    with torch.no_grad(), suppress(Exception):  # of a model that runs once alone
        for holder, _, name in (row.full.rpartition(".") for row in seen.loud):
            own = seen.model.get_submodule(holder)._parameters  # which `kept` puts back
            own.update({key: torch.zeros_like(own[key]) for key in (name, "bias") if own.get(key) is not None})
        outputs = run(seen.model.train(), seen.x, nullcontext())
        return float(scalar(loss_of(outputs, seen.y, loss, Trace(seen.model, seen.root, seen.x, seen.y))))


# Judge. Judges yield findings, and notes as text.


def judge(seen):
    """Causes before consequences, so that no layer is named for what another does to it."""
    rows, bad = seen.rows, list(not_a_number(seen))
    if bad or not rows:
        return bad + seen.labels or list(gradient(seen))
    outside = [*seen.labels, *(one for head in seen.heads for one in outputs(head, seen)), *unregistered(seen)]
    outside += [one for judge in (crossed, over_images, cut_before, cooled, unlogged, gain, few, past_the_end) for one in judge(seen)]
    twice = {one.layer for one in outside if one.fault == "softmax applied twice"}
    outside = [one for one in outside if one.fault != "logits cut off" or one.layer not in twice]
    outside += louder(seen) if not seen.labels else []
    if mixes := [one for one in leaking(seen) if isinstance(one, str) or one.fault not in {said.fault for said in outside}]:
        outside = [*mixes, *(one for one in outside if one.fault != "labels do not fit the output")]
    causes = [*zeros(seen), *copies(rows)]
    causes += scales([row for row in rows if row.layer not in named(causes)], seen)
    if finite := math.isfinite(seen.loss) and all(row.finite for row in rows):
        causes += inputs(rows, seen)
        cut = [] if named(causes) else first((broken, muted, factors, lone, prototypes, drowned, dropped, sharing, over_queries, decided), seen)
        if any(one.fault == "kernel too large" for one in cut):  # which they may not be, then
            causes = [one for one in causes if isinstance(one, Finding) or "off every rule" not in one]
        faulty = [i for i, row in enumerate(rows) if row.raw_columns or row.layer in named(causes + outside + cut)]
        causes += cut or silent(rows[:min(faulty, default=len(rows))])
        causes += [] if named([*causes, *mixes]) else first((disturbed, depth, averaged, blinded), seen)
    causes += reused(rows)
    if type(seen.x) is type(seen.y) is torch.Tensor and seen.x.dtype == seen.y.dtype and torch.equal(seen.x, seen.y):  # then x comes first
        known = [one for one in inputs(rows, seen) if one.remedy.startswith("x = ")]
        if large := [replace(one, remedy=f"{one.remedy.partition('  #')[0]}; y = x") for one in known]:
            outside = [one for one in outside if isinstance(one, str) or not one.remedy.startswith("y = ")]
            causes = [one for one in causes if isinstance(one, str) or not one.remedy.startswith("x = ")] + large
    if not named(causes + outside):
        outside += first((gradient, cut_off, untouched, penalized, first_loss, step) if finite else (overflow,), seen)
    known = tuple(f"{name}: " for name in named(causes + outside))
    return [*(one for one in causes + outside if isinstance(one, Finding) or not one.startswith(known)), *linear(seen), *left_out(seen), *rare(seen)]


def first(judges, seen):
    """Notes, and what the first judge finds that finds anything."""
    said = []
    for judge in judges:
        said += [] if named(said) else judge(seen)
    return said


def merged(said):
    """One finding per fault and remedy, with the first evidence."""
    found = {}
    for one in (one for one in said if isinstance(one, Finding)):
        same = found.setdefault((one.fault, one.remedy), one)
        same.layers, same.rows = tuple(dict.fromkeys(same.layers + one.layers)), same.rows + one.rows
    for one in found.values():
        one.remedy = told(one.remedy, one.rows)
    return list(found.values())


def named(said):
    """The layers at fault."""
    return {name for one in said if isinstance(one, Finding) for name in one.layers}


def of(row, fault, evidence, remedy, **more):
    """A finding about a row, whose expressions take the place of {weight} and {bias} in the remedy."""
    return Finding((row.layer,), fault, evidence, remedy, rows=(row,), **more)


def told(template, rows):
    """A remedy for these rows, in a loop if there are several."""
    rows, fields = list({row.full: row for row in rows}.values()), [name for name in ("weight", "bias") if f"{{{name}}}" in template]
    if not fields or not rows:
        return template
    code = [{"weight": row.spelled, "bias": row.spelled_bias or row.spelled.rpartition(".")[0] + ".bias"} for row in rows]
    if len(rows) == 1:
        return template.format(**code[0])
    every = ", ".join(one[fields[0]] if len(fields) == 1 else f"({one['weight']}, {one['bias']})" for one in code)
    return f"for {', '.join(f[0] for f in fields)} in ({every}): {template.format(weight='w', bias='b')}"


def not_a_number(seen):
    """NaN or infinity in the input or in the weights."""
    if not all(torch.isfinite(part).all() for part in leaves(seen.x)):
        yield elsewhere("input", "not a number", "x holds NaN or infinity.", "mend the data.")
        return
    weights = {name.rpartition(".")[0] or name: (name, w) for name, w in (*seen.model.named_parameters(), *seen.model.named_buffers())
               if name in seen.trace.used and w.is_floating_point() and not torch.isfinite(w._values() if w.is_sparse else w).all()}
    for layer, (name, _) in weights.items():
        learned = name in seen.gradients
        yield Finding((layer if learned else name,), "not a number", f"{name} holds NaN or infinity.", "start anew, with a smaller learning rate, "
                      "and look at the loss function." if learned else "mend what it is made of, as a division by the degree of a node without "
                      "neighbours.", of_start=learned)


# Labels and outputs, by the loss: of a table of cases (when, where, fault, evidence, remedy) the first that holds.


def first_case(cases, y="y"):
    """The finding of the first case that holds, its remedy for these labels; none if that one is no fault."""
    for when, *found in cases:
        if when:
            *found, remedy = found or [""]
            if remedy.startswith("y = ") and y != "y":
                remedy = "y = list(y); " * ('"' not in y) + re.sub(r"\by\b", y, remedy)
            return [elsewhere(*found, remedy)] if found else []
    return []


def _span(y):
    return f"{y.min():.4g} to {y.max():.4g}" if y.size else "nothing"


def wished(head):
    """The shape that a loss wants of labels, what makes their type right, and code or words for both."""
    ours, theirs, classes = tuple(head.truth.shape), tuple(head.tensor.shape), head.kind in CLASSES
    wanted = theirs if not classes else theirs[:1] + theirs[2:] if len(theirs) > 1 else ours
    right = head.truth.dtype in (torch.int64, torch.uint8) if classes else head.truth.is_floating_point()
    typed = "" if right else ".long()" if classes else ".float()"
    made = "y[..., None]" if (*ours, 1) == wanted else "y.squeeze(-1)" if ours == (*wanted, 1) else f"y.reshape{wanted}"
    fits_all = math.prod(ours) == math.prod(wanted)
    return wanted, typed, f"y = {made if ours != wanted else 'y'}{typed}" if fits_all else "one label for every output."


def blank(y, units):
    """The one label of many positions that is no class though all others are, as 255 or -1 of what has none; None if there is no such."""
    values = np.unique(y)
    strange = values[(values < 0) | (values > units)]
    fits = len(strange) == 1 and len(values) > 2 and units not in values and (strange[0] > 0 or len(values) != units)
    return int(strange[0]) if fits else None


def labels(head):
    """What this loss cannot make of these labels, whatever the weights."""
    y, units, kind, ours, theirs = head.y, head.units, head.kind, tuple(head.truth.shape), tuple(head.tensor.shape)
    read = y[y != head.ignored] if kind in CLASSES else y
    if not read.size or not np.isfinite(read).all():
        return first_case([(read.size, "labels", "not a number", "y holds NaN or infinity.", "mend the data."), (
            True, "labels", "labels ignored", f"All are {head.ignored}, which the loss leaves out.", "look at what loads the data.")])
    low, high, whole, several = read.min(), read.max(), (read == read.round()).all(), len(theirs) > 1
    void = blank(read, units) if y.ndim > 1 and whole else None
    floats, classes, values = head.truth.is_floating_point(), kind in CLASSES, set(np.unique(np.ravel(y)[:10_000]))
    wanted, typed, made = wished(head)
    shapes, span = f"y has the shape {ours}, the output {theirs}.", f"The labels run from {_span(read)}"
    unfit = ours != wanted, "labels", "labels do not fit the output", shapes, made
    other_type = typed, "labels", "labels of another type", f"y is {_type(head.truth)}, the loss takes {'int64' if classes else 'floats'}.", made
    swapped = head.swapped, "loss", "arguments swapped", "Labels stand where it takes outputs.", "the outputs first, then the labels."
    of_units = "labels out of range", f"{span} and the output has {units} units."
    of_shares = "labels out of range", f"{span}, and the loss wants 0 to 1."
    alone = f"Over one unit, {kind} is 0 whatever the weights." if several else (
        f"The output has the shape {theirs}, which {kind} takes for one image with {head.out.size} classes.")
    most = np.where((y != 0).sum(axis=1) > 1, y.sum(axis=1), 0).max() if y.ndim > 1 else 0  # one may be a weight, as of an action
    lists, every = y.size * units == head.out.size and units > 1, f"{head.remade(int(high) + 1)}"
    entropy, with_logits = f"loss = {F}cross_entropy", f"{F}binary_cross_entropy_with_logits"
    shifted = f"y = y{typed * (not classes)} - {low:.0f}".replace("- -", "+ ")
    by_class = [swapped, (floats and not whole and (units == 1 or ours == theirs and (low < 0 or high > 1) and np.median((y != 0).sum(axis=1)) > 1),
         "loss", "y holds no classes", f"It runs from {_span(read)}, and {kind} takes numbers of classes.",
         "loss = torch.nn.MSELoss()" + f"; y = y.reshape{theirs}" * (ours != theirs)),
        (units == 1 and (several or abs(y.sum() - 1) > 0.01), head.layer, "one unit for all classes", alone,  # else a ranking
         every if high > 1 and whole and several else
         f"loss = lambda out, y: {F}cross_entropy(out.reshape(len(y), -1), y)" if y.size < head.out.size and not several else
         f"loss = lambda out, y: {with_logits}(out.flatten(), y.flatten().float())"),
        (head.weights is not None and head.weights.numel() != units, "loss", "weights of classes do not fit",
         f"It has {len(head.weights if head.weights is not None else ())} of them and the output {units} units.",
         f"{entropy}  # or a weight for each of the {units} classes"),
        (ours == theirs and several and (not floats or kind == "nllloss"), "labels", "labels one-hot",
         f"{shapes} The loss wants class numbers, or shares in floats.", "y = y.argmax(1)"),
        (ours == theirs and several and most > 1.01, head.layer, "several labels at once",
         f"Rows of y sum to as much as {most:.3g}.", f"loss = {with_logits}"),
        (ours == theirs and several,),
        (ours == theirs[:-1] and len(theirs) > 2 and ours != wanted, "loss", "classes on another axis",
         f"{shapes} The loss looks for the classes on axis 1.", f"loss = lambda out, y: {F}cross_entropy(out.movedim(-1, 1), y)"),
        (not whole, "labels", "labels not whole", f"They run from {_span(read)}.", "whole numbers, or a loss for quantities."),
        unfit, other_type, (low >= 0 and high < units,),
        (void is not None, "loss", of_units[0], f"{of_units[1]} All others fit, but {_share(np.mean(read == void))} of y is {void}.",
         f"loss = torch.nn.{'NLLLoss' if kind == 'nllloss' else 'CrossEntropyLoss'}(ignore_index={void})  # if it marks what has no class"),
        (high - low < units, "labels", *of_units, shifted),
        (low < 0, "labels", *of_units, "y = y.unique(return_inverse=True)[1]"), (True, head.layer, *of_units, every)]
    by_share = [swapped, (lists, "loss", unfit[2], shapes, entropy), unfit,
        (low >= 0 and high <= 1 and not typed,), (low >= 0 and high <= 1, *other_type[1:]),
        (values == {-1, 1}, "labels", *of_shares, f"y = (y{typed} + 1) / 2"), (high - low == 1 and whole, "labels", *of_shares, shifted),
        (units == 1 and y.ndim < 3 and low >= 0 and whole, head.layer, *of_shares, joined(every, f"y = y.flatten().long(); {entropy}")),
        (True, "labels", *of_shares, "y = (y - y.min()) / (y.max() - y.min())")]
    broadcast = "targets broadcast", f"{shapes} The loss compares each with all."
    unlike = ("loss", *broadcast, f"in it, `{made[5:]}` on the targets.") if head.derived else ("labels", *broadcast, made)
    by_distance = [(head.by_hand and len(ours) == len(theirs) > 1 and ours[0] == theirs[0] and 1 in (ours[-1], theirs[-1]),),  # as of quantiles
        (not lists and ours != wanted, *unlike), (not lists, *other_type[1:]) if typed else (not lists,),
        (whole and low >= 0 and high < units, "loss", *broadcast, f"y = y.flatten().long(); {entropy}  # if y numbers classes; else one unit"),
        (True, head.layer, *broadcast, joined(head.remade(1), "y = y[..., None]" * (y.ndim < head.out.ndim),
                                              f"or, where outputs are the values of {units} choices, as in Q-learning, "
                                              "that of the one taken: out.gather(1, action)"))]
    by_sign = [(values <= {-1, 1},), (True, "labels", "labels out of range", f"{span}, and the loss wants -1 and 1.",
                                      "y = 2 * y - 1" if values == {0, 1} else "labels of -1 and 1.")]
    table = {**dict.fromkeys(CLASSES, by_class), BINARY: by_share, SHARES: by_share, KL: [swapped],
             **dict.fromkeys(DISTANCES, by_distance), **dict.fromkeys(SIGNS, by_sign)}
    return first_case(table.get(kind, []), head.named)


def replaced(head, module):
    """Code that puts a module in the place of an output's activation, or words where that is a function."""
    if head.spelled:
        return f"{head.spelled} = torch.nn.{module}"
    return f"without the {head.activation} in forward()." if module == "Identity()" else f"{module} in forward() instead."


def unlimited(trace, limit):
    """Code or words that take away what limits an output."""
    code = f"{spelled(trace, limit.atom)} = torch.nn.Identity()" if limit.atom else f"without the {limit.op} in forward()."
    return "a torch.nn.Linear behind it, which puts out any number." if limit.kernels else code


def outputs(head, seen):
    """An output that the loss misreads, or that cannot reach the targets."""
    name, kind, layer, out, call = head.activation, head.kind, head.layer, head.out, head.call.before[0] if len(head.call.before) == 1 else None
    before, soft = call.op if call else "", name in ("softmax", "logsoftmax")
    off = kind in CLASSES and np.any(abs((np.exp(out) if name == "logsoftmax" else out).sum(axis=head.axis) - 1) > 0.02)
    over = "the batch" if head.dim == 0 else "another axis"
    axis = f"{head.spelled}.dim = {head.axis % max(out.ndim, 1)}" if head.spelled and head.call.output is head.tensor else ""
    linear, logits = replaced(head, "Identity()"), f"loss = {F}binary_cross_entropy_with_logits"
    direct = f"{spelled(seen.trace, call.atom)} = torch.nn.Identity()" if call and call.atom else f"without the {before} before {name}."
    nll = f"loss = {F}cross_entropy" if name != "softmax" else (
        replaced(head, "LogSoftmax(1)") if head.spelled else f"loss = lambda out, y: {F}nll_loss(out.log(), y)")
    kl = f'loss = lambda out, y: {F}kl_div(out.{"log()" if name == "softmax" else "log_softmax(-1)"}, y, reduction="batchmean")'
    unlike = name in {*RANGES} - {"sigmoid", "hardsigmoid", "softmax", "exp"} or head.call.kernels
    low, high = head.range
    others = math.log(max(head.units - 1, 1))
    floor = max(np.logaddexp(0, low), np.logaddexp(0, -high)) if kind == BINARY else head.floor or np.logaddexp(0, others + low - high)
    low_floor = floor > 0.1 * math.log(2 if kind == BINARY else max(2, head.units)) or name in RANGES and name != "exp"
    takes_logits = head.floor or kind in (CLASSES[0], BINARY) and low_floor or head.logs and np.mean(head.y < math.exp(min(low, 9))) > 0.1
    limit = head.limits[-1] if head.limits and not head.swapped and takes_logits else None
    by, without = (limit.op, unlimited(seen.trace, limit)) if limit else ("", "")
    cosine = limit and (limit.op in ("cosinesimilarity", "normalize", *PRODUCTS) or limit.kernels and limit.op not in RECURRENT)
    run, (least, most) = f"They run from {_span(out)}, and the loss takes", bounds(limit) if limit else FREE
    by += f" leaves {least:.2g} to {most:.2g}"
    times, shrunk, inverse = shrinking(head.call, limit)
    by += f", {shrunk}," if shrunk else f", of which {low:.2g} to {high:.2g} is made," if (least, most) != (low, high) else ","
    return first_case([
        (mixed(head, seen.trace.made), layer, "classes mixed with positions", "A reshape behind it puts outputs for one position beside others.",
         "`permute()` or `movedim()` to exchange axes, as `out.movedim(1, -1)`: a reshape leaves the numbers in their order."),
        (name == "softmax" and head.units == 1, layer, "constant output", "One softmax unit always says 1.",
         linear if kind in DISTANCES and (head.y.min() < 0 or head.y.max() > 1) else replaced(head, "Sigmoid()")),
        (soft and not (kind == CLASSES[0] and name == "softmax" and head.dim not in (None, 0)) and out.ndim > 1 and (head.dim == 0 or off),
         layer, f"softmax over {over}", f"It sums to one over {over}, not over the classes.",
         axis or "the axis of the classes as dim in its softmax."),
        (name in ("softmax", "sigmoid") and name == before, layer, f"{name} applied twice", "forward() applies it a second time.", linear),
        (name and (kind, name) in ((CLASSES[0], "softmax"), (BINARY, "sigmoid")), layer, f"{name} applied twice",
         f"The loss takes logits and applies {name} itself.", linear),
        (limit, layer, "logits cut off", f"{by} and the loss takes logits of any size"
         f"{f': it cannot fall below {floor:.2g}' if floor > 0 and not head.logs else ''}.",
         without if not cosine else f"{inverse}." if times < 0.2 else "a factor behind it, as `10 * out`, fixed or learned."),
        (soft and before in RANGES, layer, "logits cut off", f"{before} stands before {name}, which takes logits of any size.", direct),
        (kind == CLASSES[1] and not np.all(abs(np.exp(out).sum(axis=head.axis) - 1) < 0.02), layer, "outputs are no log-probabilities",
         f"{run} logarithms of probabilities.", nll),
        (kind == KL and (out.max() > 1e-6 or name == "softmax"), layer, "outputs are no log-probabilities",
         f"{run} logarithms of probabilities.", kl),
        (kind == SHARES and (out.min() < 0 or out.max() > 1 or unlike), layer, "outputs are no probabilities",
         f"{run} probabilities.", logits)], head.named) or reach(head, seen)


def shrinking(at, limit):
    """A number below 1 by which what limits a call is multiplied on its way there, as a temperature the wrong way; in words, and its inverse in code."""
    found, whole = (1.0, "", ""), 1.0
    while limit and at is not limit and isinstance(at, Call):
        numbers = [one for one in at.operands if isinstance(one, (int, float)) or isinstance(one, torch.Tensor) and one.numel() == 1]
        if numbers and at.op in TIMES and (size := abs(float(numbers[0]))):
            divided = "div" in at.op
            whole *= (times := 1 / size if divided else size)
            if times < found[0] and not getattr(numbers[0], "requires_grad", False):
                did, signs = ("divides", "*/") if divided else ("multiplies", "/*")
                found = (times, f"{'the loss' if at.in_loss else 'forward()'} {did} by {size:.3g}",
                         f"`{signs[0]} {size:.3g}` in place of `{signs[1]} {size:.3g}` there")
        at = next((one for one in at.operands if isinstance(one, Call) and not one.truth), None)
    return found if whole < 1 else (1.0, "", "")


def mixed(head, made):
    """True if a reshape on the way to the loss has put units of one position beside those of another, found out on the numbers of positions."""
    way, call = [], made[id(head.tensor)]
    while not call.kernels and len(call.before) == len(call.inputs) == 1 and (call.op in LAYOUT or call.value.shape == call.inputs[0].shape):
        way, call = [call] * (call.op in LAYOUT) + way, call.before[0]
    if not (way and call.kernels) or call.op in RECURRENT or head.kind not in CLASSES:
        return False
    axis = call.kernels[0].axis
    shape = call.value.movedim(axis, -1).shape
    with suppress(Exception):  # of a function that takes such a tensor in another way
        marks = torch.arange(math.prod(shape[:-1])).reshape(*shape[:-1], 1).expand(shape).movedim(-1, axis).contiguous()
        for one in way:
            marks = one.function(marks, *one.args[1:], **one.named)
        return shape[-1] == head.units and bool((marks != marks.narrow(head.axis, 0, 1)).any())


def reach(head, seen):
    """Targets beyond the range of the output's activation, or beyond its steps."""
    name, kind, layer, out, y, linear = head.activation, head.kind, head.layer, head.out, head.y, replaced(head, "Identity()")
    def missed(low, high):
        slack = 0.01 * (_rms(y) if math.inf in (-low, high) else high - low)
        return np.mean((y < low - slack) | (y > high + slack)) if y.size else 0

    (low, high), beyond, known = head.range, missed(*head.range), kind in (*DISTANCES, SHARES)
    most = max((row.step or 0 for row in seen.rows), default=0)
    limit = next((c for c in head.limits[::-1] if missed(*bounds(head.call, c)) <= 0.01), head.limits[0]) if beyond > 0.01 else None
    by, without = (limit.op, unlimited(seen.trace, limit)) if limit else (name, linear)
    pixels = {(0, 1): "y = y / 255", (-1, 1): "y = y / 127.5 - 1"}.get((low, high)) if y.min() >= 0 and 128 < y.max() <= 255 else None
    above = y > out if y.shape == out.shape else np.zeros_like(out, bool)
    asked = y.sum(axis=head.dim) if name == "softmax" and y.shape == out.shape else np.ones(1)
    scaled = "targets near 1." if not y.std() or high < math.inf else SCALE if low == -math.inf else POSITIVE  # which the output reaches
    sizes = f"Their RMS is {_rms(y):.3g}, that of the output {_rms(out):.3g}"
    sizes += f", and the next step is {most:.2g} times the kernel." if most > 1 else "."
    return first_case([
        # what else one's own loss wants is not known
        (beyond > 0.01 and (known or not kind and pixels and y.size == out.size), layer, "targets out of reach",
         f"{_share(beyond)} of the targets, {_span(y)}, lie beyond what {by} puts out{f', {low:.2g} to {high:.2g}' * (by != name)}.",
         pixels or without),
        (name == "relu" and kind in DISTANCES and above.sum() > 8 and not out[above].any() and not (head.call.before[0].alike or seen.trained), layer,
         "dead units", f"The output is a relu, and 0 for all {above.sum()} targets above it: no gradient pulls it up.", replaced(head, "Softplus()")),
        (known and np.mean(abs(asked - 1) > 0.1) > 0.5, layer, "targets out of reach",
         f"Outputs of a softmax sum to 1, the targets to {_span(asked)}.", linear),
        (known and kind != SHARES and 0 < _rms(y) < min(1, _rms(out)) / FAINT, "labels", "targets too small",
         f"Their RMS is {_rms(y):.3g}, that of the output {_rms(out):.3g}.", scaled),
        (known and _rms(y) > FAR * max(1, _rms(out)), "labels", "targets too large", sizes, scaled)], head.named)


def louder(seen):
    """Of several outputs one whose targets are large, by which the shared layers do not learn the classes of another."""
    size = {row.layer: math.sqrt(row.delta_square) for row in seen.rows}
    heads = [head for head in seen.heads if size.get(head.layer)]
    quiet = min((head for head in heads if head.kind in CLASSES and head.out.ndim == 2), key=lambda head: size[head.layer], default=None)
    for head in heads if quiet else []:
        times, large = size[head.layer] / size[quiet.layer], head.y.size and _rms(head.y) > OFF * max(1, _rms(head.out))
        if head.kind in DISTANCES and large and times > HEAVY:
            yield from first_case([(True, head.layer, "targets drown another output", f"Their RMS is {_rms(head.y):.3g}, and what their error sends "
                                    f"back {times:.2g} times that of {quiet.layer}.", SCALE)], head.named)


def crossed(seen):
    """A column of outputs and a row of targets, or the other way round, that one's own loss compares each with all."""
    for call in (c for c in seen.calls if c.in_loss and c.op in ("mul", "rmul", "add", "div", "truediv") and c.value.shape == (seen.images,) * 2):
        sides, shapes = [one for one in call.operands if isinstance(one, Call)], {tuple(t.shape) for t in call.inputs}
        meant = any(one.op in ("unsqueeze", "getitem", "y", "x", "view", "reshape") and one.value.dim() == 2 for one in sides)  # as of pairs
        if len(sides) == 2 and shapes == {(seen.images, 1), (seen.images,)} and sides[0].truth != sides[1].truth and not meant:
            yield elsewhere("loss", "targets broadcast", f"In it ({seen.images}, 1) and ({seen.images},) give {tuple(call.value.shape)}: "
                            "each with all.", "`.squeeze(1)` on the column.")
            return


def over_images(seen):
    """A softmax in one's own loss that sums to one over the images."""
    for call in (c for c in seen.calls if c.in_loss and c.op in ("softmax", "logsoftmax") and c.before and not c.truth):
        size = call.value.shape
        if len(size) == 2 and size[0] == seen.images != size[1] and softened(call) == 0:
            yield elsewhere("loss", "softmax over the batch", "In it a softmax sums to one over the images.", "`dim=-1` in this softmax.")
            return


def cut_before(seen):
    """A softmax of one's own at the output, or in the loss, of numbers whose range an activation has cut, as by another softmax."""
    ends = [head.call for head in seen.heads]
    for call in (c for c in seen.calls if c.op in ("softmax", "logsoftmax", "logsumexp") and c.before and not (c.truth or c in ends)):
        before, source = call.before[0], [c for c in passed(call.before[:1], lambda c: c.before[:c.op in LAYOUT]) if c.op == "softmax" and c.value.dim()]
        taken = call.op != "logsumexp" or any(t.op == "sub" and t.operands[0] is before for t in call.takers)  # as Categorical takes it of logits
        if taken and source and (call.in_loss or call.op == "logsumexp") and softened(first := source[0]) == first.value.dim() - 1:
            yield elsewhere(_place(next((c for c in upstream(call) if c.kernels), call)), "softmax applied twice", "The loss takes logits and applies "
                            "softmax itself.", joined(unlimited(seen.trace, first).removesuffix("."), "", "or, of a distribution, probs= in place of logits="))
            return
        if taken and not seen.heads and (call.in_loss or call.output is seen.trace.outputs) and before.op in RANGES and before.data:
            yield elsewhere(_place(next((c for c in upstream(call) if c.kernels), call)), "logits cut off", f"{before.op} stands before "
                            f"{call.op}, which takes logits of any size.", f"without the {before.op} before {call.op}.")
            return


def cooled(seen):
    """Cosines that a loss of one's own multiplies by the temperature that divides them, before it takes their exponentials."""
    for call in (c for c in seen.calls if c.in_loss and c.op in ("softmax", "logsoftmax", "logsumexp", "exp") and c.before and not c.truth):
        at = call.before[0]
        while at.op in (*LAYOUT, *TIMES, "maskedfill") and at.before:
            at = at.before[0]
        times, shrunk, inverse = shrinking(call.before[0], at)
        if times < 0.2 and (at.op == "cosinesimilarity" or directions(at)):
            size = call.inputs[0].shape[-1]
            yield elsewhere("loss", "logits cut off", f"Cosines are -1 to 1, and {shrunk}: a softmax gives the best of {size} at most "
                            f"{1 / (1 + (size - 1) * math.exp(-2 * times)):.2g}.", f"{inverse}.")
            return


def unlogged(seen):
    """CTC of numbers that are no logarithms of probabilities."""
    for call in (c for c in seen.calls if c.op == "ctcloss"):
        if abs(call.inputs[0].detach().exp().sum(-1) - 1).max() > 0.02:
            yield elsewhere("loss", "outputs are no log-probabilities", "CTC takes logarithms of probabilities.", "`out.log_softmax(-1)` in it.")


def gain(seen):
    """A loss of one's own that is larger for outputs that equal y than for others."""
    if seen.inverted and not any(group.get("maximize") for group in (seen.optimizer.param_groups if seen.optimizer else [])):
        yield elsewhere("loss", "loss is maximized", "It is larger for outputs that equal y than for others: each step leads away from y.",
                        "the other sign, as `-your_loss(out, y)`.")


def few(seen):
    """A loss that takes the first images, or the last, where it means columns, so that no other has a gradient."""
    for t, (*_, slope) in ((t, slopes) for t, slopes in seen.trace.ends if slopes):
        n = seen.images
        if t.dim() < 2 or len(t) != n or n < 8 or t.dim() > 2 and t.shape[1] == n:
            continue
        rows = slope.flatten(1).any(1).nonzero().flatten().tolist()
        some = 0 < len(rows) <= min(n / 4, t.shape[1]) and rows in ([*range(len(rows))], [*range(n - len(rows), n)])
        by = [at for c in seen.calls if c.in_loss and any(one is t for one in c.inputs) and (at := indexed(c))] if some else []
        if by:
            which = f"image {rows[0]} of {n} has" if len(rows) < 2 else f"images {rows[0]} to {rows[-1]} of {n} have"
            yield elsewhere("loss", "images taken for columns", f"Only {which} a gradient, at the output of shape {tuple(t.shape)}.",
                            f"columns in it, as `out[:, {by[0]}]` in place of `out[{by[0]}]`.")
            return


def indexed(call):
    """The number by which a call takes one image; "" if it takes none, or several, which may be those that have labels."""
    if call.op in ("unbind", "select"):
        return "0" * (call.named.get("dim", call.args[1] if len(call.args) > 1 else 0) == 0)
    at = call.args[1] if call.op == "getitem" else None
    at = at[0] if isinstance(at, tuple) and at else at
    return str(at) if isinstance(at, int) and not isinstance(at, bool) else ""


def unregistered(seen):
    """Parameters that the model uses and does not list, as those of layers in a Python list."""
    found = list(seen.trace.strangers.values())
    if not found:
        return
    what, cure = "layers", "layers made in __init__, as attributes or in a torch.nn.ModuleList or ModuleDict, not in a list or in forward()."
    if not all(isinstance(w, nn.Parameter) for w in found):
        what, cure = "weights", "torch.nn.Parameter around each of them in __init__, as the last thing that is done to it."
    shapes = ", ".join(str(tuple(w.shape)) for w in found[:3])
    yield elsewhere("model", f"{what} not registered", f"It trains tensors that model.parameters() does not list: {shapes}.", cure)


# The start.


def fitting(row):
    """The rule for a kernel's activation."""
    return "LeCun" if row.activation == "selu" else "He" if row.activation in RECTIFIERS else "Glorot"


def fits(row):
    """True for a kernel that is no larger than its rule asks, which to draw it anew would not mend."""
    return math.log(row.ratios.get(fitting(row), OFF)) < min(row.chance, 0.3) and abs(row.kernel.mean()) < row.weight_std / 3


def learned(rows):
    """True if chance has not drawn some kernel: its largest singular value is beyond 1.2 times that of random numbers."""
    known = [row for row in rows if row.fans and min(row.kernel.shape) > 8 and row.kernel.size < 10**6]  # more take long
    return any(np.linalg.norm(row.kernel - row.kernel.mean(), 2) > 1.2 * row.weight_std * sum(map(math.sqrt, row.kernel.shape)) for row in known)


def advice(row):
    """Code that draws this kernel anew, by a rule for its activation."""
    name, rule = row.full.rpartition(".")[2], fitting(row)
    if not row.trainable:
        return "other weights than these, which are frozen, or normalization behind them."
    if name in ("weight_v", "original1"):  # of weight_norm, which the norm of each unit scales
        norm = row.spelled.removesuffix(name) + {"weight_v": "weight_g", "original1": "original0"}[name]
        return f"{INIT}constant_({norm}, {1.41 if rule == 'He' else 1})"
    if row.op.startswith("embedding"):
        return f"{INIT}normal_({{weight}}, std=0.02)"
    if name.startswith("weight_hh"):  # orthogonal_ knows no half precision
        return INIT + ("xavier_uniform_({weight})" if "16" in row.dtype else "orthogonal_({weight})")
    if row.miscounted:  # by torch.nn.init
        return f"{INIT}normal_({{weight}}, std={math.sqrt((2 if rule == 'He' else 1) / row.fans[0]):.2g})"
    call = {"He": 'kaiming_normal_({weight}, nonlinearity="relu")', "LeCun": 'kaiming_normal_({weight}, nonlinearity="linear")'}
    return INIT + call.get(rule, "xavier_uniform_({weight})")


def factors_of_zero(seen):
    """{kernel: kernel} of those of zeros whose outputs are multiplied: each is a factor of the other's gradient."""
    none, found = {row.full for row in seen.rows if not row.kernel.any() and not row.gradient}, {}
    for call in (c for c in seen.calls if c.op in ("mul", "multiply", *PRODUCTS) and len(c.inputs) > 1) if len(none) > 1 else ():
        makers = [[made] if (made := seen.trace.made.get(id(t))) else [] for t in call.inputs[:2]]
        one, other = ([k.full for c in passed(maker, lambda c: c.before) for k in c.kernels if k.full in none] for maker in makers)
        if one and other and not {*one} & {*other} and not any(bool(t.any()) for t in call.inputs[:2]):
            found.setdefault(one[0], other[0])
    return found


def zeros(seen):
    """Kernels of zeros through which no image passes. Output layers and ends of residual branches may start so."""
    rows, pairs = seen.rows, factors_of_zero(seen)
    for row in (row for row in rows if row.full in pairs):
        yield of(row, "zero kernel", f"It and {pairs[row.full].removesuffix('.weight')} are both 0 and multiply each other, so that no gradient "
                 "reaches either.", advice(row))
    none = [row for row in rows if not row.kernel.any() and row.full not in {*pairs, *pairs.values()}]
    hiding = [row for row in none if row.hides and row.fed_by_data]
    for row in (row for row in none if row in hiding or hiding and row.still):
        yield of(row, "zero kernel", "All its weights are 0, so that the layers behind it cannot tell one image from another.", advice(row))
    if none and not hiding:
        yield (f"Zeros in {listed([row.name for row in none])}: sound at an output or at the end of a residual branch; "
               "at the first step no δ passes.")
    still = [row.name for row in rows if row.range == (0, 0) and row.fans and row.trainable and not row.gradient]
    if still and not none and not any(row.dead == 1 and row.activation for row in rows):
        yield (f"{listed(still)}: all that comes in is 0, for every image, and these weights do not move. Sound in a state or branch that starts "
               "from 0, a fault where data should come in, as a decoder's target.")


def copies(rows):
    """Kernels of which at most half of the columns that are not zero differ from each other."""
    for row in (row for row in rows if row.trainable and (row.fans or row.units > 1)):
        columns = [column.tobytes() for column in (row.kernel[:64].T if row.fans else row.kernel[:, :64]) if column.any()]  # enough to tell
        if len(columns) > 1 and len(set(columns)) <= len(columns) / 2:
            evidence = f"Its kernel has {len(columns)} {'columns' if row.fans else 'rows'}, of which {len(set(columns))} differ: units are copies."
            yield of(row, "copied units", evidence, advice(row))
        elif row.normalized and row.fans and row.groups == 1 and row.fans[0] > 2 < len(columns) and (apart := spread(row.kernel)) < 1 / 10:
            evidence = f"Its units differ by {_share(apart)} of their size, and normalization makes copies of what they share."
            yield of(row, "copied units", evidence, advice(row))


def spread(kernel):
    """By how much the columns of a kernel point apart: 0 for copies up to their size, 1 for random ones."""
    columns = kernel / (np.linalg.norm(kernel, axis=0, keepdims=True) + 1e-30)
    return math.sqrt(max(0.0, 1 - np.sum(np.mean(columns, axis=1, dtype="float64") ** 2)))


def factor(row, rows):
    """(how many times too large a kernel is, for what): for the rule that most others follow, else for the nearest."""
    followed = [rule for other in rows if other is not row for rule in other.follows if "default" not in rule]
    most = max(map(followed.count, row.by_shape))
    if most < 2 or most <= (len(rows) - 1) / 2:
        return row.off, "the nearest rule"
    usual = [rule for rule in row.by_shape if followed.count(rule) == most]
    by_fan_in = [rule for rule in usual if rule not in BY_SHAPE]  # in a square kernel the two are one
    ways = [(counted[rule], rule) for rule in by_fan_in or usual for counted in (row.by_shape, row.by_use)]
    times, rule = min(ways, key=lambda way: abs(math.log(way[0])))
    return times, f"the rule of most others, {rule},"


def small_branches(seen):
    """The rows of the short branches whose last kernel is far below every rule, and what they put out far below what it is added to."""
    small = {row: branch for row, branch in seen.branches.items() if branch.small and row.off < 1 / OFF and len(branch.inner) < BRANCH}
    return {*small, *(row for branch in small.values() for row in branch.inner)}


def one_way(row):
    """A sentence if the weights of a kernel pull one way, and by no chance, else "": what comes in then adds up."""
    mean, std = row.kernel.mean(), row.weight_std
    return f" Its weights pull one way: their mean is {mean:.2g}, their standard deviation {std:.2g}." * bool(
        abs(mean) > std * max(1, ERRORS / math.sqrt(row.kernel.size)))


def scales(rows, seen):
    """Kernels off every rule. Where normalization, branches or training make up for it, it is a fault only in a few."""
    rows = [row for row in rows if row.fans and row.trainable and row.kernel.any() and not (row.remade and row.normalized or row.factored)]
    made_up, found, faint, other = any(c.even for c in seen.calls), {True: [], False: []}, [], []
    for row in rows:
        times, rule = factor(row, rows)
        if abs(math.log(times)) <= math.log(OFF) + row.chance:
            continue
        usual = row.weight_std and any(abs(math.log(row.weight_std / std)) < row.chance for std in (0.02, 0.01, 0.001))  # as N(0, 0.02)
        if row.follows & (RULES.keys() | {DEFAULT}):
            other += [row] * (row.off < 1 / OFF and not row.recurs)
        elif times < 1 and not row.scaled and (row.is_output or row.attends or usual and (row.followed or row.recurs)):  # which make up for it
            faint.append(row)
        elif not row.scaled:
            full = bool(times > 1 and (row.saturated or 0) > SOME and not row.is_output)
            evidence = f"The RMS of its weights is {times:.2g} times what {rule} asks for"
            evidence += f", and {_share(row.saturated)} of its activations are saturated" * full
            fault = f"kernel too {'large' if times > 1 else 'small'}{', units saturated' * full}"
            found[times > 1].append(of(row, fault, f"{evidence}.{one_way(row)}", advice(row)))
    small = [other for one in found[False] for other in one.rows]
    for row in rows if small and not made_up else []:  # drawn like them, and by chance not as much too small
        if row not in small and row.off < 1 / 2 and not row.is_output and any(
                abs(math.log(row.weight_std / other.weight_std)) < max(row.chance, other.chance) for other in small):
            evidence = f"The RMS of its weights is {row.off:.2g} times what the nearest rule asks for."
            found[False].append(of(row, "kernel too small", evidence, advice(row)))
    for side in found.values():
        if (made_up or seen.trained) and len(side) > max(2, len(rows) / 4):
            side[:] = [f"{len(side)} kernels are off every rule; normalization, branches or training allow it."]
    beside = [one for one in found[False] if isinstance(one, Finding) and one.rows[0] in small_branches(seen)]
    faint += [one.rows[0] for one in beside]
    found[False] = [one for one in found[False] if one not in beside]
    for row in (row for row in rows if one_way(row) and row.layer not in named(found[True]) and not (row.normalized or seen.trained)):
        if row.gain > OFF * max(1, _rms(row.kernel) * math.sqrt(row.fans[0])):
            evidence = f"What comes out is {row.gain:.2g} times as large as what comes in.{one_way(row)}"
            found[True].append(of(row, "mean of its kernel too large", evidence, advice(row)))
        elif found[True] and not made_up and math.log(row.off) > row.chance:  # it is too little above its rule to stand out alone
            evidence = f"The RMS of its weights is {row.off:.2g} times what the nearest rule asks for.{one_way(row)}"
            found[True].append(of(row, "kernel too large", evidence, advice(row)))
    yield from (one for row in rows for side in found.values() for one in side if isinstance(one, Finding) and row in one.rows)
    yield from (one for side in found.values() for one in side if isinstance(one, str))
    for some, why in ((other, "what the fans ask for, as the initializer counts other fans"),
                      (faint, "the nearest rule, as outputs, branches, GANs and detectors often start")):
        if some:
            yield f"{listed([row.name for row in some])}: {some[0].off:.2g} times {why}."


def emptied(seen):
    """Normalization over one number, in front of all kernels."""
    for call in (c for c in seen.calls if c.op == "layernorm" and math.prod(c.args[1]) == 1 and c.alike and not all(before.alike for before in c.before)):
        if any(before.kernels for before in passed(call.before, lambda c: c.before)):
            return
        axes, place = tuple(call.value.shape[1:]), f"{spelled(seen.trace, call.atom)} = " if call.atom else ""
        yield elsewhere(_place(call), "constant output", "It takes the mean of one number, and leaves 0 of each.",
                        f"{place}torch.nn.{f'LayerNorm({axes})' if len(axes) > 1 else 'BatchNorm1d(1)'}{'' if place else ' in its place.'}")
        return


def inputs(rows, seen):
    """Data that a first layer cannot use as they come."""
    first, made = [row for row in rows if row.is_first], [seen.trace.made[id(t)] for t in leaves(seen.x)]
    if same := first and all(one.alike for one in made if not one.truth):
        yield of(first[0], "input without content", "All images are the same.", "look at what loads the data.", of_start=False)
    else:
        yield from emptied(seen)
    for row in (row for row in rows if row.fans and not row.normalized):
        for name, least, largest, remedy in row.raw_columns:
            evidence = f"{row.layer} takes it as it is, from {least:.3g} to {largest:.3g}; rules assume a mean square near 1."
            yield elsewhere(name, "input too large", evidence, remedy)
    for row in (row for row in rows if row.is_first and row.fans and not (row.normalized or row.raw_columns or same)):
        least, largest = row.range
        if row.lost:
            yield of(row, "input without content", "All images are the same.", "look at what loads the data.", of_start=False)
        elif abs(2 * math.log(row.input)) > REACH:
            evidence = f"What comes in reaches from {least:.3g} to {largest:.3g}; rules assume a mean square near 1."
            before = upstream(next(c for c in seen.calls if any(k.full == row.full for k in c.kernels)))
            summed = [(c, times) for c, times in swollen(seen) if c in before]
            if summed and 1 / OFF < row.input / math.prod(times for _, times in summed) < OFF:
                yield undivided(summed, "input too large", evidence)
                continue
            remedy = "x = x / 255" if least >= 0 and 128 < largest <= 255 else STANDARD
            if row.whole and least >= 0 and largest > 32 and not row.convolves and (row.recurs or remedy == STANDARD):
                remedy += "  # or, if these numbers stand for words, torch.nn.Embedding in front"
            yield of(row, f"input too {'large' if row.input > 1 else 'small'}", evidence, remedy, of_start=False)
        elif 2 * math.log(row.contrast) < -REACH or row.differs < 1e-3:
            yield of(row, "input not centred", f"Images differ by {min(row.contrast, row.differs):.2g} of their size.", STANDARD, of_start=False)
    for row in (row for row in rows if row.fans and row.dtype == "float16" and max(map(abs, row.range)) > HALF / 2):
        evidence = f"What comes in reaches from {row.range[0]:.3g} to {row.range[1]:.3g}, and float16 ends at {HALF}."
        yield elsewhere(row.layer, "close to overflow", evidence, "bfloat16, which reaches as far as float32.")


def silent(rows):
    """Units that are zero for every image, and saturated ones."""
    for row in (row for row in rows if row.kernel.any() and row.activation and not row.lost):
        dead, chance = round(row.dead * row.units), 1
        if dead > row.units / 2:  # if signs were coins
            chance = sum(math.comb(row.units, k) for k in range(dead, row.units + 1)) / 2**row.units
        alone = row.convolves and row.fans[1] < row.shape[0]  # a depthwise unit, as dead as its one input
        unbiased = f"{INIT}zeros_({{bias}})" * bool(row.spelled_bias)
        if row.dead == 1 and row.blocks or not row.is_output and (chance < 1e-6 and not alone or row.silenced > SOME):
            evidence = f"{_share(row.dead)} of its units are zero for every image, {_share(row.silenced)} by their bias."
            yield of(row, "dead units", evidence, advice(row) if not (unbiased and row.trainable)
                     else unbiased if row.silenced else f"{advice(row)}; {unbiased}")
        elif not row.is_output and (row.saturated or 0) > MOST and not (row.normalized and row.few):
            evidence = f"{_share(row.saturated)} of its activations are at a limit of {row.activation}."
            yield of(row, "units saturated", evidence, row.trainable and row.from_bias and unbiased or "normalization before it.")


def disturbed(seen):
    """Trainable branches that are as loud as the frozen trunk that they are added to, and without which the loss is far smaller."""
    if seen.without and seen.loss > OFF * seen.without > 0:
        times = [seen.branches[row].times for row in seen.loud]
        evidence = (f"Added to a frozen trunk, they put out {min(times):.2g} to {max(times):.2g} times as much as it. The first loss is "
                    f"{seen.loss:.3g}, and {seen.without:.3g} where they put out 0.")
        yield from (of(row, "branch too loud for a frozen trunk", evidence, f"{INIT}zeros_({{weight}})") for row in seen.loud)


def longest(rows, calls):
    """The rows on the longest way through the network, from kernel to kernel."""
    holders, by_name, ways, fed = [c for c in calls if c.kernels], {row.full: row for row in rows}, {}, {}
    for call in holders:
        for feeder in call.feeders:
            fed.setdefault(feeder, []).append(call)
    for call in reversed(holders):
        ways[call] = [call.kernels[0].full, *max((ways[c] for c in fed.get(call, [])), key=len, default=[])]
    return [by_name[name] for name in dict.fromkeys(max(ways.values(), key=len)) if name in by_name]


def depth(seen, reach=REACH):
    """A signal or an error signal that vanishes or explodes, though no layer stands out."""
    lost = [row for row in seen.rows if row.lost and row.blocks and row.fed_by_data and not seen.rows[0].lost]
    if lost and (found := list(constant(seen))):
        yield from found
        return
    way = [row for row in longest(seen.rows, seen.calls) if row.fans and not row.is_output]
    if sum(row.convolves for row in way) > len(way) / 2:
        reach += PLAIN - REACH
    chance = 3 * math.sqrt(sum(WALK / row.units for row in way[1:]))
    for what, size, course in (("signal", signal, way), ("error signal δ", lambda row: row.delta_square, way[::-1])):
        change = changed(course, size)
        if what == "signal":  # growth starts anew behind a normalization
            starts = [i for i, row in enumerate(course) if row.renewed or not i] + [len(course)]
            change = min(change, max((changed(course[i:j], size) for i, j in zip(starts, starts[1:])), key=abs, default=0.0), key=abs)
        if what != "signal" and change > 0:  # behind a norm δ is large where z is small, as of a blank patch, and δ times z is not
            change = min(change, max(0, changed(course, lambda row: row.pull_square)))
        left, part = lasting(what, course, size, seen)
        if abs(left) < abs(change):
            change, course = left, part
        if abs(change) > reach + chance:
            yield faded(what, change, course, [row for row in way if row in course], seen)
            return
    rectified = [row for row in way if row.activation in RECTIFIERS and row.delta_square and row.kernel.any() and not row.normalized]
    by_rule = sum(2 * math.log(row.ratios["He"]) for row in rectified[1:])  # what else δ loses is pooling's
    change = max(by_rule, math.log(rectified[0].delta_square / rectified[-1].delta_square)) if rectified else 0
    if change < -REACH - chance:
        yield (f"The mean square of δ changes by a factor of {math.exp(change):.0e} over {len(rectified)} layers of {rectified[0].activation}, "
               "whose kernels are smaller than He's rule asks: training may begin on a plateau. kaiming_normal_ keeps it.")


def changed(course, size):
    """By how many powers of e a mean square changes over these rows."""
    sized, change, i = [row for row in course if size(row) > 0], 0.0, 0  # around branches from zero it is 0
    while i < len(sized):  # pooling changes the size by itself: compare layers with as many positions
        j = max(k for k, row in enumerate(sized) if row.positions == sized[i].positions)
        change, i = change + math.log(size(sized[j]) / size(sized[i])), j + 1
    return change


def signal(row):
    """The mean square of what a layer puts out."""
    return row.mean**2 + row.std**2


def lasting(what, course, size, seen):
    """(change, rows) without the inside of branches that are small beside what they are added to: what goes on is the sum.
    Of branches of many kernels, each is a way of its own up to the last kernel, which may start from 0.
    """
    side = {row: branch for row, branch in seen.branches.items() if branch.small}

    def outer(rows, ends):
        inner = {row for end in ends for row in side[end].inner}
        return [row for row in rows if row not in inner]

    def on_trunk(row):  # of a branch that ends here the sum, and δ of the sum, which a small factor before it makes small
        branch = side.get(row)
        if branch is None or not branch.sent:
            return size(row)
        return branch.carried if what == "signal" else size(row) * signal(row) / branch.sent

    ways = [outer(course, side)]
    for branch in (branch for branch in side.values() if len(branch.inner) >= BRANCH):
        ways.append(outer([row for row in course if row in branch.inner], side.keys() & set(branch.inner)))
    return max(((changed(way, on_trunk), way) for way in ways), key=lambda one: abs(one[0]))


def faded(what, change, course, way, seen):
    """What it means that a mean square changes by so many powers of e from the first to the last row of a course."""
    summed, fault = swollen(seen), f"{'exploding' if change > 0 else 'vanishing'} {what}"
    evidence = f"Its mean square changes by a factor of {math.exp(change):.0e} from {course[0].layer} to {course[-1].layer}."
    if change > 0 and what != "signal" and any(row.normalized for row in way):
        return f"δ grows through the normalized layers, as it does without skip connections. {evidence}"
    if sum(call.norm for call in seen.calls) >= len(way) / 4:
        return f"{fault} between normalized layers, which make up for it. {evidence}"
    if change < 0 and sum(DEFAULT in row.follows for row in way) > len(way) / 2:
        evidence += f" {DEFAULT} draws a variance of 1 / (3 fan_in), too little for so many layers."
    if change > 0 and what == "signal" and sum(2 * math.log(times) for _, times in summed) > change / 2:
        return undivided(summed, fault, evidence)
    by_rule = sum(2 * math.log(row.ratios[fitting(row)]) for row in way if row.kernel.any())  # what the kernels make of it
    if any(branch.skipped for branch in seen.branches.values()):
        remedy = "normalization in each residual branch, or branches that start from zero."
    elif change > 0 and all(map(fits, way)):
        remedy = "normalization behind each of them: what stands between these kernels makes it grow, not their size."
    elif all("sigmoid" in row.activation for row in way):
        remedy = "torch.nn.ReLU() in place of the sigmoids, with kaiming_normal_: they shrink δ whatever the kernel."
    elif change < 0 and change - by_rule < -REACH:
        remedy = "normalization behind each of them, or residual connections: what stands between these kernels makes it shrink, not their size."
    else:
        remedy = advice(max(way, key=lambda row: row.trainable))
    return Finding(tuple(row.layer for row in way), fault, evidence, remedy, rows=tuple(way))


def averaged(seen):
    """Images that depth makes alike, as products with the neighbours in a graph do."""
    way = [row for row in longest(seen.rows, seen.calls) if row.apart is not None and not row.is_output]
    if len(way) > REACH and way[-1].apart < min(1, 100 * way[0].apart) / FAR**2:
        sums = dict.fromkeys(_place(c) for c in signals(seen.calls) if c.op in SUMS and not c.weights and len(c.inputs) < 2)
        start = next(i for i, row in enumerate(way) if row.apart < math.sqrt(way[0].apart * way[-1].apart))
        evidence = (f"Differences between images make up {way[0].apart:.1g} of the mean square in {way[0].layer}, "
                    f"{way[-1].apart:.1g} in {way[-1].layer}.")
        yield replace(elsewhere("", "images made alike", evidence, "fewer of these layers, or skip connections around them: each product with the "
                                "neighbours averages over them." if sums else "normalization behind these layers, or skip connections around them."),
                      layers=tuple(row.layer for row in way[start:]))


def swollen(seen):
    """[(call, factor)] of sums, and of products with numbers that no weight has made, that make the signal far larger."""
    found = []
    for call in (c for c in signals(seen.calls) if c.op in SUMS and not c.weights):
        learned = [t for t in call.inputs if seen.trace.made[id(t)].kernels or seen.trace.made[id(t)].fed]
        if call.op not in PRODUCTS or len(learned) < 2:
            terms = [t for t in learned or call.inputs if t is not call.output]  # which one may be, as of index_add_
            found.append((call, _rms(call.value) / (max(map(_rms, terms), default=0) or 1)))
    return [(call, times) for call, times in found if times > OFF]


def undivided(summed, fault, evidence):
    """The finding that sums over many, as over the neighbours in a graph, are not divided by their number."""
    return replace(elsewhere("", fault, f"{evidence} A sum or product without weights makes it {max(times for _, times in summed):.2g} times as "
                             "large here.", "divide by the degree, the number of neighbours: `a = a / a.sum(-1, keepdim=True)` for an adjacency "
                             "a, or a mean in place of the sum."), layers=tuple(dict.fromkeys(_place(call) for call, _ in summed)))


def reused(rows):
    """Kernels that hold the same numbers up to a factor: copied layers, or a seed that was set again."""
    groups = []
    for row in (row for row in rows if row.trainable and len(set(row.raw[:16]) - {0}) == 16):
        for group in groups:
            n = min(len(row.raw), len(group[0].raw))
            if np.corrcoef(row.raw[:n], group[0].raw[:n])[0, 1] > 0.999:
                group.append(row)
                break
        else:
            groups.append([row])
    copied = []
    for group in (group for group in groups if len(group) > 1):
        copied += [group] if len({row.shape for row in group}) == 1 else []
        for row in group if group not in copied else []:
            yield of(row, "reused seed", "Their kernels hold the same numbers in the same order, up to a factor.",
                     "torch.manual_seed once, before the first layer, and not again.")
    if copied:
        code = "; ".join(one.remedy for one in merged([of(row, "", "", advice(row)) for group in copied for row in group[1:]]))
        evidence = "Their kernels hold equal numbers, as of copy.deepcopy, of torch.nn.TransformerEncoder or of a seed set again."
        yield Finding(tuple(dict.fromkeys(row.layer for group in copied for row in group)), "copied layers", evidence, code)


# Neither labels nor start: gradient, first loss, step.


def overflow(seen):
    """Finite weights and data that end as NaN or infinity."""
    floats, ends = [c for c in seen.calls if c.value.is_floating_point()], ("softmax", "logsoftmax", FUSED)
    call = next((c for c in floats if not torch.isfinite(c.value).all() and not ("mask" in c.op or ((c.value == 0) | (c.value == -math.inf)).all()
        or any(t.op in ends for t in c.takers) and not (c.value.isnan() | (c.value == math.inf)).any())), None)
    found = scores(call) if call else None
    if found and (found[0] == -math.inf).all(axis=-1).any():
        yield elsewhere(call.module or _place(call), "row masked entirely", "A mask leaves none of its scores, and softmax makes NaN of that.",
                        "`torch.finfo(scores.dtype).min` in place of -inf, or a mask that leaves one key to each row.")
        return
    name, evidence = _place(call or seen.calls[-1]), "Here NaN or infinity appears first."
    if call and call.op == "ctcloss" and len(call.args) > 3 and (torch.as_tensor(call.args[3]).cpu() > torch.as_tensor(call.args[2]).cpu()).any():
        yield elsewhere("labels", "targets longer than the output",
                        f"CTC needs a step for each label, and has {int(torch.as_tensor(call.args[2]).min())} steps for "
                        f"up to {int(torch.as_tensor(call.args[3]).max())}.",
                        "more steps, as by smaller strides, or shorter targets; zero_infinity=True leaves such images out.")
    elif call and call.value.dtype == torch.float16:
        yield elsewhere(name, "overflow", f"{evidence} float16 ends at {HALF}.", "bfloat16, which reaches as far as float32.")
    elif wild := [one for one in inputs(seen.rows, seen) if one.fault == "input too large"]:
        yield from wild
    elif call is None and max(_rms(c.value) for c in floats) > FAR**4:
        yield loudest(seen, f"The first loss is {seen.loss:.3g}.")
    elif call is None:
        yield elsewhere(seen.rows[-1].layer, "loss not a number", "The activations are numbers, the loss is not.",
                        "an epsilon in each log, root and division, and an output activation that fits the loss.")
    elif not call.kernels:
        yield elsewhere(name, "not a number", evidence, "an epsilon in logs, roots and divisions, as `log(x + 1e-7)`.")
    else:
        yield Finding((name,), "not a number", evidence, "smaller weights or inputs.")


def _place(call):
    """The layer of a call, for people."""
    return call.kernels[0].full.rpartition(".")[0] or call.kernels[0].full if call.kernels else call.atom or call.module or call.op


def broken(seen):
    """A gradient that is not a number though the loss is one, or that float16 rounds to zero."""
    if seen.lost > 0.5:
        yield elsewhere("loss", "gradient lost in float16", f"{_share(seen.lost)} of it is below the smallest numbers of float16, and "
                        "not when the loss is scaled.", "torch.amp.GradScaler around loss and step, if there is none yet; or bfloat16.")
    for call in [c for c in seen.calls if c.delta is not None and not torch.isfinite(c.delta).all()][-1:]:
        takers = ", ".join(dict.fromkeys(_place(c) for c in call.takers)) or "the loss"
        evidence = (f"The loss is {seen.loss:.3g}, but behind this layer, in {takers}, its gradient is NaN or infinite, "
                    "as of a root, norm, log or division at 0.")
        half = call.value.dtype == torch.float16
        remedy = "float32 or bfloat16: float16 has no such small numbers." if half else "an epsilon, as `sqrt(x + 1e-7)`."
        yield elsewhere(_place(call), "gradient not a number", evidence, remedy)


def signals(calls):
    """The calls whose output is a signal of the network: numbers made of x, before the loss."""
    calls = [c for c in calls if c.data and c.inputs and not (c.in_loss or c.head or c.truth)]
    return [c for c in calls if c.value.is_floating_point() and c.value.dim()]


def padded(seen):
    """Recurrent calls whose last step is the same for most images: call, those images, and the share of its size by which it tells them apart."""
    for call in (c for c in signals(seen.calls) if c.op in RECURRENT and c.inputs[0].dim() == 3):
        steps, out = (_numpy(t if len(t) == seen.images else t.transpose(0, 1)) for t in (call.inputs[0], call.value))
        those = abs(steps[:, -1] - np.median(steps[:, -1], axis=0)).max(axis=1) <= ALIKE * abs(steps).max()
        if varies(call.inputs[0]) and those.mean() > MOST:
            end = out[those, -1]
            yield call, those, np.ptp(end, axis=0).max() / max(abs(end).max(), FADED)


def told_apart(seen, those, mark):
    """True if outputs tell those images apart, by more than a share of their size."""
    return not seen.still and (not seen.heads or any(
        len(head.out) != len(those) or np.ptp(head.out[those], axis=0).max() > mark * abs(head.out).max() for head in seen.heads))


def ends_padded(seen):
    """A recurrent layer that reads the padding last, and has forgotten what came before it."""
    for call, those, share in padded(seen):
        if share < (ALIKE / 2 if call.op.startswith("lstm") else 2 * LOST) and not told_apart(seen, those, ALIKE):
            which = "all images are alike" if those.all() else f"{those.sum()} of {len(those)} images are alike"
            yield elsewhere(_place(call), "constant output", f"It ends with the padding, behind which {which}.",
                            "padding in front, or `torch.nn.utils.rnn.pack_padded_sequence`.")
            return


def past_the_end(seen):
    """The last step of sequences that were packed and padded again, which for all but the longest is padding."""
    for pad in (c for c in seen.calls if c.op == PADS):
        whole = next((t for t in pad.takers if t.op == "indexselect"), pad)
        size, steps = whole.value.shape, whole.value.detach() if pad.args[2] else whole.value.detach().transpose(0, 1)
        short = (steps[:, -1] == pad.args[3]).reshape(len(steps), -1).all(1)
        if len(steps) != seen.images or not short.any() or (steps == pad.args[3]).all():
            continue
        way = passed([whole], lambda c: [t for t in c.takers if c.value.shape[:2] in (size[:2], size[1::-1])])
        for one in (c for c in way if c.op in ("getitem", "select", "gather") and len(c.value) == seen.images and c.value.numel() < c.inputs[0].numel()):
            took, others = one.value.detach().reshape(len(steps), -1)[short], [t for t in one.before[0].takers if t.op in ("getitem", "select")]
            alike = not took.any() or len(took) > 1 and not _rms(took - took[:1]) > LOST * _rms(took)
            axis, ranks = int(pad.args[2]), one.before[0].value.dim()
            covered = sum(t.value.shape[axis] if t.value.dim() == ranks else 1 for t in others)
            if not (took.is_floating_point() and alike) or one.alike and not short.all() or covered >= one.before[0].value.shape[axis]:  # all steps are taken
                continue
            loop = next((c for c in upstream(pad) if c.op in RECURRENT), pad)
            taker = next((c for c in passed(one.takers, lambda c: [] if c.kernels else c.takers) if c.kernels), None)
            yield elsewhere(_place(taker or loop), "padding taken for the last step", f"What comes {'in' if taker else 'out'} is "
                            f"{'the same' if took.any() else 0} for {int(short.sum())} of {seen.images} images: the last step is padding.",
                            f"{final(loop)}, or the step at lengths - 1, as "
                            f"`out[{'torch.arange(len(out)), lengths - 1' if pad.args[2] else 'lengths - 1, torch.arange(len(lengths))'}]`.")
            return


def final(loop):
    """The last state of a recurrent call, in words and code."""
    both = any(k.full.endswith("_reverse") for k in loop.kernels)
    state, name = "(h, c)" if loop.op.startswith("lstm") else "h", loop.module.rpartition(".")[2] or "rnn"
    return f"`{'torch.cat([h[-2], h[-1]], 1)' if both else 'h[-1]'}` of `_, {state} = self.{name}(...)`"


def constant(seen):
    """A recurrent layer, or a function without a kernel, that makes all images alike."""
    if (found := [*past_the_end(seen), *ends_padded(seen)][:1]) or any(2 * LOST <= share < FADED for *_, share in padded(seen)):  # which is a note
        yield from found
        return
    for call, t in ((c, c.inputs[0]) for c in seen.calls if c.alike and c.data and not c.truth and c.inputs):
        if t.is_floating_point() and call.value.dtype in (torch.int64, torch.int32) and call.value.shape == t.shape and varies(t):
            yield elsewhere(_place(call), "constant output", f"Here numbers from {_span(_numpy(t))} become whole numbers, the same for all images.",
                            "numbers of words or classes as they are, not divided: they number the rows of a table.")
            return
    for call in [c for c in signals(seen.calls) if c.alike and not all(b.alike for b in c.before)][-1:]:
        before = {k.full for c in passed(call.before, lambda c: c.before) for k in c.kernels if 0 < _rms(call.inputs[0]) < math.sqrt(LOST)}
        quiet = [row for row in seen.rows if row.full in before and row.fans and row.trainable and 0 < row.off < 1 / OFF]
        if row := min(quiet, key=lambda row: row.off, default=None):
            yield of(row, "kernel too small", f"The RMS of its weights is {row.off:.2g} times what the nearest rule asks for, and behind it, in "
                     f"{_place(call)}, images hardly differ.", advice(row))
        elif not call.kernels and (call.norm or not call.weights or unmoved(seen, call)):  # else it starts from 0
            yield elsewhere(_place(call), "constant output", "Behind it outputs hardly differ between images.",
                "a mask that is the other way round: it leaves what is alike in all images, as padding, and hides the rest."
                if call.op in (*PRODUCTS, "div", "truediv") and len(call.inputs) > 1 else
                "fewer in each sum: where each takes all alike, as in a complete graph or over the batch, or all that was normalized, all become one."
                if any(c.op in (*SUMS, "mean") for c in passed([call], lambda c: [] if c.kernels or c.op not in LAYOUT else c.before)) else
                "another layer here: normalization over one unit always gives 0.")


def muted(seen):
    """Normalization whose weight is 0, behind which all images are alike. At the end of a residual branch it may be 0."""
    calls = signals(seen.calls)
    if not seen.still:
        return
    zero = [c for c in calls if (c.norm or c.op in ("mul", "rmul", "multiply") and unmoved(seen, c)) and c.weights and not c.weights[0].any() and all(
        t.alike for t in (c, *behind(c).end.takers))]
    if zero and not zero[0].before[0].alike:
        found = dict.fromkeys(seen.trace.names.get(id(c.weights[0]), c.op) for c in zero
                              if c is zero[0] or any(len(t.before) < 2 for t in behind(c).end.takers))
        code = "; ".join(f"{INIT}ones_({spelled(seen.trace, name)})" for name in found)
        yield Finding(tuple(name.removesuffix(".weight") for name in found), "constant output",
                      "Behind it all images are alike: its weight is 0.", code)


def drowned(seen):
    """Weights, as learned positions, that are added to what comes from the images and are far larger than all differences between these."""
    made, weights, ends = seen.trace.made, seen.trace.weights, [head.call for head in seen.heads]  # at the end it may be the mean of the targets
    for call in (c for c in signals(seen.calls) if c.op == "add" and len(c.given) == 2 and not (c.alike or c in ends or seen.trained)):
        fixed = [t for t in call.given if id(t) not in made or made[id(t)].alike or not made[id(t)].data]
        source = made.get(id(fixed[0])) if len(fixed) == 1 else None
        owners = ([k.parameter for c in (source, *source.feeders) for k in c.kernels] if source
                  else [weights[id(t)] for t in fixed if id(t) in weights])
        name = seen.trace.names.get(id(owners[0])) if owners and len(fixed) == 1 else None
        learned = name and owners[0].dim() > 1 and owners[0].requires_grad
        if learned or not owners and len(fixed) == 1 and fixed[0].dim() > 1 and not any(c.op == "softmax" for c in call.takers):
            size, differs = _rms(fixed[0]), _rms((other := call.value.detach() - fixed[0]) - other.mean(0))
            evidence = f"has an RMS of {size:.3g}, and what it is added to differs between images by {differs:.2g}."
            if size > OFF * max(1, OFF * differs) and fixed[0].min() > MASKED:
                yield Finding((name.removesuffix(".weight"),), "images drowned by weights", f"What is added of {name} {evidence}",
                              f"{INIT}normal_({spelled(seen.trace, name)}, std=0.02)") if learned else elsewhere(
                    call.module or _place(call), "images drowned by a constant", f"What is added here {evidence}", "a far smaller constant.")
                return


def prototypes(seen):
    """Parameters that are no kernels and all copies, and so are the units that are made of them, as distances to centers."""
    names, ends = seen.trace.names, [head.call for head in seen.heads]
    for call in (c for c in signals(seen.calls)
                 if c.op == "softmax" and c not in ends or c.kernels and c.kernels[0].fans and not c.op.startswith("conv")):
        units = call.inputs[0].detach()
        if all(b.alike for b in call.before) or units.shape[-1] < 2 or not _rms(units - units[..., :1]) <= LOST * _rms(units):
            continue
        for at, w in ((c, w) for c in upstream(call) if not c.kernels for w in getattr(c, "weights", [])):
            if id(w) in names and w.dim() > 1 and w.requires_grad and any(n > 1 and (w == w.narrow(i, 0, 1)).all() for i, n in enumerate(w.shape)):
                yield Finding((names[id(w)],), "copied units",
                              f"Its rows are copies, and for every image the {units.shape[-1]} units that are made of it are alike.",
                              f"{INIT}normal_({spelled(seen.trace, names[id(w)])}, std={_rms(at.inputs[0]) or 1:.2g})")
                return


def unmoved(seen, call):
    """True if no gradient reaches the weights of a call."""
    slopes = [seen.gradients.get(seen.trace.names.get(id(w))) for w in call.weights]
    return all(g is None or not g.any() for g in slopes)


def factors(seen):
    """Two matrices of zeros in one layer that get no gradient, each for the other: the factors of an adapter."""
    by_owner = {}
    for name, w in seen.model.named_parameters():
        if (name in seen.trace.used and w.requires_grad and w.dim() == 2 and not w.any()
                and (g := seen.gradients.get(name)) is not None and not g.any()):
            by_owner.setdefault(name.rpartition(".")[0], []).append(name)
    pairs = {owner: sorted(names) for owner, names in by_owner.items() if len(names) > 1}
    if pairs:
        (name, other, *_), *_ = pairs.values()
        code = "; ".join(f"{INIT}xavier_uniform_({spelled(seen.trace, names[0])})" for names in pairs.values())
        yield Finding(tuple(pairs), "zero kernel", f"{name} and {other} are both 0, so that no gradient reaches either.", code)


def lone(seen):
    """Normalization over groups of one value, behind which nothing is left of it."""
    for call in (c for c in signals(seen.calls) if c.op == "groupnorm" and c.value.numel() == len(c.value) * c.dim):
        code = f"{spelled(seen.trace, call.atom)}.num_groups = 1" if call.atom else "one group in this normalization."
        yield elsewhere(_place(call), "constant output", f"Each of its {call.dim} groups holds one value, of which normalization makes 0.", code)


def dropped(seen):
    """Dropout that leaves next to nothing of what comes in."""
    for call in (c for c in signals(seen.calls) if "dropout" in c.op and c.inputs[0].count_nonzero() > FAR):
        if (share := float(call.value.count_nonzero() / call.inputs[0].count_nonzero())) < 0.07:
            yield elsewhere(_place(call), "dropout too large", f"It drops {_share(1 - share)} of what comes in.",
                            f"{spelled(seen.trace, call.atom)}.p = 0.2" if call.atom else "`p=0.2` in this dropout.")


def shared(seen):
    """[(call, takers)] of every softmax that others take, past dropout."""
    for call in (c for c in signals(seen.calls) if c.op == "softmax" and c.takers):
        yield call, [t.takers[0] if "drop" in t.op and t.takers else t for t in call.takers]


def sharing(seen):
    """A softmax between two layers, whose units share a sum of 1."""
    found = [call for call, ends in shared(seen) if call.before[0].kernels and call.value.shape[-1] > 1 and all(
        end.kernels and end.op == "linear" for end in ends)]
    if found:
        code = "; ".join(f"{spelled(seen.trace, call.atom)} = torch.nn.ReLU()" for call in found if call.atom)
        yield replace(elsewhere("", "softmax between layers", "Its units share a sum of 1, so that images and gradients differ little "
                                "behind it.", code or "relu in forward() instead."), layers=tuple(map(_place, found)))


def over_queries(seen):
    """A softmax of attention over another axis than that over which the product behind it sums."""
    for call, ends in shared(seen):
        size, axis = call.value.shape, softened(call)
        if 0 < axis < len(size) - 1 and size[-1] == size[-2] and scores(call) and all(
                t.op in ("matmul", "bmm") and len(t.inputs) > 1 and t.inputs[0].shape == size for t in ends):
            yield elsewhere(_place(call), "softmax over another axis", "It does not sum to one over the last axis, over which the product "
                            "behind it sums.", f"{spelled(seen.trace, call.atom)}.dim = -1" if call.atom else "`dim=-1` in this softmax.")


def scores(call):
    """(what a softmax of attention is given, over its last axis, the product that it comes from), or None."""
    if call.op == FUSED:
        q, k, mask, scale = (call.options.get(name) for name in ("query", "key", "attn_mask", "scale"))
        if q.shape[:-2] != k.shape[:-2]:
            return None
        found = (q @ k.mT).float() * (q.shape[-1] ** -0.5 if scale is None else scale)
        if call.options.get("is_causal"):
            mask = torch.ones(found.shape[-2:], dtype=torch.bool, device=found.device).tril()
        if mask is not None:
            found = found.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else found + mask
        return _numpy(found), call
    found = [c for c in upstream(call) if c.op in PRODUCTS and not c.kernels and len(c.inputs) > 1] if call.op == "softmax" else []
    return (_numpy(call.inputs[0].movedim(softened(call), -1)), found[0]) if found and call.value.dim() > 2 else None


def softened(call):
    """The axis of a softmax, or which one PyTorch takes where none is given."""
    return (int(call.value.dim() != 3) if call.dim is None else call.dim) % call.value.dim()


def blinded(seen):
    """Attention of which the mask leaves the padding and hides the words."""
    words = [c.inputs[0] for c in seen.calls if c.op == "embedding" and c.inputs and c.inputs[0].dim() == 2]
    for call, found in ((c, scores(c)) for c in signals(seen.calls) if words):
        keys = (found[0] > MASKED).any(axis=-2) if found else np.zeros(1)  # that any query sees
        for x in (_numpy(x) for x in words if keys.size % x.numel() == 0 and keys.shape[-1] == x.shape[-1]):
            seen_by = keys.reshape(len(x), -1, x.shape[-1]).any(axis=1)
            if seen_by.sum() > len(x) and len(set(x[seen_by])) == 1 < len(set(x[~seen_by])) and x[seen_by][0] not in x[~seen_by]:
                yield elsewhere(call.module or _place(call), "mask the other way round", f"It leaves what is {x[seen_by][0]:.0f}, as padding, and "
                                "hides all other words.", "True in key_padding_mask where padding is, as `x == 0`; elsewhere `~mask`.")
                return


def decided(seen):
    """Attention of which the softmax is saturated before it has learned, as its scores are too large."""
    learned = seen.trained or any(c.norm and c.weights and np.ptp(_numpy(c.weights[0])) for c in seen.calls)  # scales start equal
    for call, found in ((call, scores(call)) for call in signals(seen.calls) if not learned):
        given = np.ma.masked_less_equal(found[0] if found else [MASKED], MASKED)  # without those that a mask hides
        rows = given.count(axis=-1) >= CHOICES
        if not rows.any():
            continue
        std, most = math.sqrt(given.var(axis=-1)[rows].mean()), (1 / np.exp(given - given.max(axis=-1, keepdims=True)).sum(axis=-1))[rows].mean()
        if std > OFF and most > 0.5:
            large = [row for row in seen.rows if row.fans and row.trainable and row.off > OFF]
            if {row.full for row in large} & {k.full for c in found[1].feeders for k in c.kernels}:
                yield from (of(row, "kernel too large", f"The RMS of its weights is {row.off:.2g} times what the nearest rule asks for, and "
                               f"attention is saturated: one key gets {most:.2g} of a query's softmax.", advice(row)) for row in large)
                return
            yield elsewhere(call.module or _place(call), "attention saturated", f"The scores of a query have a standard deviation of {std:.2g}, and "
                            f"one of up to {given.count(axis=-1).max()} keys gets {most:.2g} of its softmax.", "scores divided by `math.sqrt("
                            f"{found[1].inputs[0].shape[-1]})`, the width of a key; if they are, smaller weights of queries and keys, or "
                            "normalization before them.")
            return


def leaking(seen):
    """Images that change what becomes of another: axes exchanged, or a sum over the batch, which may be meant."""
    call = seen.leak
    if call is None or "batchnorm" in call.op or list(past_the_end(seen)):
        return
    evidence, name = "Other images change what becomes of the last", _place(call)
    first = vars(seen.model.get_submodule(call.module)).get("batch_first")
    if seen.turned:
        yield ("The model takes axis 1 of x for the images and axis 0 for the steps: sound if x is so. If axis 0 is the images, other images change "
               f"what becomes of each, first in {name}{f', and batch_first is {first}' if first is not None else ''}.")
    elif repadded(call) and call.tangled is None:
        yield (f"{evidence}, first in {name}, behind pad_packed_sequence: each gets as much padding as the longest asks for, and it counts, as in a "
               "maximum, in a mean, in a softmax without a mask or at the end.")
    elif first is not None and 1 in call.inputs[0].shape[:2]:
        yield elsewhere(name, "batch taken for a sequence", f"{evidence}: without an axis of steps they are the steps of one sequence.",
                        "x of the shape (images, steps, features), and `batch_first=True`.")
    elif first is not None:
        parts = [spelled(seen.trace, n) for n, m in seen.model.named_modules() if vars(m).get("batch_first") == first]
        code = f"{parts[0]}.batch_first = {not first}" if len(parts) == 1 else (f"for part in ({', '.join(parts)}): part.batch_first = {not first}")
        yield elsewhere(name, "batch and steps exchanged", f"{evidence}: batch_first={first} takes axis {int(not first)} for the images.", code)
    elif call.op in ("softmax", "logsoftmax") and softened(call) == 0:
        yield elsewhere(name, "softmax over the batch", "It sums to one over the images, which should not know of each other.",
                        f"{spelled(seen.trace, call.atom)}.dim = -1" if call.atom else "`dim=-1` in this softmax.")
    elif call.op in LAYOUT and call.tangled == 0:
        yield f"{evidence}, first in {name}, which puts images that stand side by side together: sound for pairs, bags and frames, if so meant."
    elif (call.op in (*LAYOUT, "softmax", "logsoftmax", FUSED, "linear", *NORMS, *RECURRENT, *LENGTHS[:-2],
                      *(call.op for o in call.operands if isinstance(o, Call) and o.op in LENGTHS and len(o.value) != seen.images))
            and call.op != "getitem" and (call.tangled or not any(isinstance(t, torch.Tensor) and t.shape[-2:] == (seen.images,) * 2
                                                                   for c in (call, *upstream(call)) for t in c.operands))):  # of a graph
        what, cure = ("reshape", "permute() before it, so that it leaves the axis of the images as it is.") if call.op in LAYOUT else (
            call.op, "another axis than that of the images: h of (images, steps, features).")
        if call.tangled:
            what = f"{call.op}, whose input of {tuple(call.inputs[0].shape)} has the images on axis {call.tangled}"
            loop = next((c for c in upstream(call) if c.op in RECURRENT and c.value.shape != call.inputs[0].shape), None)  # of which it has the state
            axes = f"`h.transpose(0, {call.tangled}).flatten(1)`"
            one_layer = loop and len(call.inputs[0]) == 1 + any(k.full.endswith("_reverse") for k in loop.kernels)
            cure = f"{final(loop)}, or {axes}." if one_layer else f"{axes}: the images first, then the rest of each."
        yield elsewhere(name, "images mixed", f"{evidence}, first in this {what}.", cure)
    else:
        yield f"{evidence}, first in {name}: sound where it is meant, as in graphs and in statistics of a batch."


def gradient(seen):
    """No weights to train, no gradient, or outputs that are all alike."""
    last = seen.rows[-1].layer if seen.rows else seen.root
    end = seen.heads[0] if seen.heads else SimpleNamespace(layer=last, out=_numpy(seen.calls[-1].value), kind=DISTANCES[0])
    if not seen.gradients:
        yield elsewhere(last, "nothing to train", "No weight is trainable.",
                        f"for w in {seen.root}.parameters(): w.requires_grad = True")
    elif all(g is None for g in seen.gradients.values()):
        yield elsewhere("loss", "no gradient", "The loss does not depend on any weight by a derivative.",
                        "no argmax, rounding, .item(), detach(), no_grad() or NumPy between weights and loss.")
    elif any(c.op == "grad" and not c.value.any() for c in seen.calls) and (bent := [c for c in seen.calls if c.op in RECTIFIERS[:4]]):
        yield replace(elsewhere("", "no gradient", "The loss takes a second derivative, and that of a relu is 0 everywhere.", "tanh or silu in "
                                "place of relu: they bend everywhere."), layers=tuple(dict.fromkeys(_place(c) for c in bent)))
    elif not any(g.any() for g in seen.gradients.values() if g is not None):
        clipped = end.kind not in DISTANCES and np.all((end.out < 1e-3) | (end.out > 1 - 1e-3)) and not any(c.op in STEPS for c in seen.calls)
        below = clipped and end.out.min() < 0  # which is no probability
        why = (f"{_span(end.out)}, is {'no probability' if below else 'saturated'} and the loss clipped" if clipped
               else "is rounded, clipped or times 0")
        yield elsewhere(end.layer, "no gradient", f"No gradient reaches any weight: the output {why}.",
                        f"{'a sigmoid' if below else 'a bias of zeros'}, or logits and a loss that takes logits." if clipped
                        else "no rounding, comparison or factor of 0 between weights and loss.")
    elif seen.rows and all(row.kernel.any() for row in seen.rows):
        yield from (constant if seen.still else ends_padded)(seen)


def cut_off(seen):
    """Weights that the loss depends on, without a derivative."""
    mute = [row for row in seen.rows if row.trainable and not row.gradient and row.full in seen.gradients]
    if any(row.gradient is None for row in mute) and seen.heads and not any(head.call.data for head in seen.heads):
        yield elsewhere(mute[-1].layer, "no gradient", "The output does not come from x by functions of PyTorch alone.",
                        "no torch.tensor(), .numpy(), .item() or NumPy between this layer and the loss.")
        return
    loss, made = {c for c in seen.calls if c.head or c.in_loss}, seen.trace.made

    def ends(call):
        taken = [t for c in call.takers for t in c.inputs if made.get(id(t)) is call]
        return call.cuts or bool(taken) and not any(t.is_floating_point() for t in taken)  # as where of topk the indices alone are

    for row in mute:
        first = [c for c in seen.calls if any(k.full == row.full for k in c.kernels)]
        way, alone = {*passed(first, lambda c: c.takers)}, row.gradient is None and not any(c.blind for c in first)
        parts = {f"{path}." for t, path in seen.trace.returned.items() if seen.trace.made.get(t) in way}  # that give it back
        stops = [c for c in passed([t for c in first for t in c.takers], lambda c: [] if ends(c) else c.takers) if ends(c)]
        stop = next((c for c in stops if (alone or c.op in CUTS) and loss & {*passed([c], lambda c: c.takers)}), None)
        lone = next((c for c in way if c.op in ("softmax", "logsoftmax") and c.value.dim() and c.value.shape[softened(c)] == 1), None)
        if stop:
            did = ".data" if stop.op == "get" else f".{stop.op}()"
            cure = f"without {did} between this layer and the loss" + f", or straight through: `h + ({stop.op}(h) - h).detach()`" * (stop.op in STEPS)
            cure += ", or what it chooses times its score: `h * torch.sigmoid(score)`" * (stop.op in CHOOSES)
            yield elsewhere(row.layer, "no gradient", f"The loss depends on it only through {did}, which "
                            f"{'runs under no_grad' if stop.blind else 'has no derivative'}.",
                            f"{did} outside torch.no_grad()." if stop.blind else f"{cure}.")
        elif alone and not stops and not way & (seen.results | loss) and not any(  # the head of a part of which features are taken
                row.full.startswith(part) and other.full.startswith(part) and other.gradient for part in parts for other in seen.rows):
            yield elsewhere(row.layer, "no gradient", "Its result is not used: neither the output nor the loss is made of it.",
                            "the result in what follows, as `h = self.layer(h)`, or without the layer.")
        elif row.gradient is not None and lone and not scores(lone):
            yield elsewhere(row.layer, "no gradient", "The softmax behind it is over an axis of one, and so always 1.",
                            "scores of the shape (images, positions) before it, and the axis of the positions as dim." if lone.value.dim() < 3 else
                            f"the axis of the positions as dim in this softmax{', as `dim=1`' * (softened(lone) != 1)}.")
        else:
            continue
        return
    kernels = {k.full for c in seen.calls if c.blind for k in c.kernels}
    if mute and all(row in mute and row.gradient is None and row.full not in kernels for row in seen.rows if row.trainable):
        yield replace(elsewhere("", "no gradient", "Only weights outside of layers get one: the loss is made of copies of numbers.", "torch.stack() in "
                                "place of torch.tensor() or torch.Tensor(), and no .item() or NumPy, between these layers and the loss."),
                      layers=tuple(dict.fromkeys(row.layer for row in mute)))


def untouched(seen):
    """Weights that the optimizer does not know."""
    groups = seen.optimizer.param_groups if seen.optimizer else []
    known = {id(w) for group in groups for w in group["params"]}
    left = [name for name, g in seen.gradients.items() if g is not None and id(seen.model.get_parameter(name)) not in known]
    held, theirs = [w.dim() for group in groups for w in group["params"]], [seen.gradients[name].dim() for name in left]
    ours, owners = {id(w): n.rpartition(".")[0] for n, w in seen.model.named_parameters()}, {n.rpartition(".")[0] for n in left}
    whole = known <= set(ours) and not owners & {ours[one] for one in known & set(ours)}  # as of a GAN, of which each half has its own
    if left and held and (whole or set(held) == {2} and max(theirs) < 2 or type(seen.optimizer) is torch.optim.SparseAdam):
        yield (f"{type(seen.optimizer).__name__} does not hold {listed(left, 'weights')}: sound if another optimizer has them"
               f"{' or they stay as they are' * whole}.")
    elif left and held:
        some = ", ".join(spelled(seen.trace, name) for name in left)
        code = f"*{seen.root}.parameters()" if not known & set(ours) else some
        yield elsewhere("optimizer", "weights not in the optimizer", f"It does not hold {listed(left, 'weights')}.",
                        f'optimizer.add_param_group({{"params": [{code}]}})')


def first_loss(seen):
    """A loss far above that of an output that knows nothing, and the first loud tensor."""
    why = ""
    for head in seen.heads:
        value = float(head.value.float().mean()) / head.terms if head.value is not None else 0.0
        fair, ours, theirs = math.log(2 if head.kind in (BINARY, SHARES) else max(2, head.units)), _rms(head.out), _rms(head.y)
        if head.kind in (CLASSES[0], BINARY) and value > ABSURD * fair and head.range != FREE:
            yield (f"The first loss is {value:.3g}, that of an output that knows nothing {fair:.3g}: sound where the scale is meant, as of cosines "
                   "and distances.")
        elif head.kind in (*CLASSES, BINARY, SHARES) and value > ABSURD * fair:
            why = f"The first loss is {value:.3g}, that of an output that knows nothing {fair:.3g}."
        elif head.kind in DISTANCES and ours > 10 * max(1, theirs):
            why = f"The first loss is {seen.loss:.3g}: outputs have an RMS of {ours:.3g}, targets of {theirs:.3g}."
        if why:
            break
    if not any(head.kind for head in seen.heads) and seen.fair and seen.loss > OFF**2 * seen.fair:
        why = f"The first loss is {seen.loss:.3g}, that of the best constant output at most {seen.fair:.3g}."
    if why:
        yield elsewhere("labels", "first loss too large", f"{why} The model has been trained before, and is sure of other outputs.",
                        "the labels, and the inputs, that it was trained with.") if seen.trained else loudest(seen, why)


def loudest(seen, evidence):
    """The finding on the way that grows, or on the first tensor that is loud."""
    for one in depth(seen, reach=math.log(10)):
        if isinstance(one, Finding) and "exploding signal" in one.fault:
            return replace(one, evidence=f"{evidence} {one.evidence}")
    calls = signals(seen.calls)
    last = max((i for i, c in enumerate(calls[:-1]) if c.norm), default=-1)
    sizes = [(c, _rms(c.value)) for c in calls[last + 1:] or calls[-1:]]
    loud = [pair for pair in sizes if pair[1] > OFF and pair[0].weighty]
    call, size = loud[0] if loud else max(sizes, key=lambda pair: pair[1])
    rows = [row for row in seen.rows if any(k.full == row.full for k in call.kernels)]
    rows.sort(key=lambda row: (row.full.rpartition(".")[2].startswith("weight_hh"), row.off), reverse=True)
    evidence += f" An RMS of {size:.3g} is the first that is loud.{''.join(map(one_way, rows[:1]))}"
    here = [(c, times) for c, times in swollen(seen) if c in (call, *upstream(call))]
    if here and size / math.prod(times for _, times in here) < OFF:
        return undivided(here, "first loss too large", evidence)
    product = next((c for c in (call, *call.before) if c.op in PRODUCTS and not c.kernels and len(c.inputs) > 1), None)
    if product and not rows:
        return Finding((_place(product),), "first loss too large", evidence, "embeddings of length 1 in this product: "
                       "`z = torch.nn.functional.normalize(z, dim=-1)` for each before it.")
    first = not call.feeders and not call.fed
    if first and (rows[0].fans and rows[0].input > OFF > rows[0].off if rows else not call.weighty):
        return elsewhere("input", "input too large", evidence, STANDARD)
    remedy = f"smaller {'weights' if call.kernels else 'numbers'} here, or normalization behind it."
    if rows and rows[0].off < OFF and (not rows[0].trainable or learned(seen.rows)):
        return (f"{evidence} {'Kernels are no longer random' if rows[0].trainable else 'It is frozen'}, as in a network that has been trained before "
                "and is sure of what it has learned: these images, or labels, may be unlike those of its training.")
    if rows and (rows[0].from_bias or not fits(rows[0]) or rows[0].is_output):
        remedy = f"{INIT}zeros_({{bias}})" if rows[0].from_bias and rows[0].spelled_bias and rows[0].trainable else (
            f"{INIT}normal_({{weight}}, std=0.01)" if fits(rows[0]) and rows[0].trainable else advice(rows[0]))
    return Finding((rows[0].layer if rows else _place(call),), "first loss too large", evidence, remedy, rows=tuple(rows[:1]))


def option(name, value):
    """Code that sets an option of the optimizer."""
    return f'for group in optimizer.param_groups: group["{name}"] = {value:.0e}'


def penalized(seen):
    """Weight decay or a penalty of which the gradient outweighs that of the data: each kernel is its own gradient, and shrinks."""
    groups = seen.optimizer.param_groups if type(seen.optimizer) in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop) else []
    decays = {id(w): group["weight_decay"] for group in groups for w in group["params"] if not group.get("decoupled_weight_decay")}
    pulls = [(w := _numpy(row.parameter), _numpy(seen.gradients[row.full]) + decays.get(id(row.parameter), 0.0) * w)
             for row in seen.rows if row.fans and row.gradient and row.kernel.any() and row.size > FAR]
    share = min((np.sum(pull * w) / (np.linalg.norm(pull) * np.linalg.norm(w) or 1) for w, pull in pulls), default=0.0)
    evidence = f"The gradient of each kernel is the kernel itself, to {_share(share)}: it shrinks, whatever the images are."
    if share > RARE:
        yield (elsewhere("optimizer", "weight decay too large", evidence, option("weight_decay", 1e-4)) if max(decays.values(), default=0.0) > 1e-3
               else elsewhere("loss", "regularization outweighs the data", evidence, "a far smaller factor for the penalty."))


def step(seen):
    """A next step that overturns a kernel, or that rounding takes away."""
    groups = seen.optimizer.param_groups if seen.optimizer else []
    rates, ended = [float(group["lr"]) for group in groups], seen.trained and any(group.get("initial_lr") for group in groups)
    if groups and not any(rates) and (ended or not any(group.get("initial_lr") for group in groups)):
        evidence = "The rate is 0 now: the schedule has come to its end." if ended else "No weight moves."
        yield elsewhere("optimizer", "learning rate of 0", evidence, option("lr", 1e-3) + "  # and a schedule that goes on" * ended)
    rows = [row for row in seen.rows if row.step is not None and not row.normalized]
    if any(group.get("maximize") for group in groups) and any(head.kind and not head.by_hand for head in seen.heads):
        yield elsewhere("optimizer", "loss is maximized", "With maximize=True each step makes this loss larger.",
                        'for group in optimizer.param_groups: group["maximize"] = False')
    if not rows or not any(rates):
        return
    row = max(rows, key=lambda row: math.inf if math.isnan(row.stride) else row.stride)
    group = next((group for group in groups if any(w is row.parameter for w in group["params"])), groups[0])
    evidence = f"The next step is {row.stride:.2g} times {'the kernel' if row.stride == row.step else 'what a rule asks of this kernel'}."
    evidence = "The next step is not a number." if math.isnan(row.stride) else evidence
    rate, epsilon, large = float(group["lr"]), group.get("eps", 0), not row.stride <= 1
    epsilon = epsilon if isinstance(epsilon, float) else 0.0  # Adafactor has two
    warming = rate < group.get("initial_lr", rate)  # of a schedule
    far = [SCALE if head.range[0] == -math.inf else POSITIVE for head in seen.heads if head.kind in DISTANCES and _rms(head.y) > 10 and head.y.std()
           and head.range[1] == math.inf]  # else the output is made for such targets
    fresh = not seen.trained and not warming and (row.gradient or 0) > epsilon
    stuck, more = max(rows, key=lambda row: row.stuck), min(rate / (row.step or 1) / 1000, 0.01)
    found = first_case([(stuck.stuck > MOST and rate > 0 and not warming, "optimizer", f"step lost in {stuck.dtype}",
         f"{_share(stuck.stuck)} of the weights of {stuck.layer} stay as they are: {stuck.dtype} rounds the step away.",
         "weights of float32, and torch.autocast around the forward pass; or a larger learning rate."),
        (large and row.dtype == "float16" and 0 < epsilon < 1e-5, "optimizer", "epsilon too small for float16", evidence, option("eps", 1e-4)),
        (large and far, "labels", "targets too large", f"{evidence} Their size makes the gradient large.", *far[:1]),
        (large and rate * group.get("weight_decay", 0) > 0.5, "optimizer", "weight decay too large",
         f"{evidence} Weight decay alone makes most of it.", option("weight_decay", 1e-4)),
        (large, "optimizer", "learning rate too large", evidence, option("lr", rate / (row.stride or 1) / (30 if seen.heads else 100)) + "  # or less"),
        (row.step < LOST and 0 < 2 * rate < more and fresh, "optimizer", "learning rate too small", evidence, option("lr", more))])
    moved = row.stride / (1 - group.get("momentum", 0) or 1)  # by a gradient that stays as it is
    if not found and fresh and type(seen.optimizer) is torch.optim.SGD and 0 < moved < SLOW and all(one.kernel.any() for one in seen.rows):
        size = "its kernel" if row.stride == row.step else "what a rule asks of its kernel"
        found = [f"The largest step of SGD is {row.stride:.0e} times {size}, and {1 / moved:.0e} like it move that by its size: sound where "
                 "a network has learned before; else a larger rate, or Adam."]
    yield from found


def linear(seen):
    """Kernels that follow each other in a network that is one linear map: nothing that bends stands between the input and its last kernel."""
    ends = [head.call for head in seen.heads] or [seen.trace.made[id(t)] for t in leaves(seen.trace.outputs) if id(t) in seen.trace.made]
    way = passed([end.before[0] if end.op in (*RANGES, "logsoftmax") and end.before else end for end in ends], lambda c: c.before)
    inner = {k.full for c in way if c.kernels for one in c.feeders for k in one.kernels}
    if inner and all(map(is_linear, way)) and all(row.trainable and row.kernel.any() for row in seen.rows):
        names, used = {row.full: row.name for row in seen.rows}, [k.full for c in way for k in c.kernels]
        first, last = ([name for full, name in names.items() if full in used and (full in inner) == early] for early in (True, False))
        yield (f"{listed(first)}: no activation stands behind {'them' if len(first) > 1 else 'it'}, so with {listed(last)} they are one linear map: "
               f"`nn.ReLU()` behind {'each' if len(first) > 1 else 'it'}, unless a linear map is meant, as with a bottleneck or the factors of one.")


def is_linear(call):
    """True for data, and for a function that is linear in one signal, or is a sum or mean of several."""
    op, signals = call.op, [one for one in call.operands if isinstance(one, Call) and one.data]
    if call.kernels:
        return len(signals) == 1 and op.startswith(("linear", "conv", "addmm", "baddbmm", "tensordot", *PRODUCTS[:-1]))
    if op in TIMES:
        return len(signals) == 1 and ("mul" in op or call.operands[0] is signals[0])
    return not call.norm and (op in ("x", "add", "sub", "neg", "mean", "sum", *LAYOUT, *BESIDE) or "dropout" in op or "avgpool" in op)


def left_out(seen):
    """What this tool did not look into, and weights that this pass did not use."""
    read, used = {k.full for k in _kernels(seen.calls)}, seen.trace.used
    weights, blind = [(name, w) for name, w in seen.model.named_parameters() if w.dim() > 1], _kernels([c for c in seen.calls if c.blind])
    for what, names in {"Not read as kernels:": [name for name, _ in weights if name in used - read and not name.endswith(("weight_g", "original0"))],
        "Never used in this pass, so without a gradient:": [name for name, w in weights if w.requires_grad and name not in used],
        "Used under no_grad alone, so not trained:": [k.full for k in blind if k.parameter.requires_grad and seen.gradients.get(k.full) is None],
        "Not looked into: the gates of": list(dict.fromkeys(
            row.layer for row in seen.rows if row.recurs and row.op.startswith(("lstm", "gru"))))}.items():
        if names:
            yield f"{what} {listed(names, 'names')}."
    for call, those, share in padded(seen):
        if 2 * LOST <= share < FADED and not told_apart(seen, those, FADED) and not list(ends_padded(seen)):
            yield f"{_place(call)} ends with the padding, where images differ by {share:.1g} of its output: packed, or padded in front, it keeps more."
    if seen.unread:
        yield f"The next step of {type(seen.optimizer).__name__} cannot be read, so step/W is left out."


def rare(seen):
    """Labels of which all, or nearly all, are the same."""
    sizes = [part.numel() for part in leaves(seen.y)] if seen.y is not None else []
    for head in (head for head in seen.heads if head.y.size > 8 and not head.by_hand and (seen.y is None or head.y.size in sizes)):
        values, counts = np.unique(head.y, return_counts=True)
        most = counts.max() / head.y.size
        if most == 1:
            yield (f"All labels of this batch are alike, {values[0]:.4g}: sound if they are meant so, as for a GAN's generator, or if the loss does "
                   "not read them; if they are classes, shuffle the data, or draw more of the rare ones.")
        elif most > RARE and (head.kind in CLASSES or head.kind in (BINARY, SHARES) and head.units == 1):
            yield (f"{100 * most:.3g}% of the labels are {values[counts.argmax()]:.0f}, and as often is right who always says so: if a class is rare, "
                   "weigh it in the loss, or draw more of it.")


# Say.


@dataclass
class Report:
    """The loss; rows, one per kernel, with what the table shows; findings; notes on what is unusual and no fault."""

    loss: float
    rows: list
    findings: list
    notes: list

    @property
    def outcome(self):
        """"start" if a finding is about it, "elsewhere" if all are about labels, loss, output or rate, else "sound"."""
        kinds = [finding.of_start for finding in self.findings]
        return "start" if any(kinds) else "elsewhere" if kinds else "sound"

    def __str__(self):
        table = [COLUMNS, *([_end(row.name), row.activation[:7], _short(row.mean), _short(row.std), _share(row.dead), _share(row.saturated), *map(
            _short, (row.delta, row.gradient, row.weight_std, *map(row.ratios.get, RULES), row.step))] for row in self.rows)]
        lines = [f"loss {self.loss:.4g}", *("".join(f"{cell:{'<' if w < 0 else '>'}{abs(w)}}" for cell, w in zip(
            cells, COLUMNS.values())).rstrip() for cells in table)]
        verdict = {"sound": ["No fault found: as far as this tool sees, the start is sound. Look next at what one batch can't show: "
                             "labels of other images, no zero_grad() or eval(), a rate later too large, test images among the training ones."],
                   "elsewhere": ["At fault is not the start, but:"], "start": []}[self.outcome]
        return "\n".join([*lines, "", *verdict, *map(str, self.findings), *(f"Note: {note}" for note in self.notes)])

    def figure(self):
        """RMS of activations and of δ, and kernels over the nearest rule, by layer; dotted lines mark the findings."""
        from matplotlib.figure import Figure

        fig, at = Figure(figsize=(7, 6), layout="constrained"), range(len(self.rows))
        curves = {"RMS of h": [math.hypot(row.mean, row.std) for row in self.rows],
                  "RMS of δ": [row.delta for row in self.rows], "W / nearest rule": [row.off for row in self.rows]}
        for ax, (label, curve) in zip(fig.subplots(3, 1, sharex=True), curves.items()):
            ax.semilogy(at, [value or math.nan for value in curve], "o-")
            ax.yaxis.set_minor_formatter("")
            ax.set_ylabel(label)
            for i in (i for i in at if any(self.rows[i].layer in finding.layers for finding in self.findings)):
                ax.axvline(i, color="0.5", linestyle=":")
        ax.axhspan(1 / OFF, OFF, alpha=0.15)
        ax.set_xticks(at, [row.name for row in self.rows], rotation=45, ha="right")
        return fig


def _end(name):
    """A name of at most 15 letters, of a longer one the end, from a part of it where that leaves enough."""
    return name if len(name) < 16 else f"…{re.sub('^[^./]{1,6}(?=[./])', '', name[-14:])}"


def _short(number):
    if number is None or number == 0:
        return "" if number is None else "0"
    if 0.01 <= abs(number) < 100:
        return f"{number:.{2 if abs(number) >= 0.1 else 3}f}"
    return re.sub(r"e([+-])0?", r"e\1", f"{number:.0e}").replace("+", "")


def _share(number):
    return "" if number is None else f"{100 * number:.0f}%"


# What cannot be read is refused, in one sentence.


class Unreadable(Exception):
    """What cannot be audited, in one sentence."""


class Stop(Exception):
    """The labels are such that there is no loss."""


def refuse(error, *cases):
    """Raises an error with the first sentence whose case holds."""
    for when, said in cases:
        if when:
            raise error(said)


def check(model, x, y, loss, optimizer):
    """x and y as tensors, and how many images they hold. Raises TypeError or ValueError for what cannot be audited."""
    refuse(TypeError, (not isinstance(model, nn.Module), f"The model must be a torch.nn.Module, not {type(model).__name__}."))
    kind = f"the class {loss.__name__}" if isinstance(loss, type) else type(loss).__name__
    call = loss.forward if isinstance(loss, nn.Module) else loss
    alone = y is not None and callable(loss) and not isinstance(loss, type) and not takes(call, (0, 0))
    refuse(TypeError, (any(isinstance(part, torch.jit.ScriptModule) for part in model.modules()),
         "TorchScript hides what it computes: audit the model before torch.jit compiles it."),
        (alone, f"The loss fails on (outputs, y), as {kind} takes {inspect.signature(call) if alone else ''}: give a function of the two, "
         "as `loss = lambda out, y: your_loss(out, y, …)`."),
        (not callable(loss) or isinstance(loss, type), f"The loss must be a module or a function of (outputs, y), not {kind}."),
        (not isinstance(optimizer, (torch.optim.Optimizer, type(None))),
         f"The optimizer must be a torch.optim.Optimizer, not {type(optimizer).__name__}."))
    weights, lazy = dict(model.named_parameters()), nn.parameter.UninitializedParameter
    refuse(ValueError, *(("quantized" in type(part).__module__, f"{name or 'The model'} is quantized: audit the model before it is quantized.")
          for name, part in model.named_modules()), (any(isinstance(w, lazy) for w in weights.values()),
         "The model has lazy layers without weights: call it once on a batch, as in `model(x[:2])`."),
        (not weights, "The model has no parameters, so there is nothing to audit: are its layers attributes of it?"),
        (any(w.is_inference() for w in (*weights.values(), *model.buffers()) if not isinstance(w, lazy)),
         "The model was made under torch.inference_mode(), so that nothing of it has a gradient: make it outside."),
        (any(w.is_meta for w in weights.values()), 'The model is on the device "meta" and holds no numbers: build it without that device.'),
        *((w.is_complex(), f"{name} is {_type(w)}: this tool reads real weights alone.") for name, w in weights.items()),
        *((not w.is_floating_point(), f"{name} is {_type(w)}: audit the model before it is quantized.") for name, w in weights.items()))
    x, y = tensors(x, "x"), None if y is None else alias(tensors(y, "y"))
    if isinstance(x, dict) and x.get("labels") is not None:
        x["labels"] = alias(x["labels"])
    home, *others = {w.device for w in weights.values()}
    away, first = [part.device for part in leaves((x, y)) if part.device != home], leaves(x)[0]
    lengths = [len(first), *(len(part) for part in leaves(y)[:1])]
    if len(set(lengths)) > 1 and first.dim() > 1 + first.is_floating_point() and first.shape[1] == lengths[1]:  # of sequences, time first
        lengths = lengths[1:]
    elif timed(x, y) == 0:
        lengths = [first.shape[1]]
    refuse(ValueError,
        (away and not others, f'The batch is on {next(iter(away), home)}, the model on {home}: `x, y = x.to("{home}"), y.to("{home}")`.'),
        (min(lengths) < 2 or max(lengths) % min(lengths),  # a model may flatten its sequences, or take views of an image
         f"x and y must hold the same images, at least two, but their lengths are {lengths}."))
    return x, y, lengths[0]


def tensors(part, name, dense=None):
    """A tensor, or a tuple, list or dictionary of tensors and of more of these. NumPy's arrays become tensors. dense: what makes sparse ones so."""
    dense = dense or f"{name} = {name}.to_dense()"
    if hasattr(part, "items") and any(isinstance(value, np.ndarray) or leaves(value) for value in part.values()):
        return {key: value if value is None or isinstance(value, (int, float, str)) else tensors(
            value, name, f'{name}["{key}"] = {name}["{key}"].to_dense()') for key, value in part.items()}
    if isinstance(part, np.ndarray) and part.dtype.kind in "biuf":
        part = torch.from_numpy(part)
    if isinstance(part, nn.utils.rnn.PackedSequence):
        raise ValueError(f"{name} is packed, which hides whose steps they are: give it padded, and pack it in forward().")
    if isinstance(part, torch.Tensor):
        refuse(ValueError, (part.is_nested, f"{name} is nested: `{name} = {name}.to_padded_tensor(0.0)`."),
               (not part.dim(), f"{name} is a single value: give a tensor with an entry for every image."),
               (part.layout != torch.strided, f"{name} is sparse: `{dense}`."))
        return part.clone() if part.is_inference() else part
    several = isinstance(part, (tuple, list))
    if several and part and all(isinstance(one, (np.ndarray, tuple, dict)) or leaves(one) for one in part):
        every = f"{name} = tuple(part.to_dense() for part in {name})"
        return tuple(list(tensors(one, name)) if isinstance(one, list) else tensors(one, name, every) for one in part)
    if isinstance(part, np.ndarray) or several and any(isinstance(one, str) for one in part):
        raise ValueError(f"{name} holds strings or objects: give numbers.")
    if several:
        raise ValueError(f"{name} is a list of values: give a tensor, as in `torch.tensor({name})`.")
    raise ValueError("Give one batch as tensors, images and labels: of a data loader, `x, y = next(iter(loader))`.")


def mapped(function, part):
    """What a function makes of every tensor in tuples and dictionaries."""
    if isinstance(part, torch.Tensor):
        return function(part)
    if isinstance(part, dict):
        return {key: mapped(function, one) for key, one in part.items()}
    return type(part)(mapped(function, one) for one in part) if type(part) in (tuple, list) else part


alias = partial(mapped, torch.Tensor.detach)  # the same labels as other objects, told from the data that they may be


def sentence(error, trace, x):
    """What an error of PyTorch means for the user."""
    text, where, first = str(error), (trace.stack[-1].path if trace.stack else "") or "the model", leaves(x)[0]
    memory = isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "enough memory" in text or "out of memory" in text
    taken, kind = ", ".join(inspect.signature(trace.model.forward).parameters), next(trace.model.parameters()).dtype
    sizes = re.search(r"[Ee]xpected (\d+), got (\d+)", text)
    return next(said for when, said in ((isinstance(error, Unreadable), text),
        (memory, "This batch does not fit into memory: give fewer images, as in `audit(model, x[:8], y[:8])`."),
        (isinstance(error, NotImplementedError) and "forward" in text,
         "This model has no forward() that takes a batch: audit its parts, or write forward()."),
        ("second time" in text, "The model keeps a tensor of an earlier batch with its gradient: detach it, as in `self.h = h.detach()`; or it calls "
         "backward() itself: `backward(retain_graph=True)`."),
        ("reentrant" in text or ".grad()" in text, "Gradient checkpointing hides the gradients: switch it off, or give it use_reentrant=False."),
        (isinstance(error, TypeError) and not trace.calls,
         f"The model does not take x as it is: give a tensor, a tuple or a dictionary of what forward({taken}) takes."),
        ("inplace operation" in text, f"An operation in place in {where} overwrites what the gradient needs: `h = h + 1`, not `h += 1`."),
        ("without overflow" in text, f"{where[:1].upper()}{where[1:]} fills in a number that float16 does not hold: "
         "`torch.finfo(h.dtype).min` in its place."), (isinstance(x, dict) and not takes(trace.model.forward, x),
         f"The model takes ({taken}), and x holds {', '.join(map(str, x)) if isinstance(x, dict) else ''}."),
        (sizes, f"{where[:1].upper()}{where[1:]} wants {sizes and sizes[1]} features a step, "
         f"and x of shape {tuple(first.shape)} brings {sizes and sizes[2]}."),
        (first.dtype != kind and ("type" in text and first.is_floating_point() or "torch.int64" in text or "Long" in text),
         f"{where[:1].upper()}{where[1:]} holds {str(kind)[6:]} and gets {_type(first)}: `x = x.to({kind})`."),
        (True, not theirs(error) and unfitting(trace, where, first) or
         f"{where[:1].upper()}{where[1:]} fails on this batch of shape {tuple(first.shape)}: "
         f"{theirs(error) or '`model(x[:2])` shows why.'}")) if when)


def theirs(error):
    """What an exception says that the reader's own code has raised, "" for one of a framework."""
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    file = at.tb_frame.f_code.co_filename if at else __file__
    return "" if file == __file__ or "-packages" in file else f"{type(error).__name__}: {' '.join(str(error).split())[:120].rstrip('.')}."


def unfitting(trace, where, first):
    """How a tensor does not fit the weights of a layer."""
    op, given, weight = trace.trying
    if weight is None or not given:
        return ""
    given, own, conv = given[0], given[0] is first, op.startswith("conv")
    if op.startswith("embedding"):
        if given.is_floating_point():
            return f"{where} takes whole numbers and gets {_type(given)}: `x = x.long()`."
        more = "" if given.min() < 0 or own else f", or give it {int(given.max()) + 1} rows"
        return f"{where} has {len(weight)} rows, and the numbers run from {int(given.min())} to {int(given.max())}: number from 0{more}."
    if op == "add":
        return (f"In {where}, {trace.names[id(weight)]} of shape {tuple(weight.shape)} is added to {tuple(given.shape)}: "
                "give it as many rows, or shorten x.")
    if given.dtype != weight.dtype:
        cure = "x = x.float() / 255" if first.dtype == torch.uint8 else f"x = x.to(torch.{_type(weight)})"
        return f"{where} holds {_type(weight)} and gets {_type(given)}: `{cure}`."
    cure = next(said for when, said in ((own and conv and first.dim() == weight.dim() and first.shape[-1] == weight.shape[1], "x = x.movedim(-1, 1)"),
        (own and conv and first.dim() == weight.dim() - 1 and weight.shape[1] == 1, "x = x.unsqueeze(1)"),
        (op == "linear" and math.prod(given.shape[1:]) == weight.shape[1], "x = x.flatten(1)" if own else "`flatten(1)` before it"),
        (True, "reshape x, or give the layer other sizes")) if when)
    return f"x has the shape {tuple(first.shape)}; {where} gets {tuple(given.shape)} and holds weights of {tuple(weight.shape)}: {quoted(cure)}."
