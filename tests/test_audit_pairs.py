"""Pairs of networks for snippets/tools/audit.py: in one there is a fault, the other looks like it and is sound."""
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import initializers, layers, losses, ops, optimizers

from snippets.tools.audit import audit
from tests.audited import EDGES, FLAT, ROWS, WORDS, X, Y, Own, graph, hidden, normal, of, seed, softmax, stack, tell_apart

BINARY = losses.BinaryCrossentropy(from_logits=True)
CLASSES = losses.SparseCategoricalCrossentropy(from_logits=True)
REAL = np.random.default_rng(0).normal(size=(64, 1)).astype("float32")
SIGNS = np.sign(REAL)
SPARSELY = (np.random.default_rng(0).random((64, 3)) < 0.03).astype("float32")


def plain(rule, depth=2, end=layers.Identity, before=layers.Identity):
    """Convolutions by one rule without normalization, or with."""
    parts = [part for _ in range(depth) for part in (layers.Conv2D(32, 3, padding="same", kernel_initializer=rule()), end(), layers.ReLU())]
    return stack(before(), *parts, layers.GlobalAveragePooling2D(), hidden(rule=rule()), softmax(kernel_initializer=rule()), x=X, optimizer=optimizers.SGD(0.01, 0.9))


def faint():
    return normal(0.01)


def directions(scale, rule="glorot_uniform"):
    """Classes by the angle to a direction of each, as in ArcFace."""
    cosines = Own(lambda m, h: scale * ops.matmul(ops.normalize(h, axis=-1), ops.normalize(m.w, axis=0)), {"w": (32, 10)}, rule, name="head")
    return stack(hidden(), layers.Dense(32), cosines, loss=CLASSES)


def alike(scale):
    """Whether two views are alike, by the cosine between them."""
    a, b, embed = keras.Input((144,)), keras.Input((144,)), layers.Dense(16)
    return graph([a, b], scale * layers.Dot(1, normalize=True, name="cosine")([embed(a), embed(b)]), [FLAT, FLAT[::-1].copy()], SIGNS > 0, BINARY)


def near():
    """Minus the squared distance to a prototype of each class."""
    return stack(hidden(64), layers.Dense(32), Own(lambda m, h: -ops.sum((h[:, None] - m.centers) ** 2, -1), {"centers": (10, 32)}, normal(1.0)), loss=CLASSES)


def ending(*parts, y=5 * SIGNS, x=FLAT, loss="mse"):
    return stack(*parts, x=x, y=y, loss=loss)


@keras.saving.register_keras_serializable()
def focal(y, z):
    p = ops.sigmoid(z)
    apart = ops.where(y > 0.5, 0.25 * (1 - p) ** 2, 0.75 * p**2)
    return ops.sum(apart * ops.binary_crossentropy(y, z, from_logits=True)) / ops.maximum(ops.sum(y), 1.0)


def rare(bias):
    return stack(hidden(), layers.Dense(3, kernel_initializer=normal(0.01), bias_initializer=initializers.Constant(bias), name="out"), y=SPARSELY, loss=focal)


def ended(end):
    """A network after ten steps of a schedule."""
    model, x, y = stack(hidden(), softmax(), optimizer=optimizers.SGD(optimizers.schedules.PolynomialDecay(0.1, 5, end)))
    model.fit(x, y, batch_size=16, epochs=3, verbose=0)
    return model, x, y


def relabelled(turn):
    """A network that has learned, and labels that may be others."""
    model, x, y = stack(hidden(64), softmax(), x=FLAT + np.eye(10)[Y].repeat(15, 1)[:, :144].astype("float32"), optimizer=optimizers.Adam(0.01))
    model.fit(x, y, epochs=40, verbose=0)
    return model, x, (y + turn) % 10


class Bent(layers.Layer):
    """The second derivative of a network, as of one that solves a differential equation."""

    def __init__(self, activation, **options):
        super().__init__(**options)
        self.activation, self.net = activation, keras.Sequential([keras.Input((1,)), layers.Dense(16, activation, name="bent"), layers.Dense(1)])

    def get_config(self):
        return super().get_config() | {"activation": self.activation}

    def call(self, x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                u = self.net(x)
            slope = inner.gradient(u, x)
        return outer.gradient(slope, x, unconnected_gradients="zero")


def bent(activation):
    t = np.linspace(0, 1, 64, dtype="float32")[:, None]
    return stack(Bent(activation), x=t, y=np.sin(3 * t), loss="mse")


def clipped(norm):
    return stack(hidden(), softmax(), optimizer=optimizers.SGD(0.1, clipnorm=norm))


def chosen(column):
    """The loss of an action that was taken, times what came of it."""
    y = np.stack([Y % 3, REAL[:, 0]], 1).astype("float32")
    def loss(y, p):
        taken = tf.gather(p, tf.cast(y[:, :1], tf.int32), batch_dims=1)
        return -tf.reduce_mean(tf.math.log(taken if column else taken[:, 0]) * y[:, 1])

    return stack(hidden(), softmax(3), y=y, loss=loss)


def deep(depth):
    """A deep network over the nodes of one graph."""
    edges = EDGES / EDGES.sum(axis=1, keepdims=True)
    inputs = h = keras.Input((144,))
    for i in range(depth):
        h = Own(lambda m, h: ops.relu(ops.matmul(edges, ops.matmul(h, m.w))), {"w": (144, 144)}, "he_normal", name=f"nodes_{i}")(h)
    return graph(inputs, softmax()(h))


def rounded(function):
    """A network in which something stands between weights and loss."""
    return stack(hidden(), layers.Lambda(function, name="cut"), softmax())


def straight(function):
    return lambda h: h + ops.stop_gradient(function(h) - h)


def dropped(*end):
    return stack(hidden(), softmax(), *end)


def loud(scale):
    """A bounded layer behind another, by a rule that is so many times too large."""
    return stack(hidden(400), layers.Dense(100, "tanh", kernel_initializer=normal(scale / 20), name="loud"), softmax())


class Named(layers.Layer):
    """A modulation whose parts have the names that settings of Keras have."""

    def __init__(self, units=32, **options):
        super().__init__(**options)
        self.gamma, self.beta, self.bias, self.strides, self.groups, self.rate, self.activation = *map(layers.Dense, 3 * [units]), "same", "two", "slow", None

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 32), initializer="glorot_uniform", name="kernel")

    def call(self, x):
        return self.gamma(x) * ops.matmul(x, self.kernel) + self.beta(x)


def squash(s):
    q = ops.sum(s**2, -1, keepdims=True)
    return q / (1 + q) * s / ops.sqrt(q + 1e-7)


def capsules(std):
    """Ten vectors, whose lengths tell the class."""
    caps = Own(lambda m, u: squash(ops.einsum("indk,bik->bnd", m.w, u)), {"w": (12, 10, 8, 12)}, normal(std), name="caps")
    length = layers.Lambda(lambda v: ops.sqrt(ops.sum(v**2, -1) + 1e-7))
    return stack(layers.Dense(12, "relu"), caps, length, x=ROWS / 10, y=np.eye(10, dtype="float32")[Y], loss=margin)


@keras.saving.register_keras_serializable()
def margin(y, v):
    return ops.sum(y * ops.relu(0.9 - v) ** 2 + (1 - y) * ops.relu(v - 0.1) ** 2 / 2, -1)


def behind_norm(rule, depth):
    """Layers behind a normalization, that makes faint words loud."""
    inputs = keras.Input((12,), dtype="int32")
    h = layers.LayerNormalization()(layers.Dense(32)(layers.Embedding(50, 32)(inputs)))
    for _ in range(depth):
        h = hidden(rule=rule())(h)
    return graph(inputs, softmax(kernel_initializer=normal(0.01))(layers.GlobalAveragePooling1D()(h)), WORDS)


class Coded(keras.Model):
    """An autoencoder that adds a loss on its code."""

    def __init__(self, weight):
        super().__init__()
        self.weight, self.first, self.code, self.last = weight, hidden(), layers.Dense(4), layers.Dense(144)

    def call(self, x):
        z = self.code(self.first(x))
        self.add_loss(self.weight * ops.mean(z**2))
        return self.last(z)


PAIRS = {  # a fault, its outcome, words of the finding; what is sound
    "faint_convolutions": (lambda: plain(faint), "start", "kernel too small", lambda: plain(faint, end=layers.BatchNormalization)),
    "faint_by_a_little": (lambda: plain(lambda: normal(0.02), 4), "start", "kernel too small", lambda: plain(lambda: "he_normal", 4)),
    "loud_behind_another": (lambda: loud(6.0), "start", "kernel too large", lambda: loud(1.0)),
    "norm_of_the_data": (lambda: plain(faint, before=layers.BatchNormalization), "start", "kernel too small", lambda: plain(faint, end=layers.BatchNormalization)),
    "grows_behind_a_norm": (lambda: behind_norm(lambda: normal(0.5), 8), "start", "exploding signal", lambda: behind_norm(lambda: "he_normal", 3)),
    "capsules": (lambda: capsules(1e-3), "start", "kernel too small", lambda: capsules(0.1)),
    "cosines": (lambda: alike(1.0), "elsewhere", "logits cut off", lambda: alike(10.0)),
    "directions": (lambda: directions(1.0), "elsewhere", "logits cut off", lambda: directions(64.0)),
    "norm_over_images": (lambda: stack(hidden(), layers.Lambda(lambda h: ops.normalize(h, axis=0)), softmax()), "elsewhere", "images mixed",
                         lambda: stack(hidden(), layers.Lambda(lambda h: ops.normalize(h, axis=-1)), softmax())),
    "recurrent": (lambda: ending(layers.LSTM(1, name="end"), x=ROWS), "elsewhere", "out of reach", lambda: ending(layers.LSTM(1), x=ROWS, y=REAL / 9)),
    "recurrent_relu": (lambda: ending(layers.GRU(1, "relu"), x=ROWS), "elsewhere", "out of reach", lambda: ending(layers.GRU(1, "relu"), x=ROWS, y=abs(REAL))),
    "twice_tanh": (lambda: ending(layers.Dense(1, "tanh"), layers.Lambda(lambda z: 2 * z)), "elsewhere", "-2 to 2", lambda: ending(layers.Dense(1, "tanh"), layers.Lambda(lambda z: 6 * z))),
    "rescaled_tanh": (lambda: ending(layers.Dense(1, "tanh"), layers.Rescaling(2.0, 1.0)), "elsewhere", "-1 to 3", lambda: ending(layers.Dense(1, "tanh"), layers.Rescaling(5.0))),
    "tanh_of_relu": (lambda: ending(layers.Dense(1, "relu"), layers.Activation("tanh"), y=SIGNS / 2), "elsewhere", "out of reach",
                     lambda: ending(layers.Dense(1, "relu"), layers.Activation("tanh"), y=abs(np.tanh(REAL)))),
    "minus_softplus": (lambda: ending(layers.Dense(1, "softplus"), layers.Lambda(lambda z: -z)), "elsewhere", "-inf to 0", lambda: ending(layers.Dense(1, "softplus"), layers.Lambda(lambda z: -z), y=-abs(REAL))),
    "squares": (lambda: ending(layers.Dense(1), layers.Lambda(lambda z: z**2)), "elsewhere", "0 to inf", lambda: ending(layers.Dense(1), layers.Lambda(lambda z: z**2), y=abs(REAL))),
    "cut": (lambda: ending(layers.Dense(1), layers.Lambda(lambda z: ops.clip(ops.sin(z), -0.5, 2))), "elsewhere", "-0.5 to 1", lambda: ending(layers.Dense(1), layers.Lambda(lambda z: ops.clip(z, -9, 9)))),
    "tanh_logits": (lambda: ending(layers.Dense(10), layers.Lambda(ops.tanh), y=Y, loss=CLASSES), "elsewhere", "logits cut off", lambda: ending(layers.Dense(10), layers.Lambda(lambda z: 30 * ops.tanh(z / 30)), y=Y, loss=CLASSES)),
    "sure_of_what_is_rare": (lambda: rare(4.6), "start", "first loss too large", lambda: rare(-4.6)),
    "targets_twenty_times_smaller": (lambda: ending(hidden(64), layers.Dense(1), y=REAL / 100), "elsewhere", "targets too small", lambda: ending(hidden(64), layers.Dense(1), y=REAL / 5)),
    "end_of_a_schedule": (lambda: ended(0.0), "elsewhere", "schedule has come to its end", lambda: ended(0.01)),
    "other_labels": (lambda: relabelled(1), "elsewhere", "trained before", lambda: relabelled(0)),
    "second_derivative": (lambda: bent("relu"), "elsewhere", "second derivative", lambda: bent("tanh")),
    "clipped_away": (lambda: clipped(1e-6), "elsewhere", "clipnorm=1e-06", lambda: clipped(1.0)),
    "one_softmax_unit": (lambda: ending(hidden(), layers.Dense(1, "softmax", name="out")), "elsewhere", "constant output", lambda: ending(hidden(), layers.Dense(1))),
    "column_by_row": (lambda: chosen(True), "elsewhere", "each with all", lambda: chosen(False)),
    "numbers_below_0": (lambda: stack(layers.Embedding(50, 8), layers.Flatten(), softmax(), x=WORDS - 5), "elsewhere", "numbers below 0", lambda: stack(layers.Embedding(50, 8), layers.Flatten(), softmax(), x=WORDS)),
    "neighbours_of_neighbours": (lambda: deep(8), "elsewhere", "images made alike", lambda: deep(2)),
    "floor": (lambda: rounded(lambda h: ops.floor(h * 16) / 16), "elsewhere", "Floor has no derivative", lambda: rounded(straight(lambda h: ops.floor(h * 16) / 16))),
    "round": (lambda: rounded(lambda h: ops.round(h * 16) / 16), "elsewhere", "no weight before it is trained", lambda: rounded(straight(ops.round))),
    "whole": (lambda: rounded(lambda h: ops.cast(ops.cast(h * 16, "int32"), "float32") / 16), "elsewhere", "Cast has no derivative", lambda: rounded(lambda h: h * 16)),
    "sign": (lambda: rounded(lambda h: ops.sign(h - 0.1)), "elsewhere", "Sign has no derivative", lambda: rounded(straight(ops.sign))),
    "stopped": (lambda: rounded(ops.stop_gradient), "elsewhere", "without stop_gradient", lambda: rounded(lambda h: h + ops.stop_gradient(h))),
    "dropout_at_the_end": (lambda: dropped(layers.Dropout(0.5)), "elsewhere", "without this dropout", lambda: dropped(layers.Dropout(0.0))),
}  # fmt: skip


@pytest.mark.parametrize("case", PAIRS)
def test_of_a_pair_of_networks_the_one_at_fault_is_named_and_its_remedy_removes_it(case):
    tell_apart(*PAIRS[case])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softsign"])
def test_a_start_of_any_scale_is_read(activation):
    for scale in (0.01, 0.1, 0.3, 2.0):
        for depth in (1, 3):
            keras.utils.set_random_seed(0)
            for before in ([], [hidden(400)]):
                parts = [layers.Dense(32, activation, kernel_initializer=normal(scale)) for _ in range(depth)]
                model, x, y = stack(*before, *parts, softmax())
                assert len(audit(model, x, y).rows) == len(model.weights) / 2


def test_what_someone_calls_as_keras_does_is_read_or_left_alone():
    keras.utils.set_random_seed(0)
    report = audit(*stack(hidden(), Named(), Named(), layers.BatchNormalization(), layers.ReLU(), softmax()))
    assert report.outcome == "sound", str(report)


def test_two_images_are_too_few_to_tell_a_shape_or_a_centre():
    seed(0)
    two, signs = np.array([[1.0], [1.01]], "float32"), np.array([[1.0], [-1.0]], "float32")
    for x, loss in ((FLAT[:2], lambda y, p: ops.mean(y * p)), (two, "mse")):
        report = audit(*stack(hidden(16), layers.Dense(1), x=x, y=signs, loss=loss))
        assert report.outcome == "sound", str(report)


@pytest.mark.parametrize("make", [lambda: directions(64.0), lambda: directions(30.0, normal(0.01)), near])
def test_a_loud_loss_of_a_head_of_fixed_scale_is_a_note(make):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound" and any("where the scale is meant" in note for note in report.notes), str(report)


def test_a_loss_that_layers_add_is_no_fault_and_said_where_it_drowns_the_other():
    for weight, drowns in ((1e4, True), (0.01, False)):
        keras.utils.set_random_seed(0)
        model = Coded(weight)
        model(FLAT[:2])
        report = audit(*of(model, FLAT, FLAT, "mse"))
        assert report.outcome == "sound" and drowns == any("losses that layers add move" in note for note in report.notes), str(report)


def test_all_faint_kernels_between_input_and_output_are_named():
    for depth in range(1, 7):
        seed(0)
        finding, = audit(*plain(faint, depth)).findings
        assert len(finding.layers) == depth + 1 and "out" not in finding.layers


@pytest.mark.parametrize("step, words", [(ops.round, "rounding"), (lambda p: ops.sign(ops.relu(p - 0.5)), "rounded")])
def test_a_rounded_probability_is_not_called_saturated(step, words):
    seed(0)
    (found,) = audit(*stack(hidden(32), layers.Dense(1, "sigmoid"), layers.Lambda(step), y=Y[:, None] % 2, loss="binary_crossentropy")).findings
    assert "saturated" not in found.evidence and words in found.evidence + found.remedy, str(found)
