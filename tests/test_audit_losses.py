"""Labels, losses, data and outputs that fit get no finding from snippets/tools/audit.py, and their like that does not fit gets one."""
import keras
import numpy as np
import pytest
from keras import layers, losses, ops, optimizers

from snippets.tools.audit import audit
from tests import planted_keras as made
from tests.audited import (
    BINARY, CATEGORICAL, EDGES, FLAT, HOT, REAL, RNG, ROWS, SPARSE, WORDS, X, Y, YES, attending, behind, computed, dice, graph, half, hidden, of, one, seed,
    softmax, stack, tell_apart, transposed, turned, under, unscaled)  # fmt: skip
from tests.planted_keras import attentive

SEVERAL = 1.0 * (RNG.random((64, 10)) < 0.3)


@keras.saving.register_keras_serializable()
def focal(y, z):
    """A focal loss of one's own, that takes logits."""
    entropy = ops.binary_crossentropy(y, z, from_logits=True)
    return ops.mean(entropy * (1 - ops.exp(-entropy)) ** 2)


def several(activation, loss=focal):
    return stack(hidden(), layers.Dense(10, activation), y=SEVERAL.astype("float32"), loss=loss)


def tokens(x):
    return stack(layers.Embedding(50, 8), layers.Flatten(), softmax(), x=x)


def kept(weighed):
    """The two steps of a sequence with the largest score, times that or not."""
    def chosen(m, x):
        value, at = ops.top_k(m.score(x)[..., 0], 2)
        h = ops.take_along_axis(m.first(x), at[..., None], axis=1)
        return m.end(ops.sum(h * ops.sigmoid(value)[..., None] if weighed else h, axis=1))

    return computed(chosen, score=layers.Dense(1), first=hidden(), end=softmax())


def fifty(rate):
    """Marks out of 50, and an output that reaches all of them."""
    end = layers.Dense(1, "sigmoid", kernel_initializer="glorot_normal"), layers.Rescaling(50.0)
    return stack(hidden(), *end, y=25 + 10 * np.clip(REAL, -2, 2), loss="mse", optimizer=optimizers.SGD(rate))


def neighbours(a):
    """Two layers of a graph, of which the first takes sums over the neighbours of what comes in."""
    inputs = keras.Input((144,), batch_size=64)
    end = layers.Dense(10, "softmax")(ops.matmul(a, hidden()(ops.matmul(a, inputs))))
    return graph(inputs, end, x=RNG.normal(2, 1, (64, 144)).astype("float32"))


def averaged(logits):
    """The mean of three networks' shares, with a loss that takes logits or shares."""
    inputs = keras.Input((144,))
    shares = [layers.Dense(10, "softmax")(hidden()(inputs)) for _ in range(3)]
    return graph(inputs, layers.Average(name="mean")(shares), loss=losses.SparseCategoricalCrossentropy(from_logits=logits))


def gate(first="he_normal", beside=True):
    """A product with zeros that ends a branch, beside another way or not."""
    inputs = keras.Input((144,))
    h = hidden()(inputs)
    zero = layers.Dense(32, "tanh", kernel_initializer="zeros", name="last")(hidden(rule=first, name="first", use_bias=False)(h))
    product = layers.Multiply()([zero, h])
    return graph(inputs, softmax()(hidden()(layers.Add()([h, product]) if beside else product)))


PAIRS = {  # a fault, its outcome, words of the finding; what is sound
    "own_loss_behind_a_relu": (lambda: several("relu"), "elsewhere", "logits cut off", lambda: several(None)),
    "own_loss_behind_a_sigmoid": (lambda: several("sigmoid"), "elsewhere", "logits cut off", lambda: several("sigmoid", dice)),
    "mean_of_shares": (lambda: averaged(True), "elsewhere", "outputs are no logits", lambda: averaged(False)),
    "equal_texts": (lambda: tokens(np.tile(WORDS[:1], (64, 1))), "elsewhere", "input without content", lambda: tokens(WORDS)),
    "score_of_a_choice": (lambda: kept(False), "elsewhere", "TopKV2 has no derivative", lambda: kept(True)),
    "marks": (lambda: fifty(0.5), "elsewhere", "learning rate too large", lambda: fifty(1e-4)),
    "sums_of_x": (lambda: neighbours(EDGES), "elsewhere", "A sum or product without weights makes it", lambda: neighbours(EDGES / EDGES.sum(1, keepdims=True))),
    "gate": (lambda: gate(beside=False), "start", "zero kernel", gate), "gate_of_two_zeros": (lambda: gate("zeros"), "start", "zero kernel", gate),
}  # fmt: skip

SOUND = {
    "attention": lambda: attending(lambda h: layers.Softmax(axis=1)(layers.Dense(1)(h))),
    "logits": lambda: stack(hidden(), layers.Dense(10), loss=losses.SparseCategoricalCrossentropy(from_logits=True)),
    "void": lambda: stack(layers.Embedding(50, 8), softmax(50), x=WORDS, y=np.where(WORDS > 40, -1, WORDS), loss=losses.SparseCategoricalCrossentropy(ignore_class=-1)),
    "labels_of_one_column": lambda: stack(hidden(), softmax(), y=Y[:, None]), "labels_as_floats": lambda: stack(hidden(), softmax(), y=Y.astype("float32")),
    "targets_of_one_axis": lambda: stack(hidden(), one(), y=REAL[:, 0], loss="mse"), "ages": lambda: stack(hidden(), one(), y=RNG.uniform(18, 80, (64, 1)), loss="mse"),
    "image_to_image": lambda: stack(hidden(), layers.Dense(144, "sigmoid"), y=FLAT, loss="mse"), "softmax_by_binary": lambda: stack(hidden(), softmax(), y=HOT, loss=BINARY),
    "hinge": lambda: stack(hidden(), one("tanh"), y=2 * YES - 1, loss="hinge"), "smoothed": lambda: stack(hidden(), softmax(), y=HOT, loss=losses.CategoricalCrossentropy(label_smoothing=0.1)),
    "softened": lambda: stack(hidden(), softmax(), y=0.9 * HOT + 0.01, loss=CATEGORICAL), "root_of_more": lambda: behind(lambda h: ops.sqrt(h + 1e-3)),
    "own_loss": lambda: stack(hidden(), one(), y=REAL, loss=lambda t, p: ops.mean(ops.abs(t - p) ** 1.5)), "mixed": lambda: under("mixed_float16", lambda: stack(hidden(), softmax())), "half_words": lambda: half(lambda: stack(layers.Embedding(60_000, 8), layers.Flatten(), softmax(), x=1000 * WORDS + 9000, optimizer=optimizers.SGD(1.0))),
    "weighted_actions": lambda: stack(hidden(), softmax(4), y=np.eye(4)[Y % 4] * REAL, loss=CATEGORICAL), "overlap": lambda: stack(layers.Conv2D(1, 3, padding="same", activation="sigmoid"), x=X, y=1.0 * (X > 0.2), loss=dice),
    "shares": lambda: stack(hidden(), softmax(4), y=RNG.dirichlet(np.ones(4), 64), loss="kl_divergence"), "warm_up": lambda: stack(hidden(), softmax(), optimizer=optimizers.Adam(optimizers.schedules.CosineDecay(0.0, 99, warmup_target=1e-3, warmup_steps=9))),
    "scaled_gradient": lambda: unscaled(2e-6), "larger_gradient": lambda: unscaled(1.0), "mixed_bfloat": lambda: under("mixed_bfloat16", lambda: stack(hidden(), softmax())),
    "scaled_attention": attentive, "causal": lambda: attentive(mask=np.triu(np.full((12, 12), -1e9, "float32"), 1)), "turned": lambda: turned(lambda x: transposed(ops.reshape(ops.reshape(transposed(x), (-1, 12)), (12, -1, 12)))),
    "steps_first": lambda: computed(lambda m, x: m.end(ops.mean(transposed(m.first(transposed(x))), axis=1)), first=hidden(), end=softmax()), "spread": lambda: turned(lambda x: (x - ops.mean(x, axis=0, keepdims=True)) / (ops.std(x, axis=0, keepdims=True) + 1)),
    "waves": lambda: stack(layers.Embedding(50, 32), layers.Lambda(lambda h: h + np.sin(np.arange(384, dtype="float32").reshape(12, 32))), layers.GlobalAveragePooling1D(), softmax(), x=WORDS),
    "masked": lambda: made.masked(True), "masked_by_one_s_own": lambda: made.masked(True, made.Looking(16)), "normalized": lambda: made.pooled(layers.ReLU()), "mean_of_neighbours": lambda: made.summed(True),
    "relu_of_counts": lambda: stack(hidden(), one("relu"), y=abs(REAL), loss="mse"),
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_labels_and_losses_that_fit_get_no_finding(make):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound", str(report)


def test_attention_that_has_learned_to_choose_gets_no_finding():
    seed(0)
    model, x, y = attentive(scale=1.0)
    model.layers[1].gamma.assign(RNG.normal(1, 0.1, 64))  # as after training that the optimizer does not know of
    assert audit(model, x, y).outcome == "sound"


@pytest.mark.parametrize("activation", [None, "gelu", "tanh", "relu", "softplus"])
def test_logits_are_offered_to_a_loss_only_where_no_activation_limits_them(activation):
    report = audit(*stack(hidden(), layers.Dense(10, activation)))
    assert "no probabilities" in str(report)
    assert ("from_logits=True" in str(report)) == (activation is None)


def test_a_softmax_that_keras_takes_the_logits_of_is_a_note():
    report = audit(*stack(hidden(), softmax(), loss=losses.SparseCategoricalCrossentropy(from_logits=True)))
    assert not report.findings and "from_logits=True" in report.notes[0]


def test_a_loss_named_in_the_call_is_judged_as_one_of_compile():
    model, x, _ = stack(hidden(), one())
    losses = [audit(model, x, REAL[:, 0], "mse").loss, audit(of(model, x, REAL, "mse")[0], x, REAL[:, 0]).loss]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("case", PAIRS)
def test_of_a_pair_the_one_at_fault_is_named_and_its_remedy_removes_it(case):
    tell_apart(*PAIRS[case])


def test_a_remedy_says_what_whole_numbers_may_stand_for():
    seed(0)
    words, counts = 9 * WORDS[..., None].astype("float32"), stack(layers.LSTM(8), softmax(), x=ROWS * 400)
    assert "Embedding" in audit(*stack(layers.LSTM(8), softmax(), x=words)).findings[0].remedy
    assert "Embedding" not in audit(*counts).findings[0].remedy


def test_a_kernel_of_zeros_leaves_no_note_on_the_step():
    assert not [note for note in audit(*stack(softmax(kernel_initializer="zeros"), optimizer=optimizers.SGD(0.1))).notes if "step" in note]


def test_targets_behind_a_positive_output_stay_positive():
    seed(0)
    counts = RNG.poisson(60, (64, 1)).astype("float32")
    assert audit(*stack(hidden(), one("softplus"), y=counts, loss="mse", optimizer=optimizers.SGD(1.0))).findings[0].remedy.startswith("y = y / y.std()")


def test_images_unlike_those_of_the_training_are_a_note():
    seed(0)
    model, x, y = stack(hidden(64), hidden(64), softmax(), x=FLAT + 3 * RNG.random((10, 144))[Y].astype("float32"), optimizer=optimizers.Adam(0.01))
    model.fit(x, y, batch_size=64, epochs=30, verbose=0)
    report = audit(of(model, 4 - 2 * x, y, SPARSE)[0], 4 - 2 * x, y)
    assert report.outcome == "sound" and any("unlike those of its training" in note for note in report.notes), str(report)


def dark(right):
    """Rows taken for images by a recurrent layer, of which the row that the output takes is dark in all but one."""
    x = ROWS.copy()
    x[[*range(5), *range(6, 64)], -1] = 0
    turned_round = layers.Lambda(lambda h: h if right else ops.transpose(h, (1, 0, 2)))
    return stack(turned_round, layers.LSTM(16, return_sequences=True), turned_round, layers.Lambda(lambda h: h[:, -1]), softmax(), x=x)


def tagged(right):
    """A class for each of twelve words, in the order that other libraries put axes in."""
    ends = [] if right else [layers.Reshape((5, 12)), layers.Permute((2, 1))]
    return stack(layers.Embedding(50, 16), layers.Dense(5), *ends, layers.Softmax(), x=WORDS, y=WORDS % 5)


def read(function, y=Y, out=10):
    return stack(hidden(), layers.Dense(out), y=y, loss=function)


def squared(sign):
    return lambda y, out: sign * ops.mean((out - ops.cast(y, "float32")) ** 2)


def entropy(axis, factor=1.0):
    def loss(y, out):
        return -ops.mean(ops.take_along_axis(ops.log_softmax(factor * out, axis=axis), ops.cast(ops.reshape(y, (-1, 1)), "int32"), axis=1))

    return read(loss)


def decayed(factor):
    inner = [layers.Dense(n, act) for n, act in ((32, "relu"), (10, "softmax"))]

    def loss(y, out):
        penalty = sum(ops.sum(layer.kernel**2) for layer in inner)
        return ops.mean(keras.losses.sparse_categorical_crossentropy(y, out)) + factor * penalty

    return stack(*inner, loss=loss)


MISREAD = {  # a network with a fault if it is given False, and words of the finding
    "dark": (dark, "batch and steps exchanged"), "tagged": (tagged, "classes mixed with positions"),
    "softmax": (lambda right: entropy(1 if right else 0), "softmax over the batch"),
    "sign": (lambda right: read(squared(1 if right else -1), REAL, 1), "loss is maximized"),
    "penalty": (lambda right: decayed(1e-6 if right else 10.0), "regularization outweighs the data"),
    "dropout": (lambda right: stack(hidden(64), layers.Dropout(0.5 if right else 0.99), softmax()), "drops"),
    "ctc": (lambda right: stack(layers.Dense(7, None if right else "softmax"), x=ROWS, y=1 + np.stack([Y % 5, (Y + 1) % 5], 1), loss=losses.CTC()), "twice"),
    "equal": (lambda right: stack(layers.GRU(16), softmax(), x=ROWS if right else 0.5 + 1e-5 * ROWS), "not centred"),
}


@pytest.mark.parametrize("make, words", MISREAD.values(), ids=MISREAD)
def test_what_a_loss_or_a_layer_misreads_is_named_and_its_like_is_silent(make, words):
    seed(0)
    assert words in str(audit(*make(False)))
    assert audit(*make(True)).findings == []
