"""Labels, losses and outputs that fit get no finding from snippets/tools/audit.py."""
import numpy as np
import pytest
from keras import layers, losses, ops, optimizers

from snippets.tools.audit import audit
from tests import planted_keras as made
from tests.audited import (
    BINARY, CATEGORICAL, FLAT, HOT, REAL, RNG, WORDS, X, Y, YES, attending, behind, computed, dice, half, hidden, of, one, seed, softmax, stack,
    transposed, turned, under, unscaled)  # fmt: skip
from tests.planted_keras import attentive

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


def test_a_softmax_that_keras_takes_the_logits_of_is_a_note():
    report = audit(*stack(hidden(), softmax(), loss=losses.SparseCategoricalCrossentropy(from_logits=True)))
    assert not report.findings and "from_logits=True" in report.notes[0]


def test_a_loss_named_in_the_call_is_judged_as_one_of_compile():
    model, x, _ = stack(hidden(), one())
    losses = [audit(model, x, REAL[:, 0], "mse").loss, audit(of(model, x, REAL, "mse")[0], x, REAL[:, 0]).loss]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
