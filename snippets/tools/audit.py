"""Is my network well initialized, and if not, which layer is at fault? One batch, nothing trained, nothing changed.

    report = audit(model, x, y)  # a built Keras model, compiled, or with loss="mse" or the like
    print(report)                # a table with a line per kernel, then a verdict in words
    report.outcome               # "start", "elsewhere" (labels, loss, output, rate, precision) or "sound"
    report.findings              # what is at fault: layers, fault, evidence, remedy
    report.figure()              # a matplotlib Figure

The network runs once as in training: batch normalization takes the statistics of the batch, dropout is on. It runs in
a Keras StatelessScope, so that weights, moving averages, seeds and optimizer stay as they are, bit by bit.

The file reads in order: observe, judge, say.
"""
import math
import re
from dataclasses import dataclass
from types import SimpleNamespace

import keras
import numpy as np
from keras import layers as kl

try:
    import tensorflow as tf
except ImportError:  # audit() says so
    tf = None

OFF = math.sqrt(10)  # a kernel is off if it differs by more from every rule: half-way, in factors, from 1 to 10
REACH = 6  # powers of e that a mean square may change by and the network still train: Schoenholz et al. 2017
WALK = 5  # variance of a sound ReLU layer's log mean square, times its width: Hanin and Rolnick 2018
ERRORS = 5  # standard errors that chance is given, one in a million
MOST, SOME = 0.75, 0.25  # shares of a layer that are too many: of saturated activations, of units silenced by a bias
PLAIN = 12  # the same for plain convolutions: VGG-19, in which Glorot halves it 18 times: Simonyan and Zisserman 2015
ABSURD = 4  # times the loss of an output that knows nothing
FAR = 100  # times the size of the outputs, from where targets are out of reach of small steps
HEAD = 5  # layers of N(0, 0.01) in the head of a detector: Lin et al. 2017
HEAVY = 30  # times the loss of the data, from where regularization decides
LOST = 1e-6  # of a kernel, from where float32 rounds most of a step away
RULES = {"He": lambda n_in, n_out: 2 / n_in, "Glorot": lambda n_in, n_out: 2 / (n_in + n_out),
         "LeCun": lambda n_in, n_out: 1 / n_in}
BY_FAN_OUT = {"He by fan-out": lambda n_in, n_out: 2 / n_out, "LeCun by fan-out": lambda n_in, n_out: 1 / n_out}
LIMITS = {"tanh": (-1, 1), "hard_tanh": (-1, 1), "sigmoid": (0, 1), "hard_sigmoid": (0, 1)}
RANGES = LIMITS | {"softmax": (0, 1), "softsign": (-1, 1), "relu6": (0, 6),
                   **dict.fromkeys(("relu", "softplus", "exponential"), (0, math.inf))}  # of an output
RECTIFIERS = ("relu", "leaky", "prelu", "elu", "celu", "gelu", "silu", "mish")
ACTIVATIONS = {name.replace("_", ""): name for name in ["prelu", *dir(keras.activations)]}
NORMALIZATION = (kl.BatchNormalization, kl.LayerNormalization, kl.GroupNormalization, kl.UnitNormalization,
                 kl.RMSNormalization)
KERNELS = ("kernel", "embeddings", "depthwise_kernel", "pointwise_kernel", "recurrent_kernel")
SPARSE, CATEGORICAL, BINARY = (f"{kind}_crossentropy" for kind in ("sparse_categorical", "categorical", "binary"))
RELATIVE = "mean_absolute_percentage_error"
DISTANCES = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", RELATIVE)
STANDARD = "x = (x - x.mean(0)) / (x.std(0) + 1e-7)."
SCALE = "y = (y - y.mean()) / y.std(): and the inverse for what comes out."
COLUMNS = {"layer": -16, "φ": -8, "mean h": 8, "std h": 7, "dead": 5, "sat.": 5, "RMS δ": 8, "RMS dW": 7, "std W": 7,
           "He": 6, "Glorot": 7, "LeCun": 6, "step/W": 8}


def audit(model, x, y=None, loss=None, **more):
    """Measure a built Keras model on one batch, and say which layers are at fault.

    x, y: arrays as for model.fit, at least two images. loss: a Keras loss, its name, or a function of (y, outputs);
    without it, the loss that the model was compiled with. The model stays as it is.
    Raises TypeError or ValueError, in one sentence, for what it cannot read.
    """
    if more:
        raise TypeError(f"audit takes a model, x, y and a loss; leave out {', '.join(more)}.")
    x, y = check(model, x, y, loss)
    with np.errstate(all="ignore"):  # what is not a number is a finding
        seen = observe(model, x, y, loss)
        return Report(seen.loss, seen.rows, *judged(seen))


@dataclass
class Finding:
    """What is wrong with some layers, how one can tell, and what to do: code where it can be, words behind a colon."""

    layers: tuple
    fault: str
    evidence: str
    remedy: str
    of_start: bool = True

    @property
    def layer(self):
        """The layers in words."""
        names = self.layers
        return ", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]} ({len(names)} layers)"

    def __str__(self):
        return f"{self.layer}: {self.fault}. {self.evidence} Remedy: {self.remedy}"


def elsewhere(layer, fault, evidence, remedy):
    """A finding that no initializer mends."""
    return Finding((layer,), fault, evidence, remedy, of_start=False)


def outcomes(found):
    """The findings in what judges give: findings, what is to be one, or None."""
    return [one if isinstance(one, Finding) else elsewhere(*one) for one in found if one]


# Observe. First, whether this can be read at all.


def check(model, x, y, loss):
    """x and y as arrays. Raises TypeError or ValueError, in one sentence, for what cannot be audited."""
    if keras.backend.backend() != "tensorflow" or tf is None:
        raise ValueError("This tool needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow before importing Keras.")
    if not isinstance(model, keras.Model):
        raise TypeError(f"The model must be a keras.Model, not {type(model).__name__}.")
    if not model.built or not model.variables:
        raise ValueError("The model has no weights yet: give it a keras.Input, or call it once on a batch.")
    if loss is None and not model.compiled:
        raise ValueError('The model is not compiled: compile it, or name a loss, as in audit(model, x, y, loss="mse").')
    try:
        keras.losses.get(loss)
    except ValueError:
        raise ValueError(f"Keras has no loss of this name, {loss}: name another, or give a function.") from None
    own = y is None and loss is None and getattr(model, "loss", None) is None  # losses that the layers add
    x, y = arrays(x, "x"), None if own else arrays(y, "y")
    sizes = {len(part) for part in keras.tree.flatten((x, y)) if part is not None}
    if len(sizes) != 1 or min(sizes) < 2:
        raise ValueError(f"x and y must hold the same images, at least two, but their lengths are {sorted(sizes)}.")
    return x, y


def arrays(part, name):
    """One array, or a list or dictionary of several, as NumPy arrays or tensors."""
    part = part.to_numpy() if hasattr(part, "to_numpy") else part
    leaves = keras.tree.flatten(part)
    if leaves and all(isinstance(leaf, (int, float, str, bytes, bool)) for leaf in leaves):
        raise ValueError(f"{name} is a list of single values: give an array, as in np.array({name}).")
    if not leaves or not all(hasattr(leaf, "shape") for leaf in leaves):
        raise ValueError("Give one batch as arrays, images and labels: of a data set, x, y = next(iter(dataset)).")
    found = [leaf if tf.is_tensor(leaf) else np.asarray(leaf) for leaf in leaves]
    if any(not len(leaf.shape) for leaf in found):
        raise ValueError(f"{name} is a single value: give an array with an entry for every image.")
    if any(getattr(leaf.dtype, "kind", "") == "O" for leaf in found) or name == "y" and any(map(wordy, found)):
        raise ValueError(f"{name} holds strings or objects: give numbers, as np.unique(y, return_inverse=True)[1].")
    return keras.tree.pack_sequence_as(part, found)


def wordy(leaf):
    """True for an array or tensor of strings."""
    return leaf.dtype == tf.string or getattr(leaf.dtype, "kind", "?") in "SU"


def sentence(error, model, x, layers):
    """What an error of a framework means for the user. layers: those in which it arose, the innermost first."""
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)) or "OOM" in str(error):  # Keras may rename it
        return "This batch does not fit into memory: give fewer images, as in audit(model, x[:8], y[:8])."
    if isinstance(error, NotImplementedError):
        return "This model has no call() that takes a batch: audit its parts, or write call()."
    for layer in layers:
        if getattr(layer, "groups", 1) > 1:
            return f"TensorFlow cannot run the grouped convolution {layer.name} on this processor: use a GPU."
    parts = x, getattr(model, "inputs", None) or []
    given, taken = ([tuple(t.shape) for t in keras.tree.flatten(part)] for part in parts)
    if taken and (list(map(len, given)) != list(map(len, taken)) or any(
            None not in (a, b) and a != b for one, two in zip(given, taken) for a, b in zip(one[1:], two[1:]))):
        return f"x has the shape {_spelled(given)}, and the model takes {_spelled(taken)}: reshape x."
    if any(map(wordy, keras.tree.flatten(x))):
        return "x holds strings, and the model takes numbers: keras.layers.TextVectorization makes some."
    where = f"The layer {layers[0].name} ({type(layers[0]).__name__})" if layers else "The model"
    return f"{where} fails on this batch: model(x[:2], training=True) shows why."


def _spelled(shapes):
    return " and ".join(map(str, shapes))


class Unreadable(Exception):
    """What cannot be audited, in one sentence."""


def observe(model, x, y, loss):
    """All that one batch shows, forwards and backwards: calls, heads, rows, the loss, the gradients of all weights."""
    failed, eager = [], tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)  # a tf.function inside the model would hide its tensors
    seen = SimpleNamespace(model=model, x=x, rows=[], loss=math.nan, labels=[])
    variables = model.trainable_variables
    penalized = [v for v in variables if v.regularizer is not None]  # which reads from the scope alone
    try:
        with tf.GradientTape() as tape:
            with keras.StatelessScope([(v, tf.identity(v.value)) for v in penalized], collect_losses=True):
                outputs, seen.calls = record(lambda: model(x, training=True), tape, failed)
                holders = readable(seen.calls)
                seen.heads = heads(model, seen.calls, outputs, y, loss)
                seen.labels = outcomes(map(labels, seen.heads))
                seen.penalty = float(sum(v.regularizer(v) for v in penalized))
                value = loss_of(model, x, y, outputs, loss, seen)
        if value is None:
            return seen
        weights = [v.value for v in variables]
        deltas, seen.gradients = tape.gradient(value, [[c.z for c in seen.calls], weights])
    except Exception as error:  # whatever a framework raises
        raise ValueError(sentence(error, model, x, failed)) from None
    finally:
        tf.config.run_functions_eagerly(eager)
    seen.loss = float(value)
    for call, delta in zip(seen.calls, deltas):  # of one image's loss: the loss is a mean over images
        call.delta = tf.zeros_like(call.z) if delta is None else len(call.z) * tf.cast(delta, tf.float64)
    gradients = [tf.zeros_like(w) if g is None else tf.convert_to_tensor(g) for g, w in zip(seen.gradients, weights)]
    changes = dict(zip(map(id, variables), zip(gradients, next_step(model, gradients))))
    layers = dict.fromkeys(call.layer for call in holders)
    seen.rows = [row for layer in layers for row in measured(layer, holders, outputs, changes)]
    return seen


def readable(calls):
    """The calls that hold kernels, each with a name that no other layer has."""
    holders = [call for call in calls if call.kernels]
    if not holders:
        raise Unreadable("No layer of this model has a kernel that this tool knows, so there is nothing to audit.")
    names = [layer.name for layer in dict.fromkeys(call.layer for call in holders)]
    for call in holders:
        call.name = call.layer.name if names.count(call.layer.name) == 1 else call.layer.path
        integers = [v.dtype for v in call.kernels.values() if "float" not in v.dtype]
        if integers:
            raise Unreadable(f"The kernel of {call.name} is {integers[0]}: audit the model before it is quantized.")
    return holders


def loss_of(model, x, y, outputs, loss, seen):
    """The loss, or None if the labels are such that there is none."""
    try:
        if loss is None:
            return model.compute_loss(x, y, outputs)
        return sum(map(lossy, seen.heads)) if seen.heads else tf.reduce_mean(keras.losses.get(loss)(y, outputs))
    except (MemoryError, tf.errors.ResourceExhaustedError):
        raise
    except Exception:
        if seen.labels:
            return None
        if loss is None and getattr(model, "loss", None) is None:
            raise Unreadable('The model has no loss: compile it with one, or audit(model, x, y, loss="mse").') from None
        given, made = (_spelled([tuple(t.shape) for t in keras.tree.flatten(part)]) for part in (y, outputs))
        raise Unreadable(f"The loss cannot compare y of shape {given} with outputs of shape {made}: give y the "
                         "form that this loss asks for.") from None


# Every call of a layer, with the tensors that go in and come out, which tell who feeds whom.


class Call(SimpleNamespace):
    """One call of a layer. Calls are compared by identity, as tensors cannot be."""

    __eq__, __hash__ = object.__eq__, object.__hash__


def weighty(call):
    """True if the layer has matrices, of whatever meaning."""
    return any(len(v.shape) > 1 for v in getattr(call.layer, "weights", []))


def inside(layer):
    """What does the work of a layer: the cell of a recurrent one, what TimeDistributed distributes, else itself."""
    return layer.cell if isinstance(layer, kl.RNN) else layer.layer if isinstance(layer, kl.TimeDistributed) else layer


def kernels(layer):
    """The kernels of one layer, {name: variable}."""
    found = {name: getattr(inside(layer), name, None) for name in KERNELS}
    return {name: v for name, v in found.items() if isinstance(v, keras.Variable)}


def own_kernels(call):
    """The same for a layer that someone wrote: matrices from its input to its output."""
    if call.output is None or not isinstance(call.layer, keras.Layer) or isinstance(call.layer, NORMALIZATION):
        return {}
    shape = (*call.inputs[0].shape[-1:], *call.output.shape[-1:])
    return {v.name: v for v in call.layer.trainable_variables if tuple(v.shape) == shape}


def record(run, tape, failed):
    """What run() returns, and the calls of the innermost layers in their order. The tape watches every z.

    failed gets the layers in which an error arises, the innermost first.
    """
    calls, composites, stack = [], [], []

    def recording(original, kind):
        def call(layer, *args, **kwargs):
            between_steps = stack and inside(stack[-1].layer) is not stack[-1].layer and kernels(stack[-1].layer)
            if between_steps or (kind is keras.Operation and isinstance(layer, keras.Layer)):
                return original(layer, *args, **kwargs)
            here = Call(layer=layer, innermost=True, z=None, taken=set())
            here.traced = all(getattr(outer.layer, "inputs", None) for outer in stack)
            here.in_sight = not stack or bool(getattr(stack[-1].layer, "inputs", None))  # in a Functional model
            here.inputs = [t for t in keras.tree.flatten((args, kwargs)) if tf.is_tensor(t)]
            activation = vars(layer).get("activation") if inside(layer) is layer and kernels(layer) else None

            def watched(z, *more, **named):
                tape.watch(z)
                here.z = z
                return activation(z, *more, **named)

            if activation:
                vars(layer)["activation"] = watched
            for outer in stack[-1:]:
                outer.innermost = False
            stack.append(here)
            try:
                output = original(layer, *args, **kwargs)
            except Exception:
                failed.append(layer)
                raise
            finally:
                stack.pop()
                if activation:
                    vars(layer)["activation"] = activation
            here.output = next((t for t in keras.tree.flatten(output) if tf.is_tensor(t)), None)
            known = {name: v for name, v in kernels(layer).items() if id(v) not in here.taken}  # not a wrapper's
            here.kernels = known or (own_kernels(here) if here.innermost else {}) if here.inputs else {}
            for outer in stack[-1:]:
                outer.taken |= here.taken | {id(v) for v in here.kernels.values()}
            if here.output is not None and all(t is not here.output for t in here.inputs):  # not passed on as it was
                (calls if here.kernels or here.innermost else composites).append(here)
                if here.z is None:
                    here.z = here.output
                    tape.watch(here.z)
            return output

        return call

    originals = {kind: kind.__call__ for kind in (keras.Layer, keras.Operation)}
    try:
        for kind, original in originals.items():
            kind.__call__ = recording(original, kind)
        outputs = run()
    finally:
        for kind, original in originals.items():
            kind.__call__ = original
    produced = {id(c.output): c for c in [*composites, *calls]}
    for call in calls:
        call.takers = [c for c in calls if any(t is call.output for t in c.inputs)]
        call.feeders, call.fed, todo = [], False, [call]  # the calls of kernels that feed it, past all without one
        while todo:
            before = [produced[id(t)] for t in todo.pop().inputs if id(t) in produced]
            call.feeders += [c for c in before if c.kernels]
            todo += [c for c in before if not c.kernels]
            call.fed |= any(map(weighty, before))
    return outputs, calls


def next_step(model, gradients):
    """By how much the compiled optimizer's next step would change each trainable variable; None if there is none."""
    optimizer = getattr(model, "optimizer", None)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if optimizer is None or not gradients:
        return [None] * len(gradients)
    copies = [keras.Variable(v.numpy(), dtype=v.dtype, name=v.name) for v in model.trainable_variables]
    try:
        twin = type(optimizer).from_config(optimizer.get_config())
    except Exception:  # someone's own, that cannot be copied
        return [None] * len(gradients)
    twin.build(copies)
    for new, old in zip(twin.variables, optimizer.variables if optimizer.built else []):
        new.assign(old)
    twin.apply(gradients, copies)
    old = [np.asarray(v, "float64") for v in model.trainable_variables]
    return [np.asarray(v, "float64") - w for v, w in zip(copies, old)]


# Heads: an output with its labels and its loss.


def heads(model, calls, outputs, y, loss):
    """A head for every output that has a loss; none where outputs, labels and losses do not pair."""
    def parts(part):
        if isinstance(part, dict) and not isinstance(outputs, dict):
            return [part.get(name) for name in getattr(model, "output_names", part)]
        return keras.tree.flatten(part)

    tensors, truths, losses = parts(outputs), parts(y), parts(getattr(model, "loss", None) if loss is None else loss)
    losses = losses * len(tensors) if len(losses) == 1 else losses
    if not len(tensors) == len(truths) == len(losses):
        return []
    return [head(calls, *of) for of in zip(tensors, truths, losses) if all(part is not None for part in of)]


def head(calls, tensor, truth, loss):
    """An output, its labels, its loss by name, and the call that makes it."""
    loss = keras.losses.get(loss)
    options = getattr(loss, "_fn_kwargs", {})
    call = next((c for c in reversed(calls) if c.output is tensor), None)
    before = next((c for c in calls if call and not call.kernels and c.output is call.inputs[0]), None)
    found = SimpleNamespace(
        tensor=tensor, truth=truth, out=np.asarray(tensor, "float64"), y=np.asarray(truth, "float64"), loss=loss,
        kind=getattr(getattr(loss, "fn", loss), "__name__", ""), from_logits=options.get("from_logits", False),
        ignored=options.get("ignore_class"), call=call, before=before, layer=call.layer.name if call else "output",
        activation=activation_of(call.layer) if call else "")
    found.units = found.out.shape[-1] if found.out.ndim > 1 else 1
    kept = found.kind == SPARSE or found.y.shape == found.out.shape  # else Keras reshapes the output, and forgets
    found.own_logits = kept and hasattr(tensor, "_keras_logits")
    return found


def lossy(head):
    """The loss of one head, labels shaped as compile() shapes them."""
    truth = head.truth
    if head.kind in (BINARY, *DISTANCES) and head.y.ndim + 1 == head.out.ndim and head.units == 1:
        truth = head.y[..., None]
    return tf.reduce_mean(head.loss(truth, head.tensor))


# Rows of numbers, one per kernel.


def fans(layer, name, shape):
    """(inputs of one unit, units that one input feeds), counted by what the layer does; None for an embedding."""
    if name == "embeddings":
        return None
    layer = layer.layer if isinstance(layer, kl.TimeDistributed) else layer
    if isinstance(layer, kl.EinsumDense):
        x, w, out = re.split(",|->", layer.equation)
        size = dict(zip(w, shape))
        return math.prod(size[a] for a in w if a not in out), math.prod(size[a] for a in w if a not in x)
    window, (a, b) = math.prod(shape[:-2]), shape[-2:]
    stride = math.prod(np.atleast_1d(getattr(layer, "strides", 1)).tolist())
    if isinstance(layer, kl.RNN):
        return window * a, getattr(layer.cell, "units", b)
    if name == "depthwise_kernel" or "Depthwise" in type(layer).__name__:
        return window, window * b / stride
    if "Transpose" in type(layer).__name__:
        return window * b / stride, window * a
    return window * a, window * b / getattr(layer, "groups", 1) / stride


def activation_of(layer):
    """The name of the activation that a layer applies, "" for none."""
    layer = layer.layer if isinstance(layer, kl.TimeDistributed) else layer
    function = getattr(layer, "activation", None)
    if isinstance(layer, kl.RNN) or not callable(function):
        return ACTIVATIONS.get(type(layer).__name__.lower(), "")
    return getattr(function, "__name__", type(function).__name__).replace("linear", "")


def behind(call):
    """From a kernel to the next, a fork or a merge: its activation, h, normalized or not, and the last call before."""
    found = SimpleNamespace(activation=activation_of(call.layer), h=call.output, end=call)
    found.normalized = found.scaled = False
    while len(found.end.takers) == 1 and not found.end.takers[0].kernels and len(found.end.takers[0].inputs) == 1:
        found.end = found.end.takers[0]
        found.normalized |= isinstance(found.end.layer, NORMALIZATION)
        own = isinstance(found.end.layer, (kl.Lambda, kl.Rescaling)) or not isinstance(found.end.layer, keras.Layer)
        found.scaled |= own
        if not found.activation and activation_of(found.end.layer):
            found.activation, found.h = activation_of(found.end.layer), found.end.output
    return found


def hides(end, later):
    """True if zeros in the output of `end` would hide the images from all that follows, as no residual branch does."""
    if any(varies(c.output) for c in end.takers if not c.kernels and not isinstance(c.layer, kl.Concatenate)):
        return False
    return bool(end.takers) or not (later and varies(later[0].inputs[0]))  # no takers: the model adds by itself


def varies(tensor):
    """True if the images of the batch are not all alike in this tensor."""
    images = np.asarray(tensor)
    return bool((images != images[:1]).any())


def flat(tensors, layer=None):
    """Tensors as one array (images and positions, features) float64."""
    axis = 1 if getattr(layer, "data_format", None) == "channels_first" else -1
    arrays = [np.moveaxis(np.asarray(t, "float64"), axis, -1) for t in tensors]
    return np.concatenate([a.reshape(-1, a.shape[-1]) for a in arrays])


def _rms(array):
    return math.sqrt(np.mean(np.square(array, dtype="float64"))) if np.size(array) else 0.0


def measured(layer, holders, outputs, changes):
    """A row for every kernel of one layer, from all its calls."""
    calls = [call for call in holders if call.layer is layer]
    form = [(call.z.shape[1:], call.inputs[0].shape[1:]) for call in calls]  # a tied embedding has two
    calls = [call for call, own in zip(calls, form) if own == form[0]]
    paths = [behind(call) for call in calls]
    activation, end = paths[0].activation, paths[0].end
    inputs, h = flat([c.inputs[0] for c in calls]), flat([path.h for path in paths], layer)
    z, delta = flat([c.z for c in calls], layer), flat([c.delta for c in calls], layer)
    bias = getattr(inside(layer), "bias", None)
    bias = np.asarray(0.0 if bias is None or isinstance(layer, kl.RNN) else bias, "float64").ravel()
    dead, images = ~h.any(axis=0), len(calls[0].z)
    low, high = LIMITS.get(activation, (-math.inf, math.inf))
    edge = (high - low) / 200
    is_output = any(t is path.end.output for t in keras.tree.flatten(outputs) for path in paths)
    is_output |= calls[0].traced and not any(call in c.feeders for c in holders for call in calls)
    row = {
        "layer": calls[0].name, "trainable": layer.trainable, "activation": activation,
        "normalized": paths[0].normalized,
        "scaled": paths[0].scaled and 1 / OFF < _rms(end.output) / (_rms(inputs) or 1) < OFF,
        "is_output": is_output, "blocks": is_output or not any(map(varies, keras.tree.flatten(outputs))),
        "hides": not is_output and hides(end, holders[holders.index(calls[-1]) + 1:]),
        "is_first": not calls[0].feeders and not calls[0].fed and (calls[0].in_sight or calls[0] is holders[0]),
        "lost": not varies(calls[0].inputs[0]), "range": (inputs.min(), inputs.max()),
        "input": _rms(inputs[inputs != 0]),
        "contrast": _rms(inputs - inputs.mean(axis=0)) / (_rms(inputs) or 1), "units": z.shape[-1],
        "finite": bool(np.isfinite(z).all() and np.isfinite(h).all()), "positions": len(z) // images,
        "from_bias": (_rms(bias) / (_rms(z) or 1)) ** 2 > 0.5, "mean": h.mean(), "std": h.std(), "dead": dead.mean(),
        "silenced": np.mean(dead & ((z - bias).max(axis=0) > 0)) if dead.shape == bias.shape else 0.0,
        "saturated": np.mean((h < low + edge) | (h > high - edge)) if activation in LIMITS else None,
        "delta": _rms(delta), "delta_square": np.sum(delta**2) / images,
    }
    found = calls[0].kernels
    parts = {kind: f"/{kind.removesuffix('_kernel')}" if len(found) > 1 else "" for kind in found}
    return [SimpleNamespace(**row, name=calls[0].name + parts[kind],
                            **weighed(layer, kind, v, *changes.get(id(v), (None, None)))) for kind, v in found.items()]


def weighed(layer, kind, variable, gradient, change):
    """The part of a row that is about one kernel."""
    w, n = np.asarray(variable, "float32"), fans(layer, kind, variable.shape)
    size, by_shape = _rms(w), (math.prod(w.shape[:-1]), math.prod(w.shape[:-2]) * w.shape[-1])  # as Keras reads a shape
    ratios = {rule: size / math.sqrt(variance(*n)) for rule, variance in RULES.items()} if n else {"": 1.0}
    columns = np.swapaxes(w, -1, -2) if "Transpose" in type(layer).__name__ else w
    columns = w.reshape(n[0], -1) if isinstance(layer, kl.EinsumDense) else columns.reshape(-1, columns.shape[-1])
    argument = argument_of(layer, kind)
    return {
        "kernel": columns, "fans": n, "ratios": ratios, "weight_std": w.std(dtype="float64"), "rank": w.ndim,
        "argument": argument, "initializer": getattr(inside(layer), argument, None),
        "recurs": isinstance(layer, kl.RNN), "convolves": "Conv" in type(inside(layer)).__name__,
        "dtype": layer.compute_dtype,
        "off": max(1.0, min(ratios.values())) * min(1.0, max(ratios.values())),  # from the nearest rule; 1 among them
        "by_shape": {rule: size / math.sqrt(variance(*by_shape)) for rule, variance in (RULES | BY_FAN_OUT).items()},
        "by_use": {rule: size / math.sqrt(variance(*n)) for rule, variance in (RULES | BY_FAN_OUT).items() if n},
        "chance": ERRORS / math.sqrt(2 * w.size),  # of the logarithm of the RMS of so many random numbers
        "gradient": None if gradient is None else _rms(gradient),
        "step": None if change is None or not size else _rms(change) / size,
    }


def argument_of(layer, kind):
    """What the layer calls the initializer of this kernel."""
    depthwise = kind == "kernel" and "Depthwise" in type(inside(layer)).__name__
    name = "depthwise_initializer" if depthwise else f"{kind.removesuffix('_kernel')}_initializer"
    return name if hasattr(inside(layer), name) else "initializer"


# Judge: causes before consequences, so that no layer is named for what another does to it.


def judged(seen):
    """(findings, notes)."""
    found = not_a_number(seen)
    if found or not seen.rows:
        return found + seen.labels, []
    rows, calls = seen.rows, seen.calls
    outside = seen.labels + outcomes(output(head, seen) for head in seen.heads)
    causes, notes = zeros(rows)
    causes += copies(rows)
    loud, unusual = scales([row for row in rows if row.layer not in _named(causes)], seen)
    causes, notes = causes + loud, notes + unusual + left_out(seen)
    finite = math.isfinite(seen.loss) and all(row.finite for row in rows)
    if finite:
        causes += inputs(rows)
        outside += [] if causes else outcomes([broken(seen)])
        faulty = [i for i, row in enumerate(rows) if row.layer in _named(causes + outside)]
        causes += silent(rows[:min(faulty, default=len(rows))])
    if not causes and finite and "gradient not a number" not in {one.fault for one in outside}:
        causes, more = depth(rows, calls)
        notes = notes + more
    causes += reused(rows)
    if not finite and not causes + outside:
        outside = overflow(seen)
    if finite and not causes + outside:
        outside = outcomes([gradient(seen) or first_loss(seen) or step(seen)])
    return causes + outside, notes


def _named(findings):
    return {name for finding in findings for name in finding.layers}


def grouped(found, of_start=True):
    """One finding per fault and remedy of [(row, fault, evidence, remedy)], with the first evidence."""
    groups = {}
    for row, fault, evidence, remedy in found:
        groups.setdefault((fault, remedy), []).append((row.layer, evidence))
    return [Finding(tuple(dict.fromkeys(name for name, _ in group)), fault, group[0][1], remedy, of_start)
            for (fault, remedy), group in groups.items()]


def advice(row):
    """The argument of this layer, and an initializer for its activation."""
    rectified = row.activation.startswith(RECTIFIERS)
    rule = "lecun_normal" if row.activation == "selu" else "he_normal" if rectified else "glorot_uniform"
    if row.argument == "depthwise_initializer":  # strings count its fans wrong
        axes = list(range(row.rank - 2))
        return (f'depthwise_initializer=keras.initializers.VarianceScaling({2.0 if rectified else 1.0}, "fan_in", '
                f"input_axes={axes}, output_axes={[*axes, row.rank - 1]})")
    rule = {"embeddings_initializer": "uniform", "recurrent_initializer": "orthogonal"}.get(row.argument, rule)
    return f'{row.argument}="{rule}"' + (" in its add_weight" if row.argument == "initializer" else "")


def not_a_number(seen):
    """NaN or infinity in the input or in the weights."""
    data = [part for part in keras.tree.flatten(seen.x) if not wordy(part)]
    if not all(np.isfinite(np.asarray(part, "float64")).all() for part in data):
        return [elsewhere("input", "not a number", "x holds NaN or infinity.", "mend the data.")]
    weights = {c.layer.name: v.name for c in seen.calls for v in getattr(c.layer, "weights", [])
               if "float" in v.dtype and not np.isfinite(np.asarray(v, "float64")).all()}
    return [Finding((name,), "not a number", f"Its {weight} holds NaN or infinity.", "start anew, with a smaller "
                    "learning rate, and look at the loss function.") for name, weight in weights.items()]


# Labels and outputs, by the loss. Each judge gives (where, fault, evidence, remedy) or None.


def labels(head):
    """What this loss cannot make of these labels, whatever the weights."""
    if not np.isfinite(head.y).all():
        return "labels", "not a number", "y holds NaN or infinity.", "mend the data."
    judges = {SPARSE: class_numbers, CATEGORICAL: class_shares, BINARY: shares} | dict.fromkeys(DISTANCES, quantities)
    return judges[head.kind](head) if head.kind in judges else None


def _span(y):
    return f"{y.min():.4g} to {y.max():.4g}"


def to(head, more="", **arguments):
    """The remedy that gives these arguments to the layer of an output, in words where it does not have them."""
    layer = head.call and head.call.layer
    if hasattr(layer, "filters") and "units" in arguments:
        arguments = {"filters": arguments.pop("units")} | arguments
    typed = ", ".join(f"{name}={value!r}".replace("'", '"') for name, value in arguments.items())
    lacks = any(not hasattr(layer, name) for name in arguments if name != "loss")
    return f"{'an output with ' * lacks}{typed}{more}."


def class_numbers(head):
    """For sparse categorical cross-entropy: whole numbers from 0, less than there are units."""
    y = head.y if head.ignored is None else head.y[head.y != head.ignored]
    if head.y.shape == head.out.shape and head.units > 1:
        evidence = f"y has the shape {head.y.shape}, the loss wants class numbers."
        return "labels", "labels one-hot", evidence, f'loss="{CATEGORICAL}".'
    if (y != y.round()).any():
        return "labels", "labels not whole", f"They run from {_span(y)}.", "whole numbers, or a loss for quantities."
    if not y.size or 0 <= y.min() and y.max() < head.units:
        return None
    units = f"{head.units} unit{'s' * (head.units > 1)}"
    fault = "labels out of range", f"The labels run from {_span(y)} and the output has {units}."
    if y.max() - y.min() < head.units:
        return "labels", *fault, f"y = y - {y.min():.0f}.".replace("- -", "+ ")
    if y.min() < 0:
        return "labels", *fault, "y = np.unique(y, return_inverse=True)[1]: numbers from 0."
    if head.units == 1 and y.max() == 1:
        return head.layer, *fault, to(head, activation="sigmoid", loss=BINARY)
    return head.layer, *fault, to(head, ": one for every class", units=int(y.max()) + 1)


def class_shares(head):
    """For categorical cross-entropy: rows that sum to one."""
    binary = to(head, activation="sigmoid", loss=BINARY)
    if head.units == 1:
        return head.layer, "one unit for all classes", f"Over one unit, {CATEGORICAL} is 0 or stuck.", binary
    if head.y.shape != head.out.shape:
        evidence = f"y has the shape {head.y.shape}, the output {head.out.shape}."
        return "labels", "labels not one-hot", evidence, f'loss="{SPARSE}".'
    most = head.y.sum(axis=-1).max()
    if most > 1.01:
        return head.layer, "several labels at once", f"Rows of y sum to as much as {most:.3g}.", binary
    return None


def shares(head):
    """For binary cross-entropy: between 0 and 1, in the shape of the output."""
    y, fault = head.y, f"y has the shape {head.y.shape}, the output {head.out.shape}."
    numbers = {"activation": "softmax", "loss": SPARSE}
    if y.size != head.out.size:
        by_class = head.units > 1 and y.size * head.units == head.out.size
        remedy = to(head, **numbers) if by_class else "one label for every unit."
        return head.layer, "labels do not fit the output", fault, remedy
    if y.min() >= 0 and y.max() <= 1:
        return None
    fault = "labels out of range", f"The labels run from {_span(y)}, and {BINARY} wants 0 to 1."
    if set(np.unique(y)) == {-1, 1}:
        return "labels", *fault, "y = (y + 1) / 2."
    if head.units == 1 and y.ndim < 3 and y.min() >= 0 and (y == y.round()).all():
        return head.layer, *fault, to(head, units=int(y.max()) + 1, **numbers)
    return "labels", *fault, "y = (y - y.min()) / (y.max() - y.min())."


def quantities(head):
    """For distances such as the mean square: the shape of the output, and no shares of 0."""
    ours, theirs = head.y.shape, head.out.shape
    if ours == theirs or ours in ((*theirs, 1), theirs[:-1]) and 1 in (ours[-1], theirs[-1]):
        zeros = np.mean(abs(head.y) < 1e-6)
        if head.kind != RELATIVE or not zeros:
            return None
        return "loss", "targets of 0", f"{_share(zeros)} of the targets, by which the loss divides.", 'loss="mae".'
    fault = "targets broadcast", f"Targets of shape {ours} are compared with outputs of shape {theirs}."
    if head.y.size * head.units != head.out.size:
        return "labels", *fault, "targets in the shape of the outputs."
    classes = (head.y == head.y.round()).all() and head.y.min() >= 0 and head.y.max() < head.units
    numbers = to(head, ": if y numbers classes; else units=1", activation="softmax", loss=SPARSE)
    return head.layer, *fault, numbers if classes else to(head, units=1)


def output(head, seen):
    """An output that the loss misreads, or that cannot reach the targets."""
    squashed, twice = head.activation in ("softmax", "sigmoid"), f"{head.activation} applied twice"
    if head.activation == "softmax" and head.units == 1:
        return head.layer, "constant output", "One softmax unit always says 1.", to(head, activation="sigmoid")
    if squashed and head.before and activation_of(head.before.layer) == head.activation:
        return head.before.layer.name, twice, f"{head.layer} applies it again.", 'activation="linear".'
    if head.kind not in (SPARSE, CATEGORICAL, BINARY):
        return reach(head, seen) if head.kind in DISTANCES and head.kind != RELATIVE else None
    if head.from_logits and squashed and not head.own_logits:
        return head.layer, twice, "The loss has from_logits=True and applies it again.", to(head, activation="linear")
    sums = head.out.sum(axis=-1) if head.kind != BINARY and head.units > 1 else 1
    shares = head.out.min() >= -1e-6 and head.out.max() <= 1.01 and np.all(abs(sums - 1) < 0.02)
    if head.from_logits or head.own_logits or squashed or shares:
        return None
    evidence = f"They run from {_span(head.out)}, and {head.kind} takes probabilities."
    name = "sigmoid" if head.kind == BINARY else "softmax"
    return (head.layer, "outputs are no probabilities", evidence,
            to(head, ": or from_logits=True in the loss", activation=name))


def reach(head, seen):
    """Targets beyond the range of the output's activation, or beyond its steps."""
    low, high = RANGES.get(head.activation, (-math.inf, math.inf))
    y, slack = head.y, 0.01 * (_rms(head.y) if math.isinf(high) else high - low)
    outside = np.mean((y < low - slack) | (y > high + slack))
    if outside > 0.01:
        evidence = f"{_share(outside)} of the targets, {_span(y)}, lie beyond what {head.activation} puts out."
        pixels = y.min() >= 0 and 128 < y.max() <= 255
        scaled = {(0, 1): "y = y / 255.", (-1, 1): "y = y / 127.5 - 1."}.get((low, high)) if pixels else None
        return head.layer, "targets out of reach", evidence, scaled or to(head, activation="linear")
    if _rms(y) > FAR * max(1, _rms(head.out)):
        most = max((row.step or 0 for row in seen.rows), default=0)
        evidence = f"Their RMS is {_rms(y):.3g}, that of the output {_rms(head.out):.3g}"
        evidence += f", and the next step is {most:.2g} times the kernel." if most > 1 else "."
        return "labels", "targets too large", evidence, SCALE if y.std() else "targets near 1."
    return None


# The start.


def zeros(rows):
    """Kernels of zeros through which no image passes. Output layers and ends of residual branches may start so."""
    none = [row for row in rows if not row.kernel.any()]
    if any(row.hides for row in none):
        evidence = "All its weights are 0, so that the layers behind it cannot tell one image from another."
        return grouped([(row, "zero kernel", evidence, f"{advice(row)}.") for row in none]), []
    return [], [f"{row.name} starts from zeros, which is sound at an output or at the end of a residual branch; at the "
                "first step no δ passes it." for row in none]


def copies(rows):
    """Kernels of which at most half of the columns that are not zero differ from each other."""
    found = []
    for row in (row for row in rows if row.trainable and row.fans):
        columns = [column.tobytes() for column in row.kernel[:64].T if column.any()]  # enough to tell
        if len(columns) > 1 and len(set(columns)) <= len(columns) / 2:
            evidence = f"Its kernel has {len(columns)} columns, of which {len(set(columns))} differ: units are copies."
            found.append((row, "copied units", evidence, f"{advice(row)}: a random number for every weight."))
    return grouped(found)


def follows(row):
    """The rules that a kernel follows as Keras counts its fans, up to chance."""
    return {rule for rule, ratio in row.by_shape.items() if abs(math.log(ratio)) < row.chance}


def factor(row, rows):
    """(how many times too large a kernel is, for what): for the rule that most others follow, else for the nearest."""
    followed = [rule for other in rows if other is not row for rule in follows(other)]
    most = max(map(followed.count, row.by_shape))
    if most < 2 or most <= (len(rows) - 1) / 2:
        return row.off, "the nearest rule"
    usual = [rule for rule in row.by_shape if followed.count(rule) == most]
    by_fan_in = [rule for rule in usual if rule in RULES]  # in a square kernel the two are one
    ways = [(counted[rule], rule) for rule in by_fan_in or usual for counted in (row.by_shape, row.by_use)]
    times, rule = min(ways, key=lambda way: abs(math.log(way[0])))
    return times, f"the rule of most others, {rule},"


def asked_for(row, made_up):
    """True for a small kernel that its initializer asks for, where that is usual: N(0, 0.02) of GANs, for one."""
    stddev = getattr(row.initializer, "stddev", None)
    kept = stddev and any(abs(math.log(row.weight_std / stddev / cut)) < row.chance for cut in (1, 0.88))
    return bool(kept) and stddev <= 0.02 and (made_up or row.convolves or row.recurs)


def scales(rows, seen):
    """(findings, notes) on kernels off every rule. Where others would make up for it, it is a fault only in a few."""
    rows = [row for row in rows if row.fans and row.trainable and row.kernel.any()]
    factors = {id(row): factor(row, rows) for row in rows}
    off = [row for row in rows if abs(math.log(factors[id(row)][0])) > math.log(OFF) + row.chance]
    notes = [f"{row.name} is {row.off:.2g} times what its fans ask for, as its initializer counts other fans."
             for row in off if follows(row) & RULES.keys() and row.off < 1 / OFF]
    off = [row for row in off if not follows(row) & RULES.keys() and not row.scaled]
    trained = int(getattr(getattr(seen.model, "optimizer", None), "iterations", 0)) > 0
    made_up = any(isinstance(c.layer, NORMALIZATION) or type(c.layer).__name__ == "Add" for c in seen.calls)
    meant = [row for row in off if factors[id(row)][0] < 1 and (row.is_output or asked_for(row, made_up))]
    notes += [f"{row.name} starts small, {row.off:.2g} times the nearest rule, as outputs, GANs and detectors often do."
              for row in meant]
    off = [row for row in off if row not in meant]
    if (made_up or trained) and len(off) > max(2, len(rows) / 4):
        return [], [*notes, f"{len(off)} kernels are off every rule; normalization, branches or training allow it."]
    found = []
    for row in off:
        times, rule = factors[id(row)]
        fault, evidence = "kernel too small", f"The RMS of its weights is {times:.2g} times what {rule} asks for"
        if times > 1:
            fault = "kernel too large"
            if (row.saturated or 0) > SOME and not row.is_output:
                fault += ", units saturated"
                evidence += f", and {_share(row.saturated)} of its activations are saturated"
        found.append((row, fault, f"{evidence}.", f"{advice(row)}."))
    return grouped(found), notes


def inputs(rows):
    """Data that a first layer cannot use as they come."""
    found = []
    for row in (row for row in rows if row.is_first and row.fans and not row.normalized):
        least, largest = row.range
        if row.lost:
            found.append((row, "input without content", "All images are the same.", "look at what loads the data."))
        elif abs(2 * math.log(row.input)) > REACH:
            evidence = f"What comes in reaches from {least:.3g} to {largest:.3g}; rules assume a mean square near 1."
            remedy = "x = x / 255." if least >= 0 and 128 < largest <= 255 else STANDARD
            found.append((row, f"input too {'large' if row.input > 1 else 'small'}", evidence, remedy))
        elif 2 * math.log(row.contrast) < -REACH:
            found.append((row, "input not centred", f"Images differ by {row.contrast:.2g} of their size.", STANDARD))
    return grouped(found, of_start=False)


def silent(rows):
    """Units that are zero for every image, and saturated ones."""
    found = []
    for row in (row for row in rows if row.kernel.any() and row.activation and not row.lost):
        dead = round(row.dead * row.units)
        chance = 1
        if dead > row.units / 2:  # if signs were coins
            chance = sum(math.comb(row.units, k) for k in range(dead, row.units + 1)) / 2**row.units
        alone = row.argument == "depthwise_initializer"  # a unit of one input is as dead as that
        if row.dead == 1 and row.blocks or not row.is_output and (chance < 1e-6 and not alone or row.silenced > SOME):
            shares = _share(row.dead), _share(row.silenced)
            evidence = "{} of its units are zero for every image, {} by their bias.".format(*shares)
            cure = "" if row.silenced else f"{advice(row)}, "
            found.append((row, "dead units", evidence, f'{cure}bias_initializer="zeros".'))
        elif not row.is_output and (row.saturated or 0) > MOST:
            evidence = f"{_share(row.saturated)} of its activations are at a limit of {row.activation}."
            cure = 'bias_initializer="zeros".' if row.from_bias else "normalization before it."
            found.append((row, "units saturated", evidence, cure))
    return grouped(found)


def longest(calls):
    """The names of the layers on the longest way through the network, from kernel to kernel."""
    holders, ways = [c for c in calls if c.kernels], {}
    for i, call in reversed(list(enumerate(holders))):
        reached = [c for c in holders[i + 1:] if call in c.feeders]
        if not reached:  # the model computes something of its own in between
            reached = [c for c in holders[i + 1:i + 2] if not c.feeders and not c.in_sight]
        ways[id(call)] = [call.name, *max((ways[id(c)] for c in reached), key=len, default=[])]
    return list(dict.fromkeys(max(ways.values(), key=len)))


def depth(rows, calls, reach=REACH):
    """(findings, notes) on a signal or an error signal that vanishes or explodes, though no layer stands out."""
    lost = [row for row in rows if row.lost and row.blocks and not rows[0].lost]
    if lost:
        evidence = "What comes in is the same for every image."
        return [Finding((lost[0].layer,), "no signal", evidence, "look at the layer before.")], []
    by_layer = {row.layer: row for row in rows if row.fans and not row.is_output}
    way = [by_layer[name] for name in longest(calls) if name in by_layer]
    if sum(row.convolves for row in way) > len(way) / 2:
        reach += PLAIN - REACH
    allowed = reach + 3 * math.sqrt(sum(WALK / row.units for row in way[1:]))
    for what, size, course in (("signal", lambda row: row.mean**2 + row.std**2, way),
                               ("error signal δ", lambda row: row.delta_square, way[::-1])):
        seen = [row for row in course if size(row) > 0]  # around branches and outputs that start from zero it is 0
        change, i = 0.0, 0
        while i < len(seen):  # pooling changes the size by itself: compare layers with as many positions
            j = max(k for k, row in enumerate(seen) if row.positions == seen[i].positions)
            change += math.log(size(seen[j]) / size(seen[i]))
            i = j + 1
        if abs(change) > allowed:
            ends = f"from {course[0].layer} to {course[-1].layer}"
            evidence = f"Its mean square changes by a factor of {math.exp(change):.0e} {ends}."
            fault = f"{'exploding' if change > 0 else 'vanishing'} {what}"
            if change > 0 and what != "signal" and any(row.normalized for row in way):
                return [], [f"δ grows through the normalized layers, as it does without skip connections. {evidence}"]
            if sum(row.normalized for row in way) >= len(way) / 2:
                return [], [f"{fault} between normalized layers, which make up for it. {evidence}"]
            meant = sum(asked_for(row, False) for row in way)
            if change < 0 and 0 < meant <= HEAD:
                return [], [f"{fault}, as in detectors, which start so. {evidence}"]
            small = [row for row in way if row.off < 1 / OFF and follows(row)]
            if change < 0 and small:
                evidence = f"Its initializer counts other fans than it has, and the {what} vanishes. {evidence}"
                return grouped([(row, "kernel too small", evidence, f"{advice(row)}.") for row in small]), []
            return [Finding(tuple(row.layer for row in way), fault, evidence, remedy(way, calls))], []
    return [], []


def remedy(way, calls):
    """What to do about a signal that changes over the depth."""
    if any(type(c.layer).__name__ == "Add" for c in calls):
        return "normalization in each residual branch, or branches that start from zero."
    if any(row.normalized for row in way):
        return "residual connections, or fewer layers."
    if all("sigmoid" in row.activation for row in way):
        return 'activation="relu", kernel_initializer="he_normal": sigmoid shrinks δ whatever the kernel.'
    return f"{advice(way[0])}: in every layer of {way[0].activation or 'this kind'}."


def reused(rows):
    """Kernels that hold the same numbers up to a factor, as one initializer object in several layers draws them."""
    groups = []
    for row in (row for row in rows if row.trainable and len(set(row.kernel.flat[:16]) - {0}) == 16):
        for group in groups:
            n = min(row.kernel.size, group[0].kernel.size, 4096)
            if np.corrcoef(row.kernel.flat[:n], group[0].kernel.flat[:n])[0, 1] > 0.999:
                group.append(row)
                break
        else:
            groups.append([row])
    return [fault for group in groups if len(group) > 1 for fault in same_draws(group)]


def same_draws(group):
    """Why kernels are equal: one object, one seed given to several, or a global seed that was set again."""
    objects = [row.initializer for row in group]
    seeds = {str(getattr(one, "_init_seed", None)) for one in objects}
    remedy = 'a string such as "he_normal", or an initializer object of its own for each layer.'
    if len({*map(id, objects)}) == len(objects) and len({str(getattr(one, "seed", id(one))) for one in objects}) == 1:
        remedy = ("keras.utils.set_random_seed once, before the first layer, and not again." if seeds == {"None"} else
                  "another seed for the initializer of each layer, or none.")
    evidence = "Their kernels hold the same numbers in the same order, up to a factor."
    fault = "reused initializer" if "string" in remedy else "reused seed"
    return grouped([(row, fault, evidence, remedy) for row in group])


# Neither labels nor start: gradient, first loss, step.


def overflow(seen):
    """Finite weights and data that end as NaN or infinity."""
    call = next((c for c in seen.calls if not all(np.isfinite(np.asarray(t)).all() for t in (c.z, c.output))), None)
    if call is None:
        return [elsewhere(seen.rows[-1].layer, "loss not a number", "The activations are numbers, the loss is not.",
                          "an epsilon in each log, root and division, and an output activation that fits the loss.")]
    name, evidence = call.layer.name, "Here NaN or infinity appears first."
    if getattr(call.layer, "compute_dtype", "") == "float16":
        return [elsewhere(name, "overflow", f"{evidence} float16 ends at 65504.", "the policy mixed_bfloat16.")]
    if not call.kernels:
        return [elsewhere(name, "not a number", evidence, "an epsilon in logs, roots and divisions, as log(x + 1e-7).")]
    return [Finding((name,), "not a number", evidence, "smaller weights or inputs.")]


def broken(seen):
    """A gradient that is not a number though the loss is one."""
    calls = [c for c in seen.calls if not np.isfinite(np.asarray(c.delta)).all()]
    if not calls:
        return None
    name, takers = calls[-1].layer.name, ", ".join(dict.fromkeys(c.layer.name for c in calls[-1].takers)) or "the loss"
    evidence = (f"The loss is {seen.loss:.3g}, but behind this layer, in {takers}, its gradient is NaN or infinite, "
                "as of a root, norm, log or division at 0.")
    half = getattr(calls[-1].layer, "compute_dtype", "") == "float16"
    remedy = 'dtype="float32": float16 has no such small numbers.' if half else "add an epsilon: sqrt(x + 1e-7)."
    return name, "gradient not a number", evidence, remedy


def gradient(seen):
    """No weights to train, or no gradient."""
    if not seen.gradients:
        return seen.rows[-1].layer, "nothing to train", "No weight is trainable.", "layer.trainable = True."
    if all(g is None for g in seen.gradients):
        return ("loss", "no gradient", "The loss does not depend on any weight by a derivative.",
                "no argmax, rounding, cast to integers, stop_gradient or NumPy between weights and loss.")
    last = SimpleNamespace(layer=seen.calls[-1].layer.name, out=np.asarray(seen.calls[-1].output))
    end = seen.heads[0] if seen.heads else last
    if not any(np.any(tf.convert_to_tensor(g)) for g in seen.gradients if g is not None):
        evidence = f"No gradient reaches any weight: the output, {_span(end.out)}, is saturated and the loss clipped."
        return end.layer, "no gradient", evidence, 'bias_initializer="zeros": or from_logits=True without activation.'
    flat = [c for c in seen.calls if c.inputs and varies(c.inputs[0]) and not varies(c.z) and c.z.dtype.is_floating]
    if flat and not varies(end.out) and all(row.kernel.any() for row in seen.rows):
        return (flat[-1].layer.name, "constant output", "What comes in differs between images, what goes out does not.",
                "another layer here: normalization over one unit, for one, always gives 0.")
    return None


def first_loss(seen):
    """A loss far above that of an output that knows nothing, and the first loud tensor."""
    data = float(sum(map(lossy, seen.heads))) or 1.0
    if seen.penalty > HEAVY * data:
        evidence = f"It makes up {seen.penalty:.3g} of the first loss of {seen.loss:.3g}."
        return "loss", "regularization outweighs the data", evidence, "kernel_regularizer=keras.regularizers.L2(1e-4)."
    for head in seen.heads:
        fair = math.log(2 if head.kind == BINARY else max(2, head.units))
        ours, theirs = _rms(head.out), _rms(head.y)
        if head.kind in (SPARSE, CATEGORICAL, BINARY) and (value := float(lossy(head))) > ABSURD * fair:
            return loudest(seen, f"The first loss is {value:.3g}, that of an output that knows nothing {fair:.3g}.")
        if head.kind in DISTANCES and ours > 10 * max(1, theirs):
            sizes = f"outputs have an RMS of {ours:.3g}, targets of {theirs:.3g}."
            return loudest(seen, f"The first loss is {seen.loss:.3g}: {sizes}")
    return None


def loudest(seen, evidence):
    """The finding on the way that grows, or on the first tensor that is loud."""
    ways, _ = depth(seen.rows, seen.calls, reach=math.log(10))
    if ways and "exploding signal" in ways[0].fault:
        return Finding(ways[0].layers, ways[0].fault, f"{evidence} {ways[0].evidence}", ways[0].remedy)
    last = max((i for i, c in enumerate(seen.calls[:-1]) if isinstance(c.layer, NORMALIZATION)), default=-1)
    sizes = [(c, _rms(c.z)) for c in seen.calls[last + 1:] if c.z.dtype.is_floating]
    call, size = next(((c, s) for c, s in sizes if s > OFF), max(sizes, key=lambda pair: pair[1]))
    rows = sorted((row for row in seen.rows if row.layer == call.layer.name),
                  key=lambda row: (row.argument == "recurrent_initializer", row.off), reverse=True)
    evidence += f" An RMS of {size:.3g} is the first that is loud."
    first = not call.feeders and not call.fed
    if first and (rows[0].fans and rows[0].input > OFF > rows[0].off if rows else not weighty(call)):
        return elsewhere("input", "input too large", evidence, STANDARD)
    remedy = "smaller weights here, or normalization behind it."
    if rows:
        remedy = 'bias_initializer="zeros".' if rows[0].from_bias else f"{advice(rows[0])}."
    return Finding((call.layer.name,), "first loss too large", evidence, remedy)


def step(seen):
    """A next step that overturns a kernel, or that rounding takes away."""
    rows = [row for row in seen.rows if row.step and row.off > 1 / OFF and not row.normalized]
    if not rows:
        return None
    row, optimizer = max(rows, key=lambda row: row.step), seen.model.optimizer
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    rate, evidence = float(optimizer.learning_rate), f"The next step is {row.step:.2g} times the kernel."
    if row.step > 1:
        if row.dtype == "float16" and 0 < getattr(optimizer, "epsilon", 0) < 1e-5:
            return "optimizer", "epsilon too small for float16", evidence, "epsilon=1e-4: or the policy mixed_float16."
        if any(head.kind in DISTANCES and _rms(head.y) > 10 and head.y.std() for head in seen.heads):
            return "labels", "targets too large", f"{evidence} Their size makes the gradient large.", SCALE
        return "optimizer", "learning rate too large", evidence, f"learning_rate={rate / row.step / 30:.0e}."
    fresh = not int(optimizer.iterations) and row.gradient > getattr(optimizer, "epsilon", 0)
    if row.step < LOST and rate > 0 and fresh:
        rate = min(rate / row.step / 1000, 0.01)
        return "optimizer", "learning rate too small", evidence, f"learning_rate={rate:.0e}."
    return None


def left_out(seen):
    """What this tool did not look into."""
    read = {id(v) for c in seen.calls for v in c.kernels.values()}
    left = [v.path for v in seen.model.trainable_variables
            if len(v.shape) > 1 and id(v) not in read and "bias" not in v.name]
    gates = [c.layer.name for c in seen.calls if isinstance(c.layer, kl.RNN)]
    notes = [f"Left out, in layers that this tool does not know: {', '.join(left)}."] if left else []
    notes += [f"Not looked into: the gates of {', '.join(dict.fromkeys(gates))}."] if gates else []
    for head in seen.heads:
        if head.from_logits and head.own_logits:
            notes.append(f"{head.layer} has a {head.activation} and the loss from_logits=True, which Keras mends.")
        if head.y.size > 8 and not np.ptp(head.y):
            notes.append("All labels of this batch are alike.")
    return notes


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
        lines = [f"loss {self.loss:.4g}", _line(COLUMNS)]
        for row in self.rows:
            numbers = [row.delta, row.gradient, row.weight_std, *map(row.ratios.get, RULES), row.step]
            lines.append(_line([row.name[-15:], row.activation[:7], _short(row.mean), _short(row.std), _share(row.dead),
                               _share(row.saturated), *map(_short, numbers)]))
        verdict = {"sound": ["No fault found: as far as this tool sees, the start is sound."],
                   "elsewhere": ["No fault found in the start; the fault lies elsewhere."], "start": []}[self.outcome]
        return "\n".join([*lines, "", *verdict, *map(str, self.findings), *(f"Note: {note}" for note in self.notes)])

    def figure(self):
        """RMS of activations and of δ, and kernels over the nearest rule, by layer; dotted lines mark the findings."""
        from matplotlib.figure import Figure

        fig, at = Figure(figsize=(7, 6), layout="constrained"), range(len(self.rows))
        curves = {"RMS of h": [math.hypot(row.mean, row.std) for row in self.rows],
                  "RMS of δ": [row.delta for row in self.rows], "W / nearest rule": [row.off for row in self.rows]}
        axes = fig.subplots(3, 1, sharex=True)
        for ax, (label, curve) in zip(axes, curves.items()):
            ax.semilogy(at, [value or math.nan for value in curve], "o-")
            ax.yaxis.set_minor_formatter("")
            ax.set_ylabel(label)
            for i in (i for i in at if any(self.rows[i].layer in finding.layers for finding in self.findings)):
                ax.axvline(i, color="0.5", linestyle=":")
        axes[2].axhspan(1 / OFF, OFF, alpha=0.15)
        axes[2].set_xticks(at, [row.name for row in self.rows], rotation=45, ha="right")
        return fig


def _line(cells):
    widths = COLUMNS.values()
    return "".join(f"{cell:<{-w}}" if w < 0 else f"{cell:>{w}}" for cell, w in zip(cells, widths)).rstrip()


def _short(number):
    if number is None or number == 0:
        return "" if number is None else "0"
    if 0.01 <= abs(number) < 100:
        return f"{number:.{2 if abs(number) >= 0.1 else 3}f}"
    return re.sub(r"e([+-])0?", r"e\1", f"{number:.0e}").replace("+", "")


def _share(number):
    return "" if number is None else f"{100 * number:.0f}%"
