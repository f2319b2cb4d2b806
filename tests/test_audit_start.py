"""Faults of the start that networks have which people bring to snippets/tools/audit.py; each kind with variants."""
import keras
import numpy as np
import pytest
from keras import initializers, layers, ops

from snippets.tools.audit import audit
from tests import audited, planted
from tests import planted_keras as made
from tests.audited import FLAT, RNG, ROWS, SPARSE, WORDS, X, Y, Linear, Opaque, Own, Raw, code, graph, hidden, mended, normal, pasted, softmax, stack
from tests.planted_keras import HE, attention, depthwise, distributed, raw, seeded, separable, tied, twins, unrolled, without_gamma


def loud_attention():
    model, x, y = attention()
    for layer in (model.get_layer("look")._query_dense, model.get_layer("look")._key_dense):
        layer.kernel.assign(10 * layer.kernel)
    return model, x, y


def frozen(part):
    part.trainable = False
    return part


def scaled(scale):
    return initializers.VarianceScaling(scale, distribution="untruncated_normal")


def residual(blocks=16):
    inputs = h = keras.Input((144,))
    for _ in range(blocks):
        h = h + hidden(144)(h)
    return graph(inputs, softmax()(h))


def one_way():
    """Weights from 0 to 1, of which those of the first layer are less than three times what its rule asks for."""
    body = [hidden(128, rule=initializers.RandomUniform(0, 1), name=name) for name in ("dense", "dense_1")]
    return stack(*body, softmax(kernel_initializer=initializers.RandomUniform(0, 1)), x=np.random.default_rng(0).normal(size=(64, 50)))


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
    "W_product": (lambda: made.multiplied("zeros"), "users", EMBED),
    "W_alike": (lambda: made.centred_behind(initializers.RandomNormal(1.0, 0.02)), "a, b", "kernel_initializer"),
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
