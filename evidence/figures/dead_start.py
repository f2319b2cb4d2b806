"""Dead ReLUs: narrow deep networks are born dead, wide ones are killed by steps that are too large."""

import numpy as np

from evidence.experiments.dead_start import PROTOCOL, WIDTHS
from evidence.readings.intervals import share

SIZE = (6.4, 3.8)
ALT = (
    "Two panels. Left, the share of dead networks over fifty hidden layers rises to a hundred per cent for width 2, "
    "nearly as far for width 4, slightly for width 8 and not at all for width 16, none detectably above its dotted bound. "
    "Right, the share of dead units after training stays low up to a learning rate of 0.2 and climbs steeply to 1"
)
LABELS = {2: (9.5, 80), 4: (27, 66), 8: (36, 21), 16: (36, 2)}  # layer and height, beside the lines
RATES = {0.03: "sound", 0.1: "rate_0.1", 0.2: "rate_0.2", 0.5: "rate_0.5", 1.0: "rate_1.0"}


def draw(fig, runs, palette):
    """Left, by hidden layer: share of networks that are dead, one line per width. Right, by learning rate: share of dead units."""
    left, right = fig.subplots(1, 2, width_ratios=[1.25, 1])
    color = palette["he_normal"]
    for width in WIDTHS:
        dead = runs["dead_start"][f"width_{width}"]["dead_share"] * PROTOCOL["draws"]
        mean, low, high = 100 * np.transpose([share(round(count), len(dead) * PROTOCOL["draws"]) for count in dead.sum(0)])
        layers = np.arange(1, len(mean) + 1)
        left.fill_between(layers, low, high, color=color, alpha=0.25, linewidth=0)
        left.plot(layers, mean, color=color)
        left.plot(layers, 100 * (1 - (1 - 0.5**width) ** layers), color=palette.muted, linestyle=(0, (1, 1.5)), linewidth=1.2)
        left.text(*LABELS[width], f"width {width}", color=color, fontsize=9.5)
    left.set(xlabel="Hidden layers", xticks=[1, 10, 20, 30, 40, 50], ylabel="Networks that are dead (%)", ylim=(-3, 108))
    left.set_title("Before training")
    for rate, arm in RATES.items():
        values = 100 * runs["symptoms"][arm]["dead_after"].mean(axis=1)
        right.plot(rate * np.geomspace(0.94, 1.06, len(values)), values, "o", color=color, markersize=4, alpha=0.7, markeredgewidth=0)
    right.plot(list(RATES), [100 * runs["symptoms"][arm]["dead_after"].mean() for arm in RATES.values()], color=color, linewidth=1.4)
    right.set(xscale="log", xlabel="Learning rate", ylabel="Units that are dead (%)", ylim=(-3, 108))
    right.set_xticks(list(RATES), [f"{rate:g}" for rate in RATES])
    right.minorticks_off()
    right.set_title("After 160 steps, width 64")
