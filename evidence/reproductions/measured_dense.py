"""Computes the quantities of the rows of dense.py, each from the runs of its experiment."""

import numpy as np

from evidence.readings import edge_of_chaos, glorot_ordering, rates, settled, sigmoid_start
from evidence.readings.claim import swap, swap_grids
from evidence.readings.gradient_anatomy import factor, ratio
from evidence.readings.reproduction import bests_exchanged, measures


def ended(accuracies):
    """Mean over seeds of what a curve ends at."""
    return accuracies[:, -1].mean()


def furthest(ratios):
    """Of several ratios the one furthest from 1, in powers."""
    return max(ratios, key=lambda one: abs(np.log(one)))


def sigmoid_as_tanh(runs):
    """A refutation: under the old rule sigmoid does what tanh does under Glorot's."""
    arms = runs["glorot_ordering"]
    for rate, other in zip(*(arms.protocol["learning_rates"][name] for name in ("sigmoid", "tanh")), strict=True):
        arms[f"sigmoid_standard_{rate}"] = arms[f"tanh_glorot_{other}"]


@measures(refuted_by=sigmoid_as_tanh)
def sigmoid_ends_last(runs):
    ends = {arm: 100 * ended(glorot_ordering.curve(runs, *arm.split("_"))) for arm in ("sigmoid_standard", "tanh_standard", "tanh_glorot")}
    return {"sigmoid": ends["tanh_standard"] - ends["sigmoid_standard"], "glorot": ends["tanh_glorot"] - ends["tanh_standard"]}


@measures(refuted_by=swap_grids("sigmoid_start", "four_glorot_sgd_15", "centred_sgd_15"))
def mean_of_sigmoid(runs):
    with_mean, centred = (ended(sigmoid_start.curve(runs, start, "sgd", 15)) for start in ("four_glorot", "centred"))
    return {"centred": 100 * (centred - with_mean)}


def geometric(values):
    """Geometric mean over seeds."""
    return np.exp(np.log(values).mean())


@measures(refuted_by=swap("gradient_anatomy", "tanh_glorot_uniform", "tanh_unit_normal"))
def normalized_gradients(runs):
    return {"factor": geometric(factor(runs["gradient_anatomy"]["tanh_glorot_uniform"]))}


@measures(refuted_by=swap("gradient_anatomy", "relu_glorot_uniform", "relu_doubled_he"))
def kernel_gradients_are_level(runs):
    arm = runs["gradient_anatomy"]["relu_glorot_uniform"]
    return {"error": geometric(factor(arm)), "kernel": geometric(ratio(arm, "gradient"))}


def settled_medians(runs, depth, mark):
    """Median test accuracy under He's rule and Glorot's, SGD, at a mark of `settled.marks`, or at the very end."""
    curves = [settled.accuracy(runs, "relu", depth, f"{rule}_normal", "sgd", mark) for rule in ("he", "glorot")]
    return [np.median(curve if mark else curve[:, -1]) for curve in curves]


@measures(refuted_by=swap_grids("settled_relu_15", "glorot_normal_sgd", "he_normal_sgd"))
def he_starts_earlier(runs):
    (he, glorot), (he_end, glorot_end) = (settled_medians(runs, 15, mark) for mark in ("half", "end"))
    return {"early": 100 * (he - glorot), "end": 100 * (he_end - glorot_end)}


@measures(refuted_by=swap_grids("rectifier_depth", "glorot_normal_sgd_30", "he_normal_sgd_30"))
def glorot_stalls(runs):
    he, glorot = (rates.reached(runs["rectifier_depth"], f"{rule}_normal_sgd_30").mean() for rule in ("he", "glorot"))
    return {"he": he, "glorot": glorot, "lead": 100 * (he - glorot)}


@measures(refuted_by=swap_grids("settled_relu_30", "glorot_normal_sgd", "he_normal_sgd"))
def glorot_stalls_for_good(runs):
    he, glorot = settled_medians(runs, 30, None)
    return {"he": he, "glorot": glorot}


def convolutions(runs, depth):
    """Test accuracy of He and Glorot with so many convolutions, SGD."""
    return [rates.reached(runs["convolution_sgd"], f"{rule}_{depth}").mean() for rule in ("he_normal", "glorot_uniform")]


@measures(refuted_by=swap_grids("convolution_sgd", "glorot_uniform_22", "he_normal_22"))
def he_starts_earlier_convolutions(runs):
    he, glorot = convolutions(runs, 22)
    return {"he": he, "end": 100 * (he - glorot)}


@measures(refuted_by=swap_grids("convolution_sgd", "glorot_uniform_30", "he_normal_30"))
def glorot_stalls_convolutions(runs):
    he, glorot = convolutions(runs, 30)
    return {"he": he, "glorot": glorot, "lead": 100 * (he - glorot)}


@measures(refuted_by=swap("edge_of_chaos", "signal_1.0", "signal_4.0"))
def gradient_growth_of_tanh(runs):
    gains = runs["edge_of_chaos"].protocol["weight_variances"]
    found = (geometric(edge_of_chaos.growth(runs, gain)) / edge_of_chaos.predicted_growth(runs, gain) for gain in gains)
    return {"deviation": max(abs(one - 1) for one in found)}


@measures(refuted_by=swap_grids("edge_of_chaos", "train_1.0_40", "train_1.76_40"))
def trainable_depth_of_tanh(runs):
    order, edge, _ = edge_of_chaos.order_edge_chaos(runs)
    at_edge, ordered, shallow = (edge_of_chaos.accuracy(runs, *where).mean() for where in ((edge, 40), (order, 40), (order, 10)))
    return {"edge": at_edge, "ordered": ordered, "shallow": shallow, "lead": 100 * (at_edge - ordered)}


def per_layer(runs, arm):
    """Factor of the error signal per layer of batch normalization on its way down, geometric mean over seeds."""
    delta = runs["batch_norm_depth"][arm]["delta"]
    return geometric(delta[:, 0] / delta[:, -1]) ** (1 / (delta.shape[1] - 1))


@measures(refuted_by=swap("batch_norm_depth", "scale_1", "plain"))
def batch_normalization_explodes(runs):
    return {"factor": per_layer(runs, "scale_1"), "scale": per_layer(runs, "scale_10") / per_layer(runs, "scale_0.1")}


@measures(refuted_by=swap("batch_norm_depth", "scale_1", "stepped"))
def one_step_calms_batch_normalization(runs):
    before, after = (runs["batch_norm_depth"][arm]["gradient"] for arm in ("scale_1", "stepped"))
    spans = [np.log10(gradient.max(1) / gradient.min(1)).mean() for gradient in (before, after)]
    return {"range": spans[1] / spans[0]}


@measures(refuted_by=swap("dead_start", "width_2", "width_16"))
def born_dead(runs):
    arms, protocol = runs["dead_start"], runs["dead_start"].protocol
    law = {width: 1 - (1 - 2.0**-width) ** protocol["hidden_layers"] for width in protocol["widths"]}
    mute = {width: ended(arms[f"width_{width}"]["mute_share"]) for width in law}
    return {"law": max(abs(mute[width] - share) for width, share in law.items()), "narrow": ended(arms["width_2"]["dead_share"])}


def log_growth(runs, width, layers):
    """ln q of a late layer less that of the first under He's rule, (seeds,)."""
    signal = runs["rectifier_signal"][f"he_normal_{width}"]["signal"]
    return np.log(signal[:, layers - 1] / signal[:, 0])


@measures(refuted_by=swap("rectifier_signal", "he_normal_64", "he_normal_512"))
def lengths_vary(runs):
    protocol = runs["rectifier_signal"].protocol
    widths, layers = protocol["widths"], protocol["hidden_layers"]
    spread = {width: np.log(runs["rectifier_signal"][f"he_normal_{width}"]["signal"][:, -1]).std(ddof=1) for width in widths}
    expected = {width: np.sqrt(5 * layers / width) for width in widths}
    return {"spread": furthest([spread[width] / expected[width] for width in widths]), "widths": spread[widths[0]] / spread[widths[-1]]}


def walk_ends_half_way(runs):
    """A refutation: from the middle on the signal keeps its size."""
    for width in runs["rectifier_signal"].protocol["widths"]:
        signal = runs["rectifier_signal"][f"he_normal_{width}"]["signal"]
        signal[:, signal.shape[1] // 2 :] = signal[:, [signal.shape[1] // 2 - 1]]


@measures(refuted_by=walk_ends_half_way)
def log_lengths_walk(runs):
    widths, last = (runs["rectifier_signal"].protocol[name] for name in ("widths", "hidden_layers"))
    late, early = (sum(width * log_growth(runs, width, layers).var(ddof=1) for width in widths) for layers in (last, last // 2))
    return {"growth": late / early}


@measures(refuted_by=swap("activation_constants", "selu_lecun_half", "selu_he_one"))
def selu_normalizes_itself(runs):
    ends = [runs["activation_constants"][f"selu_lecun_{start}"]["signal"][:, -1].mean() for start in ("half", "one", "two")]
    return {"distance": max(abs(end - 1) for end in ends)}


@measures(refuted_by=swap("lsuv_variance", "relu_lsuv", "relu_glorot_uniform"))
def lsuv_reaches_one(runs):
    arms = runs["lsuv_variance"]
    return {"distance": max(abs(arms[f"{name}_lsuv"]["variance"] - 1).max() for name in arms.protocol["activations"])}


@measures(refuted_by=swap_grids("lsuv_variance", "gelu_lsuv", "gelu_he_normal"))
def lsuv_is_as_good(runs):
    ends = {arm: 100 * rates.reached(runs["lsuv_variance"], arm).mean() for arm in ("relu_lsuv", "relu_he_normal", "gelu_lsuv", "gelu_he_normal")}
    return {name: ends[f"{name}_lsuv"] - ends[f"{name}_he_normal"] for name in ("relu", "gelu")}


@measures(refuted_by=swap("isometry", "linear_delta_orthogonal", "linear_orthogonal"))
def delta_orthogonal_keeps_norms(runs):
    arm = runs["isometry"]["linear_delta_orthogonal"]
    return {"change": max(abs(arm[end] - 1).max() for end in ("smallest", "largest"))}


@measures(refuted_by=bests_exchanged("delta_orthogonal_training", "delta_orthogonal", "orthogonal"))
def delta_orthogonal_trains(runs):
    delta, glorot = (rates.reached(runs["delta_orthogonal_training"], start).mean() for start in ("delta_orthogonal", "glorot_uniform"))
    return {"accuracy": delta, "lead": 100 * (delta - glorot)}


@measures(refuted_by=swap_grids("lottery_tickets", "mask_grown", "mask_random"))
def supermask(runs):
    return {"accuracy": rates.reached(runs["lottery_tickets"], "mask_grown").mean()}
