"""What the layers of PyTorch and Flax start from, read from the installed packages and measured. NumPy has no layers."""

import inspect

import jax
import numpy as np
import torch
from flax import nnx
from torch.overrides import TorchFunctionMode

from evidence.networks.gain import gain
from evidence.problem import Problem

WIDTH, NARROW, WINDOW, PIXELS, HEADS, ROWS, DEPTH = 64, 16, 3, 8, 8, 1000, 30
PROTOCOL = {
    "question": "What do the layers of PyTorch and Flax start from by default, and which variance is it?",
    "channels": WIDTH,
    "narrow": NARROW,
    "window": WINDOW,
    "pixels": PIXELS,  # along each side of what a convolution is given
    "heads": HEADS,
    "rows": ROWS,  # of an embedding
    "inputs": 16,  # on which the gain is measured
    "depth": DEPTH,
    "chain_inputs": 256,
    "seeds": list(range(10)),
}
# What constructors are given, by the names of their arguments: so a class that we never heard of can be built too
TORCH = {
    **dict.fromkeys(("in_features", "in1_features", "in2_features", "out_features", "in_channels", "out_channels"), WIDTH),
    **dict.fromkeys(("input_size", "hidden_size", "embed_dim", "embedding_dim", "num_features", "num_channels"), WIDTH),
    **dict.fromkeys(("normalized_shape", "d_model", "dim_feedforward"), WIDTH),
    **dict.fromkeys(("num_heads", "nhead", "num_groups"), HEADS),
    **dict.fromkeys(("num_encoder_layers", "num_decoder_layers"), 1),
    **dict.fromkeys(("num_embeddings", "num_classes", "n_classes"), ROWS),
    "kernel_size": WINDOW,
    "cutoffs": [100, 500],
    "batch_first": True,  # the Transformer warns otherwise
}
OTHERWISE = {"LinearCrossEntropyLoss": {"out_features": ()}}  # the same word for another thing
FLAX = {
    **dict.fromkeys(("in_features", "out_features", "hidden_features", "num_features", "features"), WIDTH),
    **dict.fromkeys(("num_heads", "lora_rank"), HEADS),
    "num_embeddings": ROWS,
    "kernel_size": (WINDOW, WINDOW),
    "padding": "VALID",  # a border of zeros would count in the gain
    "einsum_str": "ab,bc->ac",
    "kernel_shape": (WIDTH, WIDTH),
    "bias_shape": (WIDTH,),
}
WRAPPED = {"layer_instance", "cell", "forward_rnn", "backward_rnn"}  # arguments that are layers, and bring the weights
RECURRENT = {"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "SimpleCell", "OptimizedLSTMCell"}


def measure(seed):
    """{"<framework>__<layer>__<variable>__<default>": quantities} of one seed, for each variable of each layer class.

    The default is the initializer in Flax's signature, and the call that fills the variable in PyTorch. "std" and
    "largest", the largest absolute value; where values differ "kurtosis", which tells uniform (1.8) from normal (3).
    "slope", the argument `a` that kaiming_uniform_ was given: a sign that the rule is not the one of the name.
    Where fans are counted by hand "fan_in" and "fan_out", for gates and heads one by one. For layers that can stand
    alone in a network "gain", the mean square of ReLU of the outputs over that of the inputs, away from the border.
    A layer is called like its class, and <class>_narrow with fewer outputs, <class>_depthwise with a group a channel.
    "numpy__Generator__weights__normal" is NumPy's normal, whose scale nobody gave; "layers" counts NumPy's layer classes.
    "<framework>__chain" is DEPTH dense layers with ReLU on normal inputs: "mean_square" of the outputs, and "differs",
    the share of it that differs from input to input. Raises Problem for a layer that cannot be built.
    """
    jax.config.update("jax_disable_most_optimizations", True)  # compiling takes longer than running what it compiles
    weights = np.random.default_rng([seed, 1]).normal(size=(WIDTH, WIDTH))
    drawn = described("Linear", "", "weight", weights) | {"gain": [gain(lambda x: x @ weights, rectified((WIDTH,), seed))]}
    runs = {"numpy__Generator__weights__normal": drawn | {"layers": [len(numpy_layers())]}}
    for framework, layers, build in (("torch", torch_layers(), build_torch), ("flax", flax_layers(), build_flax)):
        for number, (name, layer) in enumerate(layers.items()):
            for kind, given in kinds(name, layer).items():
                call, variables = build(layer, 1000 * seed + number, **given)
                for variable, default, slope, values in variables:
                    arm = runs[f"{framework}__{name}{kind}__{variable}__{default}"] = described(name, kind, variable, values)
                    arm |= {"slope": [slope]} if slope is not None else {}
                    if feeds_forward(name) and variable in ("weight", "kernel"):
                        arm["gain"] = [gain(call, rectified(shape(name), seed))]
        runs[f"{framework}__chain"] = chain([build(layers["Linear"], DEPTH * seed + depth)[0] for depth in range(DEPTH)], seed)
    return runs


def numpy_layers():
    """Names of what could hold weights in NumPy: its constructor takes a number of features, channels or units."""
    found = subclasses(np, object) | subclasses(np.random, object)
    sized = {name for name in {**TORCH, **FLAX, "units": WIDTH} if name.endswith(("features", "channels", "size", "units"))}
    return [name for name, one in found.items() if sized & parameters(one).keys()]


def torch_layers():
    """{name: class} of what holds weights in torch.nn: it resets its parameters, or its constructor takes their dtype.

    Without lazy classes, which are the same layers, and bases.
    """
    holding = {
        name: layer
        for name, layer in subclasses(torch.nn, torch.nn.Module).items()
        if hasattr(layer, "reset_parameters") or "dtype" in parameters(layer)
    }
    lazy = subclasses(torch.nn, torch.nn.modules.lazy.LazyModuleMixin)
    return {name: layer for name, layer in holding.items() if name not in lazy and not name.endswith("Base")}


def flax_layers():
    """{name: class} of what holds weights in flax.nnx: its constructor takes an initializer. Without wrappers of layers."""
    found = subclasses(nnx, nnx.Module)
    return {name: layer for name, layer in found.items() if initializers(layer) and not WRAPPED & parameters(layer).keys()}


def subclasses(package, base):
    """{name: class} of the classes that a package exports and that derive from a base, sorted."""
    return {name: value for name, value in sorted(vars(package).items()) if inspect.isclass(value) and issubclass(value, base)}


def parameters(layer):
    """{name: inspect.Parameter} of a constructor, with those of the bases that it hands keywords on to."""
    found = {}
    for base in layer.__mro__[:-1]:
        try:
            own = inspect.signature(base.__init__).parameters
        except ValueError:  # written in C, without a signature
            own = {}
        found = {**own, **found}
        if not any(one.kind == one.VAR_KEYWORD for one in own.values()):
            break
    return found


def arguments(layer, known):
    """Those of the known arguments that a class takes. Raises Problem if it requires one that is not known."""
    own = list(inspect.signature(layer.__init__).parameters.values())[1:]
    needed = [one.name for one in own if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    unknown = ", ".join(name for name in needed if name not in known)
    if unknown:
        raise Problem(
            f"{layer.__module__}.{layer.__name__} holds weights and needs {unknown}, which this book does not know; "
            f"give it a value in {__file__}."
        )
    return {name: known[name] for name in parameters(layer) if name in known}


class Watch(TorchFunctionMode):
    """Notes which function filled which tensor. The tensors are kept, or another could take the place of one."""

    def __init__(self):
        self.filled = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = getattr(function, "__name__", "")
        if name in vars(torch.nn.init) or name in ("fill_", "zero_"):
            self.filled.append((result, name, (kwargs or {}).get("a") if "kaiming" in name else None))
        return result

    def last(self, tensor):
        """(name, slope) of the last call that filled a tensor, or one it is a copy of. Raises Problem if none was seen."""
        calls = [call for filled, *call in self.filled if filled is tensor]
        calls = calls or [call for filled, *call in self.filled if torch.equal(filled, tensor)]
        if not calls:
            raise Problem(f"A tensor of the shape {tuple(tensor.shape)} was filled by a function that {__file__} does not watch.")
        return calls[-1]


def build_torch(layer, seed, **given):
    """A layer of torch.nn as a function of arrays, channels last, and [(variable, call that filled it, slope, values)]."""
    torch.manual_seed(seed)
    with Watch() as watch:
        made = layer(**arguments(layer, TORCH | OTHERWISE.get(layer.__name__, {}) | given))

    def call(x):
        y = made(torch.from_numpy(np.moveaxis(x, -1, 1)))
        return np.moveaxis(y.detach().numpy(), 1, -1)

    return call, [(name.replace(".", "_"), *watch.last(held), held.detach().numpy()) for name, held in made.named_parameters()]


def initializers(layer):
    """{argument: default} of the arguments of a Flax layer that are initializers, or numbers to start from."""
    defaults = {name: one.default for name, one in parameters(layer).items() if name.endswith(("_init", "_initializer"))}
    return {name: default for name, default in defaults.items() if default is not None}


def build_flax(layer, seed, **given):
    """A layer of flax.nnx as a function of arrays, and [(variable, default's name, None, values that the initializer drew)].

    Raises Problem if the layer holds other numbers than its initializers drew.
    """
    drawn = {}

    def watched(argument, default):
        def draw(*args, **kwargs):
            values = default(*args, **kwargs)
            drawn.setdefault(argument, []).append(np.ravel(values))
            return values

        if callable(default):
            return draw
        drawn[argument] = [np.ravel(default).astype("float32")]
        return default

    starts = initializers(layer)
    known = FLAX | {"rngs": nnx.Rngs(seed)} | {name: watched(name, start) for name, start in starts.items()}
    made = layer(**arguments(layer, known | given))
    drawn = {argument: np.concatenate(values) for argument, values in drawn.items()}
    held = [np.ravel(values) for values in jax.tree.leaves(nnx.state(made, nnx.Param))]
    if not np.array_equal(np.sort(np.concatenate(held)), np.sort(np.concatenate(list(drawn.values())))):
        raise Problem(f"{layer.__name__} of Flax holds numbers that none of {', '.join(starts)} drew; read it and mend {__file__}.")
    variables = [(name.rpartition("_")[0], flax_name(starts[name]), None, values) for name, values in drawn.items()]
    return lambda x: np.asarray(made(x)), variables


def flax_name(default):
    """What jax.nn.initializers calls a default, where one of its rules has the same settings; else its kind."""
    if not callable(default):
        return "constant"
    for name in ("lecun_normal", "he_uniform"):
        rule = getattr(jax.nn.initializers, name)()
        if rule.__qualname__ == default.__qualname__ and settings(rule) == settings(default):
            return name
    return default.__qualname__.split(".")[0]


def settings(initializer):
    """{name: value} of what an initializer of JAX was made with."""
    return inspect.getclosurevars(initializer).nonlocals


def kinds(name, layer):
    """{suffix: arguments} of the forms in which a layer class is built."""
    forms = {"": {}}
    outputs = {"out_features", "out_channels"} & parameters(layer).keys()
    if feeds_forward(name) and outputs:
        forms["_narrow"] = dict.fromkeys(outputs, NARROW)
    groups = {"groups", "feature_group_count"} & parameters(layer).keys()
    if groups and "Transpose" not in name:
        forms["_depthwise"] = dict.fromkeys(groups, WIDTH)
    return forms


def feeds_forward(name):
    """Whether a layer maps an activation to a pre-activation, so that ReLU can follow it."""
    return name in ("Linear", "LinearGeneral", "Einsum") or name.startswith("Conv")


def shape(name):
    """Shape of one input of a layer that feeds forward, channels last."""
    dimensions = next((d for d in (1, 2, 3) if f"{d}d" in name), 2) if name.startswith("Conv") else 0
    return (*[PIXELS] * dimensions, WIDTH)


def fans(name, kind, variable):
    """(fan_in, fan_out) counted by hand: inputs that feed one unit, units that one input feeds; None where we did not."""
    out = NARROW if kind == "_narrow" else WIDTH
    if "bias" in variable:
        return None
    if feeds_forward(name):
        area = WINDOW ** (len(shape(name)) - 1)
        return (area, area) if kind == "_depthwise" else (area * WIDTH, area * out)
    if name == "Bilinear":
        return WIDTH**2, WIDTH * out
    return (WIDTH, WIDTH) if name in RECURRENT or name.lower() == "multiheadattention" else None


def described(name, kind, variable, values):
    """Quantities of one variable: how far its values spread and what law they could follow, and its fans."""
    values = np.asarray(values, float)
    quantities = {"std": [values.std()], "largest": [abs(values).max()]}
    if np.ptp(values):
        quantities["kurtosis"] = [np.mean((values - values.mean()) ** 4) / values.var() ** 2]
    counted = fans(name, kind, variable)
    return quantities | ({"fan_in": [counted[0]], "fan_out": [counted[1]]} if counted else {})


def rectified(shape, seed):
    """Inputs of a layer behind a ReLU: ReLU of standard normals, drawn as float32."""
    return np.maximum(np.random.default_rng(seed).standard_normal((PROTOCOL["inputs"], *shape), "float32"), 0)


def chain(calls, seed):
    """Mean square of the outputs of dense layers, each with ReLU, and the share of it that differs between inputs."""
    h = np.random.default_rng(seed).standard_normal((PROTOCOL["chain_inputs"], WIDTH), "float32")
    for call in calls:
        h = np.maximum(call(h), 0)
    mean_square = np.mean(h**2, dtype=float)
    return {"mean_square": [mean_square], "differs": [np.var(h, axis=0, dtype=float).mean() / mean_square]}
