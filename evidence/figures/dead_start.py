"""Dead ReLUs: narrow deep networks are born dead, wide ones are killed by steps that are too large."""

import numpy as np

from evidence.readings.intervals import share

SIZE = (6.4, 3.8)
ALT = (
    "Two panels. Left, the share of dead networks over fifty hidden layers rises to a hundred per cent for width 2, "
    "nearly as far for width 4, slightly for width 8 and not at all for width 16, none detectably above its dotted bound. "
    "Right, the share of dead units after training stays low up to a learning rate of 0.2 and climbs steeply to 1"
)
LABELS = {2: (9.5, 80), 4: (27, 66), 8: (36, 21), 16: (36, 2)}  # layer and height, beside the lines


def draw(fig, runs, palette):
    """Left, by hidden layer: share of networks that are dead, one line per width. Right, by learning rate: share of dead units."""
    left, right = fig.subplots(1, 2, width_ratios=[1.25, 1])
    color = palette["he_normal"]
    born, trained = runs["dead_start"].protocol, runs["symptoms"].protocol
    for width in born["widths"]:
        dead = runs["dead_start"][f"width_{width}"]["dead_share"] * born["draws"]
        mean, low, high = 100 * np.transpose([share(round(count), len(dead) * born["draws"]) for count in dead.sum(0)])
        layers = np.arange(1, len(mean) + 1)
        left.fill_between(layers, low, high, color=color, alpha=0.25, linewidth=0)
        left.plot(layers, mean, color=color)
        left.plot(layers, 100 * (1 - (1 - 0.5**width) ** layers), color=palette.muted, linestyle=(0, (1, 1.5)), linewidth=1.2)
        left.text(*LABELS[width], f"width {width}", color=color, fontsize=9.5)
    left.set(xlabel="Hidden layers", xticks=[1, 10, 20, 30, 40, 50], ylabel="Networks that are dead (%)", ylim=(-3, 108))
    left.set_title("Before training")
    arms = {trained["learning_rate"]: "sound"} | {rate: f"rate_{rate}" for rate in trained["other_rates"]}
    for rate, arm in arms.items():
        values = 100 * runs["symptoms"][arm]["dead_after"].mean(axis=1)
        right.plot(rate * np.geomspace(0.94, 1.06, len(values)), values, "o", color=color, markersize=4, alpha=0.7, markeredgewidth=0)
    right.plot(list(arms), [100 * runs["symptoms"][arm]["dead_after"].mean() for arm in arms.values()], color=color, linewidth=1.4)
    right.set(xscale="log", xlabel="Learning rate", ylabel="Units that are dead (%)", ylim=(-3, 108))
    right.set_xticks(list(arms), [f"{rate:g}" for rate in arms])
    right.minorticks_off()
    right.set_title(f"After {trained['steps']} steps, width {trained['widths'][1]}")
