"""Start the output bias at what the labels alone say: the log of the class shares, or the log-odds.

    softmax: b_c = log(share of class c)      sigmoid: b = log(share / (1 - share))

A network whose other logits are zero then predicts the shares, and its first loss is their entropy: the smallest that
is possible without a look at the inputs.

Lin et al. 2017, arXiv:1708.02002, sections 3.3 and 4.1 (sigmoid); for softmax by the same argument.
"""
import torch


@torch.no_grad()
def prior_bias_(layer, labels, sigmoid=False, smoothing=1.0):
    """Set the bias of the output layer from the training labels; returns that bias, (units,) float32.

    layer: the layer that puts out the logits, such as model[-1] or model.head, with a bias of shape (units,).
    labels: with one unit 0 or 1, (n,) or (n, 1); with several the class of each example, (n,) integers, or one-hot,
    (n, units); with several sigmoids 0 or 1, (n, units).
    sigmoid: True where several units answer each for itself, as under BCEWithLogitsLoss; False where the classes
    exclude each other, as under CrossEntropyLoss. One unit is a sigmoid in either case.
    smoothing: examples added to each class, so that a class without an example keeps a finite bias; 0 for none.
    Raises ValueError if the layer has no bias, or if the labels do not fit it.
    """
    bias = getattr(layer, "bias", None)
    if not isinstance(bias, torch.Tensor) or torch.nn.parameter.is_lazy(bias) or bias.ndim != 1:
        raise ValueError(f"{type(layer).__name__} has no bias yet: give the output layer itself, built and with a "
                         "bias, such as model[-1].")
    units = len(bias)
    ones = indicators(torch.as_tensor(labels).detach().cpu(), units)
    count = ones.sum(dim=0) + smoothing
    if sigmoid or units == 1:
        other = len(ones) + 2 * smoothing - count
    elif (ones.sum(dim=1) == 1).all():
        other = torch.full_like(count, len(ones) + units * smoothing)  # the share: softmax sees only differences
    else:
        raise ValueError("Softmax needs one class per example, a single 1 in each row of labels: for labels that may "
                         "hold together pass sigmoid=True.")
    if not (count * other).all():
        raise ValueError("A class without an example, or with all, has no finite bias: leave smoothing above 0.")
    return bias.copy_((count / other).log()).detach().float().clone()


def indicators(labels, units):
    """Labels as 0 and 1, (n, units) float64: one column per unit. Raises ValueError if they do not fit the units."""
    whole = not labels.is_floating_point() and labels.dtype != torch.bool
    if labels.ndim == 1 and len(labels) and units > 1 and whole and 0 <= labels.min() and labels.max() < units:
        return torch.eye(units, dtype=torch.float64)[labels.long()]
    columns = labels.reshape(-1, 1) if labels.ndim == 1 and units == 1 else labels
    binary = ((columns == 0) | (columns == 1)).all()
    if columns.ndim != 2 or columns.shape[1] != units or not len(columns) or not binary:
        raise ValueError(f"{units} outputs need labels of 0 and 1, (n, {units}), or the class of each example as an "
                         f"integer from 0 to {units - 1}, not labels of shape {tuple(labels.shape)}.")
    return columns.double()
