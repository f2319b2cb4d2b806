"""Claims of the chapter What initialization does."""

import numpy as np

from evidence.readings.gradient_anatomy import factor, power, typical
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, over_seeds, percent, plus_minus, word
from evidence.readings.rates import best, best_rate, grid

BUDGET = {"steps": 200, "batch": 64}


def reached(runs, stem):
    """Test accuracy at the best learning rate, (seeds,)."""
    return best(runs["depth_start"], stem)["test_accuracy"][:, 0]


@claim(refuted_by=swap_grids("depth_start", "small_normal_30", "small_normal_1"))
def depth_decides_whether_a_small_start_trains(runs):
    """With a standard deviation of one hundredth and {steps} steps of SGD on batches of {batch} images, a network with one hidden layer
    reaches {shallow} and one with thirty {deep}, each at the best of {rates} learning rates."""
    shallow, deep = reached(runs, "small_normal_1"), reached(runs, "small_normal_30")
    assert interval(shallow).low > 0.7 and deep.max() < 0.15
    return BUDGET | {"shallow": percent(shallow), "deep": percent(deep), "rates": word(len(grid(runs["depth_start"], "small_normal_30")))}


@claim(refuted_by=swap_grids("depth_start", "he_normal_30", "small_normal_30"))
def he_trains_deep(runs):
    """From He the same thirty hidden layers reach {deep} after these {steps} steps at their best learning rate, {rate:g}, and one
    hidden layer {shallow} at its own, {shallow_rate:g}."""
    deep, shallow = reached(runs, "he_normal_30"), reached(runs, "he_normal_1")
    assert deep.min() > 0.2 and interval(deep).low > 0.25 and shallow.min() > 0.7
    rates = {"rate": best_rate(runs["depth_start"], "he_normal_30"), "shallow_rate": best_rate(runs["depth_start"], "he_normal_1")}
    return BUDGET | {"deep": percent(deep), "shallow": percent(shallow)} | rates


@claim(refuted_by=swap_grids("depth_start", "small_normal_30", "he_normal_30"))
def a_small_start_freezes_the_hidden_layers(runs):
    """After {steps} steps from the small start, no more than {share} of the weights between the hidden layers of the deep
    network differ from their start in any bit, in any seed and at any learning rate; from He at its best rate, {he} do."""
    small = np.array([arm["changed"] for arm in grid(runs["depth_start"], "small_normal_30").values()])
    he = best(runs["depth_start"], "he_normal_30")["changed"][:, 0]
    assert small.max() < 0.1 and he.min() > 0.5
    return {"steps": BUDGET["steps"], "share": f"{fixed(100 * small.max(), 1)} %", "he": percent(he)}


@claim(refuted_by=swap("depth_start", "small_normal_30", "he_normal_30"))
def a_small_start_loses_signal_and_gradient(runs):
    """Under the small start each layer multiplies activations by {forward} and error signals by {backward}, so that the
    weight gradients of the hidden layers have a root mean square of {gradient}; under He it is {he}."""
    small, he = (runs["depth_start"][f"{start}_30"] for start in ("small_normal", "he_normal"))
    expected = np.sqrt(128 * 0.01**2 / 2)
    for quantity in ("activation", "delta"):
        assert abs(factor(small, quantity).mean() / expected - 1) < 0.05
    sizes = [typical(one["gradient"][:, 1:-1].mean(axis=1))[0] for one in (small, he)]
    assert sizes[0] < 1e-20 and sizes[1] > 1e-5
    forward, backward = (over_seeds(factor(small, quantity)) for quantity in ("activation", "delta"))
    return {"forward": forward, "backward": backward, "gradient": power(sizes[0]), "he": power(sizes[1])}


@claim(refuted_by=swap_grids("depth_start", "small_normal_1", "small_normal_30"))
def a_shallow_network_forgives(runs):
    """With one hidden layer, each start at its best learning rate, He is ahead of the small start by {gap} percentage points after
    {steps} steps; at a rate of {rate}, the same for both, by {slow}."""
    gap = paired_difference(reached(runs, "he_normal_1"), reached(runs, "small_normal_1"), 2)
    slow = paired_difference(*(runs["depth_start"][f"{start}_1_0.01"]["test_accuracy"][:, 0] for start in ("he_normal", "small_normal")), 2)
    assert max(abs(gap.low), abs(gap.high)) < 0.1 < slow.low
    return {"steps": BUDGET["steps"], "rate": 0.01, "gap": plus_minus(*gap, 100), "slow": plus_minus(*slow, 100)}
