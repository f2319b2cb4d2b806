"""ReZero and SkipInit: one trainable number at the end of a residual branch, which starts at zero.

    y = x + alpha F(x),   alpha = 0 before the first step

Every block then passes its input on unchanged, so a network of any depth starts as if it had no blocks, and each
block takes part as soon as its own alpha has left zero. SkipInit allows small values as well, up to 1 / sqrt(blocks).

Bachlechner et al. 2021, arXiv:2003.04887, equation 1 (ReZero); De & Smith 2020, arXiv:2002.10444 (SkipInit).
"""
import math
import numbers

import torch
from torch import nn


class ReZero(nn.Module):
    """Multiplies a residual branch by one trainable scalar, alpha: use it as `x + self.rezero(branch)`.

    initial: alpha before the first step. ReZero has 0; SkipInit has 0 or at most 1 / sqrt(number of blocks).
    device, dtype: of alpha, as in every module of PyTorch.
    Input and output: tensors of any one shape and floating dtype. Give every branch a module of its own.
    Raises ValueError for an initial value that is not a finite number.
    """

    def __init__(self, initial=0.0, device=None, dtype=None):
        super().__init__()
        if not isinstance(initial, numbers.Real) or not math.isfinite(initial):
            raise ValueError(f"initial is the number that alpha starts from, such as 0 or 0.1, not {initial!r}.")
        self.initial = float(initial)
        self.alpha = nn.Parameter(torch.empty((), device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Set alpha back to where it started."""
        nn.init.constant_(self.alpha, self.initial)

    def forward(self, branch):
        return self.alpha * branch

    def extra_repr(self):
        return f"initial={self.initial}"
