"""What a batch shows beside the start: labels, outputs, losses, gradients, rates and precision that snippets/tools/audit.py judges."""
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import initializers, layers, losses, ops, optimizers

from snippets.tools.audit import audit
from tests import planted
from tests import planted_keras as made
from tests.audited import (
    BINARY, CATEGORICAL, FLAT, HOT, REAL, RNG, ROWS, SPARSE, WORDS, X, Y, YES, attending, behind, code, computed, dice, graph, half, hidden, mended,
    normal, of, one, pasted, seed, softmax, stack, transposed, turned, under, unscaled)  # fmt: skip
from tests.planted_keras import attentive

LOGITS = losses.SparseCategoricalCrossentropy(from_logits=True)
REGIONS = np.broadcast_to(np.arange(12)[:, None, None] // 4, X.shape)  # of an image, from 0 to 2


def cut(function):
    """A network whose end has no derivative."""
    inputs = keras.Input((144,))
    return graph(inputs, layers.Lambda(function)(one()(hidden()(inputs))), y=REAL, loss="mse")


def clipped(bias=30.0, labels=0.0, own=lambda z: 1 / (1 + ops.exp(-z))):
    inputs = keras.Input((144,))
    return graph(inputs, layers.Lambda(own)(one(bias_initializer=initializers.Constant(bias))(hidden()(inputs))), y=np.full((64, 1), labels), loss=BINARY)


def frozen():
    model, x, y = stack(hidden(), softmax())
    model.trainable = False
    return of(model, x, y, SPARSE)


def over_images():
    inputs = keras.Input((12, 12))
    scores = layers.Softmax(axis=0)(layers.Dot(axes=2)([hidden()(inputs), hidden()(inputs)]))
    return graph(inputs, softmax()(layers.GlobalAveragePooling1D()(layers.Dot(axes=(2, 1))([scores, inputs]))), ROWS)


def among_images(m, x):
    return m.end(ops.matmul(ops.softmax(ops.matmul(m.q(x), ops.transpose(m.k(x))) / 4), m.v(x)))


MASK = np.zeros((12, 12), "float32")
MASK[3] = -np.inf  # hides all from one query


class Untracked(layers.Layer):
    """A layer with a variable that Keras does not know."""

    def build(self, shape):
        self.w = tf.Variable(tf.random.normal((shape[-1], 32), stddev=0.1))

    def call(self, x):
        return ops.relu(x @ self.w)


def made_in_call():
    class Careless(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = hidden()

        def call(self, x):
            return softmax()(self.first(x))

    model = Careless()
    model(FLAT[:2])
    return model


def padded(end=290, *parts, but=0):
    """Sentences of ten words, and behind them zeros, but for some that are longer."""
    x = np.pad(WORDS[:, :10] + 1, ((0, 0), (0, end))) % 50
    x[:but] = 1 + np.arange(10 + end) % 49
    return stack(layers.Embedding(50, 8), *parts or [layers.LSTM(16)], softmax(), x=x)


def two():
    """An age and an income."""
    h = hidden()(inputs := keras.Input((144,)))
    outputs = [layers.Dense(1, "sigmoid", name="age")(h), layers.Dense(1, name="income")(h)]
    return graph(inputs, outputs, y={"age": abs(REAL) % 1, "income": abs(REAL) * 4e4}, loss={"age": "mse", "income": "mse"})


KINDS = {  # a network, and the argument of its remedy that is code
    "B_root": (lambda: behind(ops.sqrt), ""), "B_zero_over_zero": (lambda: behind(lambda h: h / (h * 0)), ""), "B_log": (lambda: behind(lambda h: h * ops.log(ops.relu(h) + 1e-30) * 0 + ops.power(ops.relu(h - 1e9), 0.5)), ""),
    "B_distance": (lambda: behind(lambda h: ops.sqrt(ops.sum((h - h) ** 2, -1, keepdims=True)), YES, lambda: one("sigmoid"), BINARY), ""), "C_one_softmax": (lambda: stack(hidden(), one("softmax"), y=YES, loss=BINARY), "activation"),
    "C_one_softmax_mse": (lambda: stack(hidden(), one("softmax"), y=YES, loss="mse"), "activation"), "C_one_unit_for_classes": (lambda: stack(hidden(), one("sigmoid"), y=YES[:, None], loss=CATEGORICAL), "activation"),
    "C_saturated": (clipped, ""), "C_saturated_low": (lambda: clipped(-80.0, 1.0), ""), "C_saturated_and_right": (lambda: clipped(40.0, 1.0), ""),
    "C_normalized_unit": (lambda: stack(hidden(), one(), layers.LayerNormalization(), y=REAL, loss="mse"), ""), "C_argmax": (lambda: cut(lambda z: ops.cast(ops.argmax(z, -1, keepdims=True), "float32")), ""),
    "C_stopped": (lambda: cut(ops.stop_gradient), ""), "C_loss_of_numpy": (lambda: stack(hidden(), one(), y=REAL, loss=lambda t, p: ops.convert_to_tensor(np.float32(np.mean(np.asarray(p))))), ""), "C_frozen": (frozen, ""),
    "G_sgd": (lambda: stack(hidden(), one(), y=REAL * 1e4 + 1e5, loss="mse", optimizer=optimizers.SGD(0.1)), "y"), "G_adam": (lambda: stack(hidden(), one(), y=REAL * 1e3 - 4e3, loss="mae"), "y"),
    "G_hundred": (lambda: stack(hidden(), one(), y=REAL * 30, loss="mse", optimizer=optimizers.SGD(1.0)), "y"), "G_half": (half, "epsilon"),
    "G_half_nadam": (lambda: half(lambda: stack(hidden(64), softmax(), optimizer="nadam")), "epsilon"),
    "G_half_convolution": (lambda: half(lambda: stack(layers.Conv2D(8, 3, activation="relu"), layers.Flatten(), softmax(), x=X)), "epsilon"),
    "G_rate": (lambda: stack(hidden(), softmax(), optimizer=optimizers.Adam(1.0)), "learning_rate"), "G_rate_sgd": (lambda: stack(hidden(), softmax(), optimizer=optimizers.SGD(99.0)), "learning_rate"),
    "G_rate_momentum": (lambda: stack(hidden(32, "tanh", "glorot_uniform"), softmax(), optimizer=optimizers.SGD(200.0, 0.9)), "learning_rate"),
    "G_rate_small": (lambda: stack(hidden(), softmax(), optimizer=optimizers.SGD(1e-9)), "learning_rate"), "H_nan": (lambda: stack(hidden(), one(), y=REAL * np.nan, loss="mse"), ""),
    "H_infinite": (lambda: stack(hidden(), one(), y=1 / (REAL > 0), loss="mae"), ""), "H_from_one": (lambda: stack(hidden(), softmax(), y=Y + 1), "y"),
    "H_too_many": (lambda: stack(hidden(), softmax(), y=np.arange(64) % 13), "units"), "H_negative": (lambda: stack(hidden(), softmax(3), y=Y % 3 - 1), "y"), "H_shares": (lambda: stack(hidden(), softmax(), y=Y + 0.5), ""),
    "H_several": (lambda: stack(hidden(), softmax(), y=RNG.random((64, 10)) < 0.4, loss=CATEGORICAL), "activation"), "H_signs": (lambda: stack(hidden(), one("sigmoid"), y=2 * YES - 1, loss=BINARY), "y"),
    "H_mask": (lambda: stack(layers.Conv2D(1, 3, padding="same", activation="sigmoid"), x=X, y=255 * (X > 0.2), loss=BINARY), "y"), "N_relu": (lambda: stack(hidden(), one("relu"), y=REAL - 5, loss="mse"), "activation"),
    "N_relu_half": (lambda: stack(hidden(), one("relu"), y=REAL, loss="mae"), "activation"), "N_tanh": (lambda: stack(hidden(), one("tanh"), y=9 * REAL, loss="mse"), "activation"),
    "N_pixels": (lambda: stack(hidden(), layers.Dense(144, "sigmoid", name="out"), y=255 * FLAT, loss="mse"), "y"), "N_twice": (lambda: stack(hidden(), softmax(), layers.Softmax()), "activation"),
    "N_twice_activation": (lambda: stack(hidden(), softmax(), layers.Activation("softmax"), y=HOT, loss=CATEGORICAL), "activation"),
    "N_twice_sigmoid": (lambda: stack(hidden(), one("sigmoid"), layers.Activation("sigmoid"), y=YES, loss=BINARY), "activation"),
    "N_twice_in_the_loss": (lambda: stack(hidden(), one("sigmoid"), y=YES, loss=losses.BinaryCrossentropy(from_logits=True)), "activation"), "N_digits_on_one": (lambda: stack(hidden(), one("sigmoid"), y=Y, loss=BINARY), "units"),
    "N_broadcast": (lambda: stack(hidden(), layers.Dense(10, name="out"), y=REAL, loss="mse"), "units"), "N_broadcast_classes": (lambda: stack(hidden(), softmax(), y=Y[:, None], loss="mse"), "activation"),
    "N_broadcast_rows": (lambda: stack(hidden(), layers.Dense(3, name="out"), y=REAL[:, :, None], loss="mae"), "units"), "N_logit": (lambda: stack(hidden(), one(), y=YES, loss=BINARY), "activation"),
    "H_mask_of_classes": (lambda: stack(layers.Conv2D(2, 3, padding="same", activation="softmax"), x=X, y=255 * (X > 0.2)), "y"),
    "H_several_under_softmax": (lambda: stack(hidden(), softmax(), y=1.0 * (RNG.random((64, 10)) < 0.4), loss=BINARY), "activation"), "raw": (lambda: stack(layers.Flatten(), hidden(name="first"), softmax(), x=255 * X), "x"),
    "loud": (lambda: stack(hidden(name="first"), softmax(), x=60 * FLAT + 9), "x"), "half": (lambda: half(lambda: stack(hidden(512, rule="glorot_uniform"), softmax(), x=4e4 * FLAT)), "x"),
    "C_step": (lambda: stack(layers.Dense(32), layers.Lambda(ops.sign), softmax()), ""), "C_softmax_between": (lambda: stack(hidden(64, "softmax", "glorot_uniform"), hidden(), softmax()), "activation"),
    "C_softmax_over_images": (over_images, "axis"), "G_decay": (lambda: stack(hidden(), softmax(), optimizer=optimizers.SGD(0.2, weight_decay=20.0)), "weight_decay"),
    "G_rate_zero": (lambda: stack(hidden(), softmax(), optimizer=optimizers.SGD(0.0)), "learning_rate"), "H_from_one_to_two": (lambda: stack(hidden(), one("sigmoid"), y=YES + 1, loss=BINARY), "y"),
    "N_relu_shares": (lambda: stack(hidden(), one("relu", kernel_initializer=normal(0.001), bias_initializer=initializers.Constant(0.5)), y=YES, loss=BINARY), "activation"),
    "N_kl": (lambda: stack(hidden(), layers.Dense(10, name="out"), y=HOT, loss="kl_divergence"), "activation"),
    "N_sum": (lambda: stack(hidden(), softmax(3), y=RNG.random((64, 3)), loss="mse"), "activation"), "N_tiny": (lambda: stack(hidden(), one(), y=1e-6 * REAL, loss="mse"), "y"),
    "N_mask_of_own_loss": (lambda: stack(layers.Conv2D(1, 3, padding="same", activation="sigmoid"), x=X, y=255.0 * (X > 0.2), loss=dice), "y"),
    "R_overflow": (lambda: under("mixed_float16", lambda: behind(lambda h: ops.power(90 * h, 4))), ""), "R_gradient": (lambda: unscaled(1e-6), ""),
    "R_step": (lambda: under("bfloat16", lambda: stack(hidden(), softmax(), optimizer=optimizers.SGD(0.01))), ""), "R_step_adam": (lambda: under("bfloat16", lambda: stack(hidden(), softmax())), ""),
    "S_unscaled": (lambda: attentive(scale=1.0), ""), "S_unscaled_of_tensorflow": (lambda: attentive(scale=1.0, softmax=tf.nn.softmax), ""),
    "S_unscaled_layer": (lambda: turned(lambda h: layers.Attention()([layers.Dense(256)(h := layers.LayerNormalization()(layers.Dense(256)(h))), layers.Dense(256)(h)])), ""),
    "S_masked": (lambda: attentive(mask=MASK), ""), "S_axis": (lambda: attentive(axis=1), ""),
    "T_steps": (lambda: computed(lambda m, x: m.end(transposed(m.loop(transposed(x)))[:, -1]), loop=layers.LSTM(16, return_sequences=True), end=softmax()), ""),
    "T_reshape": (lambda: turned(lambda x: ops.reshape(transposed(x), (-1, 12, 12))), ""), "T_reshape_in_a_lambda": (lambda: turned(layers.Lambda(lambda x: tf.reshape(transposed(x), (-1, 12, 12)))), ""),
    "T_attention": (lambda: computed(among_images, FLAT, q=layers.Dense(16), k=layers.Dense(16), v=layers.Dense(16), end=softmax()), ""),
    "T_blank": (lambda: computed(lambda m, x: m.end(transposed(m.loop(transposed(x)))[:, -1]), np.pad(ROWS[:, :11], ((0, 0), (0, 1), (0, 0))), loop=layers.LSTM(16, return_sequences=True), end=softmax()), ""),
    "C_lone": (lambda: made.grouped(32), "groups"), "U_column": (lambda: made.table(5e4), "x"), "U_part": (lambda: made.table(5e4, True), "x"),
    "V_padding": (lambda: made.masked(False), ""), "V_padding_by_sgd": (lambda: of(*made.masked(False), SPARSE, optimizers.SGD(0.1)), ""),
    "V_padding_of_one_s_own": (lambda: made.masked(False, made.Looking(16, name="look")), ""),
    "V_centred": (made.pooled, ""), "V_centred_by_layer": (lambda: stack(layers.Conv2D(8, 3), layers.LayerNormalization(axis=(1, 2)), layers.GlobalAveragePooling2D(), softmax(), x=X), ""), "V_degrees": (lambda: made.summed(False), ""), "V_degrees_of_edges": (lambda: made.summed(False, over=made.by_edges), ""), "V_degrees_of_two_layers": (lambda: made.summed(False, 2), ""),
    "N_broadcast_choices": (lambda: stack(hidden(), layers.Dense(4, name="out"), y=REAL, loss="huber"), "units"),
    "W_void": (lambda: stack(layers.Conv2D(4, 3, padding="same", activation="softmax"), x=X, y=np.where(X > 0.9, 255, REGIONS)), "loss"),
    "W_void_below_0": (lambda: stack(layers.Conv2D(3, 3, padding="same"), x=X, y=np.where(X > 0.9, -1, REGIONS), loss=LOGITS), "loss"),
    "W_one_number": (lambda: stack(layers.LayerNormalization(), layers.LSTM(16), softmax(), x=FLAT[..., None]), "axis"),
    "W_one_number_alone": (lambda: stack(layers.LayerNormalization(), hidden(), softmax(), x=REAL), ""),
}  # fmt: skip
OWN = {  # Keras's, or with words of their own: the same, and words of the finding
    "C_rounded": (lambda: cut(lambda z: ops.cast(ops.cast(z, "int32"), "float32")), "", "no gradient"),
    "G_huber": (lambda: stack(hidden(), one(), y=abs(REAL) * 1e6, loss="huber"), "y", "targets too large"),
    "H_one_nan": (lambda: stack(hidden(), softmax(), y=np.where(HOT > 0, HOT, np.nan), loss=CATEGORICAL), "", "y holds NaN"),
    "H_padding": (lambda: stack(layers.Embedding(50, 8), softmax(50), x=WORDS, y=np.where(WORDS > 40, -100, WORDS)), "loss", "run from -100 to 40"),
    "H_mask_of_other_numbers": (lambda: stack(layers.Conv2D(4, 3, padding="same", activation="softmax"), x=X, y=REGIONS * 10), "y", "run from 0 to 20"),
    "zero_over_zero_in_half": (lambda: under("mixed_float16", lambda: behind(lambda h: 0 * h / (ops.std(0 * h, axis=1, keepdims=True) + 1e-8))), "", "below 6e-8 is 0"),
    "H_one_hot": (lambda: stack(hidden(), softmax(), y=HOT), "loss", "one-hot"), "H_numbers": (lambda: stack(hidden(), softmax(), y=Y, loss=CATEGORICAL), "loss", "not one-hot"),
    "N_softplus": (lambda: stack(hidden(), one("softplus"), y=REAL, loss="huber"), "activation", "out of reach"),
    "N_numbers_on_one": (lambda: stack(hidden(), one("sigmoid"), y=YES), "activation", "output has 1 unit"),
    "N_logits": (lambda: stack(hidden(), layers.Dense(10, name="out")), "activation", "no probabilities"),
    "N_logits_hot": (lambda: stack(hidden(), layers.Dense(10, name="out"), y=HOT, loss=CATEGORICAL), "activation", "no probabilities"),
    "N_relu_classes": (lambda: stack(hidden(), layers.Dense(10, "relu", name="out")), "activation", "no probabilities"),
    "N_tanh_classes": (lambda: stack(hidden(), one("tanh"), y=YES, loss=BINARY), "activation", "no probabilities"),
    "H_extra_axis": (lambda: stack(hidden(), softmax(), y=HOT[:, None], loss=CATEGORICAL), "y", "do not fit the output"),
    "N_focal_logits": (lambda: stack(hidden(), one(), y=YES, loss="binary_focal_crossentropy"), "activation", "no probabilities"),
    "N_focal_classes": (lambda: stack(hidden(), layers.Dense(10, name="out"), y=HOT, loss="categorical_focal_crossentropy"), "activation", "no probabilities"),
    "N_relu_logits": (lambda: stack(hidden(), layers.Dense(10, "relu", name="out"), loss=LOGITS), "activation", "logits cut off"),
    "N_tanh_logits": (lambda: stack(hidden(), one("tanh"), y=YES, loss=losses.BinaryCrossentropy(from_logits=True)), "activation", "logits cut off"),
    "N_relu_before_softmax": (lambda: stack(hidden(), layers.Dense(10, "relu", name="out"), layers.Softmax()), "activation", "logits cut off"),
    "N_poisson": (lambda: stack(hidden(), one(), y=RNG.poisson(3, (64, 1)), loss="poisson"), "activation", "outputs below 0"),
    "N_every_step": (lambda: stack(layers.LSTM(16, return_sequences=True), one(), x=ROWS, y=REAL, loss="mse"), "", "return_sequences=False"),
    "dropped": (lambda: stack(hidden(), layers.Dropout(1.0), hidden(), softmax()), "rate", "drops 100%"),
    "softmax_of_one": (lambda: attending(lambda h: layers.Dense(1, "softmax")(h)), "", "One softmax unit"),
    "rescaled_twice": (lambda: stack(layers.Rescaling(1 / 255), layers.Flatten(), hidden(), softmax(), x=X), "scale", "input too small"),
    "dates": (lambda: stack(hidden(), one(), x=1.6e9 + 1e6 * REAL, y=REAL, loss="mse"), "x", "input too large"),
    "prices": (lambda: stack(hidden(), one(), x=FLAT, y=abs(REAL) * 2e5, loss="mse"), "y", "targets too large"),
    "shares_for_an_embedding": (lambda: stack(layers.Embedding(50, 8), layers.Flatten(), softmax(), x=RNG.random((64, 12))), "", "input not whole"),
    "percent_of_zero": (lambda: stack(hidden(), one(), y=REAL * (REAL > 0), loss="mape"), "loss", "targets of 0"),
    "softmax_over_time": (lambda: stack(layers.LSTM(16, return_sequences=True), layers.Dense(7, name="out"), layers.Softmax(axis=1), x=ROWS, y=WORDS % 7), "axis", "softmax over another axis"),
    "padded": (padded, "", "ends with the padding"), "padded_by_70": (lambda: padded(70), "", "ends with the padding"), "padded_but_one": (lambda: padded(90, but=1), "", "63 of 64 images are alike"), "padded_series": (lambda: stack(layers.GRU(16), softmax(), x=np.pad(ROWS, ((0, 0), (0, 60), (0, 0)))), "", "a Masking layer"),
    "padded_sequences": (lambda: padded(90, layers.LSTM(16, return_sequences=True), layers.Lambda(lambda h: h[:, -1])), "", "ends with the padding"), "padded_in_front_backwards": (lambda: stack(layers.LSTM(16, go_backwards=True), softmax(), x=np.pad(ROWS, ((0, 0), (90, 0), (0, 0)))), "", "ends with the padding"),
    "advantages_of_0": (lambda: stack(hidden(), softmax(), loss=lambda t, p: 0 * ops.mean(p)), "", "does not move the loss"),
    "logarithms_of_less": (lambda: stack(hidden(), one(), y=REAL, loss="msle"), "loss", "wants none below 0"),
    "column_of_columns": (lambda: stack(hidden(), softmax(), y=Y[:, None, None]), "y", "do not fit the output"),
    "all_ignored": (lambda: stack(hidden(), softmax(), y=0 * Y - 1, loss=losses.SparseCategoricalCrossentropy(ignore_class=-1)), "", "labels ignored"), "second_output": (two, "", "targets too large"),
    "huge": (lambda: stack(hidden(), hidden(), softmax(), x=FLAT * 3e38), "x", "input too large"),
    "penalty": (lambda: stack(hidden(kernel_regularizer=keras.regularizers.L2(9.0)), softmax()), "kernel_regularizer", "regularization"),
    "hinge_of_sigmoid": (lambda: stack(hidden(), one("sigmoid"), y=2 * YES - 1, loss="hinge"), "activation", "out of reach"),
    "behind_a_reshape": (lambda: stack(hidden(), layers.Dense(144, "sigmoid", name="out"), layers.Reshape((12, 12)), y=2 * ROWS - 1, loss="mse"), "activation", "out of reach"),
    "made_in_call": (lambda: of(made_in_call(), FLAT, Y, SPARSE), "", "weights not registered"), "variable_of_tensorflow": (lambda: stack(Untracked(), softmax()), "", "weights not registered"),
    "softmax_of_tensorflow": (lambda: stack(hidden(), layers.Dense(10, tf.nn.softmax, name="out"), layers.Softmax()), "activation", "applied twice"),
    "attention_over_images": (lambda: attentive(axis=0), "", "images mixed"),
    "loud_constant": (lambda: stack(layers.Dense(32), layers.Lambda(lambda h: h + np.linspace(-50, 50, 384, dtype="float32").reshape(12, 32)), layers.GlobalAveragePooling1D(), layers.LayerNormalization(), softmax(), x=ROWS), "", "images drowned by a constant"),
    "flatten": (lambda: stack(hidden(), one("sigmoid"), x=ROWS, y=YES, loss=BINARY), "", "Flatten()"),
}  # fmt: skip


@pytest.mark.parametrize("case", [*KINDS, *OWN])
def test_a_fault_beside_the_start_is_told_from_one_of_it_and_its_remedy_removes_it(case):
    seed(0)
    make, argument, words = OWN.get(case) or (*KINDS[case], planted.words(case))
    model, x, y = make()
    found = planted.named(audit(model, x, y), "elsewhere", words)
    assert argument in {"": [""]}.get(argument, code(found[0].remedy)), found[0].remedy
    assert all(pasted(finding) == code(finding.remedy) for finding in found if code(finding.remedy))
    for finding in found:
        planted.removed([finding], finding.fault, (model, x, y), code, lambda given, finding: mended(*given, finding), lambda given: audit(*given))


def test_every_fault_of_the_table_is_planted():
    assert {planted.kind(case) for case in KINDS} == planted.ELSEWHERE.keys()


def test_adam_moves_no_weight_under_the_policy_bfloat16():
    seed(0)
    model, x, y = under("bfloat16", lambda: stack(hidden(), softmax()))
    before = [np.asarray(w, "float32") for w in model.get_weights()]
    for _ in range(3):
        model.train_on_batch(x, y)
    # equal to the bit: Adam multiplies its steps by √(1 - β₂ᵗ), and 0.999 is 1 in eight bits
    assert all(np.array_equal(old, np.asarray(new, "float32")) for old, new in zip(before, model.get_weights(), strict=True))


def test_a_softmax_that_a_model_applies_by_itself_is_seen():
    findings = audit(*computed(lambda m, x: ops.softmax(m.end(m.first(x))), FLAT, first=hidden(), end=softmax())).findings
    assert [(finding.layer, finding.fault) for finding in findings] == [("out", "softmax applied twice")]


def test_the_labels_of_one_output_are_named_among_several():
    model, x, y = two()
    remedy = audit(model, x, y).findings[0].remedy.split(":")[0]
    exec(remedy, {"y": y})
    assert 'y["income"]' in remedy and audit(model, x, y).outcome == "sound"


def test_a_remedy_is_not_what_the_kernels_have_already():
    inputs = h = keras.Input((144,))
    for _ in range(4):
        h = 30 * hidden()(h)
    remedy = audit(*graph(inputs, softmax()(h))).findings[0].remedy
    assert "initializer" not in remedy and "normalization" in remedy


def test_a_start_and_labels_at_fault_are_both_named():
    report = audit(*stack(hidden(), hidden(rule=normal(3.0), name="loud"), softmax(), y=Y, loss=CATEGORICAL))
    assert "labels" in str(report) and report.outcome == "elsewhere"
    report = audit(*stack(hidden(), hidden(rule=normal(3.0), name="loud"), one("sigmoid"), y=2 * YES - 1, loss=BINARY))
    assert {layer for finding in report.findings for layer in finding.layers} == {"loud", "labels"} and report.outcome == "start"


class Late(layers.Layer):
    """A layer that overflows behind one that it holds."""

    def __init__(self, **options):
        super().__init__(**options)
        self.inner = layers.Dense(32)

    def call(self, x):
        return ops.power(900 * self.inner(x), 4)


def test_an_overflow_in_a_layer_of_one_s_own_is_named_there_and_not_behind_it():
    seed(0)
    model, x, y = under("mixed_float16", lambda: stack(Late(name="late"), layers.ReLU(name="behind"), softmax()))
    finding, = audit(model, x, y).findings
    assert finding.layers == ("late",) and finding.fault == "overflow"


def test_a_mask_draws_no_warning_of_tensorflow(caplog):
    seed(0)
    tf.get_logger().addHandler(caplog.handler)  # which hands nothing on
    try:
        audit(*made.masked(True))
    finally:
        tf.get_logger().removeHandler(caplog.handler)
    assert not caplog.records


def test_what_keras_warns_of_is_said_in_the_report_alone(recwarn):
    model, x, y = stack(hidden(), layers.Dense(1, "softmax"), y=YES, loss=BINARY)
    recwarn.clear()  # of what Keras says of the model itself
    assert "One softmax unit always says 1" in str(audit(model, x, y)) and not recwarn.list


def test_of_values_of_choices_the_one_that_was_taken_is_offered_beside_one_unit():
    assert "take_along_axis" in audit(*stack(hidden(), layers.Dense(4), y=REAL, loss="huber")).findings[0].remedy
