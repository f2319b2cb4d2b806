"""Is my network well initialized, and if not, which layer is at fault? One batch, nothing trained, nothing changed.

    report = audit(model, x, y)  # a built Keras model, compiled, or with loss="mse" or the like
    print(report)                # a table with a line per kernel, then a verdict in words
    report.outcome               # "start", "elsewhere" (labels, loss, output, rate, precision) or "sound"
    report.findings              # what is at fault: layers, fault, evidence, remedy
    report.figure()              # a matplotlib Figure

The network runs once as in training: batch normalization takes the statistics of the batch, dropout is on. It runs in
a Keras StatelessScope, so that weights, moving averages, seeds and optimizer stay as they are, bit by bit.

The file reads in order: observe, judge, say; last comes what cannot be read.
"""
import math
import re
import warnings
import weakref
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
from keras import layers as kl

try:
    import tensorflow as tf
    from tensorflow.python.framework import op_callbacks
except ImportError:  # audit() says so
    tf = None

OFF = math.sqrt(10)  # a kernel is off if it differs by more from every rule: half-way, in factors, from 1 to 10
REACH = 6  # powers of e that a mean square may change by and the network still train: Schoenholz et al. 2017
WALK = 5  # variance of a sound ReLU layer's log mean square, times its width: Hanin and Rolnick 2018
ERRORS = 5  # standard errors that chance is given, one in a million
MOST, SOME = 0.75, 0.25  # shares of a layer that are too many: of saturated activations, of units silenced by a bias
PLAIN = 12  # REACH for plain convolutions: VGG-19, in which Glorot halves it 18 times: Simonyan and Zisserman 2015
ABSURD = 4  # times the loss of an output that knows nothing
FAINT = 20  # times smaller than the outputs, from where targets are not what the network learns first
FAR = 100  # times the size of the outputs, from where targets are out of reach of small steps
FEW = 32  # numbers, up to which chance may have brought them close together
CHOICES = 4  # keys, from which on scores have a spread
BRANCH = 4  # kernels, up to which a branch beside a trunk may start small
MASKED = -9e3  # below which a score is one that a mask has put there
HEAD = 5  # layers of N(0, 0.01) in the head of a detector: Lin et al. 2017
HEAVY = 30  # times the loss of the data, from where regularization decides; times the error of one output, from where another does
RARE = 0.9  # share of the labels of one class, from where an output that says nothing else looks right
HALF = 65504  # the largest number of float16
LOST = 1e-6  # of a kernel, from where float32 rounds most of a step away
SLOW = 1e-4  # of a kernel, below which steps take very long
ALIKE = 1e-4  # of the size of outputs, below which their differences tell no image from another
FADED = 0.01  # of the size of outputs, below which recurrent layers learn slowly, if at all, what came before the padding
RULES = {"He": lambda n_in, n_out: 2 / n_in, "Glorot": lambda n_in, n_out: 2 / (n_in + n_out), "LeCun": lambda n_in, n_out: 1 / n_in}
ALL_RULES = RULES | {"He by fan-out": lambda n_in, n_out: 2 / n_out, "LeCun by fan-out": lambda n_in, n_out: 1 / n_out}
LIMITS = {"tanh": (-1, 1), "hard_tanh": (-1, 1), "sigmoid": (0, 1), "hard_sigmoid": (0, 1)}
RANGES = (*LIMITS, "softmax", "softsign", "relu6", "relu", "softplus", "exponential")  # that limit an output
RECTIFIERS = ("relu", "leaky", "prelu", "elu", "celu", "gelu", "silu", "mish")
ACTIVATIONS = {name.replace("_", ""): name for name in ["prelu", *dir(keras.activations)]}
NORMALIZATION = (kl.BatchNormalization, kl.LayerNormalization, kl.GroupNormalization, kl.UnitNormalization, kl.RMSNormalization)
Schedule = keras.optimizers.schedules.LearningRateSchedule
APART = (keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.RMSprop)  # each variable by its own gradient
KERNELS = ("kernel", "embeddings", "depthwise_kernel", "pointwise_kernel", "recurrent_kernel")
SPARSE, CATEGORICAL, BINARY = (f"{kind}_crossentropy" for kind in ("sparse_categorical", "categorical", "binary"))
RELATIVE = "mean_absolute_percentage_error"
DISTANCES = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", RELATIVE)
LAYOUT = (kl.Reshape, kl.Flatten, kl.Permute, kl.Cropping1D, kl.Cropping2D, kl.UpSampling1D, kl.UpSampling2D)
FAMILIES = {"ctc": "ctc", SPARSE: SPARSE, CATEGORICAL: CATEGORICAL, "categorical_focal_crossentropy": CATEGORICAL, BINARY: BINARY,
            "binary_focal_crossentropy": BINARY, "poisson": "logarithm", "mean_squared_logarithmic_error": "logarithm", "kl_divergence": "shares",
            **dict.fromkeys(("hinge", "squared_hinge"), "sign"), **dict.fromkeys(DISTANCES, "distance")}
CROSS_ENTROPIES = (SPARSE, CATEGORICAL, BINARY)
PRODUCTS = ("BatchMatMulV2", "BatchMatMul", "MatMul", "Einsum")  # what TensorFlow calls them
SUMS = (*PRODUCTS, "SparseTensorDenseMatMul", "Sum", "UnsortedSegmentSum", "SegmentSum", "SparseSegmentSum")
FREE = (-math.inf, math.inf)
FIXED = {**dict.fromkeys(("Sin", "Cos", "Erf"), (-1, 1)), "Softmax": (0, 1), "LogSoftmax": (-math.inf, 0), "Rsqrt": (0, math.inf)}
RISING = {"Tanh": np.tanh, "Sigmoid": lambda z: 1 / (1 + np.exp(-z)), "Relu": lambda z: max(z, 0), "Relu6": lambda z: min(max(z, 0), 6),
          "Exp": np.exp, "Softplus": lambda z: np.logaddexp(0, z), "Elu": lambda z: max(z, np.expm1(min(z, 0))),
          "Softsign": lambda z: z / (1 + abs(z)) if abs(z) < 1e9 else np.sign(z), "Log": lambda z: np.log(max(z, 0)),
          "Sqrt": lambda z: np.sqrt(max(z, 0)), "Log1p": lambda z: np.log1p(max(z, -1)), "Expm1": np.expm1, "Atan": np.arctan}
SAME = ("Reshape", "Transpose", "Squeeze", "ExpandDims", "Identity", "StridedSlice", "Cast", "Mean", "Max", "Min", "GatherV2", "Tile",
        "ConcatV2", "Pack", "SelectV2", "MaxPool", "AvgPool", "Split", "Unpack", "StopGradient", "Round",
        "Maximum", "Minimum")  # which leave the limits
CUTS = ("ArgMax", "ArgMin", "TopKV2", "Floor", "Ceil", "Round", "Rint", "Sign", "StopGradient", "PyFunc", "EagerPyFunc")  # without a derivative
SIZES = ("Shape", "ShapeN", "Size", "Rank")  # whole numbers that no weight decides
STRAIGHT = (*PRODUCTS, "Conv2D", "Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput", "BiasAdd", "AddV2", "AddN", "Sub", "Neg", "Mul", "RealDiv",
            "Reshape", "Transpose", "Squeeze", "ExpandDims", "Identity", "StridedSlice", "Slice", "Cast", "Mean", "Sum", "AvgPool", "Tile", "ConcatV2",
            "Pack", "Unpack", "Split", "Pad", "PadV2", "SelectV2", "GatherV2", "BroadcastTo", *SIZES)  # of one signal, with numbers that it does not decide
TAKEN = (*FIXED, *RISING, *SAME, "AddV2", "Sub", "Mul", "RealDiv", "Neg", "Square", "Abs", "Pow", "Sum", "MatMul", "BatchMatMulV2",
         "Einsum", "BiasAdd", "SquaredDifference")
APPLIED = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid", "Tanh": "tanh", "Relu": "relu"}
FLATTEN = "`keras.layers.Flatten()` before the output, or `return_sequences=False` in a recurrent layer."
STANDARD = "x = (x - x.mean(0)) / (x.std(0) + 1e-7)."
SCALE = "y = (y - y.mean()) / y.std(): and the inverse for what comes out."
POSITIVE = "y = y / y.std(): and times it what comes out."
COLUMNS = {"layer": -16, "φ": -8, "mean h": 8, "std h": 7, "dead": 5, "sat.": 5, "RMS δ": 8, "RMS dW": 7, "std W": 7, "He": 6,
           "Glorot": 7, "LeCun": 6, "step/W": 8}


def audit(model, x, y=None, loss=None, **more):
    """Measure a built Keras model on one batch, and say which layers are at fault.

    x, y: arrays as for model.fit, at least two images. loss: a Keras loss, its name, or a function of (y, outputs);
    without it, the loss that the model was compiled with. The model stays as it is.
    Raises TypeError or ValueError, in one sentence, for what it cannot read.
    """
    if more:
        raise TypeError(f"audit takes a model, x, y and a loss; leave out {', '.join(more)}.")
    (x, y), recorder = check(model, x, y, loss), Recorder()
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():  # what is not a number is a finding
            warnings.simplefilter("ignore")  # of what the report says
            seen = observe(model, x, y, loss, recorder)
            said = judge(seen)
    except Exception as error:  # whatever a framework raises
        raise ValueError(sentence(error, model, x, recorder)) from None
    findings, notes = merged(said), [note for note in said if isinstance(note, str)]
    if not seen.rows and not findings:
        raise ValueError("No layer of this model has a kernel that this tool knows, so there is nothing to audit.")
    return Report(math.nan if seen.loss is None else seen.loss, seen.rows, findings, notes)


@dataclass
class Finding:
    """What is wrong with some layers, how one can tell, and what to do: code where it can be, words behind a colon."""

    layers: tuple  # of names; one name may be given alone
    fault: str
    evidence: str
    remedy: str
    of_start: bool = True

    def __post_init__(self):
        self.layers = (self.layers,) if isinstance(self.layers, str) else self.layers

    @property
    def layer(self):
        """The layers in words."""
        return listed(self.layers, "columns" if self.layers[0].startswith("x, column") else "layers")

    def __str__(self):
        told = re.sub(r"^([\w.]+(?:\[[^]]*\])? ?=.*?)\.?(: |, or\b| in its | in this |; |$)", r"`\1`\2", self.remedy)  # code to be pasted as it is
        return f"{self.layer}: {self.fault}. {self.evidence} Remedy: {told}"


def listed(names, what="layers"):
    """Names in words; of many, the first and the last."""
    names = list(names)
    return ", ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]} ({len(names)} {what})"


elsewhere = partial(Finding, of_start=False)  # what no initializer mends


# Observe.

def observe(model, x, y, loss, recorder):
    """All that one batch shows, forwards and backwards: calls, heads, rows, the loss, the gradients of all weights."""
    eager, variables = tf.config.functions_run_eagerly(), model.trainable_variables
    seen = SimpleNamespace(model=model, x=x, calls=recorder.calls, composites=recorder.composites, rows=[], loss=None, branches={})
    seen.trained = int(getattr(getattr(model, "optimizer", None), "iterations", 0)) > 0
    penalized = [v for v in variables if v.regularizer is not None]  # which reads from the scope alone
    half = any(layer.compute_dtype == "float16" for layer in model._flatten_layers()) and not isinstance(
        getattr(model, "optimizer", None), keras.optimizers.LossScaleOptimizer)
    tf.config.run_functions_eagerly(True)  # a tf.function inside the model would hide its tensors
    try:
        with tf.GradientTape(persistent=True) as recorder.tape:
            with keras.StatelessScope([(v, tf.identity(v.value)) for v in penalized], collect_losses=True) as scope:
                given = keras.tree.map_structure(tf.convert_to_tensor, x)
                recorder.x = keras.tree.flatten(given)
                with recorder:
                    outputs = model(given, training=True)
                holders = readable(seen.calls)
                seen.ops, seen.heads = recorder.ops, heads(model, recorder, outputs, y, loss)
                seen.labels = [one for head in seen.heads for one in labels(head)]
                seen.penalty = float(sum(v.regularizer(v) for v in penalized))
                with Recorder(recorder.tape) as of_loss:
                    value = loss_of(model, x, y, outputs, loss, seen)
                more = sum(map(tf.reduce_sum, scope.losses)) if loss is None and seen.heads and scope.losses else None
        n = len(recorder.x[0])
        seen.crossed = n > 2 and any({tuple(t.shape) for t in op.taken if t.dtype.is_floating} == {(n, 1), (n,)} and not any(
            m and m.op in ("ExpandDims", "StridedSlice", "Reshape") and len(m.shape) == 2 for m in op.makers) for op in of_loss.ops)  # as for pairs
        seen.across = any(op.op in ("Softmax", "LogSoftmax") and len(op.shape) == 2 and op.shape[1] == n != op.shape[0]
                          and op.before and op.before[0].op == "Transpose" for op in of_loss.ops)  # a softmax over the images
        if value is not None and value.shape.num_elements() != 1:
            raise Unreadable(f"The loss has the shape {tuple(value.shape)}, one number for each image: leave out reduction, or take its mean.")
        seen.of_loss, seen.leak = of_loss.ops, leak(model, x)
    finally:
        tf.config.run_functions_eagerly(eager)
    for one in seen.heads:
        one.fair, one.inverted = ignorant(one)
    known = {id(one) for v in model.variables for one in (v, v.value)}
    own = [v for c in seen.calls for v in c.kernels.values()]  # those made in call() are not watched
    seen.strangers = [v for v in (*own, *recorder.tape.watched_variables()) if id(v) not in known]
    if value is None:
        return seen
    weights = [v.value for v in variables]
    zs = [c.z if c.z.dtype.is_floating else tf.zeros(c.z.shape) for c in seen.calls]  # a mask has no gradient
    steps = [c for c in seen.calls if isinstance(c.layer, kl.RNN)]
    deltas, seen.gradients, to_steps = recorder.tape.gradient(value, [zs, weights, [c.inputs[0] for c in steps]])
    seen.steps = [(c, np.asarray(delta, "float64")) for c, delta in zip(steps, to_steps) if delta is not None]
    seen.loss, seen.lost = float(value), lost(recorder.tape, value, weights, seen.gradients) if half else 0.0
    for call, delta in zip(seen.calls, deltas):  # of one image's loss: the loss is a mean over images
        images = len(call.z) if call.z.shape.rank else 1  # a mean over all has none
        call.delta = tf.zeros(call.z.shape) if delta is None else images * tf.cast(tf.convert_to_tensor(delta), tf.float64)
    slopes = [tf.zeros_like(w) if g is None else tf.convert_to_tensor(g) for g, w in zip(seen.gradients, weights)]
    seen.flows, seen.sizes = any(map(np.any, slopes)), list(map(_rms, slopes))
    parts = [] if more is None else map(tf.convert_to_tensor, recorder.tape.gradient(more, weights, unconnected_gradients="zero"))
    seen.added = max(((_rms(part) / rest, v.path) for v, slope, part in zip(variables, slopes, parts)
                      if (rest := _rms(slope - part)) > LOST * _rms(part)), default=(0, ""))  # how many times as much as the rest
    steps = next_step(model, slopes, {id(v) for call in holders for v in call.kernels.values()})
    changes = {id(v): (slope, steps.get(id(v))) for v, slope in zip(variables, slopes)}
    for layer in dict.fromkeys(call.layer for call in holders):
        seen.rows += measured(layer, holders, outputs, changes, x)
    seen.branches = branches(seen, holders)
    seen.loud = [call for call, branch in zip(holders, map(seen.branches.get, (call.name for call in holders)))
                 if branch and call.layer.trainable and branch.loud and branch.upon_frozen]
    seen.without = loss_without(seen, y, loss) if seen.loud else None
    return seen


def lost(tape, value, weights, gradients):
    """The share of the gradient that float16 loses and a scaled loss keeps."""
    for power in (16, 12, 8):
        found = tape.gradient(value, weights, output_gradients=tf.cast(2.0**power, value.dtype))
        pairs = [(np.asarray(tf.convert_to_tensor(g), "float64"), np.asarray(tf.convert_to_tensor(more), "float64") / 2**power)
                 for g, more in zip(gradients, found) if g is not None]
        if whole := sum(np.sum(more**2) for _, more in pairs):
            if math.isfinite(whole):
                return min(1.0, math.sqrt(sum(np.sum((g - more) ** 2) for g, more in pairs) / whole))
    return 0.0


def leak(model, x):
    """The operation in which other images first change what becomes of the last one; None if there is none."""
    parts = [tf.convert_to_tensor(part) for part in keras.tree.flatten(x)]
    images = len(parts[0])
    if len(parts) > 1 and any(part.shape == (images, images) for part in parts):  # as of a graph
        return None

    def changed(part, copies):
        """The last image, and in the place of the others copies of it, or their own numbers in other places, as all may be dark in some."""
        others = tf.reshape(tf.roll(tf.reshape(part[:-1], [-1]), part[-1].shape.num_elements() // 2 + 1, 0), part[:-1].shape)
        return tf.repeat(part[-1:], images, axis=0) if copies else tf.concat([others, part[-1:]], 0)

    def passed(parts):
        with keras.StatelessScope():
            return keras.tree.flatten(model(keras.tree.pack_sequence_as(x, parts), training=False))

    def computed(parts):
        recorder = Recorder(keeps=True)
        recorder.x = parts
        with tf.GradientTape() as recorder.tape, recorder:
            passed(parts)
        return recorder.ops

    def same(one, other):
        return one.shape == other.shape and (not one.dtype.is_floating or alone(one, other, images))

    with suppress(Exception):  # of a model that takes no such batch
        before = passed(parts)
        for copies in (True, False):
            after = passed(others := [changed(part, copies) for part in parts])
            if len(before) != len(after) or all(map(same, before, after)) or not all(map(np.array_equal, before, passed(parts))):
                continue
            pairs, graph = zip(computed(parts), computed(others)), False
            for a, b in pairs:
                graph |= any(shape[-2:] == (images, images) for shape in a.constants)
                if not a.weighty and (a.op != b.op or not same(a.output, b.output)):
                    a.of_graph, a.length = graph, a.op in ("Sum", "EuclideanNorm") and (
                        a.op != "Sum" or any(one.op in ("Square", "Abs") or one.op == "Mul" and one.taken[0] is one.taken[1] for one in a.before))
                    return a


def alone(before, after, images):
    """True if two tensors are alike in what belongs to the last image, wherever it stands; in a matrix of images by images, in one entry."""
    half = before.dtype.size == 2
    before, after = np.asarray(before, "float32"), np.asarray(after, "float32")
    rounding = 0.06 if half else 1e-4
    moved = abs(after - before) > rounding * abs(before).max(initial=0)
    if not moved.ndim or not moved.any():
        return True
    for axis, size in enumerate(moved.shape):
        at = np.moveaxis(moved, axis, 0).reshape(size, -1).any(axis=1)
        if size % images == 0 and not (at[-(size // images):].any() and at[images - 1::images].any()):
            return True
    return moved.shape[-2:] == (images, images) and not moved[..., -1, -1].any()


def readable(calls):
    """The calls that hold kernels, each with a name that no other layer has."""
    holders = [call for call in calls if call.kernels]
    names = [layer.name for layer in dict.fromkeys(call.layer for call in holders)]
    for call in holders:
        call.name = call.layer.name if names.count(call.layer.name) == 1 else call.layer.path
        integers = [v.dtype for v in call.kernels.values() if "float" not in v.dtype]
        if integers:
            raise Unreadable(f"The kernel of {call.name} is {integers[0]}: audit the model before it is quantized.")
    return holders


def loss_of(model, x, y, outputs, loss, seen):
    """The loss, or None if the labels are such that there is none."""
    wanted = getattr(model, "loss", None) if loss is None else loss
    pair(model, outputs, y, wanted)
    try:
        if loss is None:
            return model.compute_loss(x, y, outputs)
        return sum(map(lossy, seen.heads)) if seen.heads else tf.reduce_mean(keras.losses.get(loss)(y, outputs))
    except Exception as error:
        if seen.labels:
            return None
        raise Unreadable(no_loss(wanted, y, outputs, seen.heads, theirs(error))) from None


# Every call of a layer, with the tensors that go in and come out, which tell who feeds whom.

class Call(SimpleNamespace):
    """One call of a layer. Calls are compared by identity, as tensors cannot be."""

    __eq__, __hash__ = object.__eq__, object.__hash__


class Recorder:
    """While it is open, it notes the calls of layers, and its tape watches every z.

    calls: those of the innermost layers, in their order. ops: what TensorFlow computes in them, with what it makes if asked to
    keep that. failed: layers in which an error arose, the innermost first.
    """

    def __init__(self, tape=None, keeps=False):
        self.tape, self.done, self.calls, self.composites, self.stack, self.failed = tape, False, [], [], [], []
        self.ops, self.made, self.keeps, self.x = [], {}, keeps, []
        self.originals = {kind: kind.__call__ for kind in (keras.Layer, keras.Operation)}

    def __enter__(self):
        for kind, original in self.originals.items():
            kind.__call__ = self.recording(original, kind)
        op_callbacks.add_op_callback(self.computed)
        return self

    def __exit__(self, error, *more):
        op_callbacks.remove_op_callback(self.computed)
        for kind, original in self.originals.items():
            kind.__call__ = original
        if error is None:
            self.done = True
            self.connect()

    def recording(self, original, kind):
        """The __call__ of a kind of layer, that notes itself."""

        def call(layer, *args, **kwargs):
            outer = self.stack[-1] if self.stack else None
            between_steps = outer and inside(outer.layer) is not outer.layer and kernels(outer.layer)
            if between_steps or (kind is keras.Operation and isinstance(layer, keras.Layer)):
                return original(layer, *args, **kwargs)
            here = Call(layer=layer, innermost=True, z=None, taken=set())
            here.inputs = [t for t in keras.tree.flatten((args, kwargs)) if tf.is_tensor(t)]
            here.traced = all(getattr(one.layer, "inputs", None) for one in self.stack)  # in Functional models alone
            activation = vars(layer).get("activation") if inside(layer) is layer and kernels(layer) else None

            def watched(z, *more, **named):
                self.tape.watch(z)
                here.z = z
                return activation(z, *more, **named)

            if callable(activation):
                vars(layer)["activation"] = watched
            if isinstance(layer, kl.RNN) and here.inputs:
                self.tape.watch(here.inputs[0])
            if outer:
                outer.innermost = False
            self.stack.append(here)
            try:
                output = original(layer, *args, **kwargs)
            except Exception:
                self.failed.append(layer)
                raise
            finally:
                self.stack.pop()
                if callable(activation):
                    vars(layer)["activation"] = activation
            self.note(here, next((t for t in keras.tree.flatten(output) if tf.is_tensor(t)), None), outer)
            return output

        return call

    def computed(self, op, inputs, attributes, outputs, name=None, graph=None):
        """Notes an operation of TensorFlow, if it runs now."""
        if graph is not None or not outputs:
            return
        op, before = op.decode() if isinstance(op, bytes) else op, list(map(self.maker, inputs))
        weighty = op == "ReadVariableOp" or bool(before) and all(one and one.weighty for one in before)
        learned = [tensor for tensor, one in zip(inputs, before) if one and one.learned]
        here = SimpleNamespace(op=op, layer=self.stack[-1].layer if self.stack else None, before=[one for one in before if one], makers=before,
                               taken=inputs if op in TAKEN else [], made=outputs[0] if op in ("Mul", "RealDiv") else None, within=None,
                               constants=[t.shape for t, one in zip(inputs, before) if not one and not any(t is part for part in self.x)],
                               weighty=weighty, shape=outputs[0].shape, output=outputs[0] if self.keeps else None,
                               given=inputs[0] if op in ("Softmax", "LogSoftmax", "Sigmoid") else None, learned=weighty or bool(learned),
                               summed=(learned or inputs, inputs, outputs[0]) if op in (*SUMS, "AddV2") else None,
                               cuts=op in CUTS or not (outputs[0].dtype.is_floating or op in SIZES),
                               products=op in PRODUCTS and not any(one and one.weighty for one in before))  # of numbers with numbers
        self.ops.append(here)
        self.made |= {id(t): (weakref.ref(t), here) for t in outputs}

    def maker(self, tensor):
        """The operation that has made a tensor, or None."""
        alive, here = self.made.get(id(tensor), (lambda: None, None))
        return here if alive() is tensor else None

    def note(self, here, output, outer):
        """A call that has ended, unless it has passed on a tensor as it was."""
        here.output, here.made, here.weighty = output, self.maker(output), any(len(v.shape) > 1 for v in getattr(here.layer, "weights", []))
        known = {name: v for name, v in kernels(here.layer).items() if id(v) not in here.taken}  # not a wrapper's
        here.kernels = known or (own_kernels(here) if here.innermost else {}) if here.inputs else {}
        if outer:
            outer.taken |= here.taken | {id(v) for v in here.kernels.values()}
        if output is None or any(t is output for t in here.inputs):
            return
        here.at = len(self.calls) + len(self.composites)
        (self.calls if here.kernels or here.innermost else self.composites).append(here)
        if here.z is None:
            here.z = output
            if output.dtype.is_floating:  # and no mask
                self.tape.watch(output)

    def connect(self):
        """Every call learns who takes its output, and the calls of kernels that feed it, past all without one."""
        produced = {id(c.output): c for c in [*self.composites, *self.calls]}
        for call in sorted(produced.values(), key=lambda c: c.at):
            call.takers = [c for c in self.calls if any(t is call.output for t in c.inputs)]
            call.followed = any(even(c) and c.at > call.at for c in [*self.composites, *self.calls])
            source = call.inputs[0] if call.inputs else call.output
            while (made := self.maker(source)) and made.op == "Cast":
                source = made.taken[0]
            call.source, call.learned = id(source), bool(made and made.learned)
            call.feeders, call.fed, call.renewed, todo = [], False, False, [call]
            while todo:
                before = [produced[id(t)] for t in todo.pop().inputs if id(t) in produced]
                call.feeders += [c for c in before if c.kernels]
                todo += [c for c in before if not c.kernels]
                call.fed |= any(c.weighty for c in before)
                call.renewed |= any(isinstance(c.layer, NORMALIZATION) and c.learned for c in before)


def inside(layer):
    """What does the work of a layer: the cell of a recurrent one, what TimeDistributed distributes, else itself."""
    return layer.cell if isinstance(layer, kl.RNN) else layer.layer if isinstance(layer, kl.TimeDistributed) else layer


def kernels(layer):
    """The kernels of one layer, {name: variable}."""
    found = {name: getattr(inside(layer), f"_{name}", getattr(inside(layer), name, None)) for name in KERNELS}
    return {name: v for name, v in found.items() if isinstance(v, keras.Variable)}


def variable(layer, name):
    """The variable of that name, or None: in someone's own layer it may be anything."""
    found = getattr(layer, name, None)
    return found if isinstance(found, keras.Variable) else None


def whole(layer, name):
    """The product of a setting of whole numbers, 1 where a layer has none or another thing of that name."""
    found = np.ravel(getattr(layer, name, 1))
    return math.prod(found.tolist()) if found.dtype.kind == "i" else 1


def own_kernels(call):
    """The same for a layer that someone wrote: matrices from its input to its output."""
    if call.output is None or not isinstance(call.layer, keras.Layer) or isinstance(call.layer, NORMALIZATION):
        return {}
    shape = (*call.inputs[0].shape[-1:], *call.output.shape[-1:])
    deep = 9 if not type(call.layer).__module__.startswith("keras.") else 2  # windows, as of tf.nn.conv2d
    return {v.name: v for v in call.layer.trainable_variables if tuple(v.shape[-2:]) == shape and len(v.shape) <= deep}


def next_step(model, gradients, asked):
    """{id: by how much the compiled optimizer's next step would change it} of at least the trainable variables asked for by id."""
    optimizer, pairs = bare(model), list(zip(gradients, model.trainable_variables))
    if type(optimizer) in APART and not optimizer.built and not optimizer.global_clipnorm:  # to copy them all takes longer
        pairs = [(gradient, v) for gradient, v in pairs if id(v) in asked]
    if optimizer is None or not pairs:
        return {}
    copies = [keras.Variable(v.numpy(), dtype=v.dtype, name=v.name) for _, v in pairs]
    try:
        twin = type(optimizer).from_config(optimizer.get_config())
    except Exception:  # someone's own, that cannot be copied
        return {}
    twin.build(copies)
    for new, old in zip(twin.variables, optimizer.variables if optimizer.built else []):
        new.assign(old)
    twin.apply([gradient for gradient, _ in pairs], copies)
    return {id(v): np.asarray(copy, "float64") - np.asarray(v, "float64") for copy, (_, v) in zip(copies, pairs)}


# Heads: an output with its labels and its loss.

def heads(model, recorder, outputs, y, loss):
    """A head for every output that has a loss; none where outputs, labels and losses do not pair."""
    def parts(part):
        if isinstance(part, dict) and not isinstance(outputs, dict):
            return [part.get(name) for name in getattr(model, "output_names", part)]
        return keras.tree.flatten(part)

    made, truths, losses = parts(outputs), parts(y), parts(getattr(model, "loss", None) if loss is None else loss)
    losses = losses * len(made) if len(losses) == 1 else losses
    if not len(made) == len(truths) == len(losses):
        return []
    if isinstance(y, dict):
        names = parts({name: f'y["{name}"]' for name in y})
    elif isinstance(y, (list, tuple)):
        names = [f"y[{i}]" for i in range(len(made))]
    else:
        names = ["y"]
    return [head(recorder, *of) for of in zip(names, made, truths, losses) if all(part is not None for part in of)]


def head(recorder, spelled, tensor, truth, loss):
    """An output, its labels, its loss by name, and the call that makes it."""
    loss = keras.losses.get(loss)
    options, kind = getattr(loss, "_fn_kwargs", {}), getattr(getattr(loss, "fn", loss), "__name__", "")
    def maker(tensor):
        return next((c for c in reversed(recorder.calls) if c.output is tensor), None)

    call = maker(tensor)
    while call and isinstance(call.layer, LAYOUT) and maker(call.inputs[0]):
        call = maker(call.inputs[0])
    before = maker(call.inputs[0]) if call and not call.kernels else None
    op = made = recorder.maker(tensor)
    while op and op.op in ("Cast", "Reshape", "Squeeze", "Identity"):
        op = op.makers[0]
    before = maker(op.given) if op and op.given is not None and call is None else before  # of a model that computes by itself
    found = SimpleNamespace(tensor=tensor, made=made, truth=truth, out=np.asarray(tensor, "float64"), y=np.asarray(truth, "float64"), loss=loss,
        kind=kind, family=FAMILIES.get(kind), from_logits=options.get("from_logits", False), call=call, before=before,
        ignored=options.get("ignore_class"), axis=options.get("axis", -1), spelled=spelled, layer=call.layer.name if call else "output",
        activation=activation_of(call.layer) if call else APPLIED.get(op.op, "") if op else "", range=bounds(tensor, made, len(tensor)))
    if call and isinstance(call.layer, kl.RNN):  # whose state starts from 0
        found.activation = getattr(getattr(inside(call.layer), "activation", None), "__name__", "")
        found.range = {"tanh": (-1, 1), "sigmoid": (0, 1), "relu": (0, math.inf)}.get(found.activation, FREE)
    squashed = found.activation in ("softmax", "sigmoid")
    while squashed and op and op.given is None and op.op in SAME:  # of a layer that puts steps together, or turns axes
        op = op.makers[0]
    applied = op and op.given is not None
    found.logits = bounds(op.taken[0], op.makers[0], len(tensor)) if applied else FREE if squashed else found.range
    found.units = found.out.shape[-1] if found.out.ndim > 1 else 1
    found.mixed = mixed(found, maker)
    kept = kind == SPARSE or found.y.shape == found.out.shape  # else Keras reshapes the output, and forgets
    found.own_logits = kept and hasattr(tensor, "_keras_logits")
    return found


def bounds(tensor, op, images, most=40):
    """Between which numbers a tensor lies whatever the weights, by interval arithmetic over the operations that have made it."""
    if op is None:
        constant = tensor.dtype.is_floating and (not tensor.shape.rank or len(tensor) != images) and tensor.shape.num_elements()
        return (float(tf.reduce_min(tensor)), float(tf.reduce_max(tensor))) if constant else FREE
    if op.within is None:
        op.within = FREE if op.weighty or not most or op.op not in TAKEN else within(op, images, most)
    return op.within


def within(op, images, most):
    """The same of one operation."""
    kind, pairs = op.op, [(t, m) for t, m in zip(op.taken, op.makers) if t.dtype.is_floating]
    parts = [bounds(t, m, images, most - 1) for t, m in pairs]
    (low, high), b = a, _ = [*parts, FREE, FREE][:2]
    factors = op.makers[0].taken if kind == "Sum" and op.makers[0] and op.makers[0].op == "Mul" else [t for t, _ in pairs] if kind in PRODUCTS else []
    if len(factors) == 2 and all(map(directed, factors)) or kind in ("Mul", "RealDiv") and directed(op.made):  # cosines, vectors of length 1
        return -1, 1
    if kind in FIXED or kind in RISING:
        return FIXED.get(kind) or tuple(float(RISING[kind](end)) for end in a)
    even = kind == "Pow" and b[0] == b[1] and b[0] % 2 == 0
    if kind in ("Square", "Abs") or even or kind == "Mul" and op.taken[0] is op.taken[1]:
        return 0, max(-low, high) ** (1 if kind == "Abs" else b[0] if even else 2)
    if kind in ("Neg", "Sub"):
        return (-high, -low) if kind == "Neg" else (low - b[1], high - b[0])
    if kind in ("AddV2", "BiasAdd"):
        return low + b[0], high + b[1]
    if kind == "Mul" or kind == "RealDiv" and (b[0] > 0 or b[1] < 0):
        ends = [p * q if p and q else 0.0 for p in a for q in (b if kind == "Mul" else (1 / b[1], 1 / b[0]))]
        return min(ends), max(ends)
    if kind in SAME and parts:
        ends = (max, max) if kind == "Maximum" else (min, min) if kind == "Minimum" else (min, max)
        return tuple(end(found) for end, found in zip(ends, zip(*parts)))
    return (0 if low >= 0 else -math.inf, 0 if high <= 0 else math.inf) if kind == "Sum" else FREE


def directed(tensor):
    """True for vectors of length 1."""
    found = np.asarray(tensor, "float64")
    return any(np.all(abs(np.sum(found**2, axis=axis) - 1) < 0.02) for axis in (-1, -2)[:found.ndim] if found.shape[axis] > 1)


def ignorant(head):
    """The least that someone's own loss is for outputs that know nothing, or None; and if it is largest for outputs that equal y."""
    if head.family or not head.y.std() or head.kind in dir(keras.losses):
        return None, False

    def at(out, y=head.truth):
        return float(tf.reduce_mean(head.loss(y, tf.broadcast_to(tf.cast(out, head.tensor.dtype), head.tensor.shape))))

    y, mean, std, alike = head.y, head.y.mean(), head.y.std(), head.y.shape == head.out.shape
    known = {0.0, mean, math.log(mean / (1 - mean)) if 0 < mean < 1 else 0.0} if alike else {0.0, 1 / head.units}
    try:
        found = [at(c) for c in known if head.range[0] <= c <= head.range[1]]
        if not alike and head.units > 1:  # of numbers of classes, if it is a cross-entropy
            return next((c for c in found if abs(c / math.log(head.units) - 1) < 0.05 and (head.range == FREE or head.activation)), None), False
        fair = min(found) if found and all(0 < c < math.inf for c in found) and at(head.tensor, 0 * head.truth) != float(lossy(head)) else None
        return fair, alike and max(at(y + std), at(y - std)) < at(y) - LOST
    except Exception:  # of a loss that wants more of outputs than their numbers
        return None, False


def mixed(head, maker):
    """True if a reshape on the way to the loss has put units of one position beside those of another, found out on the numbers of positions."""
    way, call = [], maker(head.tensor)
    while call and not call.kernels and len(call.inputs) == 1 and (isinstance(call.layer, LAYOUT) or call.output.shape == call.inputs[0].shape):
        way, call = [call.layer] * isinstance(call.layer, LAYOUT) + way, maker(call.inputs[0])
    if not (way and call and call.kernels) or isinstance(call.layer, kl.RNN) or head.family not in (SPARSE, CATEGORICAL):
        return False
    shape = call.output.shape
    marks = tf.broadcast_to(tf.reshape(tf.range(math.prod(shape[:-1])), (*shape[:-1], 1)), shape)
    for layer in way:
        marks = layer(marks)
    return shape[-1] == head.out.shape[-1] and bool(tf.reduce_any(marks != marks[..., :1]))


def pressed(head):
    """What someone's own loss cannot fall below, as the range of the outputs ends, while it falls further beyond; None if it does not."""
    if head.family or head.y.shape != head.out.shape or head.range[0] < 0:
        return None
    try:
        with tf.GradientTape() as tape:
            tape.watch(out := tf.identity(head.tensor))
            first = tf.reduce_mean(head.loss(head.truth, out))
        far = out - 30 * tf.sign(tape.gradient(first, out))  # where a loss of logits is next to 0
        least, beyond = (float(tf.reduce_mean(head.loss(head.truth, t))) for t in (tf.clip_by_value(far, *head.range), far))
    except Exception:  # of a loss that wants more of outputs than their numbers
        return None
    return least if 0 <= beyond < 0.9 * least and least > 0.1 * float(first) else None


def lossy(head):
    """The loss of one head, labels shaped as compile() shapes them."""
    column = head.kind != SPARSE and head.y.ndim + 1 == head.out.ndim and head.units == 1
    return tf.reduce_mean(head.loss(head.y[..., None] if column else head.truth, head.tensor))


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
    window, (a, b), stride = math.prod(shape[:-2]), shape[-2:], whole(layer, "strides")
    if isinstance(layer, kl.RNN):
        return window * a, getattr(layer.cell, "units", b)
    if name == "depthwise_kernel" or "Depthwise" in type(layer).__name__:
        return window, window * b / stride
    if "Transpose" in type(layer).__name__:
        return window * b / stride, window * a
    return window * a, window * b / whole(layer, "groups") / stride


def activation_of(layer):
    """The name of the activation that a layer applies, "" for none."""
    layer = layer.layer if isinstance(layer, kl.TimeDistributed) else layer
    function = getattr(layer, "activation", None)
    if isinstance(layer, kl.RNN) or not callable(function):
        return ACTIVATIONS.get(type(layer).__name__.lower(), "")
    return getattr(function, "__name__", type(function).__name__).replace("linear", "").removesuffix("_v2")  # of tf.nn.softmax


def behind(call):
    """From a kernel to the next, a fork or a merge: its activation, h, normalized or not, and the last call before."""
    found = SimpleNamespace(activation=activation_of(call.layer), h=call.output, end=call)
    found.normalized, found.shifted = False, ""
    found.scaled = found.activation not in ("", *ACTIVATIONS.values())  # by someone's own, as sin(30 z)
    while len(found.end.takers) == 1 and not found.end.takers[0].kernels and len(found.end.takers[0].inputs) == 1:
        found.end = found.end.takers[0]
        found.normalized |= isinstance(found.end.layer, NORMALIZATION)
        shift = variable(found.end.layer, "beta")
        found.shifted = found.end.layer.name if shift is not None and np.any(shift) else found.shifted
        own = isinstance(found.end.layer, (kl.Lambda, kl.Rescaling)) or not isinstance(found.end.layer, keras.Layer)
        found.scaled |= own
        if not found.activation and activation_of(found.end.layer):
            found.activation, found.h = activation_of(found.end.layer), found.end.output
    return found


def varies(tensor, rounded=0.0):
    """True if the images of the batch are not all alike in this tensor, up to a share of its largest number."""
    images = np.atleast_1d(np.asarray(tensor, "float64"))  # a mean over all images is one number
    return bool((abs(images - images[:1]) > rounded * abs(images).max()).any())


def flat(tensors, layer=None):
    """Tensors as one array (images and positions, features) float64."""
    axis = 1 if getattr(layer, "data_format", None) == "channels_first" else -1
    arrays = [np.moveaxis(np.asarray(t, "float64"), axis, -1) for t in tensors]
    return np.concatenate([a.reshape(-1, a.shape[-1]) for a in arrays])


def _rms(array):
    return math.sqrt(np.mean(np.square(array, dtype="float64"))) if np.size(array) else 0.0


def unscaled(x, given):
    """Columns of the data that are large where a kernel takes them: [(which, least, largest, remedy)], unless most are."""
    large, alone = np.flatnonzero(np.mean(given**2, axis=0) > math.exp(REACH)), hasattr(x, "shape")
    if not large.size or alone and given.shape[-1] < 2 * large.size:
        return []
    if alone:
        parts = [("x", x, "x = ", "")]
    elif isinstance(x, dict):
        parts = [(f'x["{key}"]', part, f"x = dict(x, {key}=", ")") for key, part in x.items()]
    else:
        parts = [(f"x[{i}]", part, f"x = [*x[:{i}], ", f", *x[{i + 1}:]]") for i, part in enumerate(x)]
    known, found = {}, []
    for name, part, before, after in parts:
        if hasattr(part, "shape") and len(part.shape) < 4 and not wordy(part):
            table = np.asarray(part, "float64").reshape(-1, part.shape[-1] if len(part.shape) > 1 else 1)
            known |= {np.ascontiguousarray(column).tobytes(): (name, i, table.shape[1], before, after) for i, column in enumerate(table.T)}
    for j in large[:64]:
        name, i, many, before, after = known.get(np.ascontiguousarray(given[:, j]).tobytes(), (None, 0, 1, "", ""))
        if name:
            scaled = STANDARD.removeprefix("x = ").removesuffix(".").replace("x", name)
            found.append((f"{name}, column {i}" if many > 1 else name, given[:, j].min(), given[:, j].max(), f"{before}{scaled}{after}."))
    return found


def measured(layer, holders, outputs, changes, x):
    """A row for every kernel of one layer, from all its calls."""
    calls = [call for call in holders if call.layer is layer]
    form = [(call.z.shape[1:], call.inputs[0].shape[1:]) for call in calls]  # a tied embedding has two
    calls = [call for call, own in zip(calls, form) if own == form[0]]
    paths = [behind(call) for call in calls]
    first, activation, end = calls[0], paths[0].activation, paths[0].end
    inputs, h = flat([c.inputs[0] for c in calls]), flat([path.h for path in paths], layer)
    z, delta = flat([c.z for c in calls], layer), flat([c.delta for c in calls], layer)
    bias = variable(inside(layer), "bias")
    still = not any(map(varies, keras.tree.flatten(outputs)))
    biased = bias is not None and hasattr(inside(layer), "bias_initializer")
    bias = np.asarray(0.0 if bias is None or isinstance(layer, kl.RNN) else bias, "float64").ravel()
    dead, images = ~h.any(axis=0) & (activation not in LIMITS), len(first.z)
    # behind a norm δ is large, and harmless, where z is small, as of a blank patch
    weight = np.mean(z**2, axis=-1, keepdims=True) / (np.mean(z**2) or 1)
    low, high = LIMITS.get(activation, (-math.inf, math.inf))
    edge = (high - low) / 200
    is_output = any(t is path.end.output for t in keras.tree.flatten(outputs) for path in paths)
    is_output |= first.traced and not any(call in c.feeders for c in holders for call in calls)
    passed = list(end.takers)  # up to the next kernels, as a product with zeros may end a branch beside another way
    for call in passed:
        passed += [] if call.kernels or isinstance(call.layer, kl.Concatenate) else [c for c in call.takers if c not in passed]
    shown = any(varies(c.output) for c in passed if not c.kernels and not isinstance(c.layer, kl.Concatenate))
    later = holders[holders.index(calls[-1]) + 1:]  # no takers: the model adds by itself
    own, w = not type(layer).__module__.startswith("keras."), next(iter(first.kernels.values()))
    if own and len(w.shape) == 2 and inputs.shape[-1] == w.shape[0]:  # a layer that scales its weights itself
        paths[0].scaled |= not 1 / OFF < _rms(z - bias) / (_rms(inputs @ np.asarray(w, "float64")) or 1) < OFF
    taken = np.asarray(first.inputs[0], "float64")
    row = {
        "layer": first.name, "trainable": layer.trainable, "biased": biased, "activation": activation,
        "normalized": paths[0].normalized, "renewed": first.renewed, "followed": first.followed, "source": first.source,
        "meant": False, "shifted": paths[0].shifted,
        "scaled": paths[0].scaled and 1 / OFF < _rms(end.output) / (_rms(inputs) or 1) < OFF,
        "is_output": is_output, "blocks": is_output or still, "still": still,
        "hides": not is_output and not shown and (bool(end.takers) or not (later and varies(later[0].inputs[0]))),
        "is_first": not first.feeders and not first.fed and (first.traced or first is holders[0]),
        "raw_columns": [] if "Conv" in type(inside(layer)).__name__ else unscaled(x, inputs),
        "lost": not varies(first.inputs[0]), "range": (inputs.min(), inputs.max()), "input": _rms(inputs[inputs != 0]),
        "whole": bool((inputs == inputs.round()).all()), "units": z.shape[-1],
        "differs": _rms(taken - taken.mean(axis=0)) / (_rms(taken) or 1) if taken.any() and taken.size > FEW else 1.0,
        "contrast": _rms(inputs - inputs.mean(axis=0)) / (_rms(inputs) or 1) if inputs.size > FEW else 1.0,
        "finite": bool(np.isfinite(z).all() and np.isfinite(h).all()), "positions": len(z) // images,
        "from_bias": (_rms(bias) / (_rms(z) or 1)) ** 2 > 0.5, "mean": h.mean(), "std": h.std(), "dead": dead.mean(),
        "silenced": np.mean(dead & ((z - bias).max(axis=0) > 0)) if dead.shape == bias.shape else 0.0,
        "saturated": np.mean((h < low + edge) | (h > high - edge)) if activation in LIMITS else None,
        "apart": np.mean(np.var(np.asarray(paths[0].h, "float64"), axis=0)) / (_rms(paths[0].h) ** 2 or math.nan),
        "delta": _rms(delta), "delta_square": np.sum(delta**2 * weight) / images,
        "gain": min(_rms(h), _rms(z - (bias if bias.size == z.shape[-1] else 0))) / (_rms(inputs) or 1),
    }
    parts = {kind: f"/{kind.removesuffix('_kernel')}" if len(first.kernels) > 1 else "" for kind in first.kernels}
    return [SimpleNamespace(**row, name=first.name + parts[kind], **weighed(layer, kind, v, *changes.get(id(v), (None, None))))
            for kind, v in first.kernels.items()]


def weighed(layer, kind, variable, gradient, change):
    """The part of a row that is about one kernel."""
    w, n, work = np.asarray(variable, "float32"), fans(layer, kind, variable.shape), inside(layer)
    size, by_shape = _rms(w), (math.prod(w.shape[:-1]), math.prod(w.shape[:-2]) * w.shape[-1])  # as Keras reads a shape
    by_use = {rule: size / math.sqrt(variance(*n)) for rule, variance in ALL_RULES.items() if n}
    ratios = {rule: by_use[rule] for rule in RULES} if n else {"": 1.0}
    columns = np.swapaxes(w, -1, -2) if "Transpose" in type(layer).__name__ else w
    columns = w.reshape(n[0], -1) if isinstance(layer, kl.EinsumDense) else columns.reshape(-1, columns.shape[-1])
    depthwise = kind == "kernel" and "Depthwise" in type(work).__name__
    argument = "depthwise_initializer" if depthwise else f"{kind.removesuffix('_kernel')}_initializer"
    argument = argument if hasattr(work, argument) else "initializer"
    chance = ERRORS / math.sqrt(2 * w.size)  # of the logarithm of the RMS of so many random numbers
    by_shape = {rule: size / math.sqrt(variance(*by_shape)) for rule, variance in ALL_RULES.items()}
    asked, std = getattr(getattr(work, argument, None), "stddev", None) or math.inf, w.std(dtype="float64")
    kept = size and asked <= 0.02 and any(abs(math.log(std / asked / cut)) < chance for cut in (1, 0.88))  # truncated
    return {
        "kernel": columns, "fans": n, "ratios": ratios, "weight_std": std, "rank": w.ndim, "argument": argument,
        "initializer": getattr(work, argument, None), "dtype": layer.compute_dtype, "recurs": isinstance(layer, kl.RNN),
        "convolves": "Conv" in type(work).__name__, "groups": 0 if "depthwise" in argument else whole(work, "groups"),
        "off": max(1.0, min(ratios.values())) * min(1.0, max(ratios.values())),  # from the nearest rule; 1 among them
        "by_shape": by_shape, "by_use": by_use, "chance": chance,
        "follows": {rule for rule, ratio in by_shape.items() if size and abs(math.log(ratio)) < chance},
        "faint": kept,  # as its initializer asks for: N(0, 0.02) of GANs, N(0, 0.01) of detectors
        "gradient": None if gradient is None else _rms(gradient), "step": None if change is None or not size else _rms(change) / size,
        "stride": None if change is None or not size else _rms(change) / size * (min(ratios.values()) if max(ratios.values()) < 1 / OFF else 1),
        "stuck": np.mean(change[np.asarray(gradient) != 0] == 0) if "16" in variable.dtype and change is not None and np.any(gradient) else 0.0,
    }


# Branches: what is added to something else, by which a trunk goes on beside them.

def branches(seen, holders):
    """{layer: the branch that it ends}, of the layers with kernels whose output is a term of a sum before the next kernel comes."""
    takers, users, found = {}, {}, {}
    for op in seen.ops:
        for before in op.before:
            takers.setdefault(id(before), []).append(op)
    for call in holders:
        users.setdefault(call.name, []).append(call)
    for name, calls in users.items():
        sums = [added(behind(call).end.made, takers) for call in calls]
        if not all(sums):
            continue
        whole, term, others, made = max(sums[0], key=lambda one: _rms(one[0]) / (_rms(one[1]) or LOST))
        before, beside, other = ancestors([calls[0].made]), ancestors(made), _rms(sum(others))
        found[name] = SimpleNamespace(
            small=all(any(_rms(whole) > OFF * _rms(term) for whole, term, *_ in one) for one in sums),
            loud=OFF * _rms(term) > other, upon_frozen=any(not layer.trainable for layer in nearest(made)),
            skipped=any(id(one) in before for one in made),  # by what goes into the branch, as a residual connection does
            times=_rms(term) / (other or 1), sent=_rms(term) ** 2, carried=_rms(whole) ** 2,
            inner=[inner for inner, (first, *_) in users.items() if inner != name and id(first.made) in before.keys() - beside.keys()])
    return found


def added(op, takers):
    """[(sum, term, others, what has made these)] on the way from an operation to the next kernel or fork: its term, and those of images."""
    found = []
    while op:
        ways = list({id(one): one for one in takers.get(id(op), []) if one.op not in SIZES}.values())
        if len(ways) != 1 or ways[0].op in PRODUCTS or "Conv" in ways[0].op:
            break
        before, op = op, ways[0]
        others = [one for one in op.before if one is not before and one.learned and not one.weighty]
        if op.op == "AddV2" and not any(one and one.weighty for one in op.makers):
            terms = [t for t, made in zip(op.taken, op.makers) if made is not before]
            if terms and all(t.shape == op.shape and varies(t) for t in terms):
                term = next(t for t, made in zip(op.taken, op.makers) if made is before)
                found.append((op.summed[2], term, terms, others))
        elif others:
            break
    return found


def ancestors(ops, onward=lambda op: op.before):
    """{id: operation} of these and of all that one gets to from them, by default all that their results are made of."""
    found, todo = {}, list(ops)
    while todo:
        if (one := todo.pop()) and id(one) not in found:
            found[id(one)] = one
            todo += onward(one)
    return found


def nearest(ops):
    """The layers of the weights that one meets first on the way back from these operations."""
    def weights(op):
        return [before for before in op.before if before.weighty and len(before.shape) > 1]

    return [op.layer for op in ancestors(ops, lambda op: [] if weights(op) else op.before).values() if weights(op) and op.layer]


def loss_without(seen, y, loss):
    """The loss where the loud branches upon a frozen trunk put out 0; None if it cannot be told."""
    zero = [(v, tf.zeros_like(v.value)) for call in seen.loud for v in call.layer.trainable_variables]
    recorder = Recorder()
    try:
        with tf.GradientTape() as recorder.tape, keras.StatelessScope(zero):
            with recorder:
                outputs = seen.model(keras.tree.map_structure(tf.convert_to_tensor, seen.x), training=True)
            again = SimpleNamespace(heads=heads(seen.model, recorder, outputs, y, loss), labels=[])
            return float(loss_of(seen.model, seen.x, y, outputs, loss, again))
    except Exception:  # of a model that runs once alone
        return None


# Judge. Judges yield findings, and notes as text.

def judge(seen):
    """Causes before consequences, so that no layer is named for what another does to it."""
    rows, bad = seen.rows, list(not_a_number(seen))
    if bad or seen.loss is None:
        return bad + seen.labels
    outside = [*seen.labels, *(one for head in seen.heads for one in outputs(head, seen)), *unregistered(seen)]
    if seen.crossed and not seen.labels:
        outside.append(elsewhere("loss", "targets broadcast", "In it (n, 1) and (n,) give (n, n), for n images: each with all.",
                                 "`[:, 0]` on the column."))
    outside += few(seen)
    if seen.across:
        outside.append(elsewhere("loss", "softmax over the batch", "In it a softmax sums to one over the images.", "`axis=-1` in this softmax."))
    outside += [elsewhere("loss", "loss is maximized", "It is larger for outputs that equal y than for others: each step leads away from y.",
                          "the other sign, as `-your_loss(y, out)`.") for head in seen.heads if head.inverted]
    outside += [*unlike(seen), *(louder(seen) if not seen.labels else [])]
    mixes = list(leaking(seen)) if not any("softmax over" in one.fault for one in outside) else []
    outside += mixes
    causes = [*zeros(seen), *copies(rows)]
    causes += scales([row for row in rows if row.layer not in named(causes)], seen)
    if finite := math.isfinite(seen.loss) and all(row.finite for row in rows):
        causes += inputs(rows, seen)
        hidden = (broken, empty, factors, dropped, single, sharing, over_queries, drowned, decided, ends_padded, constant, muted)
        cut = [] if named(causes + mixes) else first(hidden, seen)
        if any(one.fault == "kernel too large" for one in cut):  # which they may not be, then
            causes = [one for one in causes if isinstance(one, Finding) or "off every rule" not in one]
        faulty = [i for i, row in enumerate(rows) if row.raw_columns or row.layer in named(causes + outside + cut)]
        causes += cut or silent(rows[:min(faulty, default=len(rows))], seen.trained)
        causes += [] if named(causes + mixes) else first((disturbed, averaged, over_steps, depth), seen)
    causes += reused(rows)
    given = [np.ravel(part) for part in keras.tree.flatten(seen.x)]
    if len(given) == 1 and any(np.array_equal(np.ravel(head.y), given[0]) for head in seen.heads):  # then x comes first
        known = [one for one in inputs(rows, seen) if one.remedy.startswith("x = ")]
        if large := [replace(one, remedy=f"{one.remedy.partition(':')[0].removesuffix('.')}: and y from it, as before.") for one in known]:
            outside = [one for one in outside if isinstance(one, str) or not one.remedy.startswith("y = ")]
            causes = [one for one in causes if isinstance(one, str) or not one.remedy.startswith("x = ")] + large
    if not named(causes + outside):
        outside += first((gradient, as_drawn, cut_off, sole, rate_of_zero, first_loss, partial(over_steps, large=True), step) if finite else (overflow,), seen)
    return [*causes, *outside, *left_out(seen), *rare(seen)]


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
        same.layers = tuple(dict.fromkeys(same.layers + one.layers))
    return list(found.values())


def named(said):
    """The layers at fault."""
    return {name for one in said if isinstance(one, Finding) for name in one.layers}


def not_a_number(seen):
    """NaN or infinity in the input or in the weights."""
    data = [part for part in keras.tree.flatten(seen.x) if not wordy(part)]
    if not all(np.isfinite(np.asarray(part, "float64")).all() for part in data):
        yield elsewhere("input", "not a number", "x holds NaN or infinity.", "mend the data.")
        return
    for layer in dict.fromkeys(c.layer for c in seen.calls):
        for v in getattr(layer, "weights", []):
            if "float" in v.dtype and not np.isfinite(np.asarray(v, "float64")).all():
                yield Finding(layer.name, "not a number", f"Its {v.name} holds NaN or infinity.",
                              "start anew, with a smaller learning rate, and look at the loss function.")


# Labels and outputs, by the loss: of a table of cases (when, where, fault, evidence, remedy) the first that holds.

def first_case(cases, y="y"):
    """The finding of the first case that holds, its remedy for these labels; none if that one is no fault."""
    for when, *found in cases:
        if when:
            *found, remedy = found or [""]
            return [elsewhere(*found, re.sub(r"\by\b", y, remedy) if remedy.startswith("y =") else remedy)] if found else []
    return []


def _span(y):
    return f"{y.min():.4g} to {y.max():.4g}"


def to(head, more="", call=None, **arguments):
    """The remedy that gives these arguments to the layer of an output, or of another call, in words where it does not have them."""
    layer = call.layer if call else head.call and head.call.layer
    if hasattr(layer, "filters") and "units" in arguments:
        arguments = {"filters": arguments.pop("units")} | arguments
    typed = ", ".join(f"{name}={value!r}".replace("'", '"') for name, value in arguments.items())
    lacks = any(not hasattr(layer, name) for name in arguments if name != "loss")
    if lacks and activation_of(layer) and arguments == {"activation": "linear"}:
        return f"the model without this layer, {type(layer).__name__}."
    return f"an output with `{typed}`{more}." if lacks else f"{typed}{more}."


def blank(y, units):
    """The one label of many positions that is no class though all others are, as 255 or -1 of what has none; None if there is no such."""
    values = np.unique(y)
    strange = values[(values < 0) | (values > units)]
    fits = len(strange) == 1 and len(values) > 2 and units not in values and (strange[0] > 0 or len(values) != units)
    return int(strange[0]) if fits else None


def labels(head):
    """What this loss cannot make of these labels, whatever the weights."""
    y = head.y if head.ignored is None else head.y[head.y != head.ignored]
    if not y.size or not np.isfinite(y).all():
        return first_case([(y.size, "labels", "not a number", "y holds NaN or infinity.", "mend the data."), (
            True, "labels", "labels ignored", f"All are {head.ignored}, which the loss leaves out.", "look at what loads the data.")])
    low, high, units, ours, theirs = y.min(), y.max(), head.units, head.y.shape, head.out.shape
    whole, fits = (y == y.round()).all(), y.size == head.out.size
    several = (head.y != 0).sum(axis=-1) > 1 if ours == theirs and units > 1 else False  # one may be a weight, as of an action
    most = np.where(several, head.y.sum(axis=-1), 0).max() if np.any(several) else 0
    by_class = {"activation": "softmax", "loss": SPARSE}
    yes_or_no = to(head, activation="sigmoid", loss=BINARY)
    out_of_range = "labels out of range", f"The labels run from {_span(y)}"
    of_units = f"{out_of_range[1]} and the output has {units} unit{'s' * (units > 1)}."
    of_shares = f"{out_of_range[1]}, and {head.kind} wants 0 to 1."
    other_shape = f"y has the shape {ours}, the output {theirs}."
    many = head.layer, "several labels at once", f"Rows of y sum to as much as {most:.3g}.", yes_or_no
    numbers = "y = np.unique(y, return_inverse=True)[1]"
    per_class = to(head, ": one for every class", units=int(high) + 1)
    broadcast = "targets broadcast", f"Targets of shape {ours} are compared with outputs of shape {theirs}."
    alike = ours == theirs or ours in ((*theirs, 1), theirs[:-1]) and 1 in (ours[-1], theirs[-1])
    void = blank(y, units) if head.family == SPARSE and head.out.ndim > 2 and whole else None
    zero = np.mean(abs(y) < 1e-6) if head.kind == RELATIVE else 0
    return first_case({
        SPARSE: [
            (head.y.size * units == head.out.size and ours not in (theirs[:-1], (*theirs[:-1], 1)), "labels",
             "labels do not fit the output", other_shape, f"y = y.reshape({(-1, *theirs[1:-1])})."),
            (ours == theirs and units > 1, "labels", "labels one-hot", other_shape, f'loss="{CATEGORICAL}".'),
            (not whole, "labels", "labels not whole", f"They run from {_span(y)}.", "whole numbers, or another loss."),
            (low >= 0 and high < units,),
            (void is not None, "loss", out_of_range[0], f"{of_units} All others fit, but {_share(np.mean(y == void))} of y is {void}.",
             f"loss=keras.losses.SparseCategoricalCrossentropy({'from_logits=True, ' * head.from_logits}ignore_class={void}): if it marks what has no class."),
            (high - low < units, "labels", out_of_range[0], of_units, f"y = y - {low:.0f}.".replace("- -", "+ ")),
            (low < 0, "labels", out_of_range[0], of_units, f"{numbers}: numbers from 0."),
            (y.ndim > 2 and len(np.unique(y)) <= units, "labels", out_of_range[0], of_units, f"{numbers}.reshape(y.shape): for a mask of pixels."),
            (units == 1 and high == 1, head.layer, out_of_range[0], of_units, yes_or_no),
            (True, head.layer, out_of_range[0], of_units, per_class)], CATEGORICAL: [
            (units == 1, head.layer, "one unit for all classes", f"Over one unit, {head.kind} stands.", yes_or_no),
            (ours != theirs and fits, "labels", "labels do not fit the output", other_shape, f"y = y.reshape({(-1, *theirs[1:])})."),
            (ours != theirs, "labels", "labels not one-hot", other_shape, f'loss="{SPARSE}".'),
            (most > 1.01, *many)], BINARY: [
            (not fits and 1 < units and y.size * units == head.out.size, head.layer, "labels do not fit the output", other_shape,
             to(head, **by_class)),
            (not fits, head.layer, "labels do not fit the output", other_shape,
             FLATTEN if head.y.ndim + 1 < head.out.ndim or units == 1 and y.ndim < head.out.ndim > 2 else "one label for every unit."),
            (head.activation == "softmax" and most > 1.01, *many),
            (low >= 0 and high <= 1,),
            (set(np.unique(y)) == {-1, 1}, "labels", out_of_range[0], of_shares, "y = (y + 1) / 2."),
            (high - low == 1, "labels", out_of_range[0], of_shares, f"y = y - {low:.0f}."),
            (units == 1 and y.ndim < 3 and low >= 0 and whole, head.layer, out_of_range[0], of_shares, to(head, units=int(high) + 1, **by_class)),
            (True, "labels", out_of_range[0], of_shares, "y = (y - y.min()) / (y.max() - y.min()).")],
        "ctc": [(ours[-1] > theirs[1] and (head.y != 0).sum(axis=-1).max() > theirs[1], "labels", "targets longer than the output",
                 f"CTC needs a step for each label, and has {theirs[1]} steps for up to {(head.y != 0).sum(axis=-1).max()}.",
                 "more steps, as by smaller strides, or shorter targets.")] if len(theirs) == 3 else [],
        "logarithm": [(low < 0, "labels", out_of_range[0], f"{out_of_range[1]}, and {head.kind} wants none below 0.", 'loss="mse".')], "distance": [
            (alike and zero, "loss", "targets of 0", f"{_share(zero)} of the targets, by which the loss divides.", 'loss="mae".'),
            (alike,),
            (y.size * units != head.out.size, "labels", *broadcast,
             FLATTEN if head.y.ndim < head.out.ndim else "targets in the shape of the outputs."),
            (whole and low >= 0 and high < units, head.layer, *broadcast, to(head, ": if y numbers classes; else units=1", **by_class)),
            (True, head.layer, *broadcast, to(head, f", or, where outputs are the values of {units} choices, as in Q-learning, the one that was "
                                              "taken: `keras.ops.take_along_axis(q, action[:, None], axis=1)`", units=1))],
    }.get(head.family, []), head.spelled)


def outputs(head, seen):
    """An output that the loss misreads, or that cannot reach the targets."""
    name, activation, out, y = head.layer, head.activation, head.out, head.y
    squashed = activation in ("softmax", "sigmoid")
    earlier = activation_of(head.before.layer) if squashed and head.before else ""
    before = head.before and head.before.layer.name
    earlier_squashed = head.before and activation_of(head.before.layer) in ("softmax", "sigmoid")
    sums = out.sum(axis=head.axis) if head.family != BINARY and head.units > 1 else 1
    shares = out.min() >= -1e-6 and out.max() <= 1.01 and np.all(abs(sums - 1) < 0.02)
    takes_shares = head.family in (*CROSS_ENTROPIES, "shares") and not head.from_logits and not head.own_logits
    own = pressed(head)
    (low, high), (least, most_of) = head.range, head.range if own else head.logits
    slack = 0.01 * (_rms(y) if math.inf in (-low, high) else high - low)
    floor = (own or max(np.logaddexp(0, least), np.logaddexp(0, -most_of)) if own or head.family == BINARY
             else np.logaddexp(0, math.log(max(head.units - 1, 1)) + least - most_of))
    limits = earlier if earlier in RANGES else activation if activation in RANGES and (own or not squashed) else name
    to_logits = own or head.family in CROSS_ENTROPIES and (head.from_logits or squashed) and (
        floor > 0.1 * math.log(2 if head.family == BINARY else max(2, head.units)) or limits in RANGES and head.family != BINARY and least >= 0)
    what, extent = (activation, "") if activation in RANGES else (name, f", {low + 0.0:.2g} to {high + 0.0:.2g}")
    both = (before, name) if head.before and activation_of(head.before.layer) in RANGES else name
    linear, alone = (to(head, call=call, activation="linear") for call in (head.call, head.before))
    free = ("a `keras.layers.Dense` behind it, which puts out any number." if head.call and isinstance(head.call.layer, kl.RNN)
            else linear)
    beyond, most = np.mean((y < low - slack) | (y > high + slack)), max((row.step or 0 for row in seen.rows), default=0)
    pixels = {(0, 1): "y = y / 255.", (-1, 1): "y = y / 127.5 - 1."} if y.min() >= 0 and 128 < y.max() <= 255 else {}
    sizes = f"Their RMS is {_rms(y):.3g}, that of the output {_rms(out):.3g}"
    sizes += f", and the next step is {most:.2g} times the kernel." if most > 1 else "."
    distance = head.family == "distance" and head.kind != RELATIVE
    above = y.reshape(out.shape) > out if y.size == out.size else np.zeros_like(out, bool)
    unlimited = activation in {*RANGES} - {"hard_sigmoid"} or head.call and head.call.kernels and not activation
    asked = y.sum(axis=-1) if y.shape == out.shape and activation == "softmax" else 1
    scaled = "targets near 1." if not y.std() or high < math.inf else SCALE if low == -math.inf else POSITIVE  # which the output reaches
    squash = "sigmoid" if head.family == BINARY else "softmax"
    return first_case([
        (head.mixed, name, "classes mixed with positions", f"A reshape before the loss puts outputs of the {head.units} units for one position "
         "beside those for others.", "`keras.layers.Permute` to exchange axes: a reshape leaves the numbers in their order."),
        (activation == "softmax" and head.units == 1, name, "constant output", "One softmax unit always says 1.",
         linear if head.family == "distance" and (y.min() < 0 or y.max() > 1) else to(head, activation="sigmoid")),
        (activation == "softmax" and head.family in (SPARSE, CATEGORICAL) and np.any(abs(sums - 1) > 0.02), name,
         "softmax over another axis", "It does not sum to one over the classes.", to(head, axis=-1)),
        (earlier and earlier == activation, before, f"{activation} applied twice", f"{name} applies it again.", alone),
        (head.family == "ctc" and squashed, name, f"{activation} applied twice", "CTC takes logits and applies softmax itself.", linear),
        (head.from_logits and squashed and not head.own_logits, name, f"{activation} applied twice",
         "The loss has from_logits=True and applies it again.", linear),
        (head.from_logits and head.family in (SPARSE, CATEGORICAL) and head.units > 1 and not squashed and shares and low >= 0 and high <= 1, name,
         "outputs are no logits", "They lie between 0 and 1 and sum to 1, and the loss has from_logits=True.", f'loss="{head.kind}": without from_logits=True.'),
        (to_logits, before if limits == earlier else name, "logits cut off",
         f"{limits} leaves {least:.2g} to {most_of:.2g}, and the loss takes logits of any size: below {floor:.2g} it cannot fall.",
         alone if limits == earlier else linear if limits in RANGES
         else "a factor between it and the loss, as `10 * out`, fixed or learned."),
        (takes_shares and head.call and isinstance(head.call.layer, kl.Dropout) and earlier_squashed, name, "dropout behind the output",
         f"It sets some of the probabilities of {before} to 0, and makes others larger than 1.", "rate=0.0: without this dropout."),
        (takes_shares and not squashed and (not shares or unlimited), name, "outputs are no probabilities",
         f"They run from {_span(out)}, and {head.kind} takes probabilities.",
         to(head, "" if activation else ", or `from_logits=True` in the loss", activation=squash)),
        (head.kind == "poisson" and out.min() < 0, name, "outputs below 0",
         f"They run from {_span(out)}, and {head.kind} takes their logarithm.", to(head, activation="softplus")),
        ((distance or head.family is None and y.size == out.size and (low, high) in pixels) and beyond > 0.01, both, "targets out of reach",
         f"{_share(beyond)} of the targets, {_span(y)}, lie beyond what {what} puts out{extent}.", pixels.get((low, high), free)),
        (head.family == "sign" and low >= 0 and y.min() <= 0, name, "targets out of reach",
         f"{head.kind} wants outputs below 0 too, which {what} has none of.", to(head, activation="tanh")),
        (distance and activation == "relu" and above.sum() > 8 and not out[above].any() and not seen.trained and (
            not head.call or varies(head.call.inputs[0])), name,
         "dead units", f"The output is a relu, and 0 for all {above.sum()} targets above it: no gradient pulls it up.",
         to(head, activation="softplus")),
        (distance and np.mean(abs(asked - 1) > 0.1) > 0.5, name, "targets out of reach",
         f"Outputs of a softmax sum to 1, the targets to {_span(np.asarray(asked))}.", linear),
        (distance and 0 < _rms(y) < min(1, _rms(out)) / FAINT, "labels", "targets too small",
         f"Their RMS is {_rms(y):.3g}, that of the output {_rms(out):.3g}.", scaled),
        (distance and _rms(y) > FAR * max(1, _rms(out)), "labels", "targets too large", sizes, scaled)], head.spelled)


def unregistered(seen):
    """Variables that the model uses and does not list, as those of a layer made in call()."""
    if seen.strangers:
        shapes = ", ".join(str(tuple(v.shape)) for v in seen.strangers[:3])
        yield elsewhere("model", "weights not registered", f"It uses variables that model.weights does not list: {shapes}.",
                        "layers as attributes, made in __init__ and not in call(), and weights by add_weight, not tf.Variable.")


def louder(seen):
    """Of several outputs one whose targets are large, by which the shared layers do not learn the classes of another."""
    def size(head):  # of what an image's error sends back
        return np.linalg.norm(flat([head.call.delta]), axis=-1).sum() / len(head.out)

    heads = [head for head in seen.heads if head.call and head.call.kernels]
    quiet = min((head for head in heads if head.family in CROSS_ENTROPIES and size(head)), key=size, default=None)
    for head in heads if quiet and len(heads) > 1 else []:
        if head.family == "distance" and size(head) > HEAVY * size(quiet) and _rms(head.y) > OFF * max(1, _rms(head.out)):
            yield from first_case([(True, head.layer, "targets drown another output", f"Their RMS is {_rms(head.y):.3g}, and what their error sends "
                                    f"back {size(head) / size(quiet):.2g} times that of {quiet.layer}.", SCALE)], head.spelled)


def unlike(seen):
    """Images on another scale than those of which a frozen batch normalization keeps the statistics."""
    for call in (c for c in seen.calls if isinstance(c.layer, kl.BatchNormalization) and not c.layer.trainable):
        kept, epsilon = np.asarray(call.layer.moving_variance, "float64"), call.layer.epsilon
        got = np.moveaxis(np.asarray(call.inputs[0], "float64"), call.layer.axis, -1).reshape(-1, len(kept)).var(axis=0)
        times = math.exp(np.median(np.log((got + epsilon) / (kept + epsilon))))
        if (kept != 1).any() and not 1 / FAR < times < FAR:  # all 1: never trained
            yield elsewhere(call.layer.name, "images unlike those it was trained on", f"It is frozen and keeps a variance of {np.median(kept):.2g}, "
                            f"and what comes in has {np.median(got):.2g}.", "x scaled as for the network that it comes from, as by its preprocess_input().")
            return  # what follows has it from this


# The start.

def fitting(row):
    """The rule for a kernel's activation."""
    return "LeCun" if row.activation == "selu" else "He" if row.activation.startswith(RECTIFIERS) else "Glorot"


def fits(row):
    """True for a kernel that is no larger than its rule asks, which to draw it anew would not mend."""
    return (math.log(row.ratios.get(fitting(row), OFF)) < min(row.chance, 0.3)) & (abs(row.kernel.mean()) < row.weight_std / 3)


def learned(rows):
    """True if chance has not drawn some kernel: its largest singular value is beyond 1.2 times that of random numbers."""
    known = [row for row in rows if row.fans and min(row.kernel.shape) > 8 and row.kernel.size < 10**6]  # more take long
    return any(np.linalg.norm(row.kernel - row.kernel.mean(), 2) > 1.2 * row.weight_std * sum(map(math.sqrt, row.kernel.shape)) for row in known)


def advice(row):
    """The argument of this layer, and an initializer for its activation."""
    if not row.trainable:
        return "other weights than these, which are frozen: or normalization behind them"
    rule, rectified = fitting(row), row.activation.startswith(RECTIFIERS) and row.activation != "selu"
    rule = {"LeCun": "lecun_normal", "He": "he_normal", "Glorot": "glorot_uniform"}[rule]
    if row.argument == "depthwise_initializer":  # strings count its fans wrong
        axes = list(range(row.rank - 2))
        return (f'depthwise_initializer=keras.initializers.VarianceScaling({2.0 if rectified else 1.0}, "fan_in", '
                f"input_axes={axes}, output_axes={[*axes, row.rank - 1]})")
    rule = {"embeddings_initializer": "uniform", "recurrent_initializer": "orthogonal"}.get(row.argument, rule)
    return f'{row.argument}="{rule}"' + (" in its add_weight" if row.argument == "initializer" else "")


def factors_of_zero(seen):
    """{layer: layer} of kernels of zeros whose outputs are multiplied: each is a factor of the other's gradient."""
    none, found = {row.layer for row in seen.rows if not row.kernel.any() and not row.gradient}, {}
    for op in (op for op in seen.ops if op.op in ("Mul", *PRODUCTS) and len(op.makers) == 2 and all(op.makers)) if len(none) > 1 else ():
        one, other = ([name for way in ancestors([maker]).values() if way.layer and (name := way.layer.name) in none] for maker in op.makers)
        if one and other and not {*one} & {*other} and not any(map(np.any, op.taken)):
            found.setdefault(one[0], other[0])
    return found


def zeros(seen):
    """Kernels of zeros through which no image passes. Output layers and ends of residual branches may start so."""
    rows, pairs = seen.rows, factors_of_zero(seen)
    for row in (row for row in rows if row.layer in pairs):
        yield Finding(row.layer, "zero kernel", f"It and {pairs[row.layer]} are both 0 and multiply each other, so that no gradient reaches either.",
                      f"{advice(row)}.")
    none = [row for row in rows if not row.kernel.any() and row.layer not in {*pairs, *pairs.values()}]
    hiding = [row for row in none if row.hides]
    for row in (row for row in none if row in hiding or hiding and row.still):
        yield Finding(row.layer, "zero kernel", "All its weights are 0, so that the layers behind it cannot tell one image from another.",
                      f"{advice(row)}.")
    if none and not hiding:
        yield f"Zeros in {listed(row.name for row in none)}: sound at an output or at the end of a residual branch."
    still = [row.name for row in rows if row.range == (0, 0) and row.fans and row.trainable and not row.gradient]
    if still and not none and not any(row.dead == 1 and row.activation for row in rows):
        yield (f"{listed(still)}: all that comes in is 0, for every image, and these weights do not move. Sound in a state or branch that starts "
               "from 0, a fault where data should come in, as a decoder's target.")


def copies(rows):
    """Kernels of which at most half of the columns that are not zero differ from each other."""
    for row in (row for row in rows if row.trainable and (row.fans or row.units > 1)):
        columns = [column.tobytes() for column in (row.kernel[:64].T if row.fans else row.kernel[:64]) if column.any()]  # enough to tell
        if len(columns) > 1 and len(set(columns)) <= len(columns) / 2:
            evidence = f"Its kernel has {len(columns)} {'columns' if row.fans else 'rows'}, of which {len(set(columns))} differ: units are copies."
            yield Finding(row.layer, "copied units", evidence, f"{advice(row)}: a random number for every weight.")
        elif row.normalized and row.fans and row.groups == 1 and row.fans[0] > 2 < len(columns) and (apart := spread(row.kernel)) < 1 / 10:
            evidence = f"Its units differ by {_share(apart)} of their size, and normalization makes copies of what they share."
            yield Finding(row.layer, "copied units", evidence, f"{advice(row)}.")


def spread(kernel):
    """By how much the columns of a kernel point apart: 0 for copies up to their size, 1 for random ones."""
    columns = kernel / (np.linalg.norm(kernel, axis=0, keepdims=True) + 1e-30)
    return math.sqrt(max(0.0, 1 - np.sum(np.mean(columns, axis=1, dtype="float64") ** 2)))


def factor(row, rows):
    """(how many times too large a kernel is, for what): for the rule that most others follow, else for the nearest."""
    followed = [rule for other in rows if other is not row for rule in other.follows]
    most = max(map(followed.count, row.by_shape))
    if most < 2 or most <= (len(rows) - 1) / 2:
        return row.off, "the nearest rule"
    usual = [rule for rule in row.by_shape if followed.count(rule) == most]
    by_fan_in = [rule for rule in usual if rule in RULES]  # in a square kernel the two are one
    ways = [(counted[rule], rule) for rule in by_fan_in or usual for counted in (row.by_shape, row.by_use)]
    times, rule = min(ways, key=lambda way: abs(math.log(way[0])))
    return times, f"the rule of most others, {rule},"


def scales(rows, seen):
    """Kernels off every rule. Where normalization, branches or training make up for it, it is a fault only in a few."""
    rows = [row for row in rows if row.fans and row.trainable and row.kernel.any()]
    made_up = any(even(call) and call.learned for call in seen.calls)
    found, faint, other = [], [], []
    inner = [row for row in rows if not row.is_output]
    head = inner and inner[0].off > 1 / OFF and sum(row.faint for row in inner) <= HEAD or any(row.from_bias for row in inner)
    brief = made_up and sum(row.faint and not row.followed for row in inner) < 3
    for row in rows:
        times, rule = factor(row, rows)  # meant: as of GANs, of detectors and others that end so, and of AlexNet, whose biases carry the signal
        row.meant = row.faint and (row.followed or brief or row.recurs or head and row.convolves)
        if abs(math.log(times)) <= math.log(OFF) + row.chance:
            if one_way(row) and row.gain > OFF * _rms(row.kernel) * math.sqrt(row.fans[0]) and not (row.normalized or seen.trained):
                evidence = f"What comes out is {row.gain:.2g} times as large as what comes in.{one_way(row)}"
                found.append(Finding(row.layer, "mean of its kernel too large", evidence, f"{advice(row)}."))
            continue
        if row.follows & RULES.keys():
            other += [row] if row.off < 1 / OFF else []
        elif times < 1 and not row.scaled and (row.is_output or row.meant):
            faint.append(row)
        elif not row.scaled:
            full = bool(times > 1 and (row.saturated or 0) > SOME and not row.is_output)
            evidence = f"The RMS of its weights is {times:.2g} times what {rule} asks for"
            evidence += f", and {_share(row.saturated)} of its activations are saturated" * full
            fault = f"kernel too {'large' if times > 1 else 'small'}{', units saturated' * full}"
            found.append(Finding(row.layer, fault, f"{evidence}.{one_way(row)}", f"{advice(row)}."))
    if (made_up or seen.trained) and len(found) > max(2, len(rows) / 4):
        found = [f"{len(found)} kernels are off every rule; normalization, branches or training allow it."]
    beside = {one.layer for one in found if isinstance(one, Finding) and "too small" in one.fault} & small_branches(seen)
    faint += [row for row in rows if row.layer in beside and row.off < 1 / OFF]
    found = [one for one in found if isinstance(one, str) or one.layer not in beside]
    others = {which for which in ("small", "large") if any(f"too {which}" in one.fault for one in found)} if not (made_up or seen.trained) else ()
    for row in (row for row in rows if row.layer not in named(found) | beside):  # it differs too little from its rule to stand out alone
        less = "small" in others and row.faint and not (row.is_output or row.meant) and row.off < 1 / 2
        if less or "large" in others and math.log(row.off) > row.chance and one_way(row):
            evidence = f"The RMS of its weights is {row.off:.2g} times what the nearest rule asks for.{one_way(row)}"
            found.append(Finding(row.layer, f"kernel too {'small' if less else 'large'}", evidence, f"{advice(row)}."))
    order = [row.layer for row in rows]
    yield from sorted(found, key=lambda one: order.index(one.layers[0]) if isinstance(one, Finding) else 0)
    for rows, why in ((other, "as the initializer counts other fans"), (faint, "as outputs, branches, GANs and detectors often start")):
        if rows:
            least = min(row.off for row in rows)
            yield f"{listed(row.name for row in rows)}: {least:.2g} times the nearest rule, {why}."


def small_branches(seen):
    """The layers of the short branches whose last kernel is far below every rule, and what they put out far below what it is added to."""
    off = {row.layer for row in seen.rows if row.off < 1 / OFF}
    small = {layer: branch for layer, branch in seen.branches.items() if branch.small and layer in off and len(branch.inner) < BRANCH}
    return {*small, *(inner for branch in small.values() for inner in branch.inner)}


def even(call):
    """True for a normalization or a sum of branches, which make up for a kernel that is off."""
    return isinstance(call.layer, NORMALIZATION) or type(call.layer).__name__ == "Add"


def one_way(row):
    """A sentence if the weights of a kernel pull one way, and by no chance, else "": what comes in then adds up."""
    mean, std = row.kernel.mean(), row.weight_std
    return (f" Its weights pull one way: their mean is {mean:.2g}, their standard deviation {std:.2g}."
            * bool(abs(mean) > std * max(1, ERRORS / math.sqrt(row.kernel.size))))


def inputs(rows, seen):
    """Data that a first layer cannot use as they come, or that are scaled twice."""
    scaling = next((c.layer for c in seen.calls if isinstance(c.layer, kl.Rescaling)), None)
    first = [row.layer for row in rows if row.is_first]
    if same := first and all((part == part[:1]).all() for part in map(np.asarray, keras.tree.flatten(seen.x))):
        yield elsewhere(first[0], "input without content", "All images are the same.", "look at what loads the data.")
    for row in (row for row in rows if not row.fans):
        got = f" what it gets, from {row.range[0]:.3g} to {row.range[1]:.3g}."
        yield from first_case([
            (not row.whole, row.layer, "input not whole", f"An embedding cuts to whole numbers{got}",
             "whole numbers, or for quantities `keras.layers.Dense`."),
            (row.range[0] < 0, row.layer, "numbers below 0", f"An embedding counts numbers below 0 from its end, in{got}",
             "numbers from 0, as `x - x.min()`.")])
    for row in (row for row in rows if row.fans and not row.normalized):
        for name, least, largest, remedy in row.raw_columns:
            evidence = f"{row.layer} takes it as it is, from {least:.3g} to {largest:.3g}; rules assume a mean square near 1."
            yield elsewhere(name, "input too large", evidence, remedy)
    for row in (row for row in rows if row.is_first and row.fans and not (row.normalized or row.raw_columns or same)):
        least, largest = row.range
        if row.lost and (call := next((c for c in seen.calls if isinstance(c.layer, kl.LayerNormalization) and math.prod(
                c.output.shape[axis] for axis in np.ravel(c.layer.axis)) == 1 and blind(c)), None)):
            axes = list(range(1, len(call.output.shape)))
            yield elsewhere(call.layer.name, "constant output", "It takes the mean of one number, and leaves 0 of each.",
                            f"axis={axes}." if len(axes) > 1 else "`keras.layers.BatchNormalization()` in its place.")
        elif row.lost:
            yield elsewhere(row.layer, "input without content", "All images are the same.", "look at what loads the data.")
        elif abs(2 * math.log(row.input)) > REACH:
            evidence = f"What comes in reaches from {least:.3g} to {largest:.3g}; rules assume a mean square near 1."
            summed = swollen(seen, row.layer)
            if summed and 1 / OFF < row.input / math.prod(times for _, times in summed) < OFF:
                yield undivided(summed, seen, "input too large", evidence)
                continue
            remedy, name = "x = x / 255." if least >= 0 and 128 < largest <= 255 else STANDARD, row.layer
            if row.whole and least >= 0 and largest > FEW and not row.convolves and (row.recurs or remedy == STANDARD):
                remedy = f"{remedy.removesuffix('.')}: or, if these numbers stand for words, `keras.layers.Embedding` in front."
            if scaling:
                remedy, name = f"scale={np.mean(scaling.scale) / row.input:.1g}, or x in another scale.", scaling.name
            yield elsewhere(name, f"input too {'large' if row.input > 1 else 'small'}", evidence, remedy)
        elif 2 * math.log(row.contrast) < -REACH or row.differs < 1e-3:
            yield elsewhere(row.layer, "input not centred", f"Images differ by {min(row.contrast, row.differs):.2g} of their size.", STANDARD)
    for row in (row for row in rows if row.fans and row.dtype == "float16" and max(map(abs, row.range)) > HALF / 2):
        evidence = f"What comes in reaches from {row.range[0]:.3g} to {row.range[1]:.3g}, and float16 ends at {HALF}."
        yield elsewhere(row.layer, "close to overflow", evidence, "the policy mixed_bfloat16.")


def dropped(seen):
    """Dropout that leaves next to nothing of what comes in."""
    for call in (c for c in seen.calls if "Dropout" in type(c.layer).__name__ and np.count_nonzero(c.inputs[0]) > FAR):
        share = np.count_nonzero(call.output) / np.count_nonzero(call.inputs[0])
        if share < 0.07:
            yield elsewhere(call.layer.name, "dropout too large", f"It drops {_share(1 - share)} of what comes in.", "rate=0.2.")


def softened(seen):
    """[(call, takers)] of the layers whose units go through a softmax before others take them, past dropout."""
    made = {id(c.output): c for c in seen.calls if c.kernels}
    for call in (c for c in seen.calls if activation_of(c.layer) == "softmax" and (c.kernels or id(c.inputs[0]) in made)):
        ends = [t.takers[0] if isinstance(t.layer, kl.Dropout) and t.takers else t for t in call.takers]
        if ends:
            yield call, ends


def single(seen):
    """A softmax over one unit between two layers, which says 1 for every image."""
    for call, _ in softened(seen):
        if call.kernels and call.output.shape[-1] == 1:
            yield elsewhere(call.layer.name, "constant output", "One softmax unit always says 1.", "a softmax over the "
                            'axis that holds the choices: `activation="linear"` here, then `keras.layers.Softmax(axis=1)`.')


def sharing(seen):
    """A softmax between two layers, whose units share a sum of 1."""
    for call, ends in softened(seen):
        if call.output.shape[-1] > 1 and all(end.kernels and isinstance(end.layer, kl.Dense) for end in ends):
            yield elsewhere(call.layer.name, "softmax between layers", "Its units share a sum of 1, so that images and gradients differ little "
                            "behind it.", 'activation="relu".' if hasattr(call.layer, "activation") else "`keras.layers.ReLU()` in its place.")


def over_queries(seen):
    """A softmax of attention over another axis than that over which the product behind it sums."""
    for op in (op for op in seen.ops if op.op == "Softmax" and op.before and op.before[0].op == "Transpose" and scores(op) is not None):
        back = next((one for one in seen.ops if one.op == "Transpose" and op in one.before), None)
        over_images = seen.leak and seen.leak.op == "Softmax"
        if (back and not over_images and back.shape[-1] == back.shape[-2]
                and any(one.products and back is one.before[0] for one in seen.ops if one.before)):
            yield elsewhere(place(op, seen), "softmax over another axis", "It does not sum to one over the last axis, over which the product "
                            "behind it sums.", "axis=-1." if isinstance(op.layer, kl.Softmax) else "axis=-1 in this softmax.")


def scores(op):
    """What a softmax of attention is given, if this operation is one: a product of numbers with numbers is behind it."""
    todo = list(op.before) if op.op == "Softmax" and len(op.shape) > 2 else []
    for _ in range(9):
        if any(one.products for one in todo):
            return np.asarray(op.given, "float32")
        todo = [b for one in todo for b in one.before if one.op not in PRODUCTS]
    return None


def decided(seen):
    """Attention of which a mask leaves nothing, or the softmax is saturated before it has learned, as its scores are too large."""
    learned = seen.trained or any(np.ptp(v) for c in seen.calls if (v := variable(c.layer, "gamma")) is not None)  # which starts equal
    for op, found in ((op, scores(op)) for op in seen.ops if not learned):
        given = np.ma.masked_less_equal([MASKED] if found is None else found, MASKED)  # without those that a mask hides
        rows = given.count(axis=-1) >= CHOICES
        if found is not None and not given.count():
            yield elsewhere(place(op, seen), "row masked entirely",
                            "A mask leaves none of its scores, so that each query looks at all alike.",
                            "a mask that is True where a query may look.")
            return
        if not rows.any():
            continue
        std = math.sqrt(given.var(axis=-1)[rows].mean())
        most = (1 / np.exp(given - given.max(axis=-1, keepdims=True)).sum(axis=-1))[rows].mean()
        if std > OFF and most > 0.5:
            full = f"and attention is saturated: one key gets {most:.2g} of a query's softmax."
            large = [Finding(row.layer, "kernel too large", f"The RMS of its weights is {row.off:.2g} times what the nearest rule asks for, {full}",
                             f"{advice(row)}.") for row in seen.rows if row.fans and row.trainable and row.off > OFF]
            large += [Finding(layer, "kernel too large", f"The RMS of its weights {v.name} is {size:.3g}, {full}",
                              'initializer="glorot_uniform" in its add_weight.') for layer, v, size in loud(seen)]
            if large:
                yield from large
                return
            yield elsewhere(place(op, seen), "attention saturated", f"The scores of a query have a standard deviation of {std:.2g}, and one "
                            f"of up to {given.count(axis=-1).max()} keys gets {most:.2g} of its softmax.", "scores divided by the root of the "
                            "width of a key; if they are, smaller weights of queries and keys, or normalization before them.")
            return


def place(op, seen):
    """The layer in which an operation runs."""
    return getattr(op.layer, "name", seen.model.name)


def empty(seen):
    """Matrices that this tool does not know: zeros, in a model for which all images are alike, or copies, of which a layer
    makes copies of one unit.
    """
    ends = [head.tensor for head in seen.heads]
    still = not any(varies(end, LOST) for end in ends or [c.output for c in seen.calls[-1:]])
    for layer, v in ((layer, v) for layer, v in unread(seen) if v.trainable and math.prod(v.shape[:-1]) > 1):
        made = next((c.output for c in (*seen.calls, *seen.composites) if c.layer.name == layer), [[0.0]])
        w, units = np.asarray(v, "float32"), flat([made])
        copied = (any((w == w.take([0], axis)).all() for axis in (0, -1)) and units.shape[1] > 1 and varies(units)
                  and np.ptp(units, axis=1).max() <= LOST * abs(units).max())
        if copied or still and not w.any() and all(made is not end for end in ends):
            rule = '"he_normal"' if v.shape[-1] == units.shape[1] or not copied else "keras.initializers.RandomNormal(stddev=1.0)"  # of centers
            yield Finding(layer, "copied units" if copied else "zero kernel",
                          f"Its weights {v.name} are {'copies, and so are its units' if copied else 'all 0'}.",
                          f"initializer={rule} in its add_weight of {v.name}: a random number for every weight.")


def drowned(seen):
    """Weights, as learned positions, or constants, that are added to what comes from images and are far larger than all differences between these."""
    tables = [(layer, v, "initializer", f" in its add_weight of {v.name}") for layer, v in unread(seen)] + [
        (c.layer.name, v, "embeddings_initializer", "") for c in seen.calls for name, v in c.kernels.items() if name == "embeddings"]
    images = 0 if seen.trained else len(keras.tree.flatten(seen.x)[0])
    for op in (op for op in seen.ops if images and op.op == "AddV2" and op.learned and min(len(t.shape) for t in op.summed[1]) > 1):
        parts = [np.asarray(t, "float32") for t in op.summed[1]]
        differ = [part.ndim == max(p.ndim for p in parts) and len(part) == images and varies(part) for part in parts]
        if sum(differ) == 1:
            size, differs = _rms(parts[differ.index(False)]), _rms((other := parts[differ.index(True)]) - other.mean(axis=0))
            evidence = f"has an RMS of {size:.3g}, and what it is added to differs between images by {differs:.2g}."
            if (size <= OFF * max(1, OFF * differs) or parts[differ.index(False)].min() < MASKED
                    or any(one.op == "Softmax" and op in one.before for one in seen.ops)):
                continue
            for layer, v, argument, where in (table for table in tables if 0.5 < _rms(np.asarray(table[1])) / size < 2):
                yield Finding(layer, "images drowned by weights", f"What is added of its {v.name} {evidence}",
                              f"{argument}=keras.initializers.RandomNormal(stddev=0.02){where}.")
                return
            yield elsewhere(place(op, seen), "images drowned by a constant", f"What is added here {evidence}", "a far smaller constant.")
            return


def factors(seen):
    """Two matrices of zeros in one layer that get no gradient, each for the other: the factors of an adapter."""
    by_layer, slopes = {}, dict(zip(map(id, seen.model.trainable_variables), seen.gradients))
    for layer, v in unread(seen):
        if not np.any(v) and slopes[id(v)] is not None and not np.any(slopes[id(v)]):
            by_layer.setdefault(layer, []).append(v.name)
    for layer, (name, *others) in ((layer, sorted(names)) for layer, names in by_layer.items() if len(names) > 1):
        yield Finding(layer, "zero kernel", f"{name} and {others[0]} are both 0, so that no gradient reaches either.",
                      f'initializer="he_normal" in its add_weight of {name}; {others[0]} may stay 0.')


def muted(seen):
    """Small numbers in a layer of one's own, behind which so little is left that no weight anywhere gets a gradient to speak of."""
    steepest = max(seen.sizes, default=0.0)
    known = unread(seen) if 0 < steepest < LOST * max(_rms(c.delta) for c in seen.calls) else []
    for v, call in ((v, c) for layer, v in known for c in (*seen.composites, *seen.calls) if c.layer.name == layer and c.inputs):
        size, gain = _rms(np.asarray(v)), _rms(call.output) / (_rms(call.inputs[0]) or 1)
        if 0 < size < 1 and gain < 1 / FAR and math.prod(v.shape[:-1]) > 1:
            yield Finding(call.layer.name, "kernel too small", f"The RMS of its weights {v.name} is {size:.2g}, what comes out {gain:.1g} times "
                          f"what comes in, and no gradient in the model is above {steepest:.0e}.",
                          f"initializer=keras.initializers.RandomNormal(stddev={10 * size:.2g}) in its add_weight of {v.name}.")
            return


def muting(seen, call):
    """A weight of zeros by which a layer without a kernel multiplies all that comes in, or None."""
    if isinstance(call.layer, NORMALIZATION):
        known = [v for v in [variable(call.layer, "gamma")] if v is not None]
    else:
        still = {id(v) for v, g in zip(seen.model.trainable_variables, seen.gradients) if g is None or not np.any(g)}
        known = [v for v in getattr(call.layer, "weights", []) if id(v) in still and not call.kernels and "bias" not in v.name]
    return next((v for v in known if not np.any(v)), None)


def leaking(seen):
    """Images that change what becomes of another: axes exchanged, or a sum over the batch, which may be meant."""
    op = seen.leak
    if op is None or isinstance(op.layer, kl.BatchNormalization):
        return
    name, evidence = place(op, seen), "Other images change what becomes of the last"
    if isinstance(op.layer, kl.RNN):
        yield elsewhere(name, "batch and steps exchanged", f"{evidence}: it takes axis 0 for the images and axis 1 for the steps.",
                        "x of the shape (images, steps, features), without a transpose before it.")
    elif op.op == "Softmax" and isinstance(op.layer, kl.Softmax) and op.layer.axis in (0, -len(op.shape)):
        yield elsewhere(name, "softmax over the batch", "It sums to one over the images, which should not know of each other.", "axis=-1.")
    elif (isinstance(op.layer, NORMALIZATION) or op.length
            or (op.op in ("Reshape", "Transpose", *APPLIED) or op.op in PRODUCTS and not op.products) and not op.of_graph):
        if op.length:
            what, cure = "norm", "another axis than that of the images, as `axis=-1`."
        elif op.op == "Reshape":
            what, cure = "reshape", "a transpose before it that leaves the axis of the images as it is."
        else:
            what, cure = APPLIED.get(op.op, "step"), "another axis than that of the images: h of (images, steps, features)."
        yield elsewhere(name, "images mixed", f"{evidence}, first in this {what}.", cure)
    else:
        yield f"{evidence}, first in {name}, {op.op}: sound where it is meant, as in graphs and in statistics of a batch."


def uniform(seen):
    """True if outputs hardly differ between images, and no kernel is zero that could tell them apart."""
    sizes = [max(abs(head.out).max(), abs(head.y).max() if head.family == "distance" else head.from_logits) for head in seen.heads]
    told = ([np.ptp(head.out, axis=0).max() > ALIKE * size for head, size in zip(seen.heads, sizes)]
            or [varies(c.output, ALIKE) for c in seen.calls[-1:]])
    return seen.flows and not any(told) and all(row.kernel.any() for row in seen.rows)


def blind(call):
    """True if a call takes what differs between images, and what it makes does not, up to rounding."""
    if not call.output.dtype.is_floating or not call.inputs or not varies(call.inputs[0], ALIKE):
        return False
    size = max(abs(np.asarray(t, "float64")).max() for t in [call.z, *call.inputs[:1 - call.weighty]])  # a mean of what is centred is all rounding
    return np.ptp(np.asarray(call.z, "float64"), axis=0).max() <= ALIKE / 10 * size


def padded(seen):
    """Recurrent calls whose last step is the same for most images: call, those images, and the share of its size by which it tells them apart."""
    for call in (c for c in seen.calls if isinstance(c.layer, kl.RNN) and varies(c.inputs[0], ALIKE)):
        steps, out = (np.asarray(t, "float64") for t in (call.inputs[0], call.output))
        ends = steps[:, 0 if call.layer.go_backwards else -1].reshape(len(steps), -1)
        those = abs(ends - np.median(ends, axis=0)).max(axis=1) <= ALIKE * abs(steps).max()
        if those.mean() > MOST:
            out = out[those, -1] if call.layer.return_sequences else out[those]
            yield call, those, np.ptp(out, axis=0).max() / max(abs(out).max(), FADED)


def told_apart(seen, those, mark):
    """True if outputs tell those images apart, by more than a share of their size."""
    return any(len(head.out) != len(those) or np.ptp(head.out[those], axis=0).max() > mark * abs(head.out).max() for head in seen.heads)


def ends_padded(seen):
    """A recurrent layer that reads the padding last, and has forgotten what came before it."""
    masks = any(isinstance(c.layer, kl.Embedding) for c in seen.calls)
    for call, those, share in padded(seen):
        if share < (ALIKE / 2 if isinstance(call.layer, kl.LSTM) else 2 * LOST) and not told_apart(seen, those, ALIKE):
            which = "all images are alike" if those.all() else f"{those.sum()} of {len(those)} images are alike"
            yield elsewhere(call.layer.name, "constant output", f"It ends with the padding, behind which {which}.",
                            f"padding in front, or {'`mask_zero=True` in the Embedding' if masks else 'a Masking layer before it'}.")
            return


def constant(seen):
    """The first layer behind which all images are alike, if those of the output are."""
    if not uniform(seen):
        return
    loops = [call for call, *_ in padded(seen)]
    passes = [c for c in seen.calls if c not in loops and blind(c) and not (c.weighty and any(c.output is head.tensor for head in seen.heads))]
    wholes = [c for c in seen.composites if not passes and not isinstance(c.layer, keras.Model) and blind(c)]
    at = next(iter(passes + wholes), None)
    layer, evidence = getattr(at, "layer", None), "Behind it outputs hardly differ between images"
    weight = muting(seen, at) if passes else None
    if weight is not None:
        zero = [c for c in seen.calls if muting(seen, c) is not None and not varies(c.z)]
        names = [c.layer.name for c in zero if c.layer is layer or any(len(t.inputs) < 2 for t in behind(c).end.takers)]
        yield Finding(tuple(dict.fromkeys(names)), "constant output", f"{evidence}: its {weight.name} is 0.", (
            'gamma_initializer="ones".' if hasattr(layer, "gamma_initializer") else f'initializer="ones" in its add_weight of {weight.name}.'))
    elif isinstance(layer, kl.GroupNormalization):
        yield elsewhere(layer.name, "constant output", f"{evidence}: each of its groups holds one value, of which normalization makes 0.", "groups=1.")
    elif layer and wholes and any(scores(op) is not None for op in seen.ops):
        yield elsewhere(layer.name, "constant output", f"{evidence}.", "a mask that is True where a query may look, as `keras.ops.not_equal(x, 0)` "
                        "for padding of 0: turned round, it leaves the padding alone.")
    elif layer and not activation_of(layer):
        sums = not isinstance(layer, NORMALIZATION) and any(op.op in (*SUMS, "Mean") and op.layer is layer for op in seen.ops)
        yield elsewhere(layer.name, "constant output", f"{evidence}.", (
            "fewer in each sum: where each takes all alike, as in a complete graph or over the batch, or all that was normalized, all become one."
            if sums else "another layer here: normalization over one unit, for one, always gives 0."))


def silent(rows, trained):
    """Units that are zero for every image, and saturated ones."""
    for row in (row for row in rows if row.kernel.any() and row.activation and not row.lost):
        dead, chance = round(row.dead * row.units), 1
        if dead > row.units / 2:  # if signs were coins
            chance = sum(math.comb(row.units, k) for k in range(dead, row.units + 1)) / 2**row.units
        alone = row.argument == "depthwise_initializer"  # a unit of one input is as dead as that
        if row.dead == 1 and row.blocks or not row.is_output and (chance < 1e-6 and not alone or row.silenced > SOME):
            evidence = f"{_share(row.dead)} of its units are zero for every image, {_share(row.silenced)} by their bias."
            if trained:
                cure = "start anew, with a smaller learning rate."
            elif row.shifted:
                cure = 'beta_initializer="zeros".'
            elif not (row.trainable and row.biased):
                cure = advice(row) + "."
            else:
                cure = 'bias_initializer="zeros".' if row.silenced else f'{advice(row)}, bias_initializer="zeros".'
            yield Finding(row.shifted or row.layer, "dead units", evidence, cure)
        elif not row.is_output and (row.saturated or 0) > MOST:
            evidence = f"{_share(row.saturated)} of its activations are at a limit of {row.activation}."
            cure = 'bias_initializer="zeros".' if row.from_bias and row.trainable else "normalization before it."
            yield Finding(row.layer, "units saturated", evidence, cure)


def disturbed(seen):
    """Trainable branches that are as loud as the frozen trunk that they are added to, and without which the loss is far smaller."""
    if seen.without and seen.loss > OFF * seen.without > 0:
        times = [seen.branches[call.name].times for call in seen.loud]
        evidence = (f"Added to a frozen trunk, they put out {min(times):.2g} to {max(times):.2g} times as much as it. The first loss is "
                    f"{seen.loss:.3g}, and {seen.without:.3g} where they put out 0.")
        loud_ones = {call.name for call in seen.loud}
        yield from (Finding(row.layer, "branch too loud for a frozen trunk", evidence, f'{row.argument}="zeros".')
                    for row in seen.rows if row.layer in loud_ones)


def longest(calls):
    """The names of the layers on the longest way through the network, from kernel to kernel."""
    holders, ways = [c for c in calls if c.kernels], {}
    for i, call in reversed(list(enumerate(holders))):
        reached = [c for c in holders[i + 1:] if call in c.feeders]
        if not reached:  # the model computes something of its own in between
            reached = [c for c in holders[i + 1:i + 2] if not c.feeders and not c.traced]
        ways[id(call)] = [call.name, *max((ways[id(c)] for c in reached), key=len, default=[])]
    return list(dict.fromkeys(max(ways.values(), key=len, default=[])))


def trunk(seen):
    """The rows on the longest way through the network, but for outputs; of those side by side, where most of the error is."""
    by_layer = {row.layer: row for row in seen.rows if row.fans and not row.is_output}
    most = {row.source: row for row in sorted(by_layer.values(), key=lambda row: row.delta)}
    return list({most[by_layer[name].source].layer: most[by_layer[name].source] for name in longest(seen.calls) if name in by_layer}.values())


def over_steps(seen, large=False):
    """An error signal that explodes on its way back through the steps of a recurrent layer, whose kernel is (not) too large."""
    loud_ones = {row.layer for row in seen.rows if row.argument == "recurrent_initializer" and math.log(row.off) > row.chance}
    for call, delta in ((call, delta) for call, delta in seen.steps if (call.layer.name in loud_ones) == large):
        sizes = np.sqrt(np.mean(delta**2, axis=(0, *range(2, delta.ndim))))
        times, function = sizes.max() / (sizes[sizes > 0][-1:].sum() or math.inf), getattr(inside(call.layer), "activation", None)
        bounded = getattr(function, "__name__", "") in LIMITS
        if times > math.exp(REACH) and not (bounded and call.layer.return_sequences):  # which others may weigh
            yield Finding(call.layer.name, "exploding error signal", f"On its way back from the last of {len(sizes)} steps its RMS grows "
                          f"{times:.2g} times.", 'recurrent_initializer="orthogonal".' if bounded or large
                          else 'activation="tanh": without limits the state grows from step to step.')


def averaged(seen):
    """Images that products with the neighbours in a graph make alike, layer by layer."""
    way = [row for row in trunk(seen) if row.apart > 0]
    summed = any(op.op in SUMS and op.op != "Sum" and op.constants for op in seen.ops)
    if summed and len(way) > REACH and way[-1].apart < min(1, 100 * way[0].apart) / FAR**2:
        start = next(i for i, row in enumerate(way) if row.apart < math.sqrt(way[0].apart * way[-1].apart))
        evidence = (f"Differences between images make up {way[0].apart:.1g} of the mean square in {way[0].layer}, "
                    f"{way[-1].apart:.1g} in {way[-1].layer}.")
        yield elsewhere(tuple(row.layer for row in way[start:]), "images made alike", evidence,
                        "fewer of these layers, or skip connections around them: each product with the neighbours averages over them.")


def depth(seen, reach=REACH):
    """A signal or an error signal that vanishes or explodes, though no layer stands out."""
    way = trunk(seen)
    if sum(row.convolves for row in way) > len(way) / 2:
        reach += PLAIN - REACH
    chance = 3 * math.sqrt(sum(WALK / row.units for row in way[1:]))
    for what, size, course in (("signal", signal, way), ("error signal δ", lambda row: row.delta_square, way[::-1])):
        sized = [row for row in course if size(row) > 0]  # around branches from zero it is 0
        starts = [i for i, row in enumerate(sized) if i and row.renewed and what == "signal"]  # behind a normalization it begins anew
        for part in (sized[i:j] for i, j in zip([0, *starts], [*starts, len(sized)])):
            change = changed(part, size)
            left, rest = lasting(what, part, size, seen)
            if abs(left) < abs(change):
                change, part = left, rest
            if abs(change) > reach + chance and (what == "signal" or seen.added[0] < 1):
                yield from faded(what, change, part, part if starts else [row for row in way if row in part], seen)
                return
    rectified = [row for row in way if row.activation.startswith(RECTIFIERS) and row.delta_square and row.kernel.any() and not row.normalized]
    by_rule = sum(2 * math.log(row.ratios["He"]) for row in rectified[1:])  # what else δ loses is pooling's
    change = max(by_rule, math.log(rectified[0].delta_square / rectified[-1].delta_square)) if rectified else 0
    if change < -REACH - chance:
        yield (f"The mean square of δ changes by a factor of {math.exp(change):.0e} over {len(rectified)} layers of {rectified[0].activation}, "
               "whose kernels are smaller than He's rule asks: training may begin on a plateau. he_normal keeps it.")


def changed(course, size):
    """By how many powers of e a mean square changes over these rows."""
    change, i = 0.0, 0
    while i < len(course):  # pooling changes the size by itself: compare layers with as many positions
        j = max(k for k, row in enumerate(course) if row.positions == course[i].positions)
        change, i = change + math.log(size(course[j]) / size(course[i])), j + 1
    return change


def signal(row):
    """The mean square of what a layer puts out."""
    return row.mean**2 + row.std**2


def lasting(what, course, size, seen):
    """(change, rows) without the inside of branches that are small beside what they are added to: what goes on is the sum.
    Of branches of many kernels, each is a way of its own up to the last kernel, which may start from 0.
    """
    side = {layer: branch for layer, branch in seen.branches.items() if branch.small}

    def outer(rows, ends):
        inner = {layer for end in ends for layer in side[end].inner}
        return [row for row in rows if row.layer not in inner]

    def on_trunk(row):  # of a branch that ends here the sum, and δ of the sum, which a small factor before it makes small
        branch = side.get(row.layer)
        if branch is None or not branch.sent:
            return size(row)
        return branch.carried if what == "signal" else size(row) * signal(row) / branch.sent

    ways = [outer(course, side)]
    for branch in (branch for branch in side.values() if len(branch.inner) >= BRANCH):
        ways.append(outer([row for row in course if row.layer in branch.inner], side.keys() & set(branch.inner)))
    return max(((changed(way, on_trunk), way) for way in ways), key=lambda one: abs(one[0]))


def faded(what, change, course, way, seen):
    """What it means that a mean square changes by so many powers of e from the first to the last row of a course."""
    fault = f"{'exploding' if change > 0 else 'vanishing'} {what}"
    evidence = (f"Its mean square changes by a factor of {math.exp(change):.0e} from {course[0].layer} to {course[-1].layer}.")
    normalized, small = sum(row.normalized or row.renewed for row in way), [row for row in way if row.off < 1 / OFF and row.follows]
    sigmoid, beside = all("sigmoid" in row.activation for row in way), small_branches(seen)
    skipped, summed = any(branch.skipped for branch in seen.branches.values()), swollen(seen)
    by_rule = sum(2 * math.log(row.ratios[fitting(row)]) for row in way if row.kernel.any())  # what the kernels make of it
    if change > 0 and what != "signal" and normalized:
        why = "" if skipped else ", as it does without skip connections"
        yield f"δ grows through the normalized layers{why}. {evidence}"
    elif change > 0 and what == "signal" and sum(2 * math.log(times) for _, times in summed) > change / 2:
        yield undivided(summed, seen, fault, evidence)
    elif normalized >= len(way) / 2:
        yield f"{fault} between normalized layers, which make up for it. {evidence}"
    elif change < 0 and 0 < sum(row.meant and row.layer not in beside for row in way) <= HEAD:
        yield f"{fault}, as in detectors, which start so. {evidence}"
    elif change < 0 and small:
        evidence = f"Its initializer counts other fans than it has, and the {what} vanishes. {evidence}"
        yield from (Finding(row.layer, "kernel too small", evidence, f"{advice(row)}.") for row in small)
    else:
        yield Finding(tuple(row.layer for row in way), fault, evidence, (
            "normalization in each residual branch, or branches that start from zero." if skipped
            else "residual connections, or fewer layers." if normalized
            else "normalization behind each of them: what stands between these kernels makes it grow, not their size."
            if change > 0 and all(map(fits, way))
            else 'activation="relu", kernel_initializer="he_normal": sigmoid shrinks δ whatever the kernel.' if sigmoid
            else "normalization behind each of them, or residual connections: what stands between these kernels makes it shrink, not their size."
            if change < 0 and change - by_rule < -REACH
            else f"{advice(max(way, key=lambda row: row.trainable))}: in every layer of {way[0].activation or 'this kind'}."))


def swollen(seen, layer=None):
    """[(operation, factor)] of sums, and of products with numbers that no weight has made, that make the signal (what a layer takes) far larger."""
    taken = [t for c in seen.calls if c.layer.name == layer for t in c.inputs]
    sized = [(op, _rms(op.summed[2]) / (max(map(_rms, op.summed[0])) or 1)) for op in seen.ops
             if op.op in SUMS and not any(one.weighty for one in op.before) and (op.op not in PRODUCTS or len(op.summed[0]) < 2 or not op.learned)]
    return [(op, times) for op, times in sized if times > OFF and (not layer or any(op.summed[2] is t for t in taken))]


def undivided(summed, seen, fault, evidence):
    """The finding that sums over many, as over the neighbours in a graph, are not divided by their number."""
    times, plain = max(times for _, times in summed), all(op.op == "Sum" for op, _ in summed)
    return elsewhere(tuple(dict.fromkeys(place(op, seen) for op, _ in summed)), fault, f"{evidence} A sum or product without weights makes it "
                     f"{times:.2g} times as large here.", "a mean in place of this sum." if plain else "divide by the degree, the number of "
                     "neighbours: `a = a / a.sum(axis=-1, keepdims=True)` for an adjacency a, or a mean in place of the sum.")


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
    evidence = "Their kernels hold the same numbers in the same order, up to a factor."
    for group in (group for group in groups if len(group) > 1):
        objects = [row.initializer for row in group]
        layers, seeds = tuple(row.layer for row in group), {str(getattr(one, "_init_seed", None)) for one in objects}
        if len({row.kernel.shape for row in group}) == len(group):
            yield f"{listed(row.name for row in group)} hold the same numbers, in other shapes: an initializer of its own for each would not."
        elif len({*map(id, objects)}) < len(objects) or len({str(getattr(one, "seed", id(one))) for one in objects}) > 1:
            yield Finding(layers, "reused initializer", evidence,
                          'a string such as "he_normal", or an initializer object of its own for each layer.')
        else:
            yield Finding(layers, "reused seed", evidence, (
                "`keras.utils.set_random_seed` once, before the first layer, and not again." if seeds == {"None"}
                else "another seed for the initializer of each layer, or none."))


# Neither labels nor start: gradient, first loss, step.

def overflow(seen):
    """Finite weights and data that end as NaN or infinity."""
    ordered = sorted((*seen.calls, *seen.composites), key=lambda c: c.at)
    call = next((c for c in ordered if not all(np.isfinite(np.asarray(t)).all() for t in (c.z, c.output))), None)
    evidence, half = "Here NaN or infinity appears first.", call is not None and "float16" in (call.z.dtype.name, call.output.dtype.name)
    mute = [op for op in seen.ops if (found := scores(op)) is not None and (found == -math.inf).all(axis=-1).any()]
    if mute:
        yield elsewhere(place(mute[0], seen), "row masked entirely", "A mask leaves none of its scores, and softmax makes NaN of that.",
                        "-1e9 in place of -inf (in float16 -3e4), or a mask that leaves one key to each row.")
        return
    if not half and (wild := [one for one in inputs(seen.rows, seen) if one.fault == "input too large"]):
        yield from wild
    elif call is None and max(_rms(c.z) for c in seen.calls if c.z.dtype.is_floating) > FAR**4:
        yield loudest(seen, f"The first loss is {seen.loss:.3g}.")
    elif call is None:
        yield elsewhere(seen.calls[-1].layer.name, "loss not a number", "The activations are numbers, the loss is not.",
                        "an epsilon in each log, root and division, and an output activation that fits the loss.")
    elif half and any(op.op == "Mul" and op.layer is call.layer and made is None and t.dtype == tf.float16 and np.isinf(np.asarray(t)).any()
                      for op in seen.ops for t, made in zip(op.taken, op.makers)):
        yield elsewhere(call.layer.name, "not a number", f"{evidence} float16 ends at {HALF}: a number beyond, as -1e9 in a mask, is infinite there.",
                        "-3e4 in its place.")
    elif half and not call.kernels and not np.isinf(np.asarray(call.output, "float64")).any():  # as of 0/0
        yield elsewhere(call.layer.name, "not a number", f"{evidence} In float16 a number below 6e-8 is 0, as an epsilon of 1e-8.",
                        'dtype="float32", or ' * isinstance(call.layer, keras.Layer) + "an epsilon of 1e-4.")
    elif half:
        yield elsewhere(call.layer.name, "overflow", f"{evidence} float16 ends at {HALF}.", "the policy mixed_bfloat16.")
    elif not call.kernels:
        yield elsewhere(call.layer.name, "not a number", evidence, "an epsilon in logs, roots and divisions, as `keras.ops.log(x + 1e-7)`.")
    else:
        yield Finding(call.layer.name, "not a number", evidence, "smaller weights or inputs.")


def broken(seen):
    """A gradient that is not a number though the loss is one, or that float16 rounds to zero."""
    if seen.lost > 0.5:
        yield elsewhere("loss", "gradient lost in float16",
                        f"{_share(seen.lost)} of it is below the smallest numbers of float16, and not when the loss is scaled.",
                        "`keras.optimizers.LossScaleOptimizer` around the optimizer, as compile() makes it of mixed_float16; "
                        "or mixed_bfloat16.")
    for call in [c for c in seen.calls if not np.isfinite(np.asarray(c.delta)).all()][-1:]:
        takers = ", ".join(dict.fromkeys(c.layer.name for c in call.takers)) or "the loss"
        evidence = (f"The loss is {seen.loss:.3g}, but behind this layer, in {takers}, its gradient is NaN or infinite, "
                    "as of a root, norm, log or division at 0.")
        half = getattr(call.layer, "compute_dtype", "") == "float16"
        remedy = 'dtype="float32": float16 has no such small numbers.' if half else "an epsilon, as `keras.ops.sqrt(x + 1e-7)`."
        yield elsewhere(call.layer.name, "gradient not a number", evidence, remedy)


def gradient(seen):
    """No weights to train, or no gradient."""
    if not seen.gradients:
        yield elsewhere(seen.rows[-1].layer if seen.rows else seen.model.name, "nothing to train", "No weight is trainable.",
                        "model.trainable = True.")
    elif all(g is None for g in seen.gradients):
        yield elsewhere("loss", "no gradient", "The loss does not depend on any weight by a derivative.",
                        "no argmax, rounding, cast to integers, stop_gradient or NumPy between weights and loss.")
    elif not seen.flows and (bent := [op for op in seen.ops if op.op in ("ReluGrad", "LeakyReluGrad")]):
        yield elsewhere(tuple(dict.fromkeys(c.layer.name for c in seen.calls if activation_of(c.layer).startswith(("relu", "leaky"))))
                        or place(bent[0], seen), "no gradient",
                        "The loss takes a second derivative, and that of a relu is 0 everywhere.",
                        'activation="tanh", or "silu"; they bend everywhere.')
    elif not seen.flows:
        out = seen.heads[0].out if seen.heads else np.asarray(seen.calls[-1].output)
        clipped = (np.all((out < 1e-3) | (out > 1 - 1e-3)) and any(head.family in CROSS_ENTROPIES for head in seen.heads)
                   and not any(op.op == "Sign" for op in seen.ops))  # whose derivative is 0; rounding has none
        why = "is saturated and the loss clipped" if clipped else "does not move the loss: it is rounded, clipped or times 0"
        cure = ('bias_initializer="zeros", or `from_logits=True` without activation.' if clipped
                else "no rounding, comparison or factor of 0 between weights and loss.")
        yield elsewhere(seen.rows[-1].layer if seen.rows else seen.model.name, "no gradient",
                        f"No gradient reaches any weight: the output, {_span(out)}, {why}.", cure)


def as_drawn(seen):
    """A last kernel that is frozen as its initializer drew it, where no other kernel is trained: nothing has chosen it and nothing will."""
    if any(row.trainable for row in seen.rows):
        return
    trained = listed(dict.fromkeys(v.path for v in seen.model.trainable_variables), "variables")
    for row in (row for row in seen.rows if row.is_output and hasattr(row.initializer, "seed")):
        layer = next(call.layer for call in seen.calls if call.kernels and call.name == row.layer)
        kept = next(iter(kernels(layer).values()), None)
        if kept is not None and np.ptp(kept) and np.allclose(kept, row.initializer(kept.shape, kept.dtype)):
            yield elsewhere(row.layer, "frozen as drawn", f"It holds the very numbers that its initializer drew, and trained is only {trained}.",
                            f'model.get_layer("{row.layer}").trainable = True: and compile again.')


def cut_off(seen):
    """What has no derivative, as rounding, on every way from some weights to the output."""
    slopes, dead = dict(zip(map(id, seen.model.trainable_variables), seen.gradients)), {}
    for layer in dict.fromkeys(call.layer for call in seen.calls):
        found = [slopes.get(id(v)) for v in getattr(layer, "trainable_variables", [])]
        if found and not any(g is not None and np.any(g) for g in found):
            dead[id(layer)] = all(g is None for g in found)  # else it is 0, as of a sign, or of a branch that starts from 0
    reached = ancestors(head.made for head in seen.heads)
    ways, names, cut, none = {}, [], None, False  # from those weights to the output
    for op in (op for op in seen.ops if id(op) in reached):
        own = op.op == "ReadVariableOp" and id(op.layer) in dead
        if own:
            names, cut, none = [*names, op.layer.name], None, dead[id(op.layer)]
        if own or any(id(one) in ways for one in op.before):
            ways[id(op)] = op
            cut = cut or (op if op.op == "Sign" or op.cuts and none and not own else None)
    if cut and cut.op == "Equal":  # by which Keras's argmax begins
        cut = next((op for op in seen.ops if op.op in ("ArgMax", "ArgMin") and id(cut) in ancestors([op])), cut)
    if cut:
        where = place(cut, seen)
        yield elsewhere(where, "no gradient", f"{cut.op} has no derivative, and no weight before it is trained, as of {listed(dict.fromkeys(names))}.",
                        around(cut, {*names} == {where}))


def around(cut, own):
    """What to do about an operation without a derivative. own: it cuts off nothing but weights of its own layer."""
    if cut.op == "StopGradient" and own and cut.before and cut.before[0].op == "Sub":  # straight through: codes are passed by
        return "a loss of its own for what it keeps, as `self.add_loss(keras.ops.mean((q - keras.ops.stop_gradient(z)) ** 2))`."
    if cut.op == "StopGradient":
        return "without stop_gradient: or trainable=False before it, where that is meant."
    if cut.op.startswith(("Arg", "TopK")):
        return ("straight through, for a code q in the place of z: `z + keras.ops.stop_gradient(q - z)`; "
                "for a gate what it chooses times its score: `h * keras.ops.sigmoid(score)`.")
    return "without it, or straight through: `h + keras.ops.stop_gradient(keras.ops.round(h) - h)`."


def sole(seen):
    """A softmax over an axis of length 1, which says 1 whatever the weights before it."""
    still = any(size <= LOST * max(seen.sizes) for size in seen.sizes)  # rounding leaves some, as of a softmax without oneDNN
    for op in (op for op in seen.ops if still and op.op == "Softmax" and op.learned and op.shape[-1] == 1 and op.shape.num_elements() > op.shape[0]):
        if scores(op) is None:
            yield elsewhere(place(op, seen), "constant output", "Its softmax is over an axis of length 1: it always says 1, and no weight before "
                            "it is trained.", "the axis that holds the choices, as `axis=1`.")
            return


def first_loss(seen):
    """A loss far above that of an output that knows nothing, and the first loud tensor."""
    pulls = [np.sum(g * w) / (np.linalg.norm(g) * np.linalg.norm(w)) for g, w in (
        (np.asarray(tf.convert_to_tensor(g), "float64"), np.asarray(v, "float64")) for g, v in zip(seen.gradients, seen.model.trainable_variables)
        if g is not None and len(v.shape) > 1) if w.size > FAR and g.any() and w.any()]
    if seen.penalty > HEAVY * abs(float(sum(map(lossy, seen.heads))) or 1.0) or pulls and min(pulls) > RARE:
        evidence = (f"Penalties make up {seen.penalty:.3g} of the first loss of {seen.loss:.3g}." if seen.penalty
                    else "The gradient of each kernel is the kernel itself: it shrinks, whatever the images are.")
        cure = "kernel_regularizer=keras.regularizers.L2(1e-4)." if seen.penalty else "a far smaller factor for the penalty."
        yield elsewhere("loss", "regularization outweighs the data", evidence, cure)
        return
    for head in seen.heads:
        fair = math.log(2 if head.family == BINARY else max(2, head.units))
        terms = head.out.size / head.units if getattr(head.loss, "reduction", "") == "sum" else 1
        value, ours, theirs = float(lossy(head)) / terms, _rms(head.out), _rms(head.y)
        best, said = head.fair, ""
        if head.family in CROSS_ENTROPIES and value > ABSURD * fair:
            said = f"The first loss is {value:.3g}, that of an output that knows nothing {fair:.3g}"
        elif best and value > (FAR if head.y.shape == head.out.shape else OFF**2) * best:
            said = f"The first loss is {value:.3g}, that of the best constant output at most {best:.3g}"
        elif head.family == "distance" and ours > 10 * max(1, theirs):
            said = f"The first loss is {seen.loss:.3g}: outputs have an RMS of {ours:.3g}, targets of {theirs:.3g}"
        if said and head.family in CROSS_ENTROPIES and head.logits != FREE:
            yield f"{said}: sound where the scale is meant, as of cosines and distances."
        elif said:
            yield loudest(seen, f"{said}.")
            return


def loudest(seen, evidence):
    """The finding on the way that grows, or on the first tensor that is loud."""
    if seen.trained:
        return elsewhere("labels", "first loss too large",
                         f"{evidence} The model has been trained before, and is sure of other outputs.",
                         "the labels, and the inputs, that it was trained with.")
    for one in depth(seen, reach=math.log(10)):
        if isinstance(one, Finding) and "exploding signal" in one.fault:
            return replace(one, evidence=f"{evidence} {one.evidence}")
    for layer, v, size in loud(seen):
        evidence += f" The RMS of its weights {v.name} is {size:.3g}, that of He's rule {math.sqrt(2 / v.shape[0]):.3g}."
        return Finding(layer, "first loss too large", evidence, 'initializer="he_normal" in its add_weight.')
    last = max((i for i, c in enumerate(seen.calls[:-1]) if isinstance(c.layer, NORMALIZATION)), default=-1)
    sizes = [(c, _rms(c.z)) for c in seen.calls[last + 1:] if c.z.dtype.is_floating]
    call, size = next(((c, s) for c, s in sizes if s > OFF), max(sizes, key=lambda pair: pair[1]))
    rows = sorted((row for row in seen.rows if row.layer == call.layer.name),
                  key=lambda row: (row.argument == "recurrent_initializer", row.off), reverse=True)
    evidence += f" An RMS of {size:.3g} is the first that is loud.{''.join(map(one_way, rows[:1]))}"
    if here := swollen(seen, call.layer.name) or [(op, times) for op, times in swollen(seen) if place(op, seen) == call.layer.name]:
        return undivided(here, seen, "first loss too large", evidence)
    if not call.kernels and any(op.products and op.layer is call.layer for op in seen.ops):
        return Finding(call.layer.name, "first loss too large", evidence,
                       "embeddings of length 1 in this product: `keras.ops.normalize(z, axis=-1)` before it.")
    first = not call.feeders and not call.fed
    if first and (rows[0].fans and rows[0].input > OFF > rows[0].off if rows else not call.weighty):
        return elsewhere("input", "input too large", evidence, STANDARD)
    remedy = f"smaller {'weights' if call.kernels else 'numbers'} here, or normalization behind it."
    if rows and rows[0].off < OFF and (not rows[0].trainable or learned(seen.rows)):
        return (f"{evidence} {'Kernels are no longer random' if rows[0].trainable else 'It is frozen'}, as in a network that has been trained before "
                "and is sure of what it has learned: these images, or labels, may be unlike those of its training.")
    if rows and not rows[0].trainable:
        remedy = f"{advice(rows[0])}."
    elif rows and (rows[0].from_bias or not fits(rows[0]) or rows[0].is_output):
        smaller = f"{rows[0].argument}=keras.initializers.RandomNormal(stddev=0.01)" if fits(rows[0]) else advice(rows[0])
        remedy = 'bias_initializer="zeros".' if rows[0].from_bias else f"{smaller}."
    return Finding(call.layer.name, "first loss too large", evidence, remedy)


def bare(model):
    """The optimizer, without what scales its loss; None for none."""
    optimizer = getattr(model, "optimizer", None)
    return getattr(optimizer, "inner_optimizer", optimizer)


def rate_of_zero(seen):
    """A learning rate that is 0, and no warm-up."""
    ended = (optimizer := bare(seen.model)) and isinstance(optimizer._learning_rate, Schedule)
    if optimizer and not float(optimizer.learning_rate) and (seen.trained or not ended):
        evidence = "The rate is 0 now: the schedule has come to its end." if ended else "No weight moves."
        yield elsewhere("optimizer", "learning rate of 0", evidence, "learning_rate=1e-3" + ": and a schedule that goes on" * bool(ended) + ".")


def step(seen):
    """A next step that overturns a kernel, or that rounding takes away."""
    rows = [row for row in seen.rows if row.step and not row.normalized]
    optimizer = bare(seen.model)
    lost = [row for row in seen.rows if row.stuck > MOST and row.dtype.endswith("16")]
    if lost and not isinstance(optimizer._learning_rate, Schedule) and float(optimizer.learning_rate) and not int(optimizer.iterations):
        row = max(lost, key=lambda row: row.stuck)
        yield elsewhere("optimizer", f"step lost in {row.dtype}", f"{_share(row.stuck)} of the weights of {row.layer} stay as they are: "
                        f"{row.dtype} rounds the step away.", f"the policy mixed_{row.dtype}, whose weights are float32.")
        return
    if not rows:
        return
    row, rate, epsilon = max(rows, key=lambda row: row.stride), float(optimizer.learning_rate), getattr(optimizer, "epsilon", 0)
    evidence = f"The next step is {row.stride:.2g} times {'the kernel' if row.stride == row.step else 'what a rule asks of this kernel'}."
    far = [SCALE if head.range[0] == -math.inf else POSITIVE for head in seen.heads if head.family == "distance" and _rms(head.y) > 10
           and head.y.std() and head.range[1] == math.inf]  # else the output is made for such targets
    more, less = min(rate / row.step / 1000, 0.01), rate / row.stride / (30 if any(head.family for head in seen.heads) else 100)
    clip = next((name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(optimizer, name, None)), "")
    fresh = not int(optimizer.iterations) and row.gradient > epsilon
    decays = rate * (getattr(optimizer, "weight_decay", None) or 0) > 0.5
    found = first_case([
        (row.stride > 1 and row.dtype == "float16" and 0 < epsilon < 1e-5, "optimizer", "epsilon too small for float16", evidence,
         "epsilon=1e-4, or the policy mixed_float16."),
        (row.stride > 1 and far, "labels", "targets too large", f"{evidence} Their size makes the gradient large.", *far[:1]),
        (row.stride > 1 and decays, "optimizer", "weight decay too large", f"{evidence} Weight decay alone makes most of it.", "weight_decay=1e-4."),
        (row.stride > 1, "optimizer", "learning rate too large", evidence, f"learning_rate={less:.0e}."),
        (row.step < LOST and clip and row.gradient > 9 * getattr(optimizer, clip or "epsilon"), "optimizer", "gradient clipped away",
         f"{evidence} {clip}={getattr(optimizer, clip or 'epsilon', 0):.0e} leaves no more of the gradient.", f"{clip}=1.0."),
        (row.step < LOST and 0 < 2 * rate < more and fresh and not uniform(seen), "optimizer", "learning rate too small", evidence,
         f"learning_rate={more:.0e}.")])
    plain = type(optimizer) is keras.optimizers.SGD and not isinstance(optimizer._learning_rate, Schedule)
    moved = row.stride / (1 - getattr(optimizer, "momentum", 0) or 1)  # by a gradient that stays as it is
    if plain and fresh and not found and 0 < moved < SLOW and all(one.kernel.any() for one in seen.rows) and not uniform(seen):
        size = "its kernel" if row.stride == row.step else "what a rule asks of its kernel"
        found = [f"The largest step of SGD is {row.stride:.0e} times {size}, and {1 / moved:.0e} like it move that by its size: sound where "
                 "a network has learned before; else a larger rate, or Adam."]
    yield from found


def unread(seen):
    """[(layer, matrix)] of matrices that are no kernel that this tool knows."""
    read = {id(v) for c in seen.calls for v in (c.layer.weights if isinstance(c.layer, NORMALIZATION) else c.kernels.values())}
    owners = {id(v): c.layer.name for c in (*reversed(seen.composites), *seen.calls) for v in getattr(c.layer, "weights", [])}  # the innermost
    return [(owners.get(id(v), seen.model.name), v) for v in seen.model.trainable_variables
            if len(v.shape) > 1 and id(v) not in read and "bias" not in v.name]


def loud(seen):
    """[(layer, matrix, RMS)] of those that are far above He's rule."""
    sized = [(layer, v, _rms(np.asarray(v))) for layer, v in unread(seen) if len(v.shape) == 2]
    return [(layer, v, size) for layer, v, size in sized if size > OFF * math.sqrt(2 / v.shape[0])]


def few(seen):
    """Few images have a gradient, as the loss takes single ones: it reads rows of the batch for what stands in columns."""
    head = seen.heads[0] if len(seen.heads) == 1 else None
    n, delta = len(head.out) if head and head.out.ndim else 0, np.asarray(seen.calls[-1].delta)
    if n < 8 or not delta.ndim or len(delta) != n:
        return
    moved = np.flatnonzero(delta.reshape(n, -1).any(axis=1))
    taken = [op for op in seen.of_loss if op.op == "StridedSlice" and op.taken[0].shape == head.out.shape and op.shape == head.out.shape[1:] != (n,)]
    if not 0 < len(moved) <= n // 4 or not taken:  # several may be those that have labels
        return
    yield elsewhere("loss", "most images have no gradient", f"Of {n} images only {len(moved)} do: what the loss reads by `y_pred[i]` are images.",
                    "columns, as `y_pred[:, i]`.")


def straight(seen):
    """A note of kernels between which nothing bends the signal, in a network that nothing else bends."""
    reached = ancestors(head.made for head in seen.heads)
    products = [op for op in seen.ops if id(op) in reached and any(one.weighty for one in op.before) and not op.weighty
               and (op.op in PRODUCTS or "Conv" in op.op)]
    signal, before = {id(op) for op in products}, ancestors(one for op in products for one in op.before)
    for op in seen.ops:  # all that becomes of what a kernel puts out
        signal |= {id(op)} if any(id(one) in signal for one in op.before) else set()
    ways = [(op, [id(one) in signal for one in op.makers]) for op in before.values() if id(op) in signal]
    bent = any(op.op not in STRAIGHT or op.op in ("Mul", *PRODUCTS) and sum(of) > 1 or op.op in ("RealDiv", "GatherV2") and any(of[1:])
               or op.op == "SelectV2" and of[0] for op, of in ways)
    names = list(dict.fromkeys(place(op, seen) for op in products))
    if not bent and len(names) > 1 and any(op in products for op, _ in ways):
        yield (f"No activation stands between {' and '.join(names) if len(names) == 2 else listed(names)}: together they are one linear map, sound "
               'where that is meant, as for principal components. Else `activation="relu"` in all but the last.')


def left_out(seen):
    """What this tool did not look into, and what Keras mends."""
    yield from straight(seen)
    left, gates = [v.path for _, v in unread(seen)], [c.layer.name for c in seen.calls if isinstance(c.layer, kl.RNN)]
    if left:
        yield f"Left out, in layers that this tool does not know: {', '.join(left)}."
    for call, those, share in padded(seen):
        if not call.layer.return_sequences and 2 * LOST <= share < FADED and not told_apart(seen, those, FADED) and not list(ends_padded(seen)):
            yield f"{call.layer.name} ends with the padding, and images differ by {share:.1g} of its output: a mask, or padding in front, keeps more."
    if gates:
        yield f"Not looked into: the gates of {', '.join(dict.fromkeys(gates))}."
    if bare(seen.model) and seen.flows and {row.step is None for row in seen.rows if row.kernel.any() and row.trainable} == {True}:
        yield f"The next step of {type(bare(seen.model)).__name__} cannot be read, so step/W is left out."
    if seen.added[0] > HEAVY:
        yield f"The losses that layers add move {seen.added[1]} {seen.added[0]:.2g} times as much as that of outputs: too much, if these are alike."
    for head in seen.heads:
        if head.from_logits and head.own_logits:
            yield f"{head.layer} has a {head.activation} and the loss from_logits=True, which Keras mends."


def rare(seen):
    """Labels of which all, or nearly all, are the same."""
    for head in (head for head in seen.heads if head.y.size > 8):
        values, counts = np.unique(head.y, return_counts=True)
        most = counts.max() / head.y.size
        if most == 1:
            yield (f"All labels of this batch are alike, {values[0]:.4g}: sound if they are meant so, as for a GAN's generator, or if the loss does "
                   "not read them; if they are classes, shuffle the data, or draw more of the rare ones.")
        elif most > RARE and (head.family == SPARSE or head.family == BINARY and head.units == 1):
            yield (f"{100 * most:.3g}% of the labels are {values[counts.argmax()]:.0f}, and as often is right who always says so: if a class is rare, "
                   "give it a class_weight, or draw more of it.")


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
        """In a word: "start", "elsewhere" or "sound"."""
        kinds = [finding.of_start for finding in self.findings]
        return "start" if any(kinds) else "elsewhere" if kinds else "sound"

    def __str__(self):
        table = [COLUMNS, *([row.name[-15:], row.activation[:7], _short(row.mean), _short(row.std), _share(row.dead), _share(row.saturated), *map(
            _short, (row.delta, row.gradient, row.weight_std, *map(row.ratios.get, RULES), row.step))] for row in self.rows)]
        lines = [f"loss {self.loss:.4g}", *(
            "".join(f"{cell:{'<' if w < 0 else '>'}{abs(w)}}" for cell, w in zip(cells, COLUMNS.values())).rstrip() for cells in table)]
        verdict = {"sound": ["No fault found: as far as this tool sees, the start is sound. Look next at what one batch can't show: "
                             "labels of other images, training=True at test time, a rate later too large, test images among the training ones."],
                   "elsewhere": ["At fault is not the start, but:"], "start": []}[self.outcome]
        return "\n".join([*lines, "", *verdict, *map(str, self.findings), *(f"Note: {note}" for note in self.notes)])

    def figure(self):
        """RMS of activations and of δ, and kernels over the nearest rule, by layer; dotted lines mark the findings."""
        from matplotlib.figure import Figure

        fig, at = Figure(figsize=(7, 6), layout="constrained"), range(len(self.rows))
        curves = {"RMS of h": [math.hypot(row.mean, row.std) for row in self.rows], "RMS of δ": [row.delta for row in self.rows],
                  "W / nearest rule": [row.off for row in self.rows]}
        for ax, (label, curve) in zip(fig.subplots(3, 1, sharex=True), curves.items()):
            ax.semilogy(at, [value or math.nan for value in curve], "o-")
            ax.yaxis.set_minor_formatter("")
            ax.set_ylabel(label)
            for i in (i for i in at if any(self.rows[i].layer in finding.layers for finding in self.findings)):
                ax.axvline(i, color="0.5", linestyle=":")
        ax.axhspan(1 / OFF, OFF, alpha=0.15)
        ax.set_xticks(at, [row.name for row in self.rows], rotation=45, ha="right")
        return fig


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


def check(model, x, y, loss):
    """x and y as arrays. Raises TypeError or ValueError, in one sentence, for what cannot be audited."""
    if not isinstance(model, keras.Model):
        raise TypeError(f"The model must be a keras.Model, not {type(model).__name__}.")
    refuse((keras.backend.backend() != "tensorflow" or tf is None,
            "This tool needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow before importing Keras."),
        (not model.built or not model.variables, "The model has no weights yet: give it a keras.Input, or call it once on a batch."),
        (loss is None and not model.compiled, 'The model is not compiled: compile it, or name a loss, as in `audit(model, x, y, loss="mse")`.'))
    try:
        list(map(keras.losses.get, keras.tree.flatten(loss)))
    except ValueError:
        raise ValueError(f"Keras has no loss of this name, {loss}: name another, or give a function.") from None
    own = y is None and loss is None and getattr(model, "loss", None) is None  # losses that the layers add
    x = arrays(x, "x")
    refuse((y is None and not own, "y is missing: audit(model, x, y) takes the labels too."))
    y = None if own else arrays(y, "y")
    sizes = {len(part) for part in keras.tree.flatten((x, y)) if part is not None}
    refuse((len(sizes) != 1 or min(sizes) < 2, f"x and y must hold the same images, at least two, but their lengths are {sorted(sizes)}; "
            "a list is read as several inputs."))
    refuse((said := misplaced(model, x), said))
    return x, y


def refuse(*cases):
    """Raises ValueError with the first sentence whose case holds."""
    for when, said in cases:
        if when:
            raise ValueError(said)


def arrays(part, name):
    """One array, or a list or dictionary of several, as NumPy arrays or tensors."""
    part = part.to_numpy() if hasattr(part, "to_numpy") else part
    leaves = keras.tree.flatten(part)
    rows = [len(row) for row in part if isinstance(row, (list, tuple))] if isinstance(part, (list, tuple)) else []
    plain = leaves and all(isinstance(leaf, (int, float, str, bytes, bool)) for leaf in leaves)
    refuse((plain and len({*rows}) > 1, f"{name} holds rows of unequal length, {min(rows, default=0)} to {max(rows, default=0)}: "
            f"`{name} = keras.utils.pad_sequences({name})`."),
           (plain, f"{name} is a list of single values: give an array, as in `np.array({name})`."),
           (not leaves or not all(hasattr(leaf, "shape") for leaf in leaves),
            "Give one batch as arrays, images and labels: of a data set, `x, y = next(iter(dataset))`."))
    leaves = [leaf.numpy() if isinstance(leaf, (tf.Variable, keras.Variable)) else leaf for leaf in leaves]
    refuse((any(not hasattr(leaf, "__array__") or isinstance(leaf, keras.KerasTensor) for leaf in leaves),
            f"{name} is no dense array: give one of numbers, as of NumPy, not a sparse or symbolic one."))
    found = [leaf if tf.is_tensor(leaf) else np.asarray(leaf) for leaf in leaves]
    odd = [leaf for leaf in found if getattr(leaf.dtype, "kind", "f") in "OMmc" or name == "y" and wordy(leaf)]
    cure = (f'{name} = {name}.astype("float32")' if name == "x" or all(isinstance(one, (int, float, np.integer, np.floating)) for leaf in odd
            for one in np.ravel(leaf)) else "np.unique(y, return_inverse=True)[1]")
    refuse((any(not len(leaf.shape) for leaf in found), f"{name} is a single value: give an array with an entry for every image."),
           (odd, f"{name} holds strings or objects: give numbers, as `{cure}`."))
    found = [leaf.astype(keras.config.floatx()) if leaf.dtype == "float64" else leaf for leaf in found]  # as model.fit does
    return keras.tree.pack_sequence_as(part, found)


def wordy(leaf):
    """True for an array or tensor of strings."""
    return leaf.dtype.kind in "SU" if hasattr(leaf.dtype, "kind") else leaf.dtype == tf.string


def sentence(error, model, x, recorder):
    """What an error of a framework means for the user."""
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)) or "OOM" in str(error):  # Keras may rename it
        return "This batch does not fit into memory: give fewer images, as in `audit(model, x[:8], y[:8])`."
    if isinstance(error, NotImplementedError):
        return "This model has no call() that takes a batch: audit its parts, or write call()."
    convolutions = [layer for layer in model._flatten_layers() if hasattr(layer, "kernel_size")] if "grouped convolutions" in str(error) else []
    for layer in recorder.failed or convolutions:  # an error in the gradient names no layer
        if whole(layer, "groups") > 1:
            return f"TensorFlow cannot run the grouped convolution {layer.name} on this processor: use a GPU."
        if isinstance(layer, kl.Embedding):
            return f"x holds numbers that {layer.name} has no row for: they must be 0 to {layer.input_dim - 1}."
    names = getattr(model, "input_names", None) or [part.name for part in getattr(model, "inputs", None) or []]
    if isinstance(x, dict) and names and set(names) - set(x):
        return f"x names {', '.join(x)}, and the model takes {', '.join(names)}."
    given, taken = ([tuple(leaf.shape) for leaf in keras.tree.flatten(part)] for part in (x, getattr(model, "inputs", None) or []))
    if len(given) < len(taken) and not isinstance(x, dict):
        return (f"The model takes {len(taken)} inputs, {_shapes(model.inputs)}, and x holds {len(given)}: "
                f"`x = [{', '.join(f'x{i}' for i in range(1, len(taken) + 1))}]`.")
    if any(map(wordy, keras.tree.flatten(x))):
        return "x holds strings, and the model takes numbers: keras.layers.TextVectorization makes some."
    if taken and (list(map(len, given)) != list(map(len, taken)) or any(
            None not in (a, b) and a != b for one, two in zip(given, taken) for a, b in zip(one[1:], two[1:]))):
        return misplaced(model, x) or f"x has the shape {_shapes(x)}, and the model takes {_shapes(model.inputs)}: reshape x."
    if recorder.done:
        return f"This tool cannot read what {model.name} computes: audit its parts."
    where = "".join(f"layer {one.name} ({type(one).__name__})" for one in recorder.failed[:1])
    return f"The {where or 'model'} fails on this batch: {theirs(error) or '`model(x[:2], training=True)` shows why.'}"


def misplaced(model, x):
    """A sentence if the axis of channels stands elsewhere in x than in what the model takes, "" else: a Flatten takes either."""
    given, taken = keras.tree.flatten(x), getattr(model, "inputs", None) or []
    if len(given) == len(taken) == 1 and len(given[0].shape) == len(taken[0].shape) > 2:
        ours, theirs = tuple(given[0].shape[1:]), taken[0].shape[1:]
        for axes, moved in (("1, -1", ours[1:] + ours[:1]), ("-1, 1", ours[-1:] + ours[:-1])):
            if any(n not in (None, m) for n, m in zip(theirs, ours)) and all(n in (None, m) for n, m in zip(theirs, moved)):
                return f"x has the shape {_shapes(x)}, and the model takes {_shapes(model.inputs)}: `x = np.moveaxis(x, {axes})`."
    return ""


def theirs(error):
    """What an exception says that the reader's own code has raised, "" for one of a framework."""
    while error.__context__ and "Exception encountered" in str(error):  # as Keras has told it anew
        error = error.__context__
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    file = at.tb_frame.f_code.co_filename if at else __file__
    return ("" if file == __file__ or "-packages" in file or isinstance(error, tf.errors.OpError)
            else f"{type(error).__name__}: {' '.join(str(error).split())[:120].rstrip('.')}.")


def _shapes(part):
    return " and ".join(str(tuple(leaf.shape)) for leaf in keras.tree.flatten(part))


def pair(model, outputs, y, wanted):
    """Raises Unreadable if labels or losses do not go with the outputs by name and number."""
    known = list(outputs) if isinstance(outputs, dict) else getattr(model, "output_names", ["output"])
    for part, name in ((y, "y"), (wanted, "loss")):
        if isinstance(part, dict) and not set(part) <= set(known):
            raise Unreadable(f"The outputs are named {', '.join(known)}, and {name} names {', '.join(part)}.")
        count, many = len(keras.tree.flatten(part)), len(keras.tree.flatten(outputs))
        if count != many and not isinstance(part, dict) and part is not None and (name == "y" or count > 1):
            raise Unreadable(f"The outputs are {many}, but {name} holds {count}: give one for each.")


def no_loss(wanted, y, outputs, heads, said):
    """Why there is no loss."""
    if wanted is None:
        return 'The model has no loss: compile it with one, or `audit(model, x, y, loss="mse")`.'
    with suppress(Exception):
        if any(head.loss(head.truth, head.tensor) is None for head in heads):
            return "The loss returns None: end it with return."
    if any(head.family is None and head.kind not in dir(keras.losses) for head in heads):
        return f"The loss fails on this batch: {said or '`loss(y[:2], model(x[:2]))` shows why.'}"
    steps = heads and heads[0].out.ndim > heads[0].y.ndim + 1
    return (f"The loss cannot compare y of shape {_shapes(y)} with outputs of shape {_shapes(outputs)}: "
            f"{FLATTEN if steps else 'give y the form that this loss asks for.'}")
