"""Dense ReLU networks of one shape side by side, in standard or in maximal update parametrization (μP), trained by Adam.

A kernel is stored divided by a fixed multiplier, by which the sum it makes is multiplied. Adam moves what is stored by about its
rate whatever the gradient's size, so the kernel itself moves by the rate times the multiplier: per-layer rates from one rate.
"""

import numpy as np
import tensorflow as tf

from evidence.networks import descent

ASKED = 500  # images at once
EPSILON = 1e-12  # Adam's, so small that it does not matter: what is stored has smaller gradients than a kernel in a model of its own


def multipliers(rule, width, base, layers):
    """What multiplies Adam's rate in each layer beside width `base`, and the output's start: ([factor per layer], factor).

    rule: "standard" or "mup". The output's start is a factor of its standard deviation on top of a rule with variance ∝ 1 / fan_in.
    Source: Yang et al. 2022, arXiv:2203.03466, table 3.
    """
    if rule == "standard":
        return [1.0] * layers, 1.0
    wider = width / base
    return [1.0] + [1 / wider] * (layers - 1), wider**-0.5


def start(kernels, rules, width, base):
    """Variables of one network per rule, all from the same kernels [(fan_in, fan_out) per layer]: per layer [stored, multiplier, bias]."""
    layers, settings = [], [multipliers(rule, width, base, len(kernels)) for rule in rules]
    for number, kernel in enumerate(kernels):
        factors = np.array([rates[number] for rates, _ in settings], "float32").reshape(-1, 1, 1)
        output = np.array([its if number == len(kernels) - 1 else 1.0 for _, its in settings], "float32").reshape(-1, 1, 1)
        bias = np.zeros((len(rules), 1, kernel.shape[1]), "float32")
        layers.append([tf.Variable(kernel * output / factors), tf.Variable(factors, trainable=False), tf.Variable(bias)])
    return layers


def forward(weights, x, step=None):
    """Logits (networks, images, classes) of images (images, inputs); step: as `descent.train` gives it, without effect."""
    h = x
    for stored, multiplier, bias in weights:
        z = tf.matmul(h, stored) * multiplier + bias
        h = tf.nn.relu(z)
    return z


def train(weights, x, y, order, rates):
    """Train by Adam in place, each network at its rate; losses (steps, networks), as from `descent.train`."""
    return descent.train(forward, weights, x, y, order, rates, "adam", lambda step: EPSILON)


def kernels(weights):
    """Per layer the kernels (networks, fan_in, fan_out) that the networks use."""
    return [stored.numpy() * multiplier.numpy() for stored, multiplier, _ in weights]


def scores(weights, x, y):
    """Mean loss (nats) and accuracy of each network on images x (n, inputs) with labels y (n,): two (networks,)."""
    loss, hits = 0.0, 0.0
    for k in range(0, len(y), ASKED):
        logits, labels = forward(weights, x[k : k + ASKED]), y[k : k + ASKED]
        loss += tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.broadcast_to(labels, logits.shape[:2]), logits), 1).numpy()
        hits += np.sum(tf.argmax(logits, -1).numpy() == labels, axis=1)
    return loss / len(y), hits / len(y)
