"""LSUV: scale the kernels of a PyTorch model by its own data, until each layer puts out unit variance.

Mishkin and Matas 2016, "All you need is a good init", arXiv:1511.06422, algorithm 1.
"""
import torch
from torch import nn

LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)


@torch.no_grad()
def lsuv_(model, x, tolerance=0.1, passes=10, generator=None):
    """Give every trainable Linear and Conv layer of a model an orthogonal kernel, scaled to unit variance on x.

    During one forward pass each layer, when its turn comes, replaces its weight by an orthogonal one and divides it
    by the standard deviation of its output, which is what the activation reads, over all images, positions and units,
    until |variance - 1| < tolerance, at most `passes` times. So each layer sees inputs that are already scaled.
    Biases, frozen weights and all other kinds of layers stay as they are, and so do layers that the pass never calls,
    such as the projections inside nn.MultiheadAttention.

    model: an nn.Module; changed in place. x: one batch as the model takes it, a few hundred examples, scaled as in
    training; a tuple holds several arguments, a dict named ones. generator: a torch.Generator, or None for PyTorch's.
    Returns [(layer name, variance of its output on x)] in the order of the data.
    Raises ValueError, and leaves the model half done, for a weight that is used twice or does not exist yet, an output
    that does not vary, a variance that stays outside the tolerance, or batch normalization.
    """
    names = {layer: name or type(layer).__name__ for name, layer in model.named_modules()}
    if any(nn.parameter.is_lazy(parameter) for parameter in model.parameters()):
        raise ValueError("The model has no weights yet: send one batch through it first, as in model(x).")
    done = {}  # by weight: name and variance

    def scale_first(layer, inputs):
        weight = layer._parameters.get("weight")
        if weight is None:
            raise ValueError(f"Layer {names[layer]!r} computes its weight anew at each call: call lsuv_ first, and "
                             "parametrize the layer afterwards.")
        if id(weight) in done:
            raise ValueError(f"The weight of layer {names[layer]!r} is used twice: one kernel cannot give two outputs "
                             "unit variance.")
        if weight.requires_grad:
            weight.copy_(_orthogonal(weight, generator))
            variance = _scale(names[layer], weight, lambda: layer.forward(*inputs), tolerance, passes)
            done[id(weight)] = names[layer], variance

    def refuse(layer, inputs):
        raise ValueError(f"{names[layer]!r} normalizes by itself at each step: LSUV is for models without batch "
                         "normalization.")

    hooks = [layer.register_forward_pre_hook(scale_first if isinstance(layer, LAYERS) else refuse)
             for layer in names if isinstance(layer, LAYERS + NORMS)]
    modes = {layer: layer.training for layer in names}
    try:
        model.eval()
        model(*x) if isinstance(x, tuple) else model(**x) if hasattr(x, "keys") else model(x)
    finally:
        for hook in hooks:
            hook.remove()
        for layer, training in modes.items():
            layer.training = training
    return list(done.values())


def _orthogonal(weight, generator):
    """An orthogonal matrix in the shape of the weight, in float32 at least: half precision has no decomposition."""
    dtype = torch.promote_types(weight.dtype, torch.float32)
    device = weight.device if generator is None else generator.device
    return nn.init.orthogonal_(torch.empty(weight.shape, dtype=dtype, device=device), generator=generator)


def _scale(name, weight, output, tolerance, passes):
    """Divide the weight by the standard deviation of output(); returns the last variance."""
    for _ in range(passes + 1):
        variance = output().float().var(correction=0).item()
        if abs(variance - 1) < tolerance:
            return variance
        if not 0 < variance < float("inf"):
            raise ValueError(f"The output of layer {name!r} has variance {variance} on this batch: look for examples "
                             "that are all alike, for NaN in x, and for dead units in the layers before.")
        weight.div_(variance**0.5)
    raise ValueError(f"The output of layer {name!r} still has variance {variance:.3g} after {passes} passes: set its "
                     "bias to zeros, or allow more passes.")
