"""What dropout does in an untrained network: to the size of the signal, and to what it still says about the image."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.6, 3.9)
ALT = (
    "Two panels. Left, mean square of z over twenty layers: with half the units kept it rises steeply under He's rule, "
    "with 0.8 kept less, and stays level where the variance was scaled. Right, how much more alike two passes of one "
    "image are than passes of two images: it falls steeply with half kept, less with 0.8, slowly without dropout"
)
KEPT = {"1.0": "all", "0.8": "0.8", "0.5": "0.5"}
FLOOR = 0.003  # below, the difference of cosines is noise


def draw(fig, runs, palette):
    """Left: mean square of z by layer, solid He, dashed He times k; right: cosine of one image minus that of two, by layer."""
    colors = {"1.0": palette.muted, "0.8": palette.family["lecun"], "0.5": palette.family["he"]}
    depth = len(runs["dropout_signal"].protocol["widths"]) - 2
    left, right = fig.subplots(1, 2)
    for keep, label in KEPT.items():
        for start, style in (("he", "-"), ("scaled", (0, (5, 2)))):
            arm = runs["dropout_signal"].get(f"{start}_{keep}")
            if arm is not None:
                line(left, interval(np.log10(arm["signal"])), colors[keep], style)
        arm = runs["dropout_signal"][f"he_{keep}"]
        memory = interval(arm["same"] - arm["other"])
        shown = next((layer for layer, low in enumerate(memory.low) if low < FLOOR), len(memory.low))
        layers = np.arange(1, shown + 1)
        right.errorbar(layers, memory.mean[:shown], memory.half[:shown], color=colors[keep], marker="o", markersize=3.5, linewidth=1.4)
        end = {"1.0": 12, "0.8": shown, "0.5": shown}[keep] - 1
        offset, side = {"1.0": ((0, 14), "left"), "0.8": ((7, 0), "left"), "0.5": ((0, -20), "center")}[keep]
        right.annotate(f"{label} kept", (end + 1, memory.mean[end]), offset, textcoords="offset points", va="center", ha=side, color=colors[keep], fontsize=9.5)
        layer = {"1.0": 14, "0.8": 14, "0.5": 12}[keep]
        height = 10 ** interval(np.log10(runs["dropout_signal"][f"he_{keep}"]["signal"])).mean[layer - 1]
        offset = {"1.0": (0, -13), "0.8": (0, 9), "0.5": (-8, 6)}[keep]
        left.annotate(f"{label} kept", (layer, height), offset, textcoords="offset points", ha="right" if keep == "0.5" else "center", color=colors[keep], fontsize=9.5)
    left.plot([], [], color=palette.muted, label="He")
    left.plot([], [], color=palette.muted, linestyle=(0, (5, 2)), label="He × k")
    left.legend(loc="upper left", fontsize=9.5)
    left.set_title("Mean square of z")
    right.set_title("Cosine: one image − two images")
    for ax in (left, right):
        ax.set(yscale="log", xlabel="Hidden layer", xticks=[1, *range(5, depth + 1, 5)], xlim=(0.5, depth + 0.5))
        ax.grid(axis="y")


def line(ax, values, color, style):
    """One line of powers of ten with its interval as a band."""
    layers = np.arange(1, len(values.mean) + 1)
    ax.fill_between(layers, 10**values.low, 10**values.high, color=color, alpha=0.2, linewidth=0)
    ax.plot(layers, 10**values.mean, color=color, linestyle=style)
