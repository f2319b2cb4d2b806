"""Initialize a whole Keras model: each layer by its kind and by the activation that stands behind it.

    print(init_model(model))  # changes the model, and returns a table of what it did and what it left alone

Kernels before ReLU get He's variance, 2 / fan_in; before leaky ReLU of slope a 2 / ((1 + a^2) fan_in); before ELU,
GELU, SiLU and others their own constant 1 / E[f(z)^2] over fan_in; before SELU, and where the next layer, a sum or a
product follows, 1 / fan_in (LeCun); before tanh and softsign, in attention and at the output 2 / (fan_in + fan_out)
(Glorot); before a hidden sigmoid 16 times that. Recurrent kernels are orthogonal, biases 0, the biases of forget gates
1, normalizations 1 and 0.

He et al. 2015, arXiv:1502.01852; Glorot & Bengio 2010; LeCun et al. 1998; Klambauer et al. 2017, arXiv:1706.02515
(SELU); Saxe et al. 2014, arXiv:1312.6120 (orthogonal); Jozefowicz et al. 2015 (forget gate).
"""
import math
import re
from fnmatch import fnmatch
from typing import NamedTuple

import keras
import numpy as np
from keras import initializers, layers

TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)
KERNELS = (layers.Dense, layers.EinsumDense, layers.Conv1D, layers.Conv2D, layers.Conv3D, *TRANSPOSED, *DEPTHWISE,
           layers.SeparableConv1D, layers.SeparableConv2D)
ATTENTION = (layers.MultiHeadAttention, layers.GroupQueryAttention)
NORMS = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization, layers.RMSNormalization)

# what may stand behind a kernel; the first with a numerator over fan_in, 1 / E[f(z)^2] for a standard normal z
OVER_FAN_IN = {"relu": 2.0, "relu6": 2.0, "elu": 1.551, "gelu": 2.352, "silu": 2.811, "mish": 2.211}
LECUN = {"linear", "selu", "sum", "product", "tied"}
GLOROT = {"tanh", "softsign", "softmax", "attention", "gate", "output"}

ACTIVATIONS = {name.replace("_", ""): name for name in [*OVER_FAN_IN, "selu", "tanh", "softsign", "softmax", "sigmoid"]}
ACTIVATIONS |= {"swish": "silu", "logsoftmax": "softmax"}  # by type, of layers and of keras.ops alike
TWO = {"Add": "sum", "Subtract": "sum", "Average": "sum", "Multiply": "product", "Dot": "product", "Matmul": "product",
       "Divide": "product", "Einsum": "product"}
PASSING = re.compile("Dropout|Normalization|Pooling|Padding|Cropping|UpSampling|Flatten|Reshape|Permute|Transpose|Cast|"
                     "Squeeze|Concatenate|RepeatVector|ExpandDims|GetItem|Rescaling|Mean|Sum|Identity|InputLayer|"
                     "Masking|Noise")


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


def init_model(model, behind=None, zeros=(), seed=None):
    """Draw the weights of a model anew, each by the rule of its layer; returns a Table with a Row for each kernel.

    Biases become 0. Frozen weights and layers of other kinds stay, and the table names them; so do layers without an
    activation inside layers and models of your own, whose code hides what follows, unless `behind` says it.

    model: a built Keras model, of any floating dtype.
    behind: {pattern: activation} where the model says too little, such as {"decoder*": "relu"}, "leaky_relu(0.2)" or
    "linear". Patterns are those of fnmatch, on the names of the layers or on their paths, such as "block/dense".
    zeros: patterns of layers that start at zero: the last kernel, or the last normalization, of each residual branch,
    such as "*_conv2", or a new head on a frozen body.
    seed: an integer that repeats the draw, or None.
    Raises ValueError for a model without weights, a pattern that fits no layer, and an activation without a rule.
    """
    if not model.built:
        raise ValueError("The model has no weights yet: start it with keras.Input(...), or call it once on a batch.")
    behind, zeros = behind or {}, [zeros] if isinstance(zeros, str) else zeros
    owned = _owned(model)
    _check(owned, behind, zeros)
    graph, generator, rows = _Graph(model), keras.random.SeedGenerator(seed), Table()
    for layer, weight in owned:
        told = next((behind[pattern] for pattern in behind if _fits(layer, weight, pattern)), None)
        zero = any(_fits(layer, weight, pattern) for pattern in zeros)
        there, rule = _start(layer, weight, told or graph.behind_kernel(layer), zero, generator)
        if rule:
            spread = np.std(keras.ops.convert_to_numpy(weight.value), dtype="float64")
            rows.append(Row(weight.path, tuple(weight.shape), there, rule, float(spread)))
    return rows


def _owned(model):
    """[(layer, weight)]: each weight once, with the layer that it belongs to itself."""
    found, seen = [], set()
    for layer in model._flatten_layers():
        inner = {id(weight) for part in layer._flatten_layers(include_self=False) for weight in part.weights}
        for weight in layer.weights:
            if id(weight) not in seen | inner:
                seen.add(id(weight))
                found.append((layer, weight))
    order = {id(weight): place for place, weight in enumerate(model.weights)}
    return sorted(found, key=lambda pair: order.get(id(pair[1]), len(order)))


def _fits(layer, weight, pattern):
    return fnmatch(layer.name, pattern) or fnmatch(weight.path.rpartition("/")[0], pattern)


def _check(owned, behind, zeros):
    for pattern in [*behind, *zeros]:
        if not any(_fits(*pair, pattern) for pair in owned if isinstance(pair[0], (*KERNELS, *NORMS))):
            raise ValueError(f"No dense, convolutional or normalizing layer is called {pattern!r}: take a name from "
                             "model.summary().")
    for activation in behind.values():
        if _rule(activation) is None:
            known = ["leaky_relu(0.2)", "sigmoid", *OVER_FAN_IN, *sorted(LECUN | GLOROT)]
            raise ValueError(f"There is no rule for {activation!r}: name one of {', '.join(known)}.")


# What a weight starts from: (what stands behind it, its rule or why it was left; "" for a bias, which has no line)
def _start(layer, weight, behind, zero, generator):
    key, cell = weight.name, hasattr(layer, "recurrent_initializer")
    if not weight.trainable and not (key.startswith("moving") and layer.trainable):
        return "", "" if key.startswith("moving") else "left: frozen"
    if isinstance(layer, NORMS):
        return "", _norm(weight, key, zero)
    if key == "bias" and (cell or isinstance(layer, KERNELS)):
        weight.assign(_bias(layer, weight))
        return "", ""
    if isinstance(layer, layers.ReversibleEmbedding):
        return _kernel(layer, weight, "tied" if layer.tie_weights or key == "embeddings" else "output", zero, generator)
    if key == "embeddings":
        _fill(weight, initializers.RandomUniform(-0.05, 0.05, seed=generator))
        return "", "uniform, limit 0.05"  # Keras's default
    if key == "recurrent_kernel":
        _fill(weight, initializers.Orthogonal(seed=generator))
        return "", "orthogonal"
    if key == "kernel" and cell:
        _fill(weight, initializers.GlorotUniform(seed=generator))
        return "", "glorot_uniform"
    if isinstance(layer, KERNELS) and key.endswith("kernel"):
        return _kernel(layer, weight, "linear" if key == "depthwise_kernel" else behind, zero, generator)
    return "", f"left: no rule for {type(layer).__name__}"


def _norm(weight, key, zero):
    value = float(key == "moving_variance" or key in ("gamma", "scale") and not zero)
    weight.assign(keras.ops.full(weight.shape, value, weight.dtype))
    return {"gamma": "zeros" if zero else "ones", "scale": "zeros" if zero else "ones"}.get(key, "")


def _bias(layer, weight):
    value = np.zeros(weight.shape)
    if getattr(layer, "unit_forget_bias", False):
        units = weight.shape[-1] // 4
        value[units : 2 * units] = 1
    return value


def _kernel(layer, weight, behind, zero, generator):
    if zero:
        weight.assign(keras.ops.zeros(weight.shape, weight.dtype))
        return behind or "", "zeros"
    if behind is None:
        return "", "left: say in behind= what follows"
    rule = _rule(behind)
    if rule is None:
        return behind, f"left: no rule for {behind}"
    name, numerator, form = rule
    fan_in, fan_out = _fans(layer, weight)
    std, limit = math.sqrt(numerator / fan_in) / 0.87962566, math.sqrt(3 * numerator / (fan_in + fan_out))
    _fill(weight, initializers.TruncatedNormal(stddev=std, seed=generator) if form == "normal"  # the cut takes the rest
          else initializers.RandomUniform(-limit, limit, seed=generator))
    return behind, name


def _rule(behind):
    """(name, numerator of the variance, form): a normal has fan_in below it, a uniform fan_in + fan_out."""
    kind, _, slope = behind.rstrip(")").partition("(")
    constant = 2 / (1 + float(slope or 0.2) ** 2) if kind == "leaky_relu" else OVER_FAN_IN.get(kind)
    if constant:
        return "he_normal" if constant == 2 else f"{constant:.3f} / fan_in", constant, "normal"
    if kind in LECUN:
        return "lecun_normal", 1, "normal"
    if kind in GLOROT:
        return "glorot_uniform", 2, "uniform"
    return ("4 * glorot_uniform", 32, "uniform") if kind == "sigmoid" else None  # 4 on the limit, 16 on the variance


def _fans(layer, weight):
    """(inputs of one unit, units that one input feeds)."""
    if isinstance(layer, layers.ReversibleEmbedding):
        return layer.output_dim, layer.input_dim
    if isinstance(layer, layers.EinsumDense):
        inputs, kernel, outputs = re.split(",|->", layer.equation)
        sizes = dict(zip(kernel, weight.shape))
        return tuple(math.prod(sizes[axis] for axis in kernel if axis not in other) for other in (outputs, inputs))
    *window, before, after = weight.shape
    window, groups = math.prod(window), getattr(layer, "groups", 1)
    if isinstance(layer, DEPTHWISE) or weight.name == "depthwise_kernel":
        return window, window * after
    if isinstance(layer, TRANSPOSED):  # a unit sees a window of its inputs, spread out by the stride
        return after * window / math.prod(layer.strides), before * window
    return before * window, after // groups * window


def _fill(weight, initializer):
    """In float32 at least: half precision cannot draw everything."""
    dtype = "float64" if weight.dtype == "float64" else "float32"
    weight.assign(keras.ops.cast(initializer(weight.shape, dtype=dtype), weight.dtype))


# What stands behind a kernel: an activation, "sum", "attention", "linear" for the next layer, "output" …
class _Graph:
    """Which layers and functions of keras.ops take what a layer puts out, in functional and sequential models."""

    def __init__(self, model):
        self.takers, self.outer, self.attention = {}, {}, set()
        for part in model._flatten_layers():
            if isinstance(part, ATTENTION):
                self.attention |= {id(inner) for inner in part._flatten_layers()}
            elif isinstance(part, layers.Wrapper):
                self.outer[id(part.layer)] = part
            elif function := _function(part):
                for node in sum(function._nodes_by_depth.values(), []):
                    for before in node.parent_nodes:
                        taker = node.operation, len(node.parent_nodes)
                        self.takers.setdefault(id(before.operation), []).append(taker)
                for output in function.outputs:
                    operation = output._keras_history.operation
                    self.takers.setdefault(id(operation), [])
                    if part is not model:
                        self.outer[id(operation)] = part

    def behind_kernel(self, layer):
        if id(layer) in self.attention:
            return "attention"
        own = _activation(layer)
        if own is None:
            return self.behind(layer)
        return self.sigmoid(layer) if own == "sigmoid" else own

    def sigmoid(self, layer):
        return {"linear": "sigmoid", "output": "output"}.get(self.behind(layer), "gate")

    def behind(self, operation):
        """What stands behind an operation; None inside code that cannot be seen."""
        if takers := self.takers.get(id(operation)):
            found = [self.name(*taker) for taker in takers]
            return min(found, key=lambda name: (name is None or _rule(name) is None, name in LECUN | GLOROT))
        if id(operation) in self.outer:
            return self.behind(self.outer[id(operation)])
        return "output" if id(operation) in self.takers else None

    def name(self, operation, inputs):
        kind = type(operation).__name__
        if function := _function(operation):
            return self.behind(function.inputs[0]._keras_history.operation)
        if kind in TWO:
            return TWO[kind] if inputs > 1 else self.behind(operation)  # one input: a constant is added
        if isinstance(operation, (*KERNELS, *ATTENTION, layers.RNN)) or isinstance(operation, layers.Wrapper):
            return "linear"
        own = _activation(operation)
        if own:
            return self.sigmoid(operation) if own == "sigmoid" else own
        if PASSING.search(kind) or own is None and isinstance(operation, layers.Activation):
            return self.behind(operation)
        return "linear" if getattr(operation, "weights", None) else kind.lower()


def _function(layer):
    layer = layer._functional if isinstance(layer, keras.Sequential) else layer
    return layer if isinstance(layer, keras.Model) and hasattr(layer, "_nodes_by_depth") else None


def _activation(operation):
    """The name of the activation that a layer, or a function of keras.ops, applies; None for none."""
    function = getattr(operation, "activation", None)
    applied = operation if function is None else function
    kind = getattr(applied, "__name__", type(applied).__name__).lower().replace("_", "")
    if kind == "prelu":
        return f"leaky_relu({float(keras.ops.mean(applied.alpha)):.3g})"
    slope = getattr(applied, "negative_slope", 0.2 if kind == "leakyrelu" else 0)
    if kind in ("relu", "leakyrelu") and slope:
        return f"leaky_relu({slope:.3g})"
    if kind == "elu" and getattr(applied, "alpha", 1) != 1:
        return f"elu of alpha {applied.alpha:g}"
    return ACTIVATIONS.get(kind) or (kind if function is not None and kind != "linear" else None)
