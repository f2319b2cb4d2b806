"""A dense softmax classifier in NumPy, in the precision of its arrays: forward, back, SGD and Adam. What the laboratory is held against."""

import numpy as np
from scipy import special

from evidence.theory.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE

SLOPES = {
    "linear": np.ones_like,
    "relu": lambda z: (z > 0).astype(z.dtype),
    "leaky_relu": lambda z: np.where(z > 0, 1, 0.2).astype(z.dtype),
    "gelu": lambda z: special.ndtr(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi).astype(z.dtype),
    "silu": lambda z: special.expit(z) * (1 + z * special.expit(-z)),
    "selu": lambda z: (SELU_SCALE * np.where(z > 0, 1, SELU_ALPHA * np.exp(np.minimum(z, 0)))).astype(z.dtype),
    "tanh": lambda z: 4 * special.expit(2 * z) * special.expit(-2 * z),
    "sigmoid": lambda z: special.expit(z) * special.expit(-z),
}


def forward(weights, x, activation):
    """z of each layer, and h from the images to the logits. weights: per layer (kernel, bias)."""
    z, h = [], [x]
    for layer, (kernel, bias) in enumerate(weights, 1):
        z.append(h[-1] @ kernel + bias)
        h.append(z[-1] if layer == len(weights) else ACTIVATIONS[activation](z[-1]).astype(x.dtype))
    return z, h


def losses(logits, y):
    """Cross-entropy of each image in nats."""
    return special.logsumexp(logits, axis=1) - logits[np.arange(len(y)), y]


def backward(weights, z, h, y, activation):
    """δ = ∂J/∂z of each image in each layer, first to last."""
    deltas = [special.softmax(z[-1], axis=1) - np.eye(z[-1].shape[1], dtype=z[-1].dtype)[y]]
    for (kernel, _), below in zip(weights[:0:-1], z[-2::-1], strict=True):
        deltas.insert(0, deltas[0] @ kernel.T * SLOPES[activation](below))
    return deltas


def gradients(weights, x, y, activation):
    """The batch's mean loss, and per layer its gradients with respect to kernel and bias."""
    z, h = forward(weights, x, activation)
    deltas = backward(weights, z, h, y, activation)
    return losses(z[-1], y).mean(), [(before.T @ delta / len(y), delta.mean(0)) for before, delta in zip(h, deltas)]


def train(weights, batches, activation, optimizer, rate):
    """The losses before each step, and the weights after the last. batches: (x, y) each."""
    moments, found = [[(0 * part, 0 * part) for part in layer] for layer in weights], []
    for step, (x, y) in enumerate(batches, 1):
        loss, gradient = gradients(weights, x, y, activation)
        found.append(loss)
        if optimizer == "adam":
            moments = [[(0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2) for (m, v), g in zip(*pair)] for pair in zip(moments, gradient)]
            scale = rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            gradient = [[(scale / rate).astype(m.dtype) * m / (np.sqrt(v) + 1e-7) for m, v in layer] for layer in moments]
        weights = [tuple(part - rate * g for part, g in zip(*pair)) for pair in zip(weights, gradient)]
    return np.array(found), weights
