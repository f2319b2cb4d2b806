"""Claims of the chapter Dropout and weight decay."""

import math

import numpy as np

from evidence.batch_norm import RATES
from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, plus_minus, word

KEPT = {"most_kept": "0.8", "half_kept": "0.5"}  # shares of the units that dropout keeps, as sentences print them


def per_layer(runs, arm, quantity):
    """Factor by which a mean square of dropout_signal changes per layer in its direction of travel, (seeds,)."""
    values = runs["dropout_signal"][arm][quantity]
    ends = values[:, 0] / values[:, -1]
    return (ends if quantity == "delta" else 1 / ends) ** (1 / (values.shape[1] - 1))


@claim(refuted_by=swap("dropout_signal", "he_0.8", "scaled_0.8"))
def dropout_adds_one_over_k(runs):
    """Under He's rule with $k = {most_kept}$ each layer multiplies the mean square of z by {up8} and that of δ by {down8}; with $k = {half_kept}$, by {up5} and {down5}."""
    values = {f"{way}{k[-1]}": (interval(per_layer(runs, f"he_{k}", q)), float(k)) for k in ("0.8", "0.5") for way, q in (("up", "signal"), ("down", "delta"))}
    assert all(abs(one.mean * k - 1) < 0.03 for one, k in values.values())
    return {name: plus_minus(*one) for name, (one, _) in values.items()} | KEPT


@claim(refuted_by=swap("dropout_signal", "scaled_0.5", "he_0.5"))
def a_scaled_variance_holds_in_training_only(runs):
    """With the variance times $k$ the factors for z are {on8} and {on5} while dropout is on; at inference, with dropout off, they are {off8} and {off5}."""
    values = {f"{mode}{k[-1]}": (interval(per_layer(runs, f"scaled_{k}", q)), float(k)) for k in ("0.8", "0.5") for mode, q in (("on", "signal"), ("off", "off"))}
    assert all(abs(one.mean / (k if name.startswith("off") else 1) - 1) < 0.04 for name, (one, k) in values.items())
    return {name: plus_minus(*one) for name, (one, _) in values.items()}


def memory(runs, arm, layer):
    """How much more alike two passes of one image are than passes of two images: difference of mean cosines, (seeds,)."""
    quantities = runs["dropout_signal"][arm]
    return quantities["same"][:, layer - 1] - quantities["other"][:, layer - 1]


@claim(refuted_by=swap("dropout_signal", "he_1.0", "he_0.5"))
def dropout_forgets_the_image(runs):
    """With $k = {half_kept}$ the cosine for one image and that for two images differ by {half} in layer five; with $k = {most_kept}$ by {most} in layer five and {most_ten} in layer ten; without dropout
    by {none} and {none_ten}."""
    values = {
        "half": memory(runs, "he_0.5", 5), "most": memory(runs, "he_0.8", 5), "most_ten": memory(runs, "he_0.8", 10),
        "none": memory(runs, "he_1.0", 5), "none_ten": memory(runs, "he_1.0", 10),
    }  # fmt: skip
    values = {name: interval(one) for name, one in values.items()}
    assert values["half"].high < 0.02 and values["most_ten"].high < 0.02 and values["none_ten"].low > 0.1
    return {name: plus_minus(*one) for name, one in values.items()} | KEPT


def meeting(k):
    """Cosine that two passes of one image tend to from layer to layer when dropout keeps a share k of the ReLUs."""
    cosine = 1.0
    for _ in range(100):
        cosine = k * (math.sqrt(1 - cosine**2) + cosine * (math.pi - math.acos(cosine))) / math.pi
    return cosine


@claim(refuted_by=swap("dropout_signal", "he_0.5", "he_0.8"))
def cosines_meet_where_predicted(runs):
    """In layer twenty the two passes of one image have a mean cosine of {most} with $k = {most_kept}$ and of {half} with $k = {half_kept}$; the formula says {most_formula} and
    {half_formula}."""
    most, half = (interval(runs["dropout_signal"][f"he_{k}"]["same"][:, -1]) for k in ("0.8", "0.5"))
    assert abs(most.mean - meeting(0.8)) < 0.03 and abs(half.mean - meeting(0.5)) < 0.03
    formula = {"most_formula": fixed(meeting(0.8), 3), "half_formula": fixed(meeting(0.5), 3)}
    return {"most": plus_minus(*most), "half": plus_minus(*half)} | formula | KEPT


@claim(refuted_by=swap("dropout_signal", "scaled_0.5", "scaled_0.8"))
def the_variance_does_not_remember(runs):
    """The variance changes neither cosine: over both shares and all layers, He's rule and He's rule times $k$ differ by less than {bound}."""
    arms = runs["dropout_signal"]
    bound = max(np.abs(arms[f"he_{k}"][q] - arms[f"scaled_{k}"][q]).max() for k in ("0.8", "0.5") for q in ("same", "other"))
    assert bound < 1e-3
    return {"bound": "one in a thousand"}


def trained(runs, start, optimizer, network):
    """Test accuracy of dropout_training at the start's best rate, (seeds,)."""
    values = runs["dropout_training"][f"{start}_{optimizer}_{network}"]["test_accuracy"]
    return values[:, values.mean(0).argmax()]


@claim(refuted_by=swap("dropout_training", "he_adam_10_1.0", "he_adam_10_0.5"))
def dropout_stops_a_deep_network(runs):
    """Ten hidden layers and Adam reach {none} without dropout, {most} with $k = {most_kept}$, and {half} with $k = {half_kept}$, each at the better
    of two rates."""
    none, most, half = (interval(trained(runs, "he", "adam", f"10_{k}")) for k in ("1.0", "0.8", "0.5"))
    assert none.low > most.high and most.low > half.high and half.high < 0.15
    return KEPT | {name: plus_minus(*one, 100, " %") for name, one in (("none", none), ("most", most), ("half", half))}


def gain(runs, optimizer, network, comparisons):
    """What the scaled variance adds to test accuracy, each start at its best rate: an interval over seeds."""
    return paired_difference(trained(runs, "scaled", optimizer, network), trained(runs, "he", optimizer, network), comparisons)


@claim(refuted_by=swap("dropout_training", "he_adam_10_0.8", "he_adam_10_0.5"))
def ten_layers_do_not_gain(runs):
    """With ten layers, the scaled variance changes the accuracy by {sgd8} and {adam8} points (SGD, Adam) at $k = {most_kept}$ and by {sgd5} and {adam5} at $k = {half_kept}$: no detectable
    difference, and with 95 % confidence for all four no gain above {bound} points."""
    values = {f"{o}{k[-1]}": gain(runs, o, f"10_{k}", 4) for o in RATES for k in ("0.8", "0.5")}
    assert all(one.holds_zero for one in values.values())
    bound = max(one.high for one in values.values())
    assert bound < 0.12
    return {name: plus_minus(*one, 100) for name, one in values.items()} | {"bound": word(math.ceil(100 * bound))} | KEPT


@claim(refuted_by=swap("dropout_training", "he_adam_5_0.5", "scaled_adam_5_0.5"))
def five_layers_gain(runs):
    """With five layers and $k = {half_kept}$ the scaled variance adds {sgd} points under SGD and {adam} under Adam, to {scaled} there."""
    values = {o: gain(runs, o, "5_0.5", 2) for o in RATES}
    assert all(one.low > 0 for one in values.values())
    return {o: plus_minus(*one, 100) for o, one in values.items()} | {"scaled": plus_minus(*interval(trained(runs, "scaled", "adam", "5_0.5")), 100, " %")} | KEPT
