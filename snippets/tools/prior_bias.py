"""Start the output bias at what the labels alone say: the log of the class shares, or the log-odds.

    softmax: b_c = log(share of class c)      sigmoid: b = log(share / (1 - share))

A network whose other logits are zero then predicts the shares, and its first loss is their entropy: the smallest that
is possible without a look at the inputs.

Lin et al. 2017, arXiv:1708.02002, sections 3.3 and 4.1 (sigmoid); for softmax by the same argument.
"""
import keras
import numpy as np


def prior_bias(model, labels, smoothing=1.0):
    """Set the bias of a built model's last layer from its training labels; returns that bias, (units,) float32.

    labels: with one unit 0 or 1, (n,) or (n, 1); with softmax or logits the class of each example, (n,) integers, or
    one-hot, (n, units); with several sigmoids 0 or 1, (n, units).
    smoothing: examples added to each class, so that a class without an example keeps a finite bias; 0 for none.
    Raises ValueError if the last layer has no bias, or if the labels do not fit it.
    """
    layer = model.layers[-1]
    if getattr(layer, "bias", None) is None or not hasattr(layer, "activation"):
        raise ValueError(f"The last layer, {layer.name!r}, must be built, with a bias and an activation, as Dense is.")
    units, sigmoid = layer.bias.shape[0], layer.activation is keras.activations.sigmoid
    if layer.activation not in (keras.activations.sigmoid, keras.activations.softmax, keras.activations.linear):
        raise ValueError("No bias makes this model predict shares: end in softmax, in sigmoid or in logits.")
    ones = indicators(np.asarray(labels), units)
    count = ones.sum(axis=0) + smoothing
    if sigmoid or units == 1:
        other = len(ones) + 2 * smoothing - count
    elif (ones.sum(axis=1) == 1).all():
        other = len(ones) + units * smoothing  # not the odds but the share: softmax sees only differences
    else:
        raise ValueError("Softmax needs one class per example: each row of labels must hold a single 1.")
    if not (count * other).all():
        raise ValueError("A class without an example, or with all, has no finite bias: leave smoothing above 0.")
    bias = np.log(count / other).astype("float32")
    layer.bias.assign(bias)
    return bias


def indicators(labels, units):
    """Labels as 0 and 1, (n, units) float64: one column per unit. Raises ValueError if they do not fit the units."""
    if labels.ndim == 1 and labels.size and units > 1 and labels.dtype.kind in "iu":
        if 0 <= labels.min() and labels.max() < units:
            return np.eye(units)[labels]
    columns = labels.reshape(-1, 1) if labels.ndim == 1 and units == 1 else labels
    if columns.ndim != 2 or columns.shape[1] != units or not len(columns) or not np.isin(columns, (0, 1)).all():
        raise ValueError(f"{units} outputs need labels of 0 and 1, (n, {units}), or the class of each example as an "
                         f"integer from 0 to {units - 1}, not labels of shape {labels.shape}.")
    return columns.astype("float64")
