"""The variance of every layer under two fixed rules and after LSUV, for three activations."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.4, 3.2)
ALT = (
    "Three panels of the variance before the activation by layer, for tanh, ReLU and GELU, on a logarithmic axis: LSUV is "
    "level at one in all; He stays below one, by less than a factor of a hundred with tanh and ReLU, and sinks steeply "
    "with GELU; Glorot sinks steeply with ReLU and GELU"
)
PANELS = {"tanh": "tanh", "relu": "ReLU", "gelu": "GELU"}
STARTS = {"lsuv": ("LSUV", "orthogonal", "-"), "he_normal": ("He", "he_normal", "-"), "glorot_uniform": ("Glorot", "glorot_uniform", (0, (5, 2)))}


def draw(fig, runs, palette):
    """Three panels, one per activation; x: layer; y: variance before the activation on a logarithmic axis, one line per start."""
    axes = fig.subplots(1, 3, sharey=True)
    for ax, (activation, title) in zip(axes, PANELS.items(), strict=True):
        for start, (label, color, style) in STARTS.items():
            logarithm = interval(np.log10(runs["lsuv_variance"][f"{activation}_{start}"]["variance"]))
            layers = np.arange(1, len(logarithm.mean) + 1)
            ax.fill_between(layers, logarithm.low, logarithm.high, color=palette[color], alpha=0.15, linewidth=0)
            ax.plot(layers, logarithm.mean, color=palette[color], linestyle=style, label=label)
        ax.set(title=title, xlim=(1, len(layers)), xticks=[1, *range(7, len(layers) + 1, 7)])
        ax.grid(axis="y")
    axes[0].set_ylabel("Variance of z")
    axes[0].set_yticks(range(0, -13, -3), ["1", *(f"$10^{{{power}}}$" for power in (-3, -6, -9, -12))])
    axes[0].legend(loc="lower left")
    axes[1].set_xlabel("Layer")
