"""The signal of ReLU networks of three widths, layer by layer, under Glorot and under He."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.4, 3.8)
ALT = (
    "Mean square of z over twenty layers on a scale of powers of two. Three lines for He stay near the top whatever the "
    "width, the narrowest sinking a little; three lines for Glorot fall together along a straight line by about a factor "
    "of two per layer"
)
LABELS = {"glorot_normal": "Glorot: half per layer", "he_normal": "He: all of it"}
DASHES = [(0, (1, 1.5)), (0, (5, 2)), "-"]


def draw(fig, runs, palette):
    """x: layer; y: mean square of z, powers of two, geometric mean over seeds with its interval; a line per rule and width."""
    ax = fig.subplots()
    narrow, next_to_it, *_, wide = runs["rectifier_signal"].protocol["widths"]
    styles = dict(zip((narrow, next_to_it, wide), DASHES, strict=True))
    for arm, label in LABELS.items():
        for width, style in styles.items():
            logarithm = interval(np.log2(runs["rectifier_signal"][f"{arm}_{width}"]["signal"]))
            layers = np.arange(1, len(logarithm.mean) + 1)
            ax.fill_between(layers, logarithm.low, logarithm.high, color=palette[arm], alpha=0.15, linewidth=0)
            ax.plot(layers, logarithm.mean, color=palette[arm], linestyle=style)
        ax.annotate(label, (12, logarithm.mean[11]), (0, 12), textcoords="offset points", color=palette[arm], fontsize=10)
    for width, style in styles.items():
        ax.plot([], [], color=palette.muted, linestyle=style, label=f"width {width}")
    ax.legend(loc="lower left", fontsize=9.5)
    ax.set(xlabel="Layer", ylabel="Mean square of z", xlim=(1, layers[-1]), xticks=[1, 5, 10, 15, 20])
    ax.set_yticks([0, -5, -10, -15, -20], ["1", *(f"$2^{{{power}}}$" for power in (-5, -10, -15, -20))])
    ax.grid(axis="y")
