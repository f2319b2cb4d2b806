"""Trains any model that Keras can build, one network after another, from weights that are given: one trace for all of them.

Why not side by side, as `snippets/tools/stacked.py` trains dense networks: with convolutions, recurrence or attention
a stack of small networks takes more processor time per network than one after the other, in TensorFlow, JAX and PyTorch
alike. So the seeds share the cores, and the networks of a seed share the program.
"""

import random

import keras
import numpy as np
import tensorflow as tf

RULES = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
ASKED = 500  # images at once: activations of a deep network for 10,000 images do not fit a cache


class Trainer:
    """Trains networks of one architecture by one optimizer.

    model: a built Keras model that gives logits (images, classes). optimizer: "sgd" or "adam", with Keras's settings.
    """

    def __init__(self, model, optimizer="sgd"):
        self.model = model
        self.optimizer = RULES[optimizer](1.0)
        self.optimizer.build(model.trainable_variables)
        self.first = [v.numpy() for v in self.optimizer.variables]
        self.steps = tf.function(self._steps, reduce_retracing=True)  # a trace for any number of steps
        self.scores = tf.function(self._scores, reduce_retracing=True)

    def begin(self, weights, rate):
        """Start a network from these weights, as `model.get_weights` orders them, and its optimizer from nothing."""
        self.model.set_weights(weights)
        for variable, value in zip(self.optimizer.variables, self.first, strict=True):
            variable.assign(value)
        self.optimizer.learning_rate.assign(rate)

    def train(self, x, y, order, rates=None):
        """Go on training: the losses on each batch, before its step, (steps,) float32.

        x: (n, …) float32; y: (n,) integers; order: (steps, images) indices into both; rates: (steps,), or None for that
        of `begin`.
        """
        rates = np.full(len(order), float(self.optimizer.learning_rate)) if rates is None else rates
        return self.steps(*(tf.constant(a) for a in (x, y, order)), tf.constant(rates, "float32")).numpy()

    def score(self, x, y):
        """Mean loss (nats) and accuracy on images x (n, …) with labels y (n,)."""
        sums = [self.scores(tf.constant(x[k : k + ASKED]), tf.constant(y[k : k + ASKED])) for k in range(0, len(y), ASKED)]
        return tuple(np.sum(sums, axis=0) / len(y))

    def _steps(self, x, y, order, rates):
        trained, losses = self.model.trainable_variables, tf.TensorArray("float32", len(order))
        for step in tf.range(len(order)):
            with tf.GradientTape() as tape:
                logits = self.model(tf.gather(x, order[step]), training=True)
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(y, order[step]), logits)
                loss = tf.reduce_mean(each)
            losses = losses.write(step, loss)
            self.optimizer.learning_rate.assign(rates[step])
            self.optimizer.apply(tape.gradient(loss, [v.value for v in trained]), trained)
        return losses.stack()

    def _scores(self, x, y):
        logits = self.model(x, training=False)
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        return loss, tf.reduce_sum(tf.cast(tf.argmax(logits, -1, y.dtype) == y, "float32"))


def curve(trainer, weights, rate, training, validation, test, order, points):
    """What one network reaches: {"test_loss", "test_accuracy": (points,); "val_accuracy": (1,), after the last step}.

    training, validation, test: (x, y), as `mnist.split` gives them, in the form that the model takes. order: (steps, images)
    indices into the training images. points: numbers of steps, rising, after which the test images are asked; the last is
    len(order). A network whose loss is not finite keeps the accuracy of what it then answers.
    """
    trainer.begin(weights, rate)
    found = []
    for first, last in zip([0, *points], points):
        trainer.train(*training, order[first:last])
        found.append(trainer.score(*test))
    loss, accuracy = np.transpose(found)
    return {"test_loss": loss, "test_accuracy": accuracy, "val_accuracy": np.array([trainer.score(*validation)[1]])}


def curves(trainer, starts, seed, *parts_order_points):
    """{"<start>_<rate>": what `curve` gives} of one seed; the networks of a start begin with the same weights.

    starts: {name: (function that builds the model, its rates)}. parts_order_points: all that `curve` takes behind the rate.
    """
    runs = {}
    for name, (build, rates) in starts.items():
        weights = start(build, seed)
        runs |= {f"{name}_{rate}": curve(trainer, weights, rate, *parts_order_points) for rate in rates}
    return runs


def batches(seed, images, batch_size, steps):
    """The order in which a seed sees its images, every epoch shuffled anew: (steps, batch_size) indices below `images`."""
    epochs = -(-steps * batch_size // images)
    order = np.concatenate([np.random.default_rng([seed, epoch]).permutation(images) for epoch in range(epochs)])
    return order[: steps * batch_size].reshape(steps, batch_size)


def start(build, seed):
    """The weights that a model starts from, as `model.get_weights` gives them: build() with Keras's draws of this seed.

    Python's generator gives Keras's initializers their seeds. `keras.utils.set_random_seed` would seed TensorFlow as well, which
    then forgets its programs: a trainer's next steps would be optimized anew, for up to a second.
    """
    random.seed(seed)
    return build().get_weights()
