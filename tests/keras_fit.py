"""Keras's own training loop, as the reference of our trainers."""


def ready(model, x, y):
    """The compiled model with its optimizer and its metrics built. Keras builds them while it traces, and then traces once more.

    x, y: images and labels as for `fit`.
    """
    model.optimizer.build(model.trainable_variables)
    model.compute_metrics(x[:1], y[:1], model(x[:1]))
    model.reset_metrics()
    return model
