"""The first loss above ln V of decoders with untied and tied heads, by the spread of their logits, beside the derivation."""

import numpy as np

from evidence.readings import first_loss
from evidence.theory import softmax

SIZE = (6.2, 3.8)
MARKERS = {"untied": "o", "tied": "^"}
ALT = (
    "First loss above ln V by the standard deviation of the logits, both logarithmic. Circles of untied heads of three widths lie on one curve, "
    "which leaves its dashed parabola where the spread exceeds four. Triangles of tied heads lie on the curve at small spreads and "
    "above it at large ones; stars, tied embeddings that are multiplied, stand one over the other at spread one and rise with the width"
)


def draw(fig, runs, palette):
    """x: √width times standard deviation of the head; y: excess in nats, means of seeds; line: derived; dashed: its parabola."""
    ax, colors = fig.subplots(), ("glorot", "fixed", "he")
    x = np.geomspace(0.1, 30, 40)
    ax.plot(x, [softmax.log_normalizer(spread, first_loss.VOCABULARY) - np.log(first_loss.VOCABULARY) for spread in x], color=palette.muted, linewidth=1.5)
    ax.plot(x, x**2 / 2, color=palette.muted, linestyle="--", linewidth=1)
    for width, color in zip(first_loss.widths(runs), colors, strict=True):
        named = first_loss.spreads(runs, width)
        places = np.array(list(named.values())) * width**0.5
        for head, marker in MARKERS.items():
            heights = [first_loss.excess(runs, f"{head}_{name}", width).mean for name in named]
            label = f"{head}, width {width}"
            ax.plot(places, heights, marker, color=palette.family[color], markersize=6, markerfacecolor="none" if head == "tied" else None, label=label)
        ax.plot([1], [first_loss.excess(runs, "scaled", width).mean], "*", color=palette.family[color], markersize=11, label=f"multiplied, width {width}")
    ax.set(xscale="log", yscale="log", xlim=(0.09, 32), ylim=(0.004, 500))
    ax.set(xlabel="Standard deviation of the logits", ylabel="First loss above ln V (nats)")
    ax.set_xticks([0.1, 0.3, 1, 3, 10, 30], ["0.1", "0.3", "1", "3", "10", "30"])
    ax.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    ax.minorticks_off()
    ax.grid(axis="y")
    fig.legend(loc="outside right center")
