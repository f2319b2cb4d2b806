"""Claims of the chapter What initialization does."""

import numpy as np

from evidence.readings.budget import steps
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.gradient_anatomy import factor, power, typical
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, over_seeds, percent, points, spelled, word
from evidence.readings.rates import best_rate, grid, reached


def budget(runs):
    """What sentences say of the runs: "steps", "batch" in images, "rates" tried, and the two depths in words."""
    protocol = runs["depth_start"].protocol
    shallow, deep = map(spelled, protocol["hidden_layers"])
    rates = word(len(protocol["learning_rates"]))
    return {"steps": steps(protocol), "batch": protocol["batch_size"], "rates": rates, "few": shallow, "many": deep}


@claim(refuted_by=swap_grids("depth_start", "small_normal_30", "small_normal_1"))
def depth_decides_whether_a_small_start_trains(runs):
    """With a standard deviation of one hundredth and {steps} steps of SGD on batches of {batch} images, a network with {few} hidden layer
    reaches {shallow} and one with {many} {deep}, each at the best of {rates} learning rates."""
    shallow, deep = (reached(runs["depth_start"], f"small_normal_{depth}") for depth in (1, 30))
    assert interval(shallow).low > 0.7 and deep.max() < 0.15
    return budget(runs) | {"shallow": percent(shallow), "deep": percent(deep)}


@claim(refuted_by=swap_grids("depth_start", "he_normal_30", "small_normal_30"))
def he_trains_deep(runs):
    """From He the same {many} hidden layers reach {deep} after these {steps} steps at their best learning rate, {rate:g}, and {few}
    hidden layer {shallow} at its own, {shallow_rate:g}."""
    deep, shallow = (reached(runs["depth_start"], f"he_normal_{depth}") for depth in (30, 1))
    assert deep.min() > 0.2 and interval(deep).low > 0.25 and shallow.min() > 0.7
    rates = {"rate": best_rate(runs["depth_start"], "he_normal_30"), "shallow_rate": best_rate(runs["depth_start"], "he_normal_1")}
    return budget(runs) | {"deep": percent(deep), "shallow": percent(shallow)} | rates


@claim(refuted_by=swap_grids("depth_start", "small_normal_30", "he_normal_30"))
def a_small_start_freezes_the_hidden_layers(runs):
    """After {steps} steps from the small start, no more than {share} of the weights between the hidden layers of the deep
    network differ from their start in any bit, in any seed and at any learning rate; from He at its best rate, {he} do."""
    small = np.array([arm["changed"] for arm in grid(runs["depth_start"], "small_normal_30").values()])
    he = reached(runs["depth_start"], "he_normal_30", "changed")
    assert small.max() < 0.1 and he.min() > 0.5
    return budget(runs) | {"share": f"{fixed(100 * small.max(), 1)} %", "he": percent(he)}


@claim(refuted_by=swap("depth_start", "small_normal_30", "he_normal_30"))
def a_small_start_loses_signal_and_gradient(runs):
    """Under the small start each layer multiplies activations by {forward} and error signals by {backward}, so that the
    weight gradients of the hidden layers have a root mean square of {gradient}; under He it is {he}."""
    small, he = (runs["depth_start"][f"{start}_30"] for start in ("small_normal", "he_normal"))
    protocol = runs["depth_start"].protocol
    expected = np.sqrt(protocol["width"] * protocol["small_std"] ** 2 / 2)
    for quantity in ("activation", "delta"):
        assert abs(factor(small, quantity).mean() / expected - 1) < 0.05
    sizes = [typical(one["gradient"][:, 1:-1].mean(axis=1))[0] for one in (small, he)]
    assert sizes[0] < 1e-20 and sizes[1] > 1e-5
    forward, backward = (over_seeds(factor(small, quantity)) for quantity in ("activation", "delta"))
    return {"forward": forward, "backward": backward, "gradient": power(sizes[0]), "he": power(sizes[1])}


@claim(refuted_by=swap_grids("depth_start", "small_normal_1", "small_normal_30"))
def a_shallow_network_forgives(runs):
    """With {few} hidden layer, each start at its best learning rate, He is ahead of the small start by {gap} percentage points after
    {steps} steps; at a rate of {rate}, the same for both, by {slow}, and in every seed."""
    starts = ("he_normal", "small_normal")
    gap = paired_difference(*(reached(runs["depth_start"], f"{start}_1") for start in starts), 2)
    he, small = (runs["depth_start"][f"{start}_1_0.01"]["test_accuracy"][:, 0] for start in starts)
    slow = paired_difference(he, small, 2)
    assert max(abs(gap.low), abs(gap.high)) < 0.1 < slow.mean and (he > small).all()
    return budget(runs) | {"rate": 0.01, "gap": points(gap), "slow": points(slow)}
