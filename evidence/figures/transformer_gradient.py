"""The gradients of untrained transformers by block and by depth, with layer normalization before the branches or behind them."""

import numpy as np

from evidence.readings.transformer_start import ARMS, last, norms

SIZE = (6.6, 3.2)
ALT = (
    "Two panels of gradient norms, logarithmic, three networks. By block: with pre-LN the norm falls to about a third from the first block "
    "to the last, with post-LN it is about level and scatters, with DeepNorm it is level and far below. In the last block by "
    "depth: with post-LN it stays, with pre-LN it falls to about a third, with DeepNorm further"
)
LABELS = {"glorot": "pre-LN", "post": "post-LN", "deepnorm": "DeepNorm"}


def draw(fig, runs, palette):
    """Left, x: block of the deepest network, right, x: blocks; y: norm of the gradient, each seed thin, the geometric mean thick."""
    left, right = fig.subplots(1, 2, sharey=True)
    depths = runs["transformer_start"].protocol["blocks"]
    colors = dict(zip(ARMS, (palette.family["he"], palette.family["fixed"], palette.family["lecun"]), strict=True))
    for arm, color in colors.items():
        for ax, x, values in ((left, np.arange(1, depths[-1] + 1), norms(runs, arm, depths[-1])), (right, depths, last(runs, arm))):
            ax.plot(x, values.T, color=color, linewidth=0.6, alpha=0.5)
            ax.plot(x, np.exp(np.log(values).mean(0)), color=color, linewidth=2.2, label=LABELS[arm])
    left.set(xlabel=f"Block, of {depths[-1]}", ylabel="Norm of the gradient", yscale="log", xlim=(1, depths[-1]))
    right.set(xlabel="Blocks of the network; its last one", xticks=depths)
    for ax in (left, right):
        ax.grid(axis="y")
    fig.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=3)
