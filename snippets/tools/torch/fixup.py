"""Fixup: residual blocks that need no normalization, however many there are.

Zhang, Dauphin and Ma 2019, arXiv:1901.09321.
"""
from math import sqrt

import torch
from torch import nn

LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class FixupBlock(nn.Module):
    """x + a · F(x), where the branch F is m times ReLU and a layer, and F(x) = 0 before training.

    The rules of Fixup, for a network of `blocks` such blocks (L):
    1. the last layer of the branch starts at zero;
    2. the others start from He normal, their standard deviation times L^(-1/(2m - 2));
    3. the multiplier a starts at 1, and before each ReLU and each layer stands a scalar bias that starts at 0.
    The rule for the rest of the network is yours to follow: start the classifier at zero too, with
    nn.init.zeros_(classifier.weight), and the layers before the first block from He.

    layers: the m >= 2 layers of the branch, Linear or Conv; the block draws their weights anew and takes their biases
    away. Input and output of the branch must have one shape.
    blocks: the number L of residual blocks in the whole network.
    generator: a torch.Generator for the weights, or None for PyTorch's.
    Raises ValueError for a branch that is none of this, TypeError for other kinds of layers.
    """

    def __init__(self, layers, blocks, generator=None):
        super().__init__()
        if len(layers) < 2 or blocks < 1:
            raise ValueError(f"Fixup needs 2 layers in a branch and 1 block at least, not {len(layers)} and {blocks}.")
        if len(set(layers)) < len(layers):
            raise ValueError("The branch has the same layer twice: make each layer anew.")
        self.layers, self.blocks = nn.ModuleList([_checked(layer) for layer in layers]), blocks
        like = layers[0].weight
        self.multiplier = nn.Parameter(torch.empty((), dtype=like.dtype, device=like.device))
        self.biases = nn.Parameter(torch.empty(len(layers), 2, dtype=like.dtype, device=like.device))
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, generator=None):
        """Start again: draw the weights anew and set the scalars."""
        factor = self.blocks ** (-1 / (2 * len(self.layers) - 2))
        for layer in self.layers[:-1]:
            std = factor * sqrt(2 / layer.weight[0].numel()) / 0.87962566  # the cut below takes the rest
            dtype = torch.promote_types(layer.weight.dtype, torch.float32)  # half precision has too few numbers
            device = layer.weight.device if generator is None else generator.device
            drawn = torch.empty(layer.weight.shape, dtype=dtype, device=device)
            layer.weight.copy_(nn.init.trunc_normal_(drawn, std=std, a=-2 * std, b=2 * std, generator=generator))
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.ones_(self.multiplier)
        nn.init.zeros_(self.biases)

    def forward(self, x):
        h = x
        for layer, (before_relu, before_layer) in zip(self.layers, self.biases):
            h = layer(torch.relu(h + before_relu) + before_layer)
        if h.shape != x.shape:
            raise ValueError(f"The branch turns {tuple(x.shape)} into {tuple(h.shape)}, which cannot be added to its "
                             "input: let the last layer keep the shape, and change it between blocks.")
        return x + self.multiplier * h


def _checked(layer):
    if not isinstance(layer, LAYERS):
        raise TypeError(f"The branch of a FixupBlock is made of Linear and Conv layers, not of {type(layer).__name__}.")
    if nn.parameter.is_lazy(layer.weight):
        raise ValueError("A lazy layer has no weights yet: write its number of inputs, as in nn.Linear(64, 64).")
    layer.register_parameter("bias", None)
    return layer
