"""Claims of the chapter Dropout and weight decay."""

import math

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, percent, plus_minus, points, spelled, word

KEPT = {"most_kept": "0.8", "half_kept": "0.5"}  # shares of the units that dropout keeps, as sentences print them


def per_layer(runs, arm, quantity):
    """Factor by which a mean square of dropout_signal changes per layer in its direction of travel, (seeds,)."""
    values = runs["dropout_signal"][arm][quantity]
    ends = values[:, 0] / values[:, -1]
    return (ends if quantity == "delta" else 1 / ends) ** (1 / (values.shape[1] - 1))


@claim(refuted_by=swap("dropout_signal", "he_0.8", "scaled_0.8"))
def dropout_adds_one_over_k(runs):
    """Under He's rule with $k = {most_kept}$ each layer multiplies the mean square of z by {up8} and that of δ by {down8}; with $k = {half_kept}$, by {up5} and {down5}, all within three
    per cent of $1/k$."""
    values = {f"{way}{k[-1]}": (interval(per_layer(runs, f"he_{k}", q)), float(k)) for k in ("0.8", "0.5") for way, q in (("up", "signal"), ("down", "delta"))}
    assert all(abs(one.mean * k - 1) < 0.03 for one, k in values.values())
    return {name: plus_minus(*one) for name, (one, _) in values.items()} | KEPT


@claim(refuted_by=swap("dropout_signal", "scaled_0.5", "he_0.5"))
def a_scaled_variance_holds_in_training_only(runs):
    """With the variance times $k$ the factors for z are {on8} and {on5} while dropout is on; at inference, with dropout off, they are {off8} and {off5}, all within
    eight per cent of 1 and of $k$."""
    values = {f"{mode}{k[-1]}": (interval(per_layer(runs, f"scaled_{k}", q)), float(k)) for k in ("0.8", "0.5") for mode, q in (("on", "signal"), ("off", "off"))}
    assert all(abs(one.mean / (k if name.startswith("off") else 1) - 1) < 0.08 for name, (one, k) in values.items())
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
    assert 2 * values["half"].high < values["most"].low and 2 * values["most"].high < values["none"].low
    assert 2 * values["most_ten"].high < values["none_ten"].low
    return {name: plus_minus(*one) for name, one in values.items()} | KEPT


def meeting(k):
    """Cosine that two passes of one image tend to from layer to layer when dropout keeps a share k of the ReLUs."""
    cosine = 1.0
    for _ in range(100):
        cosine = k * (math.sqrt(1 - cosine**2) + cosine * (math.pi - math.acos(cosine))) / math.pi
    return cosine


@claim(refuted_by=swap("dropout_signal", "he_0.5", "he_0.8"))
def cosines_meet_where_predicted(runs):
    """In layer {layers} the two passes of one image have a mean cosine of {most} with $k = {most_kept}$ and of {half} with $k = {half_kept}$; the formula says {most_formula} and
    {half_formula}, less than a sixth away."""
    most, half = (interval(runs["dropout_signal"][f"he_{k}"]["same"][:, -1]) for k in ("0.8", "0.5"))
    assert abs(most.mean / meeting(0.8) - 1) < 1 / 6 and abs(half.mean / meeting(0.5) - 1) < 1 / 6
    layers = len(runs["dropout_signal"].protocol["widths"]) - 2
    formula = {"layers": spelled(layers), "most_formula": fixed(meeting(0.8), 3), "half_formula": fixed(meeting(0.5), 3)}
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
    return rates.reached(runs["dropout_training"], f"{start}_{optimizer}_{network}")


def depths(runs):
    """How many hidden layers the networks of dropout_training have, the fewest first."""
    return sorted({hidden for hidden, _ in runs["dropout_training"].protocol["networks"]})


@claim(refuted_by=swap("dropout_training", "he_adam_10_1.0_0.003", "he_adam_10_0.5_0.003"))
def dropout_stops_a_deep_network(runs):
    """After {steps} steps {layers} hidden layers and Adam reach {none} without dropout, {most} with $k = {most_kept}$, and {half} with $k = {half_kept}$."""
    _, layers = depths(runs)
    none, most, half = (interval(trained(runs, "he", "adam", f"{layers}_{k}")) for k in ("1.0", "0.8", "0.5"))
    assert none.low > 0.6 and none.low > most.high and most.low > half.high and half.high < 0.25
    said = {name: plus_minus(*one, 100, " %") for name, one in (("none", none), ("most", most), ("half", half))}
    return KEPT | said | {"steps": runs["dropout_training"].protocol["steps"], "layers": word(layers)}


def gain(runs, optimizer, network):
    """What the scaled variance adds to test accuracy, each start at its best rate: an interval, wide enough for all three that the page prints."""
    return paired_difference(trained(runs, "scaled", optimizer, network), trained(runs, "he", optimizer, network), 3)


@claim(refuted_by=swap("dropout_training", "scaled_adam_10_0.5_0.003", "he_adam_10_1.0_0.003"))
def ten_layers_do_not_recover(runs):
    """The scaled variance does not bring the {layers} layers back: with it, Adam ends at {adam8} with $k = {most_kept}$ and at {adam5} with $k = {half_kept}$,
    at least {behind} points behind the network without dropout, with 95 % confidence for both; it adds {gain8} and {gain5} points to He's rule."""
    _, layers = depths(runs)
    ends = {k: trained(runs, "scaled", "adam", f"{layers}_{k}") for k in ("0.8", "0.5")}
    behind = min(paired_difference(trained(runs, "he", "adam", f"{layers}_1.0"), one, 2).low for one in ends.values())
    assert behind > 0.15
    gains = {f"gain{k[-1]}": plus_minus(*gain(runs, "adam", f"{layers}_{k}"), 100) for k in ends}
    said = {f"adam{k[-1]}": percent(one) for k, one in ends.items()} | gains
    return said | KEPT | {"layers": word(layers), "behind": math.floor(100 * behind)}


def exchanged(runs):
    """A refutation: the two starts of the fewer layers under Adam, exchanged."""
    fewest, _ = depths(runs)
    swap_grids("dropout_training", f"he_adam_{fewest}_0.5", f"scaled_adam_{fewest}_0.5")(runs)


@claim(refuted_by=exchanged)
def five_layers_gain(runs):
    """With {layers} layers and $k = {half_kept}$ the scaled variance gains: averaged over SGD and Adam, {both} points over He's rule; under Adam it reaches
    {scaled} instead of {he}."""
    fewest, _ = depths(runs)
    ends = {start: [trained(runs, start, o, f"{fewest}_0.5") for o in ("sgd", "adam")] for start in ("he", "scaled")}
    both = paired_difference(np.mean(ends["scaled"], axis=0), np.mean(ends["he"], axis=0))
    assert both.low > 0
    return KEPT | {"layers": word(fewest), "both": points(both)} | {start: percent(adam) for start, (_, adam) in ends.items()}
