"""How alike all tokens become through layers of attention, with and without skips, a causal mask and feed-forward layers."""

import numpy as np

from evidence.style import labels

SIZE = (6.2, 3.6)
LINES = {  # color and label
    "pure": ("fixed", "attention alone"), "feed_forward": ("constant", "with ReLU layers"), "causal": ("lecun", "causal mask"),
    "skip": ("glorot", "with skips"), "both": ("orthogonal", "skips, ReLU layers"), "pre_norm": ("he", "the same, normalized"),
}  # fmt: skip
ALT = (
    "What differs between tokens by layer, logarithmic. Attention alone, and attention with ReLU layers, fall from one to the rounding of numbers within four "
    "layers; under a causal mask the line falls straight to less than a hundredth at layer twelve; with skips it stays above a tenth"
)
ROUNDING = 1e-15


def draw(fig, runs, palette):
    """x: layer; y: share of the tokens' length that differs between them, median of the networks; below rounding nothing is drawn."""
    ax, arms = fig.subplots(), runs["attention_start"]
    ends = []
    for arm, (color, label) in LINES.items():
        line = np.median(arms[f"rank_{arm}"]["residual"], 0)
        shown = line[: 1 + int(np.argmax(line < ROUNDING))] if (line < ROUNDING).any() else line
        ax.plot(range(len(shown)), shown, color=palette.family[color], marker=".", linestyle=(0, (4, 2)) if arm == "feed_forward" else "-")
        ends.append((len(shown) - 1, shown[-1], color, label))
    low = [end for end in ends if end[1] < ROUNDING]
    for row, (layer, value, color, label) in enumerate(low):
        ax.annotate(label, (layer, value), (8, 16 * row), textcoords="offset points", color=palette.family[color], va="center")
    high = [end for end in ends if end[1] >= ROUNDING]
    heights = labels.spread([np.log10(end[1]) for end in high], 1.1)
    for height, (layer, _, color, label) in zip(heights, high, strict=True):
        ax.annotate(label, (layer, 10**height), (6, 0), textcoords="offset points", color=palette.family[color], va="center", annotation_clip=False)
    layers = arms.protocol["layers"]
    ax.set(yscale="log", xlim=(0, layers), ylim=(1e-17, 20), xlabel="Layer", ylabel="What differs between tokens")
    ax.set_xticks(range(0, layers + 1, 2))
    ax.set_yticks([1, 1e-5, 1e-10, 1e-15])
    ax.minorticks_off()
    ax.grid(axis="y")
