"""Faults of the start that networks have which people bring to snippets/tools/audit.py; each kind with variants."""
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import initializers, layers, ops

from snippets.tools.audit import audit
from tests import audited, planted
from tests import planted_keras as made
from tests.audited import FLAT, RNG, ROWS, SPARSE, WORDS, X, Y, Linear, Opaque, Own, Raw, code, graph, hidden, mended, normal, pasted, softmax, stack

HE = "he_normal"
BINARY = "binary_crossentropy"


def twins(rule=HE, own=hidden, between=None):
    """One layer, called on two inputs."""
    a, b = keras.Input((144,)), keras.Input((144,))
    shared = between or own(rule=rule, name="shared")
    return graph([a, b], layers.Dense(1, "sigmoid")(shared(a) - shared(b)), [FLAT, FLAT[::-1]], Y % 2, BINARY)


def unrolled(rule=HE):
    shared, inputs = hidden(rule=rule, name="shared"), keras.Input((144,))
    h = hidden()(inputs)
    for _ in range(3):
        h = shared(h)
    return graph(inputs, softmax()(h))


def tied(rule="uniform"):
    inputs = keras.Input((12,), dtype="int32")
    shared = layers.ReversibleEmbedding(50, 32, embeddings_initializer=rule, name="shared")
    h = layers.LayerNormalization()(layers.Dense(32, "gelu")(shared(inputs)))
    return graph(inputs, shared(h, reverse=True), WORDS, WORDS, keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def depthwise(rule, times=5, layer=layers.DepthwiseConv2D, **options):
    parts = [layers.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer=HE)]
    for _ in range(times):
        parts += [layer(3, padding="same", activation="relu", depthwise_initializer=rule(), **options),
                  layers.Conv2D(32, 1, activation="relu", kernel_initializer=HE)]
    return stack(*parts, layers.GlobalAveragePooling2D(), softmax(), x=X)


def counted():
    return initializers.VarianceScaling(2, "fan_in", input_axes=[0, 1], output_axes=[0, 1, 3])


def attention(rule="glorot_uniform"):
    inputs = keras.Input((12, 12))
    h = layers.MultiHeadAttention(2, 8, kernel_initializer="glorot_uniform", name="look")(inputs, inputs)
    return graph(inputs, softmax()(layers.GRU(16)(h)), ROWS)


def loud_attention():
    model, x, y = attention()
    for layer in (model.get_layer("look")._query_dense, model.get_layer("look")._key_dense):
        layer.kernel.assign(10 * layer.kernel)
    return model, x, y


def distributed(rule=HE):
    return stack(layers.TimeDistributed(hidden(rule=rule), name="each"), layers.Flatten(), hidden(), softmax(), x=ROWS)


def frozen(part):
    part.trainable = False
    return part


def separable(**rules):
    return stack(layers.Conv2D(8, 3, activation="relu"), layers.SeparableConv2D(16, 3, activation="relu", name="apart", **rules),
                 layers.Flatten(), softmax(), x=X)


def spectral(make, flat=True):
    return stack(*([layers.Flatten()] if flat else []), *(layers.SpectralNormalization(make()) for _ in range(2)),
                 *([] if flat else [layers.Flatten()]), softmax(), x=X)


def seeded(towers, seed=0, rule=lambda: HE):
    inputs, ends = keras.Input((144,)), []
    for _ in range(towers):
        if seed is not None:
            keras.utils.set_random_seed(seed)
        ends.append(hidden(rule=rule())(inputs))
    return graph(inputs, softmax()(layers.Concatenate()(ends)))


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


def scaled(scale):
    return initializers.VarianceScaling(scale, distribution="untruncated_normal")


def residual(blocks=16):
    inputs = h = keras.Input((144,))
    for _ in range(blocks):
        h = h + hidden(144)(h)
    return graph(inputs, softmax()(h))


def without_gamma(*names):
    """Normalized convolutions and, last of them, a residual branch, some of whose scales are zero."""

    def block(h, filters, name):
        h = layers.Conv2D(filters, 3, padding="same", kernel_initializer=HE)(h)
        return layers.BatchNormalization(gamma_initializer="zeros" if name in names else "ones", name=name)(h)

    inputs = keras.Input((12, 12, 1))
    h = layers.ReLU()(block(layers.ReLU()(block(inputs, 8, "first")), 16, "second"))
    return graph(inputs, softmax()(layers.GlobalAveragePooling2D()(layers.Add()([h, block(h, 16, "branch")]))), X)


def one_way():
    """Weights from 0 to 1, of which those of the first layer are less than three times what its rule asks for."""
    body = [hidden(128, rule=initializers.RandomUniform(0, 1), name=name) for name in ("dense", "dense_1")]
    return stack(*body, softmax(kernel_initializer=initializers.RandomUniform(0, 1)), x=np.random.default_rng(0).normal(size=(64, 50)))


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


def raw(rule):
    """A convolution by a function of TensorFlow, of weights that a layer holds itself."""
    return stack(layers.Conv2D(16, 3, activation="relu"), Own(lambda m, x: tf.nn.conv2d(x, m.k, 1, "SAME"), {"k": (3, 3, 16, 16)}, rule, name="mine"), layers.ReLU(),
                 layers.Flatten(), softmax(), x=X)


@pytest.mark.parametrize("rule", ["he_normal", "glorot_uniform"])
def test_weights_that_a_layer_holds_itself_and_are_well_drawn_get_no_finding(rule):
    audited.seed(0)
    assert audit(*raw(rule)).outcome == "sound"


LOUD, EMBED = normal(3.0), "embeddings_initializer"
FAULTY = {  # a network, the layers to be named, the argument of the remedy
    "A_twins": (lambda: twins(LOUD), "shared", "kernel_initializer"), "A_unrolled": (lambda: unrolled(LOUD), "shared", "kernel_initializer"),
    "A_zeros": (lambda: unrolled("zeros"), "shared", "kernel_initializer"), "F_frozen": (lambda: stack(frozen(hidden(rule=normal(2.0), name="ice")), hidden(), softmax()), "ice", ""),
    "F_frozen_convolution": (lambda: stack(frozen(layers.Conv2D(8, 3, kernel_initializer=normal(9.0), name="ice")), layers.Flatten(), hidden(), softmax(), x=X), "ice", ""),
    "F_recurrent": (lambda: stack(layers.SimpleRNN(32, activation="relu", recurrent_initializer=initializers.Orthogonal(2.5), name="loop"), softmax(), x=ROWS), "loop", "recurrent_initializer"),
    "F_embedding": (lambda: stack(layers.Embedding(50, 32, normal(50.0), name="words"), layers.Flatten(), hidden(), softmax(), x=WORDS), "words", EMBED),
    "F_tied": (lambda: tied(normal(2.0)), "shared", EMBED), "F_linear": (lambda: stack(*(hidden(64, None) for _ in range(12)), softmax()), "dense", "kernel_initializer"),
    "F_bias": (lambda: stack(hidden(), softmax(bias_initializer=initializers.RandomUniform(-90, 90))), "out", "bias_initializer"),
    "I_own": (lambda: stack(hidden(), hidden(), Linear(32, normal(4.0), name="mine"), layers.ReLU(), softmax()), "mine", "initializer"),
    "I_own_first": (lambda: stack(Linear(32, normal(90.0), name="mine"), hidden(), softmax()), "mine", "initializer"),
    "I_opaque": (lambda: stack(Opaque(3, normal(400.0), name="odd"), hidden(), softmax()), "odd", "initializer"), "I_attention": (loud_attention, "query, key", "kernel_initializer"),
    "L_embedding": (lambda: stack(layers.Embedding(50, 8, "zeros", name="words"), layers.Flatten(), softmax(), x=WORDS), "words", EMBED),
    "L_depthwise": (lambda: separable(depthwise_initializer="zeros"), "apart", "depthwise_initializer"),
    "L_pointwise": (lambda: separable(pointwise_initializer=normal(9.0)), "apart", "pointwise_initializer"),
    "L_recurrent": (lambda: stack(layers.GRU(32, recurrent_initializer=normal(9.0), name="loop"), softmax(), x=ROWS), "loop", "recurrent_initializer"),
    "L_transposed": (lambda: stack(layers.Conv2DTranspose(8, 3, activation="relu", kernel_initializer=normal(9.0), name="up"), layers.Flatten(), softmax(), x=X), "up", "kernel_initializer"),
    "dead": (lambda: stack(hidden(), hidden(bias_initializer=initializers.Constant(-20), name="mute"), softmax()), "mute", "bias_initializer"),
    "copies": (lambda: stack(hidden(), hidden(rule="ones", name="same"), softmax()), "same", "kernel_initializer"),
    "saturated": (lambda: stack(hidden(32, "tanh", "glorot_uniform", bias_initializer=initializers.Constant(6), name="full"), softmax()), "full", "bias_initializer"),
    "small": (lambda: stack(*(hidden(rule=normal(0.01)) for _ in range(8)), softmax()), "dense", "kernel_initializer"),
    "deep": (lambda: stack(*(hidden(rule="glorot_uniform") for _ in range(20)), softmax()), "dense", "kernel_initializer"),
    "too_large": (lambda: stack(hidden(), hidden(), hidden(rule=scaled(200), name="loud"), hidden(), softmax()), "loud", "kernel_initializer"),
    "too_small": (lambda: stack(hidden(), hidden(), hidden(rule=scaled(0.02), name="quiet"), hidden(), softmax()), "quiet", "kernel_initializer"),
    "nan": (lambda: stack(hidden(), hidden(rule=initializers.Constant(np.nan), name="nan"), softmax()), "nan", ""),
    "deep_sigmoid": (lambda: stack(*(hidden(32, "sigmoid", "glorot_uniform") for _ in range(8)), softmax()), "dense", "kernel_initializer"), "deep_residual": (residual, "dense", ""),
    "standard_normal": (lambda: stack(*(hidden(32, "tanh", normal(1.0)) for _ in range(3)), softmax()), "dense", "kernel_initializer"),
    "one_way": (one_way, "dense, dense_1, out", "kernel_initializer"),
    "no_gamma": (lambda: without_gamma("second"), "second", "gamma_initializer"),
    "low_sigmoid": (lambda: stack(hidden(), hidden(32, "sigmoid", "glorot_uniform", bias_initializer=initializers.Constant(-200), name="full"), softmax()), "full", "bias_initializer"),
    "U_factors": (lambda: made.adapted("zeros"), "adapter", "initializer"), "U_scale": (lambda: made.gated("zeros"), "gate", "initializer"),
    "S_kernels": (lambda: made.raw_attention(lambda: normal(1.0)), "q, v, k, o", "kernel_initializer"), "F_products": (made.contrasted, "products", ""),
    "V_positions": (lambda: made.placed(initializers.RandomUniform(-49, 49)), "places", "initializer"),
    "V_positions_embedding": (lambda: made.numbered(initializers.RandomUniform(-49, 49)), "places", EMBED),
    "V_centers": (lambda: made.centred("ones"), "near", "initializer"), "V_centers_of_zeros": (lambda: made.centred("zeros"), "near", "initializer"), "V_mean": (lambda: made.convolved(initializers.RandomUniform(0, 0.5)), "up", "kernel_initializer"),
    "V_mean_in_depth": (lambda: stack(*(hidden(64, rule=initializers.RandomUniform(0, 0.12)) for _ in range(4)), softmax()), "dense", "kernel_initializer"),
    "copies_of_words": (lambda: stack(layers.Embedding(50, 8, "ones", name="words"), layers.Flatten(), softmax(), x=WORDS), "words", EMBED),
    "Q_zeros": (lambda: raw("zeros"), "mine", "initializer"), "Q_normal": (lambda: raw(normal(1.0)), "mine", "initializer"), "Q_zeros_of_two": (lambda: stack(
        Own(lambda m, x: ops.relu(x @ m.a) @ m.b, {"a": (144, 64), "b": (64, 32)}, "zeros", name="mine"), layers.ReLU(), softmax()), "mine", "initializer"),
    "no_gamma_at_once": (lambda: stack(layers.Conv2D(8, 3), layers.BatchNormalization(gamma_initializer="zeros", name="norm"), layers.ReLU(), layers.Flatten(), softmax(), x=X), "norm", "gamma_initializer"),
}  # fmt: skip
OWN = {  # Keras's: the same, and words of the fault
    "too_long": (lambda: stack(layers.SimpleRNN(32, "relu", recurrent_initializer=initializers.Orthogonal(2.0), name="loop"), layers.Dense(1), x=RNG.normal(size=(64, 200, 4)), y=Y / 9, loss="mse"), "loop", "recurrent_initializer", "first loss"),
    "dead_without_bias": (lambda: stack(hidden(rule=initializers.RandomUniform(-0.2, 0), use_bias=False, name="low"), softmax()), "low", "kernel_initializer", "dead units"),
    "D_string": (lambda: depthwise(lambda: HE), "depthwise", "depthwise_initializer", "too small"),
    "D_linear": (lambda: depthwise(lambda: HE, 6, depth_multiplier=2), "depthwise", "depthwise_initializer", "too small"),
    "D_glorot": (lambda: depthwise(lambda: "glorot_uniform", 8), "depthwise", "depthwise_initializer", "too small"),
    "I_distributed": (lambda: distributed(normal(90.0)), "each", "kernel_initializer", "too large"), "M_towers": (lambda: seeded(2), "dense", "", "seed"),
    "M_three": (lambda: seeded(3, 7), "dense", "", "seed"), "M_explicit": (lambda: seeded(2, None, lambda: initializers.HeNormal(seed=3)), "dense", "", "seed"),
    "loud_tanh": (lambda: stack(*(layers.Dense(64, "tanh", kernel_initializer=scaled(6.25)) for _ in range(20)), softmax()), "dense", "kernel_initializer", "exploding error signal"),
    "selu": (lambda: stack(*(layers.Dense(64, "selu", kernel_initializer=initializers.RandomUniform(-0.01, 0.01)) for _ in range(6)), softmax()), "dense", "kernel_initializer", "too small"),
    "no_gammas": (lambda: without_gamma("first", "second"), "first, second", "gamma_initializer", "constant output"),
    "no_gamma_before_a_branch": (lambda: without_gamma("second", "branch"), "second", "gamma_initializer", "constant output"),
    "low_beta": (lambda: stack(layers.Dense(64), layers.BatchNormalization(beta_initializer=initializers.Constant(-8.0), name="norm"), layers.ReLU(), softmax()), "norm", "beta_initializer", "dead units"),
    "ones_in_a_cell": (lambda: stack(layers.LSTM(16, kernel_initializer="ones", recurrent_initializer="ones", name="loop"), softmax(), x=ROWS), "loop", "kernel_initializer", "copied units"),
}  # fmt: skip


@pytest.mark.parametrize("case", [*FAULTY, *OWN])
def test_a_fault_of_the_start_is_named_and_its_remedy_run_as_written_removes_it(case):
    audited.seed(0)
    make, name, argument, words = OWN.get(case) or (*FAULTY[case], planted.words(case))
    model, x, y = make()
    found = planted.named(audit(model, x, y), "start", words)
    named = [layer for finding in found for layer in finding.layers]
    assert list(dict.fromkeys(named)) == name.split(", ") or all(layer.startswith(f"{name}_") or layer == name for layer in named), named
    assert argument in {"": [""]}.get(argument, code(found[0].remedy)), found[0].remedy
    assert all(pasted(finding) == code(finding.remedy) for finding in found if code(finding.remedy))
    planted.removed(found, words, (model, x, y), code, lambda given, finding: mended(*given, finding), lambda given: audit(*given))


def test_every_fault_of_the_table_is_planted():
    assert {planted.kind(case) for case in FAULTY} == planted.START.keys()


def test_a_model_without_layers_is_judged_by_its_first_loss():
    models = [Raw(normal(1.0)), Raw("he_normal")]
    for model in models:
        model(FLAT[:2])
    finding, = audit(models[0], FLAT, Y, SPARSE).findings
    assert finding.fault == "first loss too large" and 'initializer="he_normal" in its add_weight' in finding.remedy
    with pytest.raises(ValueError, match="nothing to audit"):  # a sound one it can't vouch for
        audit(models[1], FLAT, Y, SPARSE)


def test_a_network_that_training_killed_is_not_told_to_change_its_initializer():
    audited.seed(0)
    model, x, y = stack(hidden(), hidden(), softmax(), optimizer=keras.optimizers.SGD(30.0))
    model.fit(x, y, epochs=2, verbose=0)
    dead = [finding for finding in audit(model, x, y).findings if "dead" in finding.fault]
    assert dead and "learning rate" in dead[0].remedy and "initializer" not in dead[0].remedy


def test_equal_draws_of_a_global_seed_get_another_remedy_than_those_of_one_object():
    one = initializers.HeNormal()
    remedies = [audit(*seeded(2, seed, lambda rule=rule: rule)).findings[0].remedy for seed, rule in ((0, HE), (None, one))]
    assert "set_random_seed" in remedies[0] and "string" in remedies[1]


def test_biases_of_layers_are_not_called_unknown():
    notes = audit(*attention()).notes
    assert not [note for note in notes if "Left out" in note]
