"""Pairs of networks over steps for snippets/tools/audit.py: in one there is a fault, the other looks like it and is sound."""
import keras
import numpy as np
import pytest
from keras import layers, losses, ops

from snippets.tools.audit import audit
from tests.audited import EDGES, ROWS, SPARSE, WORDS, Y, Own, graph, hidden, seed, softmax, stack, tell_apart

CLASSES = losses.SparseCategoricalCrossentropy(from_logits=True)


class Looked(layers.Layer):
    """Attention of the nodes of a graph to their neighbours, or of all images to all."""

    def __init__(self, edges=None, **options):
        super().__init__(**options)
        self.edges, self.value, self.score = edges, layers.Dense(32), layers.Dense(1)

    def call(self, x):
        h = self.value(x)
        e = self.score(h) + ops.transpose(self.score(h))
        return ops.matmul(ops.softmax(e if self.edges is None else ops.where(self.edges > 0, e, -1e9)), h)


def looking(mask):
    inputs = keras.Input((12, 12))
    h = layers.MultiHeadAttention(2, 4, name="look")(inputs, inputs, attention_mask=mask[None])
    return graph(inputs, softmax()(layers.GlobalAveragePooling1D()(h)), ROWS)


def spoken(steps):
    """Outputs of so many steps, and up to ten labels for each."""
    return stack(layers.AveragePooling1D(12 // steps), layers.GRU(16, return_sequences=True), layers.Dense(20), x=ROWS, y=WORDS[:, :10] % 19 + 1, loss=losses.CTC())


def each(layer, loss=SPARSE, y=np.tile(Y[:, None], 12), before=layers.Identity):
    """One layer for the output of each step."""
    return stack(before(), layers.TimeDistributed(layer), x=ROWS, y=y, loss=loss)


def weighing(axis):
    """Attention to steps, over them or over an axis of one."""
    return stack(Own(lambda m, h: ops.sum(h * ops.softmax(ops.matmul(h, m.w), axis), 1), {"w": (12, 1)}, "glorot_uniform"), softmax(), x=ROWS)


def wandering(activation):
    """A recurrent network over the 60 steps of a walk."""
    walk = np.random.default_rng(0).normal(size=(64, 60, 8)).cumsum(1).astype("float32")
    return stack(layers.LSTM(64, activation, name="steps"), layers.Dense(1), x=walk, y=walk[:, -1, :1], loss="mse")


def padded(mask):
    """Two recurrent layers over a few words and much padding."""
    words = np.pad(1 + WORDS[:, :5] % 49, [(0, 0), (0, 45)])
    return stack(layers.Embedding(50, 8, mask_zero=mask), layers.GRU(8, return_sequences=True), layers.GRU(8), softmax(), x=words)


PAIRS = {  # a fault, its outcome, words of the finding; what is sound
    "attention_of_a_graph": (lambda: stack(Looked(), softmax()), "elsewhere", "images mixed", lambda: stack(Looked(EDGES), softmax())),
    "all_masked": (lambda: looking(np.zeros((12, 12), bool)), "elsewhere", "row masked entirely", lambda: looking(np.tri(12, dtype=bool))),
    "too_few_steps": (lambda: spoken(6), "elsewhere", "longer than the output", lambda: spoken(12)),
    "steps_cut_off": (lambda: each(layers.Dense(10, "tanh"), CLASSES), "elsewhere", "logits cut off", lambda: each(layers.Dense(10, "softmax"))),
    "softmax_over_one": (lambda: weighing(-1), "elsewhere", "axis of length 1", lambda: weighing(1)),
    "explodes_over_steps": (lambda: wandering("relu"), "start", "exploding error signal", lambda: wandering("tanh")),
    "padding_of_two": (lambda: padded(False), "elsewhere", "mask_zero=True", lambda: padded(True)),
}  # fmt: skip


@pytest.mark.parametrize("case", PAIRS)
def test_of_a_pair_of_networks_the_one_at_fault_is_named_and_its_remedy_removes_it(case):
    tell_apart(*PAIRS[case])


@pytest.mark.parametrize("make", [
    lambda: each(layers.Dense(10, "softmax"), before=lambda: layers.LSTM(16, return_sequences=True)),
    lambda: each(layers.Dense(10, "softmax"), "categorical_crossentropy", np.eye(10, dtype="float32")[np.tile(Y[:, None], 12)]),
    lambda: each(layers.Dense(1, "sigmoid"), "binary_crossentropy", np.tile(Y[:, None, None] % 2, (12, 1)).astype("float32")),
    lambda: stack(hidden(), layers.Dense(120), layers.Reshape((10, 12)), layers.Softmax(axis=1), layers.Permute((2, 1)), y=np.tile(Y[:, None], 12)),
])
def test_a_softmax_of_each_step_is_no_logit(make):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound", str(report)


def test_a_frozen_layer_gets_a_remedy_of_one_full_stop():
    inputs = stack(layers.Embedding(50, 8, "zeros", trainable=False), layers.LSTM(8), softmax(), x=WORDS)
    assert not [finding for finding in audit(*inputs).findings if ".." in str(finding)]
