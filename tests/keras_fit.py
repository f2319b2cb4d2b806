"""Keras's own training loop, as the reference of our trainers. Tracing it takes longer than its steps: here each model is traced once."""

import keras
import tensorflow as tf


def fit(model, x, y, order, **options):
    """What keras.Model.fit returns after a step on each row of `order`, (steps, images) indices into x and y, by a compiled model."""
    return ready(model, x, y).fit(batches(x[order.ravel()], y[order.ravel()], order.shape[1]), verbose=0, **options)


def evaluate(model, x, y):
    """What keras.Model.evaluate says of a compiled model: the loss, and the metrics if there are some."""
    return ready(model, x, y).evaluate(batches(x, y, len(y)), verbose=0)


def batches(x, y, size):
    """Images and labels in their order. Of arrays Keras makes such a pipeline too, and traces three functions for it at each call."""
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(size)


def ready(model, x, y):
    """The compiled model with its optimizer and its metrics built. Keras builds them while it traces, and then traces once more.

    x, y: images and labels as for `fit`.
    """
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
        model.compute_metrics(x[:1], y[:1], model(x[:1]))
        model.reset_metrics()
    return model


def restarted(model, weights, rate):
    """The compiled model before its first step, from these weights: what is traced for one start and rate serves the others."""
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))  # the number of steps, and the moments, which Keras starts from 0
    model.optimizer.learning_rate = rate
    return model
