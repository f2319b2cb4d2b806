"""How alike all tokens become through layers of attention, with and without skips, a causal mask and feed-forward layers."""

import numpy as np

from evidence.style import labels

SIZE = (6.2, 3.6)
LINES = {  # color and label
    "pure": ("fixed", "attention alone"), "feed_forward": ("constant", "with ReLU layers"), "causal": ("lecun", "causal mask"),
    "skip": ("glorot", "with skips"), "both": ("orthogonal", "skips and ReLU layers"), "pre_norm": ("he", "both, normalized"),
}  # fmt: skip
ALT = (
    "What differs between tokens by layer, logarithmic. Attention alone, and attention with ReLU layers, fall from one to a hundredth in two layers and leave "
    "the picture in the fourth; under a causal mask the line falls straight to less than a hundredth at layer twelve; with skips lines stay above a tenth"
)
FLOOR = 1e-8  # of the picture; two lines fall through it, to the rounding of numbers


def draw(fig, runs, palette):
    """x: layer; y: share of the tokens' length that differs between them, median of the networks."""
    ax, arms = fig.subplots(), runs["attention_start"]
    layers, ends = arms.protocol["layers"], {}
    for arm, (color, label) in LINES.items():
        line = np.median(arms[f"rank_{arm}"]["residual"], 0)
        ax.plot(line, color=palette.family[color], marker=".", linestyle=(0, (4, 2)) if arm == "feed_forward" else "-")
        ends[arm] = np.log10(line[-1])
    high = [arm for arm, end in ends.items() if end > np.log10(FLOOR)]
    places = dict(zip(high, labels.spread([ends[arm] for arm in high], 0.55), strict=True))
    places |= {"feed_forward": -7.4, "pure": -6.6}
    for arm, place in places.items():
        x, (color, label) = (layers if arm in high else 3.4), LINES[arm]
        ax.annotate(label, (x, 10.0**place), (6, 0), textcoords="offset points", color=palette.family[color], va="center", annotation_clip=False)
    ax.set(yscale="log", xlim=(0, layers), ylim=(FLOOR, 2), xlabel="Layer", ylabel="What differs between tokens")
    ax.set_xticks(range(0, layers + 1, 2))
    ax.set_yticks([1, 1e-2, 1e-4, 1e-6, 1e-8])
    ax.minorticks_off()
    ax.grid(axis="y")
