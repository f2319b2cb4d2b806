"""Trains stacked networks side by side by Adam, or by Muon with Keras's own Newton-Schulz iteration, and goes on where it stopped."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence.networks import descent

GUARD = 1e-7  # what Keras adds to the norms that Adam and Muon divide by


class Stack:
    """K networks of one shape, on the same batches, each at a rate of its own.

    forward: a function of (weights, images) that gives logits (K, images, classes). weights: tf.Variables, nested as `forward` wants
    them, the networks on the first axis of three; those that are trainable are trained. rates: (K,). muon: which of the trained go by
    Muon, by their place; the others go by Adam, at the same rate. guards: (K,), see GUARD. after: a function of a weight, (K, …), that
    gives what it becomes after each step.
    """

    def __init__(self, forward, weights, rates, muon=(), guards=GUARD, after=None):
        self.forward, self.weights, self.after, self.rule = forward, weights, after, keras_muon()
        self.trained = [weight for weight in tf.nest.flatten(weights) if weight.trainable]
        self.moments = [[tf.Variable(tf.zeros_like(w)) for _ in range(1 if k in muon else 2)] for k, w in enumerate(self.trained)]
        self.guards = np.broadcast_to(np.float32(guards), len(rates)).reshape(-1, 1, 1)
        self.rates = np.float32(rates).reshape(-1, 1, 1)
        self.count = tf.Variable(0.0)
        self.program = tf.function(self._steps, reduce_retracing=True)

    def train(self, x, y, order):
        """Go on training in place. x: (n, inputs) float32; y: (n,) integers; order: (steps, images) indices into both."""
        self.program(*(tf.constant(array) for array in (x, y, order)))

    def score(self, x, y):
        """Mean loss (nats) and accuracy of each network: two (K,)."""
        logits = self.forward(self.weights, tf.constant(x))
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.broadcast_to(y, logits.shape[:2]), logits)
        return np.mean(loss, 1), np.mean(tf.argmax(logits, -1).numpy() == y, axis=1)

    def curves(self, training, validation, test, order, points):
        """Per network {"test_loss", "test_accuracy": (points,); "val_accuracy": (1,), after the last step}.

        training, validation, test: (x, y); order: (steps, images); points: numbers of steps, rising, after which the test images are asked.
        """
        found = []
        for first, last in zip([0, *points], points):
            self.train(*training, order[first:last])
            found.append(self.score(*test))
        chosen_by = self.score(*validation)[1]
        loss, accuracy = np.transpose(found, (1, 2, 0))
        return [{"test_loss": loss[k], "test_accuracy": accuracy[k], "val_accuracy": chosen_by[k : k + 1]} for k in range(len(loss))]

    def _steps(self, x, y, order):
        for step in tf.range(len(order)):
            with tf.GradientTape() as tape:
                logits = self.forward(self.weights, tf.gather(x, order[step]))
                labels = tf.broadcast_to(tf.gather(y, order[step]), tf.shape(logits)[:2])
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits), 1)
            self.count.assign_add(1.0)
            for weight, gradient, moments in zip(self.trained, tape.gradient(loss, self.trained), self.moments, strict=True):
                weight.assign_sub(self.rates * self._step(gradient, moments))
                if self.after:
                    weight.assign(self.after(weight))

    def _step(self, gradient, moments):
        """The step at a rate of one."""
        if len(moments) == 2:  # Keras adds its constant before it corrects the moments
            return descent.adam(gradient, *moments, self.count, self.guards / tf.sqrt(1 - 0.999**self.count))
        moments[0].assign(self.rule.momentum * moments[0] + gradient)
        step = orthogonalized(gradient + self.rule.momentum * moments[0], self.guards)
        return self.rule.rms_rate * max(gradient.shape[1:]) ** 0.5 * step


@functools.cache
def keras_muon():
    """Keras's optimizer, for its method and its constants; made once, outside of any program. Weights do not decay here."""
    return keras.optimizers.Muon()


def orthogonalized(g, guards=GUARD):
    """U Vᵀ of each g = U S Vᵀ, about, (K, rows, columns), by Keras's method; guards: instead of the 1e-7 that it adds to the norm.

    Source: Jordan et al. 2024, Muon: An optimizer for hidden layers in neural networks.
    """
    unit = g / (tf.norm(g, axis=(1, 2), keepdims=True) + guards)  # Keras's own guard then is 1e-7 of a norm of 1
    return keras_muon().zeropower_via_newtonschulz5(tf.where(guards == GUARD, g, unit), keras_muon().ns_steps)
