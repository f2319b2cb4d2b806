"""Reads the record of the experiment edge_of_chaos."""

from evidence.readings import rates

FROM, TO = 9, 29  # layers, from 0, between which δ has found its rate


def growth(runs, gain):
    """Factor per layer by which δ changes on its way down, (seeds,), at n σ² = gain."""
    delta = runs["edge_of_chaos"][f"signal_{gain}"]["delta"]
    return (delta[:, FROM] / delta[:, TO]) ** (1 / (TO - FROM))


def accuracy(runs, gain, depth):
    """Test accuracy at the best learning rate, (seeds,) fraction."""
    return rates.best(runs["edge_of_chaos"], f"train_{gain}_{depth}")["test_accuracy"][:, 0]
