"""Outputs that training cannot move, remedies for layers without an argument, and notes of snippets/tools/audit.py, each beside its like."""
import re

import keras
import numpy as np
import pytest
from keras import initializers, layers, losses, ops, optimizers

from snippets.tools.audit import audit
from tests.audited import FLAT, HOT, REAL, RNG, ROWS, WORDS, X, Y, behind, graph, hidden, of, one, seed, softmax, stack, tell_apart, under

LOGITS = losses.SparseCategoricalCrossentropy(from_logits=True)


def rectified(quantile, y=None):
    """A ReLU as the output, alive for some of the images, and targets above 0 only where it is 0."""
    model, *_ = stack(hidden(), one("relu"), y=REAL, loss="mse")
    end = model.layers[-1]
    end.bias_initializer = initializers.Constant(-float(np.quantile(unbiased(model), quantile)))
    end.bias.assign(end.bias_initializer(end.bias.shape))
    return of(model, FLAT, abs(REAL) * (model.predict(FLAT, verbose=0) == 0) if y is None else y, "mse")


def unbiased(model):
    """What the last layer makes of the images without its bias and its ReLU."""
    return model.layers[0](FLAT).numpy() @ model.layers[1].kernel.numpy()


def ranked(end):
    """Embeddings and the numbers of their owners, which a loss of its own asks to be alike or not."""
    def loss(y, e):
        same, square = ops.reshape(y, (-1, 1)) == ops.reshape(y, (1, -1)), ops.sum(e**2, 1)
        far = square[:, None] + square[None] - 2 * ops.matmul(e, ops.transpose(e))
        return ops.mean(ops.relu(ops.max(ops.where(same, far, 0.0), 1) - ops.min(ops.where(same, 99.0, far), 1) + 0.2))

    return stack(hidden(), layers.Dense(8), end, y=200 + Y, loss=loss)


def decoder(target):
    """A decoder that is given a target, and the rows of images that an encoder has read."""
    h = layers.Dense(32)(inputs := keras.Input((12, 12)))
    t = target(h)
    t = layers.LayerNormalization()(t + layers.MultiHeadAttention(2, 8, name="own")(t, t))
    t = layers.LayerNormalization()(t + layers.MultiHeadAttention(2, 8, name="other")(t, h))
    return graph(inputs, softmax()(layers.GlobalAveragePooling1D()(t)), ROWS)


def triplets(columns):
    """Three embeddings side by side, and a loss that takes them apart by columns or, at fault, by images."""
    def loss(y, e):
        anchor, like, other = (e[:, :4], e[:, 4:8], e[:, 8:]) if columns else (e[0], e[1], e[2])
        return ops.mean(ops.relu(ops.sum((anchor - like) ** 2, -1) - ops.sum((anchor - other) ** 2, -1) + 9.0))

    inputs, tower = [keras.Input((144,)) for _ in range(3)], keras.Sequential([hidden(), layers.Dense(4)])
    return graph(inputs, layers.Concatenate()([tower(one) for one in inputs]), [FLAT, FLAT[::-1], FLAT[:, ::-1]], loss=loss)


def all_but_a_norm(head):
    """A network of which all is frozen but a normalization, and perhaps the head in front of it."""
    model, x, y = stack(hidden(name="body"), layers.Dense(10, name="head"), layers.BatchNormalization(), layers.Activation("softmax"))
    model.get_layer("body").trainable, model.get_layer("head").trainable = False, head
    return of(model, x, y, "sparse_categorical_crossentropy")


class Codes(layers.Layer):
    """The nearest of eight codes, through which the gradient passes straight or not, and which have a loss or not."""

    def __init__(self, straight, loss):
        super().__init__(name="codes")
        self.straight, self.loss = straight, loss

    def build(self, shape):
        self.codes = self.add_weight(shape=(8, shape[-1]), initializer="uniform", name="codes")

    def call(self, z):
        near = ops.argmin(ops.sum(self.codes**2, 1) - 2 * ops.matmul(z, ops.transpose(self.codes)), 1)
        q = ops.matmul(ops.one_hot(near, 8), self.codes)
        if self.loss:
            self.add_loss(ops.mean((q - ops.stop_gradient(z)) ** 2))
        return z + ops.stop_gradient(q - z) if self.straight else q


def quantized(straight, loss):
    return stack(hidden(4), Codes(straight, loss), layers.Dense(144), y=FLAT, loss="mse")


def biased(number):
    """A network in float16 that adds a mask of this number, of which all is open."""
    return under("mixed_float16", lambda: behind(lambda h: h + ops.cast(ops.zeros_like(h), h.dtype) * number))


PAIRS = {  # a fault, its outcome, words of the finding; what is sound
    "images_for_columns": (lambda: triplets(False), "elsewhere", "Of 64 images only 3 do", lambda: triplets(True)),
    "frozen_as_drawn": (lambda: all_but_a_norm(False), "elsewhere", "frozen as drawn", lambda: all_but_a_norm(True)),
    "beyond_half": (lambda: biased(-1e9), "elsewhere", "is infinite there", lambda: biased(-3e4)),
    "codes_in_the_way": (lambda: quantized(False, True), "elsewhere", "ArgMin has no derivative", lambda: quantized(True, True)),
    "codes_without_a_loss": (lambda: quantized(True, False), "elsewhere", "StopGradient has no derivative", lambda: quantized(True, True)),
    "output_alive_where_it_should_fall": (lambda: rectified(0.9), "elsewhere", "dead units", lambda: rectified(0.5, abs(REAL))),
    "dead_output": (lambda: rectified(1.0, abs(REAL)), "elsewhere", "dead units", lambda: rectified(0.7, abs(REAL))),
    "mask_of_own_loss": (lambda: stack(layers.Conv2D(1, 3, padding="same", activation="sigmoid"), x=X, y=255.0 * (X > 0.2), loss=lambda y, p: ops.mean(y - y * p + p)), "elsewhere", "out of reach", lambda: ranked(layers.Activation("sigmoid"))),
}  # fmt: skip


FIRST = {  # losses in which the first images alone count
    "have_labels": lambda y, p: ops.mean(ops.where(y > -9, (y - p) ** 2, 0.0)), "are_taken": lambda y, p: ops.mean((y[:8] - p[:8]) ** 2),
    "are_picked": lambda y, p: ops.mean((ops.take(y, np.arange(4), axis=0) - ops.take(p, np.arange(4), axis=0)) ** 2),
}  # fmt: skip


@pytest.mark.parametrize("loss", FIRST.values(), ids=FIRST)
def test_first_images_may_be_all_that_count_in_a_loss(loss):
    seed(0)
    y = np.where(np.arange(64)[:, None] < 8, REAL, -9).astype("float32")
    report = audit(*stack(hidden(), one(), y=y, loss=loss))
    assert "no gradient" not in str(report), str(report)


def test_a_kernel_that_was_handed_over_is_not_as_drawn():
    seed(0)
    model, x, y = stack(layers.Dense(10, kernel_initializer=initializers.Constant(RNG.normal(0, 0.1, (144, 10))), name="head"), layers.BatchNormalization(), layers.Softmax())
    model.get_layer("head").trainable = False
    assert "as drawn" not in str(audit(*of(model, x, y, "sparse_categorical_crossentropy")))


@pytest.mark.parametrize("case", PAIRS)
def test_of_a_pair_of_networks_the_one_at_fault_is_named_and_its_remedy_removes_it(case):
    tell_apart(*PAIRS[case])


@pytest.mark.parametrize("end", [layers.UnitNormalization, lambda: layers.Activation("tanh"), lambda: layers.Activation("sigmoid")])
def test_numbers_of_owners_are_no_target(end):
    seed(0)
    report = audit(*ranked(end()))
    assert report.outcome == "sound", str(report)


WITHOUT = {  # a network of which a layer is an activation by itself, and the words of the fault
    "relu": (lambda end: stack(hidden(), layers.Dense(10), *end, loss=LOGITS), layers.ReLU, "logits cut off"),
    "relu_before_softmax": (lambda end: stack(hidden(), layers.Dense(10), *end, layers.Softmax()), layers.ReLU, "logits cut off"),
    "softmax_twice": (lambda end: stack(hidden(), layers.Dense(10), *end, layers.Softmax(), y=HOT, loss="categorical_crossentropy"), layers.Softmax, "applied twice"),
    "relu_of_quantities": (lambda end: stack(hidden(), layers.Dense(1), *end, y=REAL, loss="mse"), layers.ReLU, "out of reach"),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHOUT)
def test_an_activation_that_is_a_layer_is_to_be_left_out_and_then_the_fault_is_gone(case):
    make, kind, words = WITHOUT[case]
    seed(0)
    finding, = audit(*make([kind(name="end")])).findings
    assert words in finding.fault and finding.layer.startswith("end"), finding
    assert finding.remedy == f"the model without this layer, {kind.__name__}."
    assert not (report := audit(*make([]))).findings, str(report)


def test_a_softmax_that_is_a_layer_between_two_is_to_be_replaced():
    finding, = audit(*stack(layers.Dense(64), layers.Softmax(), hidden(), softmax())).findings
    assert finding.fault == "softmax between layers" and finding.remedy == "`keras.layers.ReLU()` in its place."
    assert not audit(*stack(layers.Dense(64), layers.ReLU(), hidden(), softmax())).findings


def test_the_remedy_for_a_rate_that_is_too_large_is_code_alone():
    seed(0)
    finding = audit(*small(1e4)).findings[0]
    assert finding.fault == "learning rate too large" and re.fullmatch(r"learning_rate=\d+e[+-]\d+\.", finding.remedy), finding


def small(rate, *options, end=softmax):
    return stack(hidden(), end(), optimizer=optimizers.SGD(rate, *options))


def fitted():
    model, x, y = small(1e-4)
    model.fit(x, y, verbose=0)
    return model, x, y


def padded(steps, *parts):
    """Sentences of twelve words, and behind them zeros."""
    return stack(layers.Embedding(51, 8), *parts, softmax(), x=np.pad(WORDS + 1, ((0, 0), (0, steps))))


def two(between, end=softmax):
    """Two kernels, and what stands between them."""
    return stack(layers.Dense(32), *between, end())


def product():
    """The product of two kernels' outputs."""
    inputs = keras.Input((144,))
    return graph(inputs, softmax()(layers.Dense(8)(inputs) * layers.Dense(8)(inputs)))


BENT = {
    "relu": layers.ReLU, "normalization": layers.LayerNormalization, "square": lambda: layers.Lambda(ops.square), "where": lambda: layers.Lambda(lambda h: ops.where(h > 0, h, 0.0)),
    "division": lambda: layers.Lambda(lambda h: 1 / (1 + h**2)),
}  # fmt: skip
LINEAR = "together they are one linear map"
EMPTY, SLOW, PADDED = "all that comes in is 0", "The largest step of SGD", "lstm ends with the padding, and images differ by 0.00"
NOTED = {
    "target_of_zeros": (lambda: decoder(layers.Lambda(ops.zeros_like)), f"own/query … other/query (5 layers): {EMPTY}"),
    "labels_of_a_generator": (lambda: stack(hidden(), one("sigmoid"), y=np.ones(64), loss="binary_crossentropy"), "alike, 1: sound if they are meant so"),
    "padding": (lambda: padded(40, layers.LSTM(16, name="lstm")), PADDED),
    "two_kernels": (lambda: two([]), LINEAR), "dropout_between": (lambda: two([layers.Dropout(0.5)]), LINEAR),
    "two_convolutions": (lambda: stack(layers.Conv2D(4, 3), layers.Conv2D(4, 3), layers.Flatten(), softmax(), x=X), LINEAR),
    "small_steps": (lambda: small(1e-4), SLOW), "small_steps_with_momentum": (lambda: small(1e-4, 0.9), SLOW),
}  # fmt: skip
SILENT = {
    "one_kernel": (lambda: stack(softmax()), LINEAR), "bag_of_words": (lambda: stack(layers.Embedding(50, 8), layers.GlobalAveragePooling1D(), softmax(), x=WORDS), LINEAR),
    **{f"between_{name}": (lambda layer=layer: two([layer()]), LINEAR) for name, layer in BENT.items()}, "product": (product, LINEAR),
    "little_padding": (lambda: padded(9, layers.LSTM(16, name="lstm")), PADDED), "both_ways": (lambda: padded(40, layers.Bidirectional(layers.LSTM(16, name="lstm"))), "ends with the padding"),
    "mean_of_steps": (lambda: padded(40, layers.LSTM(16, return_sequences=True), layers.GlobalAveragePooling1D()), "ends with the padding"),
    "target": (lambda: decoder(lambda h: h), EMPTY), "zero_branch": (lambda: behind(lambda h: h + hidden(32, None, "zeros")(hidden(32, None)(h))), EMPTY),
    "recurrent": (lambda: stack(layers.LSTM(16, return_sequences=True), layers.GRU(8), softmax(), x=ROWS), EMPTY),
    "steps": (lambda: small(0.01), SLOW), "momentum": (lambda: small(1e-3, 0.9), SLOW), "adam": (lambda: stack(hidden(), softmax(), optimizer=optimizers.Adam(1e-6)), SLOW), "learned": (fitted, SLOW),
    "warm_up": (lambda: small(optimizers.schedules.CosineDecay(1e-4, 99, warmup_target=0.1, warmup_steps=9)), SLOW), "zero_output": (lambda: small(1e-4, end=lambda: softmax(kernel_initializer="zeros")), SLOW),
}  # fmt: skip


@pytest.mark.parametrize("make, words", NOTED.values(), ids=NOTED)
def test_what_may_be_meant_is_a_note_and_no_finding(make, words):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound" and any(words in note for note in report.notes), str(report)


@pytest.mark.parametrize("make, words", SILENT.values(), ids=SILENT)
def test_its_like_is_not_worth_a_word(make, words):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound" and not any(words in note for note in report.notes), str(report)
