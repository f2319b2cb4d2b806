"""What zero padding leaves of the mean square, layer by layer, on maps of three sizes, beside the derivation."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory import padding

SIZE = (5.8, 3.4)


def alt(runs):
    """What is seen, with the sizes of the maps."""
    small, *_, large = runs["padding_leak"].protocol["pixels"]
    return (
        "Three falling lines of what zero padding leaves of the mean square by layer, with dots on them; "
        f"on maps of {small} pixels a side they fall to a few per cent, on maps of {large} to more than half"
    )


def draw(fig, runs, palette):
    """x: layer; y: mean square with zeros over that with circular padding, logarithmic; dots: means of seeds; lines: the derivation."""
    ax, arms = fig.subplots(), runs["padding_leak"]
    protocol = arms.protocol
    channels, layers = protocol["channels"][-1], np.arange(1, protocol["layers"] + 1)
    for pixels, color in zip(protocol["pixels"], ("glorot_uniform", "orthogonal", "he_normal"), strict=True):
        ratio = arms[f"zero_{channels}_{pixels}"]["mean_square"] / arms[f"circular_{channels}_{pixels}"]["mean_square"]
        mean = interval(ratio)
        ax.plot(layers, padding.kept(pixels, len(layers), protocol["window"]), color=palette[color], linewidth=1.5)
        ax.errorbar(layers, mean.mean, yerr=mean.half, fmt="o", color=palette[color], markersize=3.5, elinewidth=1)
        ax.annotate(f"{pixels} × {pixels} pixels", (layers[-1], mean.mean[-1]), (6, 0), textcoords="offset points", va="center", color=palette[color])
    ax.set(yscale="log", xlim=(0, layers[-1] + 8), ylim=(0.03, 1.1), xlabel="Layer", ylabel="Share of the mean square left")
    ax.set_xticks([1, *range(10, layers[-1] + 1, 10)])
    ax.set_yticks([0.05, 0.1, 0.2, 0.5, 1], ["5 %", "10 %", "20 %", "50 %", "100 %"])
    ax.minorticks_off()
    ax.grid(axis="y")
