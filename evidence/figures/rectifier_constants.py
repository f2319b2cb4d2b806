"""Each activation at its own constant, from three sizes of the signal: which size survives many layers."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.6, 3.2)
ALT = (
    "Four panels, ReLU, ELU, GELU and SiLU, each with three lines of the mean square over thirty layers from different "
    "starts. For ReLU the lines stay apart and level, for ELU they join, for GELU and SiLU they fan out over many powers "
    "of ten"
)
LABELS = {"relu": "ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}
STARTS = ("quarter", "one", "four")


def draw(fig, runs, palette):
    """A panel per activation; x: layer; y: mean square of z, geometric mean over seeds with its interval; a line per start."""
    colors = dict(zip(STARTS, (palette.family["lecun"], palette.family["he"], palette.family["fixed"]), strict=True))
    axes = fig.subplots(1, len(LABELS), sharey=True)
    for ax, (activation, label) in zip(axes, LABELS.items(), strict=True):
        for start in STARTS:
            signal = interval(np.log10(runs["rectifier_signal"][f"{activation}_{start}"]["signal"]))
            layers = np.arange(1, len(signal.mean) + 1)
            ax.fill_between(layers, signal.low, signal.high, color=colors[start], alpha=0.2, linewidth=0)
            ax.plot(layers, signal.mean, color=colors[start])
        ax.set(xlabel="Layer", xlim=(1, layers[-1]), xticks=[1, layers[-1] // 2, layers[-1]])
        ax.set_title(label)
        ax.grid(axis="y")
    axes[0].set_yticks([-6, -4, -2, 0, 2, 4], ["$10^{-6}$", "$10^{-4}$", "$10^{-2}$", "1", "$10^{2}$", "$10^{4}$"])
    axes[0].set_ylabel("Mean square of z")
