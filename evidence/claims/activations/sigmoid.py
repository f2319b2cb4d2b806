"""Claims of the chapter Activations and their constants: on deep networks of sigmoids."""

import numpy as np

from evidence.readings import rates, sigmoid_start
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import median_and_range, over_seeds, percent, plus_minus, spelled, word


def trained(runs):
    """What sentences say of the networks of sigmoid_start, in words where the prose has words."""
    protocol = runs["sigmoid_start"].protocol
    shallow, deeper = map(spelled, protocol["hidden_layers"])
    counts = {"seeds": word(len(protocol["seeds"])), "epochs": word(protocol["epochs"])}
    return counts | {"shallow": shallow, "deep": deeper, "images": f"{protocol['images']:,}", "batch": protocol["batch_size"]}


def curve(runs, start, optimizer, which):
    """Test accuracy after each epoch in the shallow network (which = 0) or the deep one (1), at its best rate, (seeds, epochs)."""
    return sigmoid_start.curve(runs, start, optimizer, runs["sigmoid_start"].protocol["hidden_layers"][which])


def first_gradient(runs, start):
    """Root mean square of the shallow network's first kernel's gradient over that of its last hidden one, before training, (seeds,)."""
    return runs["sigmoid_start"][f"{start}_{runs['sigmoid_start'].protocol['hidden_layers'][0]}"]["gradient"][:, 0]


@claim(refuted_by=swap("sigmoid_start", "glorot_uniform_5", "four_glorot_5"))
def larger_sigmoid_weights_pass_more_gradient(runs):
    """With {shallow} hidden layers the gradient of the first kernel is, in root mean square, {glorot_uniform} of that of the last hidden one under
    Glorot, {four_glorot} under four times Glorot and {kumar} under Kumar's rule."""
    for larger in ("four_glorot", "kumar"):
        assert paired_difference(*(np.log(first_gradient(runs, start)) for start in (larger, "glorot_uniform")), 2).low > 0
    return trained(runs) | {start: over_seeds(first_gradient(runs, start)) for start in ("glorot_uniform", "four_glorot", "kumar")}


@claim(refuted_by=swap_grids("sigmoid_start", "glorot_uniform_sgd_5", "four_glorot_sgd_5"))
def glorot_sigmoid_is_slow_with_sgd(runs):
    """With {shallow} hidden layers and SGD, Glorot needs a rate of {rate}, and time: its {seeds} seeds have a median of {first} after one epoch of
    {images} images in batches of {batch}, where four times Glorot has {four_first}; after {epochs} epochs it is {last} against {four_last}."""
    glorot, four = (curve(runs, start, "sgd", 0) for start in ("glorot_uniform", "four_glorot"))
    rate = rates.best_rate(runs["sigmoid_start"], f"glorot_uniform_sgd_{runs['sigmoid_start'].protocol['hidden_layers'][0]}")
    assert rate >= 3 and np.median(glorot[:, 0]) < 0.7 < np.median(four[:, 0]) and np.median(glorot[:, -1]) > 0.9
    values = {"first": glorot[:, 0], "four_first": four[:, 0], "last": glorot[:, -1], "four_last": four[:, -1]}
    return trained(runs) | {"rate": f"{rate:g}"} | {name: median_and_range(one) for name, one in values.items()}


@claim(refuted_by=swap_grids("sigmoid_start", "glorot_uniform_adam_15", "four_glorot_adam_15"))
def sigmoid_glorot_trains_with_adam_if_shallow(runs):
    """With Adam and {shallow} hidden layers Glorot ends at {five} after {epochs} epochs, four times Glorot {gap} points higher. With {deep}, no seed
    of Glorot exceeds {highest} after any epoch, with either optimizer at any of {rates} rates."""
    depth = runs["sigmoid_start"].protocol["hidden_layers"][-1]
    grids = [rates.grid(runs["sigmoid_start"], f"glorot_uniform_{optimizer}_{depth}") for optimizer in ("sgd", "adam")]
    highest = [arm["test_accuracy"].max() for grid in grids for arm in grid.values()]
    five, four = (curve(runs, start, "adam", 0)[:, -1] for start in ("glorot_uniform", "four_glorot"))
    assert interval(five).low > 0.9 and max(highest) < 0.3
    values = {"five": percent(five), "gap": plus_minus(*paired_difference(four, five), 100)}
    return trained(runs) | values | {"highest": f"{100 * max(highest):.1f} %", "rates": word(len(highest))}


@claim(refuted_by=swap_grids("sigmoid_start", "four_glorot_adam_15", "glorot_uniform_adam_15"))
def four_times_glorot_trains_fifteen_layers(runs):
    """From four times Glorot {deep} sigmoid layers reach {adam} with Adam after {epochs} epochs. With SGD, at the best rate, {rate}, {seeds} seeds
    have a median of {first} after one epoch and of {last} after {epochs}; at rates of {large} and more no median ends above {bound} %."""
    adam, sgd = (curve(runs, "four_glorot", optimizer, 1) for optimizer in ("adam", "sgd"))
    stem, large, bound = f"four_glorot_sgd_{runs['sigmoid_start'].protocol['hidden_layers'][1]}", 1.0, 0.3
    lost = [arm["test_accuracy"][:, -1] for rate, arm in rates.grid(runs["sigmoid_start"], stem).items() if rate >= large]
    assert interval(adam[:, -1]).low > 0.85 and np.median(sgd[:, 0]) < 0.5 < np.median(sgd[:, -1]) and np.median(lost, axis=1).max() < bound
    values = {"adam": percent(adam[:, -1]), "first": median_and_range(sgd[:, 0]), "last": median_and_range(sgd[:, -1])}
    return trained(runs) | values | {"rate": f"{rates.best_rate(runs['sigmoid_start'], stem):g}", "large": f"{large:g}", "bound": f"{100 * bound:.0f}"}


@claim(refuted_by=swap_grids("sigmoid_start", "centred_sgd_15", "four_glorot_sgd_15"))
def a_centred_sigmoid_trains(runs):
    """Without its mean, the same sigmoid from the same four times Glorot is at {first} with SGD and {deep} layers after one epoch, and at
    {fifteen} after {epochs}; with {shallow} layers it ends at {five}."""
    five, fifteen = (curve(runs, "centred", "sgd", which) for which in (0, 1))
    assert min(interval(one).low for one in (fifteen[:, 0], fifteen[:, -1], five[:, -1])) > 0.8
    return trained(runs) | {"first": percent(fifteen[:, 0]), "fifteen": percent(fifteen[:, -1]), "five": percent(five[:, -1])}
