"""Claims of the page The five-minute answer."""

import numpy as np

from evidence.claim import claim
from evidence.gains import at_best_rate, gains
from evidence.intervals import paired_difference
from evidence.numbers import plus_minus, word
from evidence.rectifiers import RATES

DRAWN = [f"{rule}_{shape}" for rule in ("random", "lecun", "glorot", "he") for shape in ("normal", "uniform")] + ["truncated_normal", "orthogonal"]


def stale_start(runs):
    """A refutation: one random rule as bad as a constant."""
    runs["mnist_shootout"]["random_uniform"] = runs["mnist_shootout"]["constant"]


@claim(refuted_by=stale_start)
def every_random_start_trains_when_shallow(runs):
    """With two hidden layers and Adam, {rules} random initializers of Keras end at {lowest} or above in every one of {seeds} seeds, those of
    a fixed spread among them."""
    final = np.array([runs["mnist_shootout"][rule]["test_accuracy"][:, -1] for rule in DRAWN])
    assert final.min() > 0.96
    return {"rules": word(len(DRAWN)), "lowest": f"{np.floor(1000 * final.min()) / 10:.1f} %", "seeds": word(final.shape[1])}


def exchange(optimizer, depth):
    """A refutation: Glorot's and He's runs exchanged at one depth, at every learning rate."""

    def alter(runs):
        arms = runs["rectifier_depth"]
        for rate in RATES[optimizer]:
            glorot, he = (f"{rule}_normal_{optimizer}_{depth}_{rate}" for rule in ("glorot", "he"))
            arms[glorot], arms[he] = arms[he], arms[glorot]

    return alter


@claim(refuted_by=exchange("sgd", 15))
def depth_decides_what_he_gains(runs):
    """He minus Glorot in test accuracy is {two} percentage points with two hidden ReLU layers and Adam, {five} with five, {fifteen} with
    fifteen and {thirty} with thirty; with SGD it is {five_sgd} with five, {fifteen_sgd} with fifteen and {thirty_sgd} with thirty."""
    found = gains(runs)
    assert found[2, "adam"].holds_zero and found[5, "adam"].holds_zero and max(abs(found[2, "adam"].low), found[2, "adam"].high) < 0.005
    assert found[5, "sgd"].holds_zero and all(found[depth, optimizer].low > 0 for depth in (15, 30) for optimizer in ("adam", "sgd"))
    depths = {2: "two", 5: "five", 15: "fifteen", 30: "thirty"}
    return {depths[depth] + ("_sgd" if optimizer == "sgd" else ""): plus_minus(*gap, 100) for (depth, optimizer), gap in found.items()}


def one_rate(runs):
    """A refutation: with five layers and SGD every learning rate does what the best one does."""
    arms = runs["rectifier_depth"]
    for rule in ("glorot", "he"):
        for rate in RATES["sgd"]:
            arms[f"{rule}_normal_sgd_5_{rate}"] = arms[f"{rule}_normal_sgd_5_0.1"]


@claim(refuted_by=one_rate)
def the_rate_matters_more_when_shallow(runs):
    """With five hidden layers and SGD from Glorot, the best of {rates} learning rates is {rate} nats of test loss ahead of the smallest,
    while Glorot and He, each at its best rate, are {rule} nats apart."""
    he, glorot = (at_best_rate(runs, rule, "sgd", 5, "test_loss") for rule in ("he", "glorot"))
    smallest = runs["rectifier_depth"][f"glorot_normal_sgd_5_{RATES['sgd'][0]}"]["test_loss"][:, -1]
    rate, rule = paired_difference(smallest, glorot), paired_difference(glorot, he)
    assert rate.low > max(abs(rule.low), abs(rule.high))
    return {"rates": word(len(RATES["sgd"])), "rate": plus_minus(*rate), "rule": plus_minus(*rule)}


def same_optimizer(runs):
    """A refutation: Adam reaches what SGD reaches."""
    for rate in RATES["adam"]:
        runs["rectifier_depth"][f"glorot_normal_adam_30_{rate}"] = runs["rectifier_depth"]["glorot_normal_sgd_30_0.1"]


@claim(refuted_by=same_optimizer)
def the_optimizer_matters_when_deep(runs):
    """With thirty hidden layers from Glorot, going from SGD to Adam is worth {optimizer} nats of test loss; staying with SGD and going from
    Glorot to He {rule}, each at its best rate."""
    glorot_sgd, glorot_adam, he_sgd = (at_best_rate(runs, *arm, 30, "test_loss") for arm in (("glorot", "sgd"), ("glorot", "adam"), ("he", "sgd")))
    optimizer, rule = paired_difference(glorot_sgd, glorot_adam), paired_difference(glorot_sgd, he_sgd)
    assert optimizer.low > 0 and rule.low > 0
    return {"optimizer": plus_minus(*optimizer), "rule": plus_minus(*rule)}
