"""μP for a PyTorch model: the start and the learning rate of each layer, so that a rate found narrow serves wide.

    optimizer = torch.optim.Adam(mup_(model, base, lr=0.01))  # base: the same layers, narrow, not trained

With m_in and m_out for how many times wider than in the base a weight's input and output are, beside the base:

    layer                     variance   rate of Adam   rate of SGD
    input: only m_out grows   1          1              m_out
    hidden: both grow         1 / m_in   1 / m_in       m_out / m_in
    output: only m_in grows   1 / m_in²  1 / m_in       1 / m_in
    biases, normalization     1          1              m_out

Yang et al. 2022, Tensor Programs V, arXiv:2203.03466, table 3, relative to a base width as in its equation 4.
"""
import math

import torch
from torch import nn

KERNELS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)


@torch.no_grad()
def mup_(model, base, lr, rule="adam", weight_decay=0.0):
    """Scale the weights of a model to the start of μP, in place; returns parameter groups with μP's rates.

    Each weight is multiplied by one number, so that its root mean square is what the table makes of the base's.
    Weights that are all zero stay so. To go on from a checkpoint, call this first, then load both states.

    model: an nn.Module before training. base: one of the same modules on the same inputs and outputs, narrower in each
    hidden layer; only its shapes and the sizes of its weights are read.
    lr: the learning rate of the base. rule: "adam" for Adam, AdamW, Adagrad and RMSprop, "sgd" for SGD.
    weight_decay: for AdamW and SGD; divided in each group by its rate, so that all layers decay alike.
    Returns [{"params": parameters, "lr": their rate, "weight_decay": theirs}], for torch.optim.
    Raises ValueError, and changes nothing, for modules that do not match, weights that do not exist yet or are shared,
    modules without a rule, such as attention, and other rules.
    """
    if rule not in ("adam", "sgd"):
        raise ValueError(f"There is no rule {rule!r}: say 'adam' for Adam, AdamW, Adagrad and RMSprop, or 'sgd'.")
    weights = _matched(model, base)
    wider = [_wider(*found) for found in weights]
    starts = [_start(name, weight, other, *times) for (name, _, _, weight, other), times in zip(weights, wider)]
    groups = {}
    for (_, _, _, weight, _), (m_in, m_out), start in zip(weights, wider, starts):
        weight.mul_(start)
        groups.setdefault(m_out / m_in if rule == "sgd" else 1 / m_in, []).append(weight)
    return [{"params": some, "lr": lr * rate, "weight_decay": weight_decay / rate} for rate, some in groups.items()]


def _matched(model, base):
    """[(name, module, "weight" or "bias", parameter, the base's parameter)] of all that is trained."""
    for what, one in (("model", model), ("base", base)):
        if not isinstance(one, nn.Module):
            raise ValueError(f"{what} must be an nn.Module, not {one!r}: the base is the same model, built narrower.")
        if any(nn.parameter.is_lazy(weight) or weight.is_meta for weight in one.parameters()):
            raise ValueError(f"Not all weights of the {what} exist yet: send a batch through it first, as in {what}(x).")
    mine, theirs = _owned(model), _owned(base)
    if [(name, weight.ndim) for name, _, _, weight in mine] != [(name, weight.ndim) for name, _, _, weight in theirs]:
        raise ValueError("The base has other layers than the model: build both by one function of the width.")
    return [(*found, other) for found, (*_, other) in zip(mine, theirs)]


def _owned(model):
    """[(name, module, its own name there, parameter)] of all that is trained."""
    found, seen = [], {}
    for place, module in getattr(model, "_orig_mod", model).named_modules():  # the module inside torch.compile's
        for key, weight in module.named_parameters(recurse=False):
            if not weight.requires_grad:
                continue
            name = f"{place}.{key}".lstrip(".")
            if seen.setdefault(id(weight), name) != name:
                raise ValueError(f"{name!r} is {seen[id(weight)]!r}: a weight that is input and output needs the "
                                 "multipliers of the paper's table 8, in the model's own code.")
            found.append((name, module, key, weight))
    return found


def _wider(name, module, key, weight, other):
    """How many times wider than in the base are a weight's input and its output: (m_in, m_out)."""
    ratios = [mine / base for mine, base in zip(weight.shape, other.shape)]
    if isinstance(module, KERNELS) and key == "weight":
        return ratios[1], ratios[0]
    if isinstance(module, nn.Embedding) and key == "weight" and ratios[0] == 1:
        return 1.0, ratios[1]
    if isinstance(module, (*KERNELS, *NORMS)) and len(ratios) == 1:
        return 1.0, ratios[0]
    raise ValueError(f"There is no rule for {name!r} of a {type(module).__name__}: mup_ knows Linear, Conv1d to "
                     "Conv3d, Embedding with one vocabulary, and normalization.")


def _start(name, weight, other, m_in, m_out):
    """The number by which a weight is multiplied."""
    mine, target = _size(weight), _size(other) * (1 / m_in if m_out == 1 else 1 / math.sqrt(m_in))
    if mine == target:
        return 1.0
    if mine == 0:
        raise ValueError(f"{name!r} starts at zero in the model and not in the base: build both by one function.")
    return target / mine


def _size(weight):
    """The root mean square of a weight."""
    return weight.double().square().mean().sqrt().item()
