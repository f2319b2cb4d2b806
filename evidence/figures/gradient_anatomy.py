"""Signal, error signal and weight gradients through 30 ReLU layers, under three starts."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.style.labels import spread
from evidence.style.palette import dash

SIZE = (6.4, 4.0)
ALT = (
    "Three panels over the layers of a ReLU network on one logarithmic scale. Activations rise steeply under doubled He, "
    "stay level under He, fall under Glorot. Error signals, read from the last layer back, do the same. Weight gradients "
    "are nearly level in all three: under Glorot some four powers of ten below He, under doubled He some nine above"
)
PANELS = {"activation": "Activations $h$", "delta": "Error signals $δ$", "gradient": "Weight gradients"}
STARTS = {"doubled_he": "He, doubled", "he_normal": "He", "glorot_uniform": "Glorot"}


def draw(fig, runs, palette):
    """Three panels on one logarithmic scale; x: hidden layer, from the second; y: root mean square, mean and interval over seeds."""
    axes, last = fig.subplots(1, 3, sharey=True), hidden(runs)
    for ax, (quantity, title) in zip(axes, PANELS.items(), strict=True):
        for start in STARTS:
            line(ax, runs["gradient_anatomy"][f"relu_{start}"][quantity], look(start, palette))
        ax.set(title=title, xticks=[2, 10, 20, last], yscale="log")
        ax.grid(axis="y")
    axes[0].set_ylabel("Root mean square")
    axes[1].set_xlabel("Layer")
    label(axes[2], runs, "relu", STARTS, palette, gap=1.3)


def hidden(runs):
    """Hidden layers of the networks."""
    return len(runs["gradient_anatomy"].protocol["widths"]) - 2


def line(ax, values, style):
    """One start: geometric mean over seeds and its interval; values: (seeds, layers), of which the first and last,
    whose kernels have other shapes, are left out."""
    layers = np.arange(2, values.shape[1])
    mean = interval(np.log10(values[:, 1:-1]))
    ax.fill_between(layers, 10**mean.low, 10**mean.high, color=style["color"], alpha=0.25, linewidth=0)
    ax.plot(layers, 10**mean.mean, **style)


def label(ax, runs, activation, starts, palette, gap):
    """Names of the starts at the right ends of the lines of the weight gradients; gap in powers of ten."""
    arms = runs["gradient_anatomy"]
    # over five layers: two lines that meet at the last are named in the order in which they arrive
    ends = [np.log10(arms[f"{activation}_{start}"]["gradient"][:, -6:-1]).mean() for start in starts]
    for start, height in zip(starts, spread(ends, gap), strict=True):
        color = look(start, palette)["color"]
        ax.annotate(starts[start], (hidden(runs), 10**height), (5, 0), textcoords="offset points", va="center", color=color, fontsize=9.5, annotation_clip=False)


def look(start, palette):
    """Colour and dash of a start; doubled He is He's, dash-dotted, N(0, 1) one of the fixed spreads."""
    special = {
        "doubled_he": {"color": palette["he_normal"], "linestyle": "-."},
        "unit_normal": {"color": palette["random_normal"], "linestyle": "-"},
    }
    return special[start] if start in special else {"color": palette[start], "linestyle": dash(start)}
