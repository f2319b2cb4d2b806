"""LSUV: scale the kernels of a Keras model by its own data, until each layer puts out unit variance.

Mishkin and Matas 2016, "All you need is a good init", arXiv:1511.06422, algorithm 1.
"""
import contextlib
from unittest import mock

import keras
import numpy as np

LAYERS = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)


def lsuv(model, x, tolerance=0.1, passes=10, seed=None):
    """Give every trainable Dense and Conv layer of a model an orthogonal kernel, scaled to unit variance on x.

    During one forward pass each layer, when its turn comes, replaces its kernel W by an orthogonal one and divides
    it by the standard deviation of its output before the activation, over all images, positions and units, until
    |variance - 1| < tolerance, at most `passes` times. So each layer sees inputs that are already scaled. Biases,
    frozen layers and all other kinds of layers stay as they are; nested models and your own layers are entered.

    model: a built Keras model; changed in place. x: one batch as the model takes it, a few hundred examples,
    scaled as in training. seed: an integer that repeats the draw, or None.
    Returns [(layer name, variance of its output on x)] in the order of the data.
    Raises ValueError, and leaves the model half done, for a layer that is called twice, an output that does not
    vary, a variance that stays outside the tolerance, or batch normalization.
    """
    if not model.built:
        raise ValueError("The model has no weights yet: start it with keras.Input(...), or call model.build(shape).")
    orthogonal = keras.initializers.Orthogonal(seed=keras.random.SeedGenerator(seed))  # draws anew at each call
    done = {}  # the layers met so far: name and variance

    def scaled_first(call):
        def scale_then_call(layer, inputs, *args, **kwargs):
            if id(layer) in done:
                raise ValueError(f"Layer {layer.name!r} is called twice: one kernel cannot give two outputs unit variance.")
            if layer.trainable:
                layer.kernel.assign(orthogonal(layer.kernel.shape))
                done[id(layer)] = layer.name, _scale(layer, lambda: call(layer, inputs), tolerance, passes)
            return call(layer, inputs, *args, **kwargs)

        return scale_then_call

    with contextlib.ExitStack() as stack:
        if keras.config.is_traceback_filtering_enabled():  # Keras would bury our errors in its own
            keras.config.disable_traceback_filtering()
            stack.callback(keras.config.enable_traceback_filtering)
        for kind in LAYERS:
            stack.enter_context(mock.patch.object(kind, "call", scaled_first(kind.call)))
        stack.enter_context(mock.patch.object(keras.layers.BatchNormalization, "call", _refuse))
        try:
            model(x, training=False)
        except ValueError as error:
            raise ValueError(error) from None  # without a screen of frames inside Keras
    return list(done.values())


def _scale(layer, output, tolerance, passes):
    """Divide the layer's kernel by the standard deviation of output() before the activation; returns the last variance."""
    activation, layer.activation = layer.activation, None
    try:
        for _ in range(passes + 1):
            variance = float(np.var(keras.ops.convert_to_numpy(output()), dtype="float64"))
            if abs(variance - 1) < tolerance:
                return variance
            if not 0 < variance < np.inf:
                raise ValueError(f"The output of layer {layer.name!r} has variance {variance} on this batch: look for "
                                 "examples that are all alike, for NaN in x, and for dead units in the layers before.")
            layer.kernel.assign(layer.kernel / variance**0.5)
    finally:
        layer.activation = activation
    raise ValueError(f"The output of layer {layer.name!r} still has variance {variance:.3g} after {passes} passes: "
                     "set its bias to zeros, or allow more passes.")


def _refuse(layer, *args, **kwargs):
    raise ValueError(f"{layer.name!r} normalizes by itself at each step: LSUV is for models without batch normalization.")
