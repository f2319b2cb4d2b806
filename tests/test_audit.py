"""snippets/tools/audit.py names the layer and the fault that were planted, says nothing of sound networks, changes nothing."""
import functools

import keras
import numpy as np
import pytest
from keras import layers

from snippets.tools.audit import audit
from tests.audited import RNG, X, Y, seed


def compiled(stack, inputs=None, optimizer="sgd"):
    model = keras.Model(inputs, stack) if inputs is not None else keras.Sequential([keras.Input(X.shape[1:]), *stack])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def dense(depth=4, activation="relu", rule="he_normal", width=64, between=()):
    """A multilayer perceptron; `between` each kernel and its activation stand layers made by these functions."""
    stack = [layers.Flatten()]
    for i in range(depth):
        if between:
            stack += [layers.Dense(width, kernel_initializer=rule, name=f"dense_{i}"), *(make() for make in between), layers.Activation(activation)]
        else:
            stack.append(layers.Dense(width, activation, kernel_initializer=rule, name=f"dense_{i}"))
    return compiled([*stack, layers.Dense(10, "softmax", name="out")])


def tanh():
    return dense(2, "tanh", "glorot_uniform")


def convolutional(rule="he_normal"):
    return compiled([
        layers.Conv2D(16, 3, padding="same", activation="relu", kernel_initializer=rule, name="dense_0"), layers.MaxPooling2D(),
        layers.Conv2D(16, 3, strides=2, padding="same", kernel_initializer=rule, name="dense_1"), layers.ReLU(),
        layers.Conv2D(16, 3, padding="same", activation="relu", kernel_initializer=rule, name="dense_2"),
        layers.GlobalAveragePooling2D(), layers.Dense(10, "softmax", name="out")])


def residual(last="he_normal", normalized=True, blocks=4):
    inputs = keras.Input(X.shape[1:])
    h = layers.Dense(64, "relu", kernel_initializer="he_normal", name="dense_0")(layers.Flatten()(inputs))
    for block in range(blocks):
        branch = layers.BatchNormalization()(h) if normalized else h
        branch = layers.Dense(64, "relu", kernel_initializer="he_normal", name=f"dense_{2 * block + 1}")(branch)
        branch = layers.Dense(64, kernel_initializer=last, name=f"dense_{2 * block + 2}")(branch)
        h = h + branch if block % 2 else layers.Add()([h, branch])
    return compiled(layers.Dense(10, "softmax", name="out")(h), inputs)


def nested():
    """The shape of transfer learning: a model in a model, frozen."""
    base = keras.Sequential([keras.Input(X.shape[1:]), layers.Conv2D(8, 3, activation="relu", name="dense_0"), layers.GlobalMaxPooling2D()], name="base")
    base.trainable = False
    inputs = keras.Input(X.shape[1:])
    return compiled(layers.Dense(10, "softmax", name="out")(layers.Dropout(0.2)(base(inputs))), inputs)


class Own(keras.Model):
    """Without a graph of layers: ReLU and addition stand in the code."""

    def __init__(self, last="he_normal"):
        super().__init__()
        self.first, self.branch = layers.Dense(64, name="dense_0"), layers.Dense(64, kernel_initializer=last, name="dense_1")
        self.out = layers.Dense(10, "softmax", name="out")

    def call(self, x):
        h = keras.ops.relu(self.first(keras.ops.reshape(x, (-1, 144))))
        return self.out(h + self.branch(h))


def own(**options):
    model = Own(**options)
    model(X[:1])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def trained():
    model = dense(2)
    model.fit(X, Y, batch_size=16, epochs=5, verbose=0)
    return model


SOUND = {
    "he_relu": dense, "he_relu_20": lambda: dense(20), "glorot_tanh_20": lambda: dense(20, "tanh", "glorot_uniform"),
    "lecun_selu": lambda: dense(12, "selu", "lecun_normal"), "gelu": lambda: dense(4, "gelu"), "silu": lambda: dense(4, "silu"),
    "keras_defaults": lambda: dense(2, "relu", "glorot_uniform"), "narrow": lambda: dense(2, "relu", "glorot_uniform", 8),
    "sigmoid_one": lambda: dense(1, "sigmoid", "glorot_uniform"), "batch_norm": lambda: dense(8, between=[layers.BatchNormalization]),
    "layer_norm": lambda: dense(8, between=[layers.LayerNormalization]), "dropout": lambda: dense(3, between=[lambda: layers.Dropout(0.5)]),
    "convolutional": convolutional, "convolutional_glorot": lambda: convolutional("glorot_uniform"), "residual": residual,
    "residual_zero": lambda: residual("zeros"), "residual_plain": lambda: residual(normalized=False), "nested": nested,
    "own": own, "own_zero": lambda: own(last="zeros"), "trained": trained,
}  # fmt: skip


@functools.cache
def made(make):
    """A model, made once, and its weights, to undo what is planted."""
    seed(0)
    model = make()
    return model, model.get_weights()


def planted(make, plant):
    model, weights = made(make)
    model.set_weights(weights)
    plant(model)
    return model


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_sound_network_gets_no_finding(make):
    report = audit(planted(make, nothing), X, Y)
    assert not report.findings, str(report)
    assert "No fault found" in str(report) and "Look next at what one batch can't show: " in str(report)


def change(name, kernel=1.0, bias=None):
    """Plant a fault: multiply the kernel of a layer, or set its bias."""

    def plant(model):
        layer = model.get_layer(name)
        layer.kernel.assign(kernel * layer.kernel)
        if bias is not None:
            layer.bias.assign(np.full(layer.bias.shape, bias))

    return plant


def constant(model):
    model.get_layer("dense_1").kernel.assign(np.full((64, 64), 0.1))


def repeated(model):
    model.get_layer("dense_3").kernel.assign(model.get_layer("dense_1").kernel)


def proportional(model):
    kernel = model.get_layer("dense_1").kernel.numpy().ravel()
    model.get_layer("out").kernel.assign(0.9 * kernel[:640].reshape(64, 10))


def nothing(model):
    pass


ONE = {  # a network, what is planted, the layers to be named, and a word of the fault
    "times_ten": (dense, change("dense_1", 10), "dense_1", "too large"),
    "times_ten_first": (dense, change("dense_0", 10), "dense_0", "too large"),
    "times_ten_last": (dense, change("out", 10), "out", "too large"),
    "times_a_tenth": (dense, change("dense_2", 0.1), "dense_2", "too small"),
    "times_ten_convolution": (convolutional, change("dense_1", 10), "dense_1", "too large"),
    "times_a_tenth_convolution": (convolutional, change("dense_1", 0.1), "dense_1", "too small"),
    "times_ten_residual": (residual, change("dense_3", 10), "dense_3", "too large"),
    "times_ten_batch_norm": (lambda: dense(between=[layers.BatchNormalization]), change("dense_1", 10), "dense_1", "too large"),
    "times_ten_own": (own, change("dense_0", 10), "dense_0", "too large"),
    "zeros": (dense, change("dense_1", 0), "dense_1", "zero"),
    "zeros_tanh": (lambda: dense(4, "tanh"), change("dense_1", 0), "dense_1", "zero"),
    "zeros_convolution": (convolutional, change("dense_1", 0), "dense_1", "zero"),
    "zeros_own": (own, change("dense_0", 0), "dense_0", "zero"),
    "constant": (dense, constant, "dense_1", "copied units"),
    "reused": (dense, repeated, "dense_1, dense_3", "reused initializer"),
    "dead": (dense, change("dense_1", bias=-20.0), "dense_1", "dead"),
    "dead_convolution": (convolutional, change("dense_1", bias=-20.0), "dense_1", "dead"),
    "saturated_by_bias": (tanh, change("dense_1", bias=6.0), "dense_1", "saturated"),
    "saturated_by_kernel": (tanh, change("dense_0", 10), "dense_0", "saturated"),
    "standard_normal": (lambda: dense(3, "tanh", "random_normal"), lambda model: [change(f"dense_{i}", 20)(model) for i in range(3)],
                        "dense_0, dense_1, dense_2", "too large, units saturated"),
    "not_a_number": (dense, change("dense_2", np.nan), "dense_2", "not a number"),
    "deep_glorot_relu": (lambda: dense(20, "relu", "glorot_uniform"), nothing, "dense_0 … dense_19 (20 layers)", "vanishing signal"),
    "deep_sigmoid": (lambda: dense(8, "sigmoid", "glorot_uniform"), nothing, "dense_0 … dense_7 (8 layers)", "vanishing error signal"),
    "deep_residual": (lambda: residual(normalized=False, blocks=16), nothing, "dense_0 … dense_32 (33 layers)", "exploding signal"),
}  # fmt: skip


@pytest.mark.parametrize("make, plant, name, fault", ONE.values(), ids=ONE)
def test_a_planted_fault_is_the_only_finding_and_has_the_right_layer(make, plant, name, fault):
    findings = audit(planted(make, plant), X, Y).findings
    assert [finding.layer for finding in findings] == [name], findings
    assert fault in findings[0].fault and findings[0].evidence and findings[0].remedy


def test_the_same_numbers_in_another_shape_are_a_note():
    report = audit(planted(dense, proportional), X, Y)
    assert report.outcome == "sound" and any("dense_1, out hold the same numbers" in note for note in report.notes), str(report)


@pytest.mark.parametrize("data, fault", [
    (255 * X, "input too large"), ((255 * X).astype("uint8"), "input too large"), (X / 255, "input too small"), (X / 100 + 5, "not centred"),
    (0 * X, "without content"), (np.where(X > 0.99, np.nan, X), "not a number")], ids=["raw", "bytes", "twice", "offset", "black", "nan"])
def test_data_at_fault_are_named_and_no_layer_is(data, fault):
    for make in (dense, tanh, convolutional):
        findings = audit(planted(make, nothing), data, Y).findings
        assert [finding.layer in ("input", "dense_0") for finding in findings] == [True], findings
        assert fault in findings[0].fault


def state(model):
    parts = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [part.numpy().tobytes() for part in parts], [dict(vars(layer)) for layer in model.layers], keras.Layer.__call__


@pytest.mark.parametrize("before", ["compiled", "trained"])
def test_the_model_stays_as_it_is_bit_by_bit(before):
    model = dense(2, between=[layers.BatchNormalization, lambda: layers.Dropout(0.5)])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    if before == "trained":
        model.fit(X, Y, verbose=0)
    was = state(model)
    audit(model, X, Y)
    now = state(model)
    assert now[0] == was[0] and now[2] is was[2]
    for one, other in zip(was[1], now[1]):
        assert one.keys() == other.keys() and one.get("activation") is other.get("activation")


def test_an_error_in_the_model_leaves_keras_as_it_was():
    call = keras.Layer.__call__
    with pytest.raises(ValueError):
        audit(planted(dense, nothing), X[:, :5], Y)
    assert keras.Layer.__call__ is call


@pytest.mark.parametrize("optimizer", [keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.01, global_clipnorm=0.1)], ids=["sgd", "adam"])
def test_the_step_is_what_training_on_the_batch_does_next(optimizer):
    model = dense(2, rule="glorot_uniform")
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.train_on_batch(X, Y)  # the optimizer has a past
    rows, before = audit(model, X, Y).rows, model.get_weights()[::2]
    model.train_on_batch(X, Y)
    for row, old, new in zip(rows, before, model.get_weights()[::2], strict=True):
        assert row.step == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-3)


def test_a_model_of_several_inputs_and_outputs_is_read_and_the_right_branch_named():
    image, word = keras.Input(X.shape[1:]), keras.Input((20,))
    sides = [layers.Dense(32, "relu", name="left")(layers.Flatten()(image)), layers.Dense(32, "relu", name="right")(word)]
    h = layers.Concatenate()(sides)
    model = keras.Model([image, word], [layers.Dense(10, "softmax", name="digit")(h), layers.Dense(1, name="size")(h)])
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
    batch, labels = [X, RNG.normal(size=(64, 20))], [Y, np.ones((64, 1))]
    assert not audit(model, batch, labels).findings
    for plant, fault in ((change("right", 10), "too large"), (change("right", 0), "zero")):
        plant(model)
        assert [(finding.layer, finding.fault.endswith(fault) or fault in finding.fault) for finding in audit(model, batch, labels).findings] == [("right", True)]


def test_mixed_precision_is_read():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.config, "dtype_policy", keras.config.dtype_policy)
        keras.config.set_dtype_policy("mixed_float16")
        try:
            model = dense()
        finally:
            keras.config.set_dtype_policy("float32")
    assert not audit(model, X, Y).findings
    change("dense_1", 10)(model)
    assert [finding.layer for finding in audit(model, X, Y).findings] == ["dense_1"]


def test_a_rule_that_counts_outputs_is_sound_if_the_network_keeps_to_it():
    """As in EfficientNet: He's variance over the fan-out, in layers that squeeze and spread."""
    stack = [layers.Dense(width, "relu", kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out")) for width in (64, 4, 64, 4, 64)]
    model = compiled([layers.Flatten(), *stack, layers.Dense(10, "softmax", kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out"))])
    assert not audit(model, X, Y).findings
    stack[2].kernel.assign(10 * stack[2].kernel)
    assert [finding.layers for finding in audit(model, X, Y).findings] == [(stack[2].name,)]


def test_the_growth_of_deep_batch_normalization_is_a_note():
    report = audit(dense(24, between=[layers.BatchNormalization]), X[:8], Y[:8])
    assert not report.findings and "without skip connections" in report.notes[0]


def test_what_is_left_out_is_said():
    inputs = keras.Input((12, 12))
    h = layers.MultiHeadAttention(2, 8)(inputs, inputs)
    model = keras.Model(inputs, layers.Dense(10, "softmax")(layers.LSTM(16, name="memory")(h)))
    report = audit(model, X[..., 0], Y, "sparse_categorical_crossentropy")
    assert not report.findings and "the gates of memory" in str(report)
    assert {"query", "attention_output", "memory/kernel"} <= {row.name for row in report.rows}


def test_zeros_that_are_sound_are_noted():
    assert ["dense_2" in note for note in audit(residual("zeros", blocks=1), X, Y).notes] == [True]


def test_the_table_fits_a_terminal_and_the_figure_has_a_mark_for_a_finding():
    report = audit(planted(dense, change("dense_1", 10)), X, Y)
    table = str(report).split("\n\n")[0]
    assert max(map(len, table.splitlines())) <= 100 and len(table.splitlines()) == 2 + len(report.rows)
    figure = report.figure()
    assert [len(ax.get_lines()) for ax in figure.axes] == [2, 2, 2]
