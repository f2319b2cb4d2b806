"""Claims of the chapter What initialization does."""

import numpy as np

from evidence.anatomy import factor, power, typical
from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus, word


def best(runs, arm):
    """The test accuracies, (seeds,), at the learning rate with the best mean, and that rate."""
    accuracy = runs["depth_start"][arm]["test_accuracy"]
    column = accuracy.mean(axis=0).argmax()
    return accuracy[:, column], runs["depth_start"]["grid"]["learning_rate"][0, column]


@claim(refuted_by=swap("depth_start", "small_normal_30", "small_normal_2"))
def depth_decides_whether_a_small_start_trains(runs):
    """With a standard deviation of one hundredth and SGD, a network of 2 layers reaches {shallow} and one of 30 layers {deep},
    each at the best of {rates} learning rates."""
    (shallow, _), (deep, _) = best(runs, "small_normal_2"), best(runs, "small_normal_30")
    assert interval(shallow).low > 0.5 and interval(deep).high < 0.15
    return {"shallow": percent(shallow), "deep": percent(deep), "rates": word(runs["depth_start"]["grid"]["learning_rate"].shape[1])}


@claim(refuted_by=swap("depth_start", "he_normal_30", "small_normal_30"))
def he_trains_deep(runs):
    """From He the same 30 layers reach {deep} at their best learning rate, {rate}, the smallest of the grid, and 2 layers
    {shallow}."""
    (deep, rate), (shallow, _) = best(runs, "he_normal_30"), best(runs, "he_normal_2")
    assert min(interval(deep).low, interval(shallow).low) > 0.3
    assert rate == runs["depth_start"]["grid"]["learning_rate"].min()
    return {"deep": percent(deep), "rate": f"{rate:g}", "shallow": percent(shallow)}


@claim(refuted_by=swap("depth_start", "small_normal_30", "he_normal_30"))
def a_small_start_freezes_the_hidden_layers(runs):
    """After {steps} steps from the small start, no more than {share} of the weights between the hidden layers of the deep
    network differ from their start in any bit, in any seed and at any learning rate; from He at its best rate, {he} do."""
    small = runs["depth_start"]["small_normal_30"]["changed"]
    he = runs["depth_start"]["he_normal_30"]["changed"][:, 0]
    assert small.max() < 0.05 and he.min() > 0.5
    return {"steps": 200, "share": f"{fixed(100 * small.max(), 1)} %", "he": percent(he)}


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
    forward, backward = (plus_minus(*interval(factor(small, quantity))) for quantity in ("activation", "delta"))
    return {"forward": forward, "backward": backward, "gradient": power(sizes[0]), "he": power(sizes[1])}


@claim(refuted_by=swap("depth_start", "small_normal_2", "small_normal_30"))
def a_shallow_network_forgives(runs):
    """With 2 layers, each start at its best learning rate, He minus the small start is {gap} percentage points, no detectable
    difference; at the smallest rate of the grid it is {slow}."""
    (he, _), (small, _) = best(runs, "he_normal_2"), best(runs, "small_normal_2")
    gap = paired_difference(he, small)
    slow = paired_difference(*(runs["depth_start"][f"{start}_2"]["test_accuracy"][:, 0] for start in ("he_normal", "small_normal")))
    assert gap.holds_zero and gap.half < 0.03 and slow.low > 0
    return {"gap": plus_minus(*gap, 100), "slow": plus_minus(*slow, 100)}
