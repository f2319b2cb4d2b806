"""Claims of the chapter Fans and framework defaults."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus, word


def default(runs, layer, argument):
    """(name of the default initializer, quantities) of one argument of one layer."""
    (found,) = [arm for arm in runs["defaults"] if arm.startswith(f"{layer}__{argument}__")]
    return found.rpartition("__")[2], runs["defaults"][found]


def std_ratio(runs, layer, argument):
    """Measured over prescribed standard deviation, (seeds,)."""
    _, quantities = default(runs, layer, argument)
    return (quantities["std"] / quantities["rule_std"])[:, 0]


def plain(runs):
    """{arm: quantities} of the dense and convolutional kernels that stand alone in a network."""
    return {arm: q for arm, q in runs["defaults"].items() if "__kernel__" in arm and "gain" in q}


def he_everywhere(runs):
    """A refutation: convolutions that start from He, as one source note believes."""
    for arm in list(plain(runs)):
        if arm.startswith("Conv"):
            quantities = runs["defaults"].pop(arm)
            runs["defaults"][arm.replace("glorot_uniform", "he_normal")] = quantities | {"gain": 2 * quantities["gain"]}


@claim(refuted_by=he_everywhere)
def no_default_is_made_for_relu(runs):
    """All {kernels} dense and convolutional layers of Keras start from `glorot_uniform` and none from He; with as many inputs
    as outputs, such a layer and its ReLU multiply the mean square by {gain}."""
    arms = plain(runs)
    assert len(arms) >= 8 and all(arm.endswith("__glorot_uniform") for arm in arms)
    gain = interval(np.mean([quantities["gain"][:, 0] for quantities in arms.values()], axis=0))
    assert gain.low < 0.52 and gain.high > 0.48 and gain.half < 0.05
    return {"kernels": word(len(arms)), "gain": plus_minus(*gain)}


def one_bias(runs):
    """A refutation: a dense layer whose biases are not zero."""
    runs["defaults"]["Dense__bias__zeros"]["largest"][0, 0] = 0.05


@claim(refuted_by=one_bias)
def biases_start_at_zero(runs):
    """Of the {biases} layers with a bias, all say `zeros`, and in all but the {lstm} of the LSTM family every bias is zero;
    there one quarter is one."""
    biases = {arm: quantities for arm, quantities in runs["defaults"].items() if "__bias__" in arm}
    lstm = [arm for arm, quantities in biases.items() if quantities["largest"].any()]
    assert all(arm.endswith("__zeros") for arm in biases) and all("LSTM" in arm for arm in lstm)
    assert all(np.allclose(biases[arm]["std"], 3**0.5 / 4, atol=1e-5) and (biases[arm]["largest"] == 1).all() for arm in lstm)
    return {"biases": word(len(biases)), "lstm": word(len(lstm))}


def counted_by_hand(runs):
    """A refutation: a depthwise layer that Keras gives the variance of its true fans."""
    arm = default(runs, "DepthwiseConv2D", "depthwise")[1]
    arm["gain"][:] = default(runs, "Conv2D", "kernel")[1]["gain"]


@claim(refuted_by=counted_by_hand)
def depthwise_kernels_start_too_small(runs):
    """A depthwise convolution with 64 channels and a window of 3 × 3, followed by ReLU, multiplies the mean square by {glorot}
    from its default, and by {he} from He normal; with the axes given, by {counted}."""
    glorot = default(runs, "DepthwiseConv2D", "depthwise")[1]["gain"][:, 0]
    he, counted = (runs["fan_traps"][f"depthwise_{start}"]["gain"][:, 0] for start in ("he", "counted"))
    assert interval(glorot).high < 0.03 and interval(he).high < 0.03 and 0.8 < interval(counted).mean < 1.2
    return {"glorot": plus_minus(*interval(glorot)), "he": plus_minus(*interval(he)), "counted": plus_minus(*interval(counted))}


def per_gate(runs):
    """A refutation: an LSTM whose gates each get a kernel of their own."""
    for argument in ("kernel", "recurrent"):
        quantities = default(runs, "LSTM", argument)[1]
        quantities["std"] = quantities["rule_std"].copy()


@claim(refuted_by=per_gate)
def four_gates_share_one_kernel(runs):
    """Counted gate by gate, an LSTM's kernel has {kernel} of the standard deviation that Glorot asks for, and its orthogonal
    recurrent kernel {recurrent}; a GRU's have {gru_kernel} and {gru_recurrent}, a simple RNN's {rnn_kernel} and
    {rnn_recurrent}."""
    ratios = {
        f"{name}_{argument}".lstrip("_"): std_ratio(runs, layer, argument)
        for layer, name in {"LSTM": "", "GRU": "gru", "SimpleRNN": "rnn"}.items()
        for argument in ("kernel", "recurrent")
    }
    expected = {"kernel": 0.4**0.5, "recurrent": 0.5, "gru_kernel": 0.5**0.5, "gru_recurrent": 3**-0.5, "rnn_kernel": 1, "rnn_recurrent": 1}
    assert all(abs(ratios[name].mean() - value) < 0.02 for name, value in expected.items())
    return {name: fixed(values.mean(), 2) for name, values in ratios.items()}


def packed(runs):
    """A refutation: an attention layer whose heads count as a window, as `compute_fans` reads its kernel."""
    quantities = default(runs, "MultiHeadAttention", "kernel")[1]
    quantities["std"] = 0 * quantities["std"] + (2 / (512 + 512)) ** 0.5


@claim(refuted_by=packed)
def attention_counts_its_fans(runs):
    """The query kernel of `MultiHeadAttention` has {ratio} of the standard deviation that its true fans ask for."""
    ratio = interval(std_ratio(runs, "MultiHeadAttention", "kernel"))
    assert abs(ratio.mean - 1) < 0.02
    return {"ratio": plus_minus(*ratio, 100, " %")}


@claim(refuted_by=swap("fan_traps", "truncated", "corrected"))
def truncation_loses_a_quarter_of_the_variance(runs):
    """Asked for variance 1, `TruncatedNormal` gives {truncated}, and the truncated normal inside He, Glorot and LeCun {corrected}."""
    truncated, corrected = (interval(runs["fan_traps"][arm]["variance"][:, 0]) for arm in ("truncated", "corrected"))
    assert abs(truncated.mean - 0.87962566**2) < 0.005 and abs(corrected.mean - 1) < 0.005
    return {"truncated": plus_minus(*truncated), "corrected": plus_minus(*corrected)}


@claim(refuted_by=swap("fan_traps", "instance", "string"))
def one_instance_draws_the_same_twice(runs):
    """Two layers of one shape that are given one instance of `HeNormal` start with {instance} of their weights equal; given the
    string, {string}."""
    instance, string = (runs["fan_traps"][arm]["equal_share"][:, 0] for arm in ("instance", "string"))
    assert (instance == 1).all() and string.max() < 0.001
    return {"instance": percent(instance), "string": percent(string)}


@claim(refuted_by=swap("fan_traps", "narrowing_transpose_he", "convolution_he"))
def transposed_convolutions_count_the_wrong_side(runs):
    """From He normal a convolution and its ReLU multiply the mean square by {convolution}, and a transposed one from 64 to 16
    channels by {transpose}."""
    convolution, transpose = (interval(runs["fan_traps"][f"{arm}_he"]["gain"][:, 0]) for arm in ("convolution", "narrowing_transpose"))
    assert abs(convolution.mean - 1) < 0.15 and transpose.low > 3
    return {"convolution": plus_minus(*convolution), "transpose": plus_minus(*transpose)}


def small_random_everywhere(runs):
    """A refutation: a Keras whose dense kernels start from a fixed spread."""
    runs["defaults"]["Dense__kernel__random_normal"] = runs["defaults"].pop("Dense__kernel__glorot_uniform")


@claim(refuted_by=small_random_everywhere)
def only_embeddings_start_from_a_fixed_spread(runs):
    """Of Keras's {weights} default kernels, {scaled} come from a rule that scales with the layer; the {fixed} with a fixed
    spread are embedding tables."""
    weights = [arm.split("__") for arm in runs["defaults"] if "__bias__" not in arm]
    scaled = [layer for layer, _, rule in weights if rule in ("glorot_uniform", "orthogonal")]
    rest = [layer for layer, _, rule in weights if rule == "uniform"]
    assert len(scaled) + len(rest) == len(weights) and rest and all("Embedding" in layer for layer in rest)
    return {"weights": word(len(weights)), "scaled": word(len(scaled)), "fixed": word(len(rest))}


def costly(runs):
    """A refutation: networks that lose five points to shared draws."""
    runs["fan_traps"]["instance"]["val_accuracy"] = runs["fan_traps"]["string"]["val_accuracy"] - 0.05


@claim(refuted_by=costly)
def shared_draws_do_not_stop_training(runs):
    """In a network with eight hidden ReLU layers of 64 units whose layers all draw the same numbers, the accuracy after one pass
    over 10,000 images is {instance}, against {string} with a draw for each; the paired difference is {gap} percentage points,
    none that the evidence can tell from zero."""
    instance, string = (runs["fan_traps"][arm]["val_accuracy"][:, -1] for arm in ("instance", "string"))
    gap = paired_difference(instance, string)
    assert gap.holds_zero and gap.low > -0.04
    return {"instance": percent(instance), "string": percent(string), "gap": plus_minus(*gap, 100)}
