"""The mean square of the residual stream of untrained transformers, by block, flat and with scaled residual outputs."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory import transformers

SIZE = (5.6, 3.6)
ALT = (
    "Mean square of the stream over blocks, logarithmic. Flat, it rises steeply, inside a grey band. "
    "Scaled, it rises a little, and networks of 8 and of 24 blocks end at the same height"
)
PATCHES = 16


def draw(fig, runs, palette):
    """x: blocks passed; y: mean square of the stream; a line is the mean over seeds, with intervals; band: the derived bounds."""
    arms = runs["transformer_start"]
    ax, width = fig.subplots(), arms.protocol["width"]
    lines = [("width", 24, "he", "-", "flat, 24 blocks"), ("width_scaled", 24, "lecun", "-", "divided by √(2N), 24 blocks"),
             ("width_scaled", 8, "lecun", "--", "divided by √(2N), 8 blocks")]  # fmt: skip
    for arm, blocks, family, style, label in lines:
        stream = interval(arms[f"{arm}_{blocks}"]["stream"])
        x = np.arange(blocks + 1)
        ax.errorbar(x, stream.mean, yerr=stream.half, color=palette.family[family], linestyle=style, elinewidth=0.8, label=label)
    passed, first = np.arange(25), arms["width_24"]["stream"][:, 0].mean()
    low, high = (first + passed * one for one in transformers.added(width, 0.55 / width**0.5, PATCHES))
    ax.fill_between(passed, low, high, color=palette.faint, linewidth=0, zorder=0)
    ax.set(xlabel="Blocks passed", ylabel="Mean square of the stream", yscale="log", xlim=(0, 24), xticks=range(0, 25, 4))
    ax.grid(axis="y")
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.52))
