"""Is my network well initialized, and if not, which layer is at fault? One batch, nothing trained, nothing changed.

    report = audit(model, x, y)  # a built Keras model, compiled, or with loss="mse" or the like
    print(report)                # a table with a line per kernel, then a verdict in words
    report.findings              # what is at fault: layers, fault, evidence, remedy
    report.figure()              # a matplotlib Figure

The network runs once as in training: batch normalization takes the statistics of the batch, dropout is on. It runs in
a Keras StatelessScope, so that weights, moving averages, seeds and optimizer stay as they are, bit by bit.
"""
import math
import re
from dataclasses import dataclass
from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from keras import layers as kl

OFF = math.sqrt(10)  # a kernel is off if it differs by more from every rule: half-way, in factors, from 1 to 10
REACH = 6  # powers of e that a mean square may change by and the network still train: Schoenholz et al. 2017
WALK = 5  # variance of a sound ReLU layer's log mean square, times its width: Hanin and Rolnick 2018
ERRORS = 5  # standard errors that chance is given, one in a million
MOST, SOME = 0.75, 0.25  # shares of a layer that are too many: of saturated activations, of units silenced by a bias
RULES = {"He": lambda n_in, n_out: 2 / n_in, "Glorot": lambda n_in, n_out: 2 / (n_in + n_out),
         "LeCun": lambda n_in, n_out: 1 / n_in}
BY_FAN_OUT = {"He by fan-out": lambda n_in, n_out: 2 / n_out, "LeCun by fan-out": lambda n_in, n_out: 1 / n_out}
LIMITS = {"tanh": (-1, 1), "hard_tanh": (-1, 1), "sigmoid": (0, 1), "hard_sigmoid": (0, 1)}
ACTIVATIONS = {name.replace("_", ""): name for name in ["prelu", *dir(keras.activations)]}
NORMALIZATION = (kl.BatchNormalization, kl.LayerNormalization, kl.GroupNormalization, kl.UnitNormalization,
                 kl.RMSNormalization)
KERNELS = ("kernel", "embeddings", "depthwise_kernel", "pointwise_kernel", "recurrent_kernel")
COLUMNS = {"layer": -16, "φ": -8, "mean h": 8, "std h": 7, "dead": 5, "sat.": 5, "RMS δ": 8, "RMS dW": 7, "std W": 7,
           "He": 6, "Glorot": 7, "LeCun": 6, "step/W": 8}


@dataclass
class Finding:
    """What is wrong with some layers, how one can tell, and what to do."""

    layers: tuple
    fault: str
    evidence: str
    remedy: str

    @property
    def layer(self):
        """The layers in words."""
        names = self.layers
        return ", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]} ({len(names)} layers)"

    def __str__(self):
        return f"{self.layer}: {self.fault}. {self.evidence} Remedy: {self.remedy}"


@dataclass
class Report:
    """The loss; rows, one per kernel, with what the table shows; findings; notes on what is unusual and no fault."""

    loss: float
    rows: list
    findings: list
    notes: list

    def __str__(self):
        lines = [f"loss {self.loss:.4g}", _line(COLUMNS)]
        for row in self.rows:
            numbers = [row.delta, row.gradient, row.weight_std, *map(row.ratios.get, RULES), row.step]
            lines.append(_line([row.name[-15:], row.activation[:7], _short(row.mean), _short(row.std), _share(row.dead),
                               _share(row.saturated), *map(_short, numbers)]))
        verdict = self.findings or ["No fault found: as far as this tool sees, the start is sound."]
        return "\n".join([*lines, "", *map(str, verdict), *(f"Note: {note}" for note in self.notes)])

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


def audit(model, x, y, loss=None):
    """Measure a built Keras model on one batch, and say which layers are at fault.

    x, y: arrays as for model.fit, at least two images. loss: a Keras loss, its name, or a function of (y, outputs);
    without it, the loss that the model was compiled with. The model stays as it is.
    Raises TypeError or ValueError, in one sentence, for what it cannot read.
    """
    check(model, x, y, loss)
    function = None if loss is None else keras.losses.get(loss)
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)  # a tf.function inside the model would hide its tensors
    try:
        with keras.StatelessScope(collect_losses=True), tf.GradientTape() as tape:
            outputs, calls = record(lambda: model(x, training=True), tape)
            value = model.compute_loss(x, y, outputs) if loss is None else tf.reduce_mean(function(y, outputs))
    except (ValueError, TypeError, tf.errors.OpError) as error:
        text = re.sub(r"\x1b\[\d*m|Exception encountered.*", "", str(error)).strip()
        raise ValueError(f"The model or its loss does not take this batch: {text.splitlines()[0]}") from error
    finally:
        tf.config.run_functions_eagerly(eager)
    holders = [call for call in calls if kernels(call.layer)]
    if not holders:
        raise ValueError("No layer of this model has a kernel that this tool knows, so there is nothing to audit.")
    weights = [v.value for v in model.trainable_variables]
    deltas, gradients = tape.gradient(value, [[call.z for call in holders], weights], unconnected_gradients="zero")
    for call, delta in zip(holders, deltas):
        call.delta = len(call.z) * delta  # of one image's loss: the loss is a mean over images
    gradients = [tf.convert_to_tensor(g) for g in gradients]
    changes = dict(zip(map(id, model.trainable_variables), zip(gradients, next_step(model, gradients))))
    layers = dict.fromkeys(call.layer for call in holders)
    with np.errstate(all="ignore"):  # what is not a number is a finding
        rows = [row for layer in layers for row in measured(layer, holders, outputs, changes)]
    return Report(float(value), rows, *judged(model, rows, calls, float(value), x))


def check(model, x, y, loss):
    """Raise a TypeError or ValueError, in one sentence, for what cannot be audited."""
    if keras.backend.backend() != "tensorflow":
        raise ValueError("This tool needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow before importing Keras.")
    if not isinstance(model, keras.Model):
        raise TypeError(f"The model must be a keras.Model, not {type(model).__name__}.")
    if not model.built or not model.variables:
        raise ValueError("The model has no weights yet: give it a keras.Input, or call it once on a batch.")
    if x is None or y is None or hasattr(x, "as_numpy_iterator"):
        raise ValueError("Give one batch as arrays, images and labels: of a data set, x, y = next(iter(dataset)).")
    if loss is None and not model.compiled:
        raise ValueError('The model is not compiled: compile it, or name a loss, as in audit(model, x, y, loss="mse").')
    sizes = {len(part) for part in keras.tree.flatten((x, y))}
    if len(sizes) != 1 or min(sizes) < 2:
        raise ValueError(f"x and y must hold the same images, at least two, but their lengths are {sorted(sizes)}.")


# Recording: every call of a layer, with the tensors that go in and come out, which tell who feeds whom.


def kernels(layer):
    """The kernels of one layer, {name: variable}; of a recurrent one, those of its cell."""
    holder = layer.cell if isinstance(layer, kl.RNN) else layer
    found = {name: getattr(holder, name, None) for name in KERNELS}
    return {name: v for name, v in found.items() if isinstance(v, keras.Variable)}


def record(run, tape):
    """What run() returns, and the calls of the innermost layers in their order. The tape watches every z."""
    calls, composites, stack = [], [], []

    def recording(original, kind):
        def call(layer, *args, **kwargs):
            within = stack and isinstance(stack[-1].layer, kl.RNN)  # between time steps this tool does not look
            if within or (kind is keras.Operation and isinstance(layer, keras.Layer)):
                return original(layer, *args, **kwargs)
            here = SimpleNamespace(layer=layer, innermost=True, z=None)
            here.in_sight = not stack or bool(getattr(stack[-1].layer, "inputs", None))  # in a Functional model
            here.inputs = [t for t in keras.tree.flatten((args, kwargs)) if tf.is_tensor(t)]
            activation = None if isinstance(layer, kl.RNN) or not kernels(layer) else vars(layer).get("activation")

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
            finally:
                stack.pop()
                if activation:
                    vars(layer)["activation"] = activation
            here.output = next((t for t in keras.tree.flatten(output) if tf.is_tensor(t)), None)
            if here.output is not None and all(t is not here.output for t in here.inputs):  # not passed on as it was
                (calls if kernels(layer) or here.innermost else composites).append(here)
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
        call.feeders, todo = [], [call]  # the calls of kernels that feed it, past all that has no kernel
        while todo:
            before = [produced[id(t)] for t in todo.pop().inputs if id(t) in produced]
            call.feeders += [c for c in before if kernels(c.layer)]
            todo += [c for c in before if not kernels(c.layer)]
    return outputs, calls


def next_step(model, gradients):
    """By how much the compiled optimizer's next step would change each trainable variable; None if there is none."""
    optimizer = getattr(model, "optimizer", None)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if optimizer is None or not gradients:
        return [None] * len(gradients)
    copies = [keras.Variable(v.numpy(), name=v.name) for v in model.trainable_variables]
    twin = type(optimizer).from_config(optimizer.get_config())
    twin.build(copies)
    for new, old in zip(twin.variables, optimizer.variables if optimizer.built else []):
        new.assign(old)
    twin.apply(gradients, copies)
    return [new.numpy() - old.numpy() for new, old in zip(copies, model.trainable_variables)]


# Measuring


def fans(layer, name, shape):
    """(inputs of one unit, units that one input feeds), counted by what the layer does; None for an embedding."""
    if name == "embeddings":
        return None
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
    function = getattr(layer, "activation", None)
    if isinstance(layer, kl.RNN) or not callable(function):
        return ACTIVATIONS.get(type(layer).__name__.lower(), "")
    return getattr(function, "__name__", type(function).__name__).replace("linear", "")


def behind(call):
    """From a kernel to the next, a fork or a merge: its activation, h, normalized or not, and the last call before."""
    found = SimpleNamespace(activation=activation_of(call.layer), h=call.output, normalized=False, end=call)
    while len(found.end.takers) == 1 and not kernels(found.end.takers[0].layer) and len(found.end.takers[0].inputs) == 1:
        found.end = found.end.takers[0]
        found.normalized |= isinstance(found.end.layer, NORMALIZATION)
        if not found.activation and activation_of(found.end.layer):
            found.activation, found.h = activation_of(found.end.layer), found.end.output
    return found


def hides(end, later):
    """True if zeros in the output of `end` would hide the images from all that follows, as no residual branch does."""
    if any(varies(c.output) for c in end.takers if not kernels(c.layer) and not isinstance(c.layer, kl.Concatenate)):
        return False
    return bool(end.takers) or not (later and varies(later[0].inputs[0]))  # no takers: the model adds by itself


def varies(tensor):
    """True if the images of the batch are not all alike in this tensor."""
    return bool(np.ptp(np.asarray(tensor), axis=0).any())


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
    paths = [behind(call) for call in calls]
    activation, end = paths[0].activation, paths[0].end
    inputs, h = flat([c.inputs[0] for c in calls]), flat([path.h for path in paths], layer)
    z, delta = flat([c.z for c in calls], layer), flat([c.delta for c in calls], layer)
    bias = np.asarray(0.0 if getattr(layer, "bias", None) is None else layer.bias, "float64").ravel()
    dead, images = ~h.any(axis=0), len(calls[0].z)
    low, high = LIMITS.get(activation, (-math.inf, math.inf))
    edge = (high - low) / 200
    is_output = any(t is path.end.output for t in keras.tree.flatten(outputs) for path in paths)
    row = {
        "layer": layer.name, "trainable": layer.trainable, "activation": activation, "normalized": paths[0].normalized,
        "is_output": is_output, "hides": not is_output and hides(end, holders[holders.index(calls[-1]) + 1:]),
        "is_first": not calls[0].feeders and (calls[0].in_sight or calls[0] is holders[0]),
        "lost": not varies(calls[0].inputs[0]), "range": (inputs.min(), inputs.max()),
        "input": _rms(inputs[inputs != 0]),
        "contrast": _rms(inputs - inputs.mean(axis=0)) / (_rms(inputs) or 1), "units": z.shape[-1],
        "finite": bool(np.isfinite(z).all() and np.isfinite(h).all()), "positions": len(z) // images,
        "from_bias": (_rms(bias) / (_rms(z) or 1)) ** 2 > 0.5, "mean": h.mean(), "std": h.std(), "dead": dead.mean(),
        "silenced": np.mean(dead & ((z - bias).max(axis=0) > 0)) if dead.shape == bias.shape else 0.0,
        "saturated": np.mean((h < low + edge) | (h > high - edge)) if activation in LIMITS else None,
        "delta": _rms(delta), "delta_square": np.sum(delta**2) / images,
    }
    found = kernels(layer)
    names = {kind: f"{layer.name}/{kind.removesuffix('_kernel')}" if len(found) > 1 else layer.name for kind in found}
    return [SimpleNamespace(**row, name=names[kind], **weighed(layer, kind, v, *changes.get(id(v), (None, None))))
            for kind, v in found.items()]


def weighed(layer, kind, variable, gradient, change):
    """The part of a row that is about one kernel."""
    w, n = np.asarray(variable, "float64"), fans(layer, kind, variable.shape)
    size, by_shape = _rms(w), (math.prod(w.shape[:-1]), math.prod(w.shape[:-2]) * w.shape[-1])  # as Keras reads a shape
    ratios = {rule: size / math.sqrt(variance(*n)) for rule, variance in RULES.items()} if n else {"": 1.0}
    columns = np.swapaxes(w, -1, -2) if "Transpose" in type(layer).__name__ else w
    columns = w.reshape(n[0], -1) if isinstance(layer, kl.EinsumDense) else columns.reshape(-1, columns.shape[-1])
    return {
        "kernel": columns, "fans": n, "ratios": ratios, "weight_std": w.std(),
        "off": max(1.0, min(ratios.values())) * min(1.0, max(ratios.values())),  # from the nearest rule; 1 among them
        "by_shape": {rule: size / math.sqrt(variance(*by_shape)) for rule, variance in (RULES | BY_FAN_OUT).items()},
        "chance": ERRORS / math.sqrt(2 * w.size),  # of the logarithm of the RMS of so many random numbers
        "gradient": None if gradient is None else _rms(gradient),
        "step": None if change is None or not size else _rms(change) / size,
    }


# Judging: causes before consequences, so that no layer is named for what another does to it.


def judged(model, rows, calls, loss, x):
    """(findings, notes)."""
    found = not_a_number(calls, x)
    if found:
        return found, []
    causes, notes = zeros(rows)
    causes += copies(rows)
    loud, unusual = scales([row for row in rows if row.layer not in _named(causes)], calls, model)
    causes, notes = causes + loud, notes + unusual + left_out(model, calls)
    finite = math.isfinite(loss) and all(row.finite for row in rows)
    if finite:
        causes += inputs(rows)
        faulty = [i for i, row in enumerate(rows) if row.layer in _named(causes)]
        causes += silent(rows[:min(faulty, default=len(rows))])
    if not causes:
        causes, more = depth(rows, calls) if finite else (overflow(rows), [])
        notes = notes + more
    return causes + reused(rows), notes


def _named(findings):
    return {name for finding in findings for name in finding.layers}


def grouped(found):
    """One finding per fault of [(row, fault, evidence, remedy)], with the first evidence and remedy."""
    groups = {}
    for row, *rest in found:
        groups.setdefault(rest[0], []).append((row.layer, rest))
    return [Finding(tuple(dict.fromkeys(name for name, _ in group)), *group[0][1]) for group in groups.values()]


def advice(row):
    """The initializer for a layer's activation."""
    rectifiers = ("relu", "leaky", "prelu", "elu", "celu", "gelu", "silu", "mish")
    rule = "lecun_normal" if row.activation == "selu" else "he_normal" if row.activation.startswith(rectifiers) else ""
    return f'kernel_initializer="{rule or "glorot_uniform"}"'


def not_a_number(calls, x):
    """NaN or infinity in the input or in the weights."""
    if not all(np.isfinite(np.asarray(part, "float64")).all() for part in keras.tree.flatten(x)):
        return [Finding(("input",), "not a number", "x holds NaN or infinity.", "mend the data.")]
    weights = {c.layer.name: v.name for c in calls for v in getattr(c.layer, "weights", [])
               if not np.isfinite(v.numpy()).all()}
    return [Finding((name,), "not a number", f"Its {weight} holds NaN or infinity.", "start anew, with a smaller "
                    "learning rate, and look at the loss function.") for name, weight in weights.items()]


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
        columns = [column.tobytes() for column in row.kernel.T if column.any()]
        if len(columns) > 1 and len(set(columns)) <= len(columns) / 2:
            evidence = f"Its kernel has {len(columns)} columns, of which {len(set(columns))} differ: units are copies."
            found.append((row, "copied units", evidence, f"{advice(row)}, a random number for every weight."))
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
    rule = min(by_fan_in or usual, key=lambda rule: abs(math.log(row.by_shape[rule])))
    return row.by_shape[rule], f"the rule of most others, {rule},"


def scales(rows, calls, model):
    """(findings, notes) on kernels off every rule. Where others would make up for it, it is a fault only in a few."""
    rows = [row for row in rows if row.fans and row.trainable and row.kernel.any()]
    factors = {id(row): factor(row, rows) for row in rows}
    off = [row for row in rows if abs(math.log(factors[id(row)][0])) > math.log(OFF) + row.chance]
    notes = [f"{row.name} is {row.off:.2g} times what its fans ask for, as its initializer counts other fans."
             for row in off if follows(row) & RULES.keys() and row.off < 1 / OFF]
    off = [row for row in off if not follows(row) & RULES.keys()]
    trained = int(getattr(getattr(model, "optimizer", None), "iterations", 0)) > 0
    made_up = any(isinstance(c.layer, NORMALIZATION) or type(c.layer).__name__ == "Add" for c in calls)
    if (made_up or trained) and len(off) > max(1, len(rows) / 4):
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
    found, standard = [], "subtract the mean and divide by the standard deviation."
    for row in (row for row in rows if row.is_first and row.fans and not row.normalized):
        least, largest = row.range
        if row.lost:
            found.append((row, "input without content", "All images are the same.", "look at what loads the data."))
        elif abs(2 * math.log(row.input)) > REACH:
            evidence = f"What comes in reaches from {least:.3g} to {largest:.3g}; rules assume a mean square near 1."
            remedy = "divide by 255." if least >= 0 and 128 < largest <= 255 else standard
            found.append((row, f"input too {'large' if row.input > 1 else 'small'}", evidence, remedy))
        elif 2 * math.log(row.contrast) < -REACH:
            found.append((row, "input not centred", f"Images differ by {row.contrast:.2g} of their size.", standard))
    return grouped(found)


def silent(rows):
    """Units that are zero for every image, and saturated ones."""
    found = []
    for row in (row for row in rows if row.kernel.any() and row.activation and not row.lost):
        dead = round(row.dead * row.units)
        chance = sum(math.comb(row.units, k) for k in range(dead, row.units + 1)) / 2**row.units  # if signs were coins
        if row.dead == 1 or not row.is_output and (chance < 1e-6 or row.silenced > SOME):
            evidence = f"{_share(row.dead)} of its units are zero for every image, {_share(row.silenced)} by their bias."
            found.append((row, "dead units", evidence, f"{'' if row.silenced else advice(row) + ', '}zero biases."))
        elif not row.is_output and (row.saturated or 0) > MOST:
            evidence = f"{_share(row.saturated)} of its activations are at a limit of {row.activation}."
            cure = "zero biases." if row.from_bias else "normalization before it."
            found.append((row, "units saturated", evidence, cure))
    return grouped(found)


def longest(calls):
    """The names of the layers on the longest way through the network, from kernel to kernel."""
    holders, ways = [c for c in calls if kernels(c.layer)], {}
    for i, call in reversed(list(enumerate(holders))):
        reached = [c for c in holders[i + 1:] if call in c.feeders]
        if not reached:  # the model computes something of its own in between
            reached = [c for c in holders[i + 1:i + 2] if not c.feeders and not c.in_sight]
        ways[id(call)] = [call.layer.name, *max((ways[id(c)] for c in reached), key=len, default=[])]
    return list(dict.fromkeys(max(ways.values(), key=len)))


def depth(rows, calls):
    """(findings, notes) on a signal or an error signal that vanishes or explodes, though no layer stands out."""
    lost = [row for row in rows if row.lost and not rows[0].lost]
    if lost:
        evidence = "What comes in is the same for every image."
        return [Finding((lost[0].layer,), "no signal", evidence, "look at the layer before.")], []
    by_layer = {row.layer: row for row in rows if row.fans and not row.is_output}
    way = [by_layer[name] for name in longest(calls) if name in by_layer]
    allowed = REACH + 3 * math.sqrt(sum(WALK / row.units for row in way[1:]))
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
            return [Finding(tuple(row.layer for row in way), fault, evidence, remedy(way, calls))], []
    return [], []


def remedy(way, calls):
    """What to do about a signal that changes over the depth."""
    if any(type(c.layer).__name__ == "Add" for c in calls):
        return "normalization in each residual branch, or branches that start from zero."
    if any(row.normalized for row in way):
        return "residual connections, or fewer layers."
    if all("sigmoid" in row.activation for row in way):
        return 'activation="relu" with kernel_initializer="he_normal": sigmoid shrinks δ whatever the kernel.'
    return f"{advice(way[0])} in every layer of {way[0].activation or 'this kind'}."


def overflow(rows):
    """Finite weights and data that end as NaN or infinity."""
    row = next((row for row in rows if not row.finite), rows[-1])
    if row.finite:
        return [Finding((row.layer,), "loss not a number", "The activations are numbers, the loss is not.", "an output "
                        "activation that fits the loss, such as softmax for a cross-entropy.")]
    return [Finding((row.layer,), "not a number", "Here NaN or infinity appears first.", "smaller weights or inputs.")]


def reused(rows):
    """Kernels that hold the same numbers up to a factor, as one initializer object in several layers draws them."""
    groups = []
    for row in (row for row in rows if len(set(row.kernel.flat[:16]) - {0}) == 16):
        for group in groups:
            n = min(row.kernel.size, group[0].kernel.size)
            if np.corrcoef(row.kernel.flat[:n], group[0].kernel.flat[:n])[0, 1] > 0.999:
                group.append(row)
                break
        else:
            groups.append([row])
    return grouped([(row, "reused initializer", "Their kernels hold the same numbers in the same order, up to a factor.",
                     'a string such as "he_normal", or an initializer object of its own for each layer.')
                    for group in groups if len(group) > 1 for row in group])


def left_out(model, calls):
    """What this tool did not look into."""
    read = {id(v) for c in calls for v in kernels(c.layer).values()}
    left = [v.path for v in model.trainable_variables if len(v.shape) > 1 and id(v) not in read]
    gates = [c.layer.name for c in calls if isinstance(c.layer, kl.RNN)]
    notes = [f"Left out, in layers that this tool does not know: {', '.join(left)}."] if left else []
    return notes + ([f"Not looked into: the gates of {', '.join(dict.fromkeys(gates))}."] if gates else [])
