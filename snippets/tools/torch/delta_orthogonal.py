"""Delta-orthogonal kernels: a convolution that starts as a rotation of the channels, pixel by pixel.

Xiao, Bahri, Sohl-Dickstein, Schoenholz and Pennington 2018, arXiv:1806.05393, algorithm 2.
"""
import torch
from torch import nn


@torch.no_grad()
def delta_orthogonal_(weight, gain=1.0, generator=None):
    """Fill a weight with a random orthogonal matrix at the centre of the window and zeros at every other tap.

    For the weights of Conv1d, Conv2d and Conv3d with groups=1: (c_out, c_in, *window), with c_in <= c_out. With
    stride 1 and padding="same" the convolution then multiplies the Euclidean norm of every input by `gain`,
    exactly, at any depth. The matrix is drawn by nn.init.orthogonal_, uniformly (Haar).

    weight: any floating dtype; changed in place and returned.
    gain: factor on the norm; 1 for linear and tanh layers, sqrt(2) for ReLU.
    generator: a torch.Generator, or None for PyTorch's.
    Raises ValueError for a weight that cannot preserve norms, or that does not exist yet.
    """
    if nn.parameter.is_lazy(weight):
        raise ValueError("The weight does not exist yet: send one batch through the model first, as in model(x).")
    if weight.ndim < 3:
        raise ValueError(f"delta_orthogonal_ is for convolutions, and {tuple(weight.shape)} has no window: use "
                         "nn.init.orthogonal_.")
    c_out, c_in, *window = weight.shape
    if c_in > c_out:
        raise ValueError(
            f"A convolution from {c_in} to {c_out} channels cannot preserve norms: give it at least {c_in} filters.")
    device = weight.device if generator is None else generator.device
    dtype = torch.promote_types(weight.dtype, torch.float32)  # PyTorch has no decomposition in half precision
    matrix = nn.init.orthogonal_(torch.empty(c_out, c_in, dtype=dtype, device=device), gain, generator=generator)
    # of an even window, the left of the two middle taps: padding="same" puts it over the pixel itself
    centre = [(size - 1) // 2 for size in window]
    weight.zero_()[(..., *centre)] = matrix.to(weight)
    return weight
