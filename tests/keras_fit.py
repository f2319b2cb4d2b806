"""Keras's own training loop, as the reference of our trainers. Tracing it takes longer than its steps: here each model is traced once."""

import keras


def ready(model, x, y):
    """The compiled model with its optimizer and its metrics built. Keras builds them while it traces, and then traces once more.

    x, y: images and labels as for `fit`.
    """
    model.optimizer.build(model.trainable_variables)
    model.compute_metrics(x[:1], y[:1], model(x[:1]))
    model.reset_metrics()
    return model


def restarted(model, weights, rate):
    """The ready model before its first step again, from these weights: what is traced for one start and rate serves the others."""
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))  # the number of steps, and the moments, which Keras starts from 0
    model.optimizer.learning_rate = rate
    return model
