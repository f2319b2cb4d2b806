"""The gradients of untrained transformers, as claims and figures read them."""

import numpy as np

ARMS = ["glorot", "post", "deepnorm"]  # layer normalization before the branches, behind them, and DeepNorm


def norms(runs, arm, blocks):
    """The norm of the gradient of each block's last feed-forward kernel: (seeds, blocks)."""
    return runs["transformer_start"][f"{arm}_{blocks}"]["gradient"]


def last(runs, arm):
    """The same in the last block, by the depth of the network: (seeds, depths)."""
    return np.stack([norms(runs, arm, blocks)[:, -1] for blocks in runs["transformer_start"].protocol["blocks"]], axis=1)


def to_the_end(runs, arm):
    """The norm in the last quarter of the deepest network's blocks over that in the first quarter, geometric means: (seeds,)."""
    blocks = runs["transformer_start"].protocol["blocks"][-1]
    logs = np.log(norms(runs, arm, blocks))
    return np.exp(logs[:, -blocks // 4 :].mean(1) - logs[:, : blocks // 4].mean(1))


def with_depth(runs, arm):
    """The norm in the last block of the deepest network over that of the shallowest: (seeds,)."""
    found = last(runs, arm)
    return found[:, -1] / found[:, 0]
