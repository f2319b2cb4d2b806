"""GPT-2's start for residual networks: the last kernel of every branch divided by sqrt(N), for N branches.

    variance = (variance of the rule) / N

Each of N branches then adds 1/N of what it would add by the rule alone. Under a rule that keeps the mean square, N
branches multiply it by (1 + 1/N)^N, which is less than e at every depth, where the rule alone gives 2^N.

Radford et al. 2019, Language models are unsupervised multitask learners, section 2.3.
"""
import math
import numbers

import torch


@torch.no_grad()
def residual_scale_(weight, rule, branches, **options):
    """Draws a weight by another rule and divides it by sqrt(branches), in place; returns the weight.

    weight: of the last layer of a branch, any floating dtype; the other layers get the rule itself.
    rule: a function that fills a tensor in place, such as torch.nn.init.kaiming_normal_.
    branches: how many branches are added to the residual stream. A Transformer block adds two.
    options: what the rule takes, such as nonlinearity="relu" or generator=a torch.Generator.
    Raises ValueError for branches that are not a positive whole number, for a weight that does not exist yet, and
    for a rule that fills no tensor.
    """
    if not isinstance(branches, numbers.Integral) or branches < 1:
        raise ValueError(f"branches is how many branches the network has, a whole number from 1, not {branches!r}.")
    if torch.nn.parameter.is_lazy(weight):
        raise ValueError("The weight does not exist yet: send one batch through the model first, as in model(x).")
    # in float32 at least: not every rule can draw in half precision
    dtype = torch.promote_types(weight.dtype, torch.float32)
    drawn = torch.full(weight.shape, torch.nan, dtype=dtype, device=weight.device)
    if callable(rule):
        rule(drawn, **options)
    if drawn.isnan().any():
        raise ValueError(f"{rule!r} fills no tensor: give a function that does, such as torch.nn.init.kaiming_normal_.")
    return weight.copy_(drawn / math.sqrt(branches))
