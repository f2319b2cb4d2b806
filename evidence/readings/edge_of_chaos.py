"""Reads the record of the experiment edge_of_chaos, and what mean-field theory says of its networks."""

import math

from evidence.readings import rates
from evidence.theory import mean_field
from evidence.theory.activations import chi

FROM = 9  # layer, from 0, below which δ has not found its rate yet


def growth(runs, gain):
    """Factor per layer by which δ changes on its way down, (seeds,), at n σ² = gain."""
    delta = runs["edge_of_chaos"][f"signal_{gain}"]["delta"]
    return (delta[:, FROM] / delta[:, -1]) ** (1 / (delta.shape[1] - 1 - FROM))


def predicted_growth(runs, gain):
    """√χ, that factor in a wide network."""
    return math.sqrt(chi("tanh", gain, mean_field.fixed_point(gain, runs["edge_of_chaos"].protocol["bias_variance"])))


def reach(runs, gain):
    """6ξ, the hidden layers up to which the theory expects tanh to train; infinite at the edge."""
    return 6 * mean_field.depth_scale(gain, runs["edge_of_chaos"].protocol["bias_variance"])


def order_edge_chaos(runs):
    """The smallest weight variance that was tried, that nearest the edge, where χ is 1, and the largest."""
    gains = runs["edge_of_chaos"].protocol["weight_variances"]
    return gains[0], min(gains, key=lambda gain: abs(predicted_growth(runs, gain) - 1)), gains[-1]


def accuracy(runs, gain, depth):
    """Test accuracy at the best learning rate, (seeds,) fraction."""
    return rates.reached(runs["edge_of_chaos"], f"train_{gain}_{depth}")
