"""The mean square of the residual stream over networks of growing depth, before training, from three starts."""

import numpy as np

from evidence.readings.intervals import interval

ALT = (
    "Doublings of the mean square over residual blocks, from one to 64. Plain He climbs along a dotted straight line to "
    "some sixty doublings; the two other starts stay flat at the bottom, one just above zero, one at zero"
)
LINES = {"he_normal": "plain He", "residual_scale": "divided by √N", "rezero": "ReZero"}


def draw(fig, runs, palette):
    """x: residual blocks; y: log2 of the factor on the mean square, mean and interval per start; dotted: the formulas."""
    ax = fig.subplots()
    blocks = runs["residual_starts"]["he_normal"]["blocks"][0]
    colors = {"he_normal": palette.family["he"], "residual_scale": palette.family["lecun"], "rezero": palette.family["constant"]}
    for formula in (blocks, blocks * np.log2(1 + 1 / blocks)):
        ax.plot(blocks, formula, color=palette.muted, linestyle=":", linewidth=1.4)
    for start, label in LINES.items():
        growth = interval(runs["residual_starts"][start]["log2_growth"])
        ax.errorbar(blocks, growth.mean, yerr=growth.half, color=colors[start], marker="o", markersize=5, linestyle="-", elinewidth=1.4)
        place = {"he_normal": (-44, 0), "residual_scale": (0, 9), "rezero": (0, -15)}[start]
        ax.annotate(label, (blocks[-1], growth.mean[-1]), place, textcoords="offset points", color=colors[start], ha="right")
    ax.set(xlabel="Residual blocks", ylabel="Doublings of the mean square", xticks=blocks, ylim=(-9, 70))
    ax.grid(axis="y")
