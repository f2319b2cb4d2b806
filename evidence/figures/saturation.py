"""Two deep tanh networks, equally saturated: in one the error signal explodes, in the other it vanishes."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.4, 3.8)
ALT = (
    "Two panels over twenty hidden layers. Left, the share of saturated units: high and nearly flat for N(0, 1) kernels "
    "and for large biases, zero for LeCun kernels. Right, the error signal relative to layer twenty on a logarithmic "
    "scale: towards the first layer it climbs many decades for N(0, 1) kernels, falls even more for large biases, and "
    "stays nearly flat for LeCun"
)
ARMS = {  # the label's colour family, and where it stands in the left and the right panel: (layer, height)
    "kernels": ("kernels N(0, {kernels:g})", "fixed", (11, 91), (13.5, 6.4)),
    "biases": ("LeCun kernels,\nbiases N(0, {biases:g}²)", "constant", (11, 62), (14, -10.4)),
    "lecun": ("LeCun kernels, no biases", "lecun", (11, 6), (7.5, -1.6)),
}


def draw(fig, runs, palette):
    """x: hidden layer. Left: saturated units in per cent; right: root mean square of δ relative to the last hidden layer."""
    protocol = runs["saturation"].protocol
    sizes = {"kernels": protocol["arms"]["kernels"]["std"], "biases": protocol["arms"]["biases"]["bias_std"]}
    last = len(protocol["widths"]) - 2
    left, right = fig.subplots(1, 2)
    for arm, (label, family, *places) in ARMS.items():
        quantities, color = runs["saturation"][arm], palette.family[family]
        share = interval(100 * quantities["saturated_share"])
        growth = interval(quantities["delta"] - quantities["delta"][:, -1:])
        for ax, curve, place in zip((left, right), (share, growth), places, strict=True):
            layers = np.arange(1, len(curve.mean) + 1)
            ax.fill_between(layers, curve.low, curve.high, color=color, alpha=0.25, linewidth=0)
            ax.plot(layers, curve.mean, color=color)
            ax.text(*place, label.format_map(sizes), color=color, ha="center", va="center", fontsize=9.5)
        for ax in (left, right):
            ax.set(xlabel="Hidden layer", xticks=[1, 5, 10, 15, 20])
    left.set(ylim=(-2, 100), ylabel="Saturated units (%)")
    powers = [-12, -8, -4, 0, 4, 8]
    right.set_yticks(powers, [f"$10^{{{power}}}$" for power in powers])
    right.set(ylim=(-13.5, 9.5), ylabel=f"Error signal δ, relative to layer {last}")
