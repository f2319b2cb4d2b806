"""Starts that look like a fault of test_audit_start.py and are meant so: snippets/tools/audit.py finds none in them."""
import keras
import pytest
from keras import initializers, layers, ops

from snippets.tools.audit import audit
from tests import audited
from tests import planted_keras as made
from tests.audited import BINARY, RNG, ROWS, SPARSE, WORDS, X, Y, Own, graph, hidden, normal, softmax, stack
from tests.planted_keras import HE, attention, depthwise, distributed, raw, seeded, separable, tied, twins, unrolled, without_gamma


def counted():
    return initializers.VarianceScaling(2, "fan_in", input_axes=[0, 1], output_axes=[0, 1, 3])


def spectral(make, flat=True):
    return stack(*([layers.Flatten()] if flat else []), *(layers.SpectralNormalization(make()) for _ in range(2)),
                 *([] if flat else [layers.Flatten()]), softmax(), x=X)


def policy(gain, activation=None, actions=4):
    root = 2**0.5
    body = [hidden(64, "tanh", initializers.Orthogonal(root)) for _ in range(2)]
    return stack(*body, layers.Dense(actions, activation, kernel_initializer=initializers.Orthogonal(gain)),
                 y=RNG.normal(size=(64, actions)) if activation is None else Y % actions, loss="mse" if activation is None else SPARSE)


def dcgan(stddev=0.02, normalized=True):
    parts = []
    for filters in (32, 64, 64):
        parts += [layers.Conv2D(filters, 5, 2, padding="same", kernel_initializer=normal(stddev)),
                  *([layers.BatchNormalization()] if normalized and parts else []), layers.LeakyReLU(negative_slope=0.2)]
    return stack(*parts, layers.Flatten(), layers.Dense(1, "sigmoid", kernel_initializer=normal(stddev)), x=2 * X - 1, y=Y % 2, loss=BINARY)


def detector():
    parts = [layers.Conv2D(256, 3, padding="same", activation="relu", kernel_initializer=normal(0.01)) for _ in range(4)]
    return stack(layers.Conv2D(256, 3, padding="same", activation="relu"), *parts,
                 layers.Conv2D(9, 3, padding="same", activation="sigmoid", kernel_initializer=normal(0.01), bias_initializer=initializers.Constant(-4.6)),
                 x=X[:4], y=RNG.random((4, 12, 12, 9)) < 0.02, loss=BINARY)


def siren():
    parts = []
    for bound in (1 / 144, (6 / 128) ** 0.5 / 30, (6 / 128) ** 0.5 / 30):
        parts += [layers.Dense(128, kernel_initializer=initializers.RandomUniform(-bound, bound)), layers.Lambda(lambda z: ops.sin(30 * z))]
    return stack(*parts, layers.Dense(1), y=RNG.normal(size=(64, 1)), loss="mse")


def excited():
    """Squeeze and excite, with a gate of four units that is dead."""
    inputs = keras.Input((144,))
    h = hidden()(inputs)
    gate = layers.Dense(32, "sigmoid")(layers.Dense(4, "relu", kernel_initializer=initializers.RandomUniform(-0.5, -0.1))(h))
    return graph(inputs, softmax()(h * gate))


def items():
    """A vector and a bias of each item, of which the biases start equal."""
    inputs = keras.Input((12,))
    parts = [layers.Flatten()(layers.Embedding(50, *of)(inputs)) for of in ((8,), (1, "ones"))]
    return graph(inputs, softmax()(layers.Concatenate()(parts)), WORDS)


SOUND = {
    "A_twins": twins, "A_unrolled": unrolled, "A_tied": tied, "A_a_shared_model": lambda: twins(between=keras.Sequential([hidden(), hidden(8)])),
    "D_axes": lambda: depthwise(counted), "D_axes_multiplied": lambda: depthwise(counted, depth_multiplier=2), "D_a_single_one": lambda: depthwise(lambda: HE, 1),
    "E_softmax": lambda: stack(hidden(), softmax(kernel_initializer=normal(0.001))), "E_policy": lambda: policy(0.01), "E_actor": lambda: policy(0.01, "softmax"),
    "E_zeros": lambda: stack(hidden(), softmax(kernel_initializer="zeros")), "I_distributed": distributed, "I_attention": attention,
    "J_dense": lambda: spectral(hidden), "J_convolution": lambda: spectral(lambda: layers.Conv2D(8, 3, activation="relu"), flat=False),
    "J_unit_norm": lambda: stack(layers.Dense(32, "relu", kernel_constraint="unit_norm"), softmax()), "M_two_seeds": lambda: seeded(2, None),
    "P_dcgan": dcgan, "P_detector": detector, "P_separable": separable, "siren": siren, "factors": lambda: made.adapted(normal(0.25)), "scale": lambda: made.gated("ones"), "scale_in_a_branch": lambda: made.gated("zeros", True), "groups": lambda: made.grouped(8),
    "table": lambda: made.table(1.0), "table_apart": lambda: made.table(1.0, True), "products_of_directions": lambda: made.contrasted(True), "raw_attention": lambda: made.raw_attention(lambda: "glorot_uniform"), "dead_gate": excited, "no_gamma_in_a_branch": lambda: without_gamma("branch"),
    "positions": lambda: made.placed(normal(1.0)), "positions_embedding": lambda: made.numbered(normal(1.0)), "centers": lambda: made.centred(normal(1.0)),
    "regression_from_zeros": lambda: stack(hidden(), Own(lambda m, h: ops.softmax(h @ ops.transpose(m.rows)), {"rows": (10, 32)}, "zeros")),
    "blur": lambda: made.convolved(initializers.Constant(1 / 72), False), "biases_of_items": items,
    "irnn": lambda: stack(layers.SimpleRNN(64, activation="relu", recurrent_initializer="identity", kernel_initializer=normal(0.001)), softmax(), x=ROWS),
    "regularized": lambda: stack(hidden(kernel_regularizer="l2"), softmax(kernel_regularizer=keras.regularizers.L1(1e-4))),
    "warm_up": lambda: stack(hidden(), softmax(), optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.0, 99, warmup_target=0.001, warmup_steps=9))),
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_network_that_is_meant_so_gets_no_finding(make):
    audited.seed(0)
    report = audit(*make())
    assert not report.findings, str(report)
    assert report.outcome == "sound" and "No fault found" in str(report)


@pytest.mark.parametrize("rule", ["he_normal", "glorot_uniform"])
def test_weights_that_a_layer_holds_itself_and_are_well_drawn_get_no_finding(rule):
    audited.seed(0)
    assert audit(*raw(rule)).outcome == "sound"


def test_biases_of_layers_are_not_called_unknown():
    notes = audit(*attention()).notes
    assert not [note for note in notes if "Left out" in note]
