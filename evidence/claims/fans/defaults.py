"""Claims of the chapter Fans and framework defaults: on Keras's defaults, and on traps in counting fans."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.defaults import default, plain, std_ratio
from evidence.readings.framework_defaults import sizes
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, over_seeds, percent, plus_minus, spelled, word
from evidence.theory.variance import CUT


def scatter(channels, runs):
    """Standard error of the mean gain of a layer and its ReLU, where all images and places of a channel are taken as one: the
    square of a rectified normal number has a variance of five times its squared mean."""
    return np.sqrt(5 / (channels * len(runs["fan_traps"].protocol["seeds"])))


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
    assert arms and all(arm.endswith("__glorot_uniform") for arm in arms)
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
    """A depthwise convolution with {channels} channels and a window of {window} × {window}, followed by ReLU, multiplies the mean square by {glorot}
    from its default, and by {he} from He normal; with the axes given, by {counted}."""
    glorot = default(runs, "DepthwiseConv2D", "depthwise")[1]["gain"][:, 0]
    he, counted = (runs["fan_traps"][f"depthwise_{start}"]["gain"][:, 0] for start in ("he", "counted"))
    assert interval(glorot).high < 0.03 and interval(he).high < 0.03 and 0.8 < interval(counted).mean < 1.2
    shape = {name: runs["defaults"].protocol[name] for name in ("channels", "window")}
    return shape | {"glorot": over_seeds(glorot), "he": over_seeds(he), "counted": over_seeds(counted)}


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
    fan = runs["defaults"].protocol["channels"] * runs["defaults"].protocol["heads"]
    quantities["std"] = 0 * quantities["std"] + (2 / (fan + fan)) ** 0.5


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
    assert abs(truncated.mean - CUT**2) < 0.005 and abs(corrected.mean - 1) < 0.005
    return {"truncated": plus_minus(*truncated), "corrected": plus_minus(*corrected)}


@claim(refuted_by=swap("fan_traps", "instance", "string"))
def one_instance_draws_the_same_twice(runs):
    """Two layers of one shape that are given one instance of `HeNormal` start with all of their {weights} weights equal, in each of {seeds}
    seeds; given the string, with fewer than one in a thousand."""
    instance, string = (runs["fan_traps"][arm]["equal_share"][:, 0] for arm in ("instance", "string"))
    assert (instance == 1).all() and string.max() < 0.001
    return {"weights": f"{sizes(runs, 'fan_traps')[0] ** 2:,}", "seeds": word(len(instance))}


@claim(refuted_by=swap("fan_traps", "narrowing_transpose_he", "convolution_he"))
def transposed_convolutions_count_the_wrong_side(runs):
    """From He normal a convolution and its ReLU multiply the mean square by {convolution}, and a transposed one from {channels} to
    {narrow} channels by {transpose}."""
    convolution, transpose = (interval(runs["fan_traps"][f"{arm}_he"]["gain"][:, 0]) for arm in ("convolution", "narrowing_transpose"))
    channels, narrow = sizes(runs, "fan_traps")
    assert abs(convolution.mean - 1) < 3 * scatter(channels, runs)
    assert abs(transpose.mean / (channels / narrow) - 1) < 3 * scatter(narrow, runs)
    return {"channels": channels, "narrow": narrow, "convolution": plus_minus(*convolution), "transpose": plus_minus(*transpose)}


def stopped(runs):
    """A refutation: networks that shared draws hold back, at half of what the others reach."""
    runs["fan_traps"]["instance"]["test_accuracy"] = runs["fan_traps"]["string"]["test_accuracy"] / 2


@claim(refuted_by=stopped)
def shared_draws_do_not_stop_training(runs):
    """In a network with {layers} hidden ReLU layers of {units} units whose layers all draw the same numbers, the accuracy after one pass
    over {images} images is {instance}, against {string} with a draw for each: by sharing no seed loses as many as {bound}
    percentage points, and the median loss is {cost}."""
    instance, string = (runs["fan_traps"][arm]["test_accuracy"][:, -1] for arm in ("instance", "string"))
    cost, bound = 100 * (string - instance), 15
    assert cost.max() < bound
    protocol = runs["fan_traps"].protocol
    network = {"layers": word(len(protocol["widths"]) - 2), "units": protocol["widths"][1], "images": f"{protocol['images']:,}"}
    reached = {"instance": percent(instance), "string": percent(string)}
    return network | reached | {"cost": fixed(np.median(cost), 1), "bound": spelled(bound)}
