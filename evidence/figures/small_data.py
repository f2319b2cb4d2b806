"""Test accuracy by number of training images for three rules, and how far two of them are from He."""

import numpy as np

from evidence.readings.intervals import interval, paired_difference
from evidence.readings.small_data import PAIRS, sizes
from evidence.style.labels import spread

SIZE = (6.6, 3.6)
LABELS = {"lecun_normal": "LeCun", "glorot_normal": "Glorot", "he_normal": "He"}


def alt(runs):
    """What is seen, with the accuracies between which the rules climb."""
    low, high = (_final(runs, "he_normal", size).mean() for size in (sizes(runs)[0], sizes(runs)[-1]))
    return (
        "Two panels against the number of training images, 100, 300 and 1,000. Left, the test accuracy of three rules climbs from "
        f"about {low:.0f} to {high:.0f} on curves that lie on each other. Right, the difference from He: LeCun and Glorot lie above "
        "zero at 100 images, close to it at 300, and LeCun below it at 1,000"
    )


def draw(fig, runs, palette):
    """Left: test accuracy in per cent; right: paired difference from He in points, with intervals; x: training images."""
    images = sizes(runs)
    left, right = fig.subplots(1, 2)
    final = {(arm, size): _final(runs, arm, size) for arm in LABELS for size in images}
    ends = []
    for k, arm in enumerate(LABELS):
        x, color = np.arange(len(images)) + (k - 1) * 0.13, palette[arm]
        means = [interval(final[arm, size]) for size in images]
        left.errorbar(x, [m.mean for m in means], [m.half for m in means], fmt="o", color=color, markersize=5, elinewidth=2)
        gaps = [paired_difference(final[arm, size], final["he_normal", size], PAIRS) for size in images]
        right.errorbar(x, [g.mean for g in gaps], [g.half for g in gaps], color=color, marker="o", markersize=5, linewidth=1.2, elinewidth=2)
        ends.append(gaps[-1].mean)
    for place, (arm, label) in zip(spread(ends, 0.1), LABELS.items(), strict=True):
        right.text(2.25, place, label, color=palette[arm], va="center", fontsize=9.5)
    left.set_ylabel("Test accuracy (%)")
    right.set_ylabel("Difference from He (points)")
    for ax in (left, right):
        ax.set_xticks(range(len(images)), [f"{size:,}" for size in images])
        ax.set(xlabel="Training images", xlim=(-0.4, 2.4))
        ax.grid(axis="y")
        ax.set_axisbelow(True)
    right.set_xlim(-0.4, 2.9)


def _final(runs, arm, size):
    return 100 * runs["small_data"][f"{arm}_{size}"]["test_accuracy"][:, -1]
