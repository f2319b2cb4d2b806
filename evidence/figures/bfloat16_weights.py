"""What weights in bfloat16 cost by learning rate, and what share of the kernels never moved, measured and derived."""

import math

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory import rounding

SIZE = (6.6, 3.1)
ALT = (
    "Two panels over Adam's learning rate. Left, test accuracy: in bfloat16 He's network falls below the one in float32 at the smallest rate, and the one from "
    "larger kernels falls further and at larger rates too; at large rates each meets its twin in float32. Right, the share of the kernels that never "
    "moved in bfloat16: nearly all of the larger ones at the smallest rate, half of He's, and next to none at large rates, close to the derived steps"
)
STARTS = {"he": ("he_normal", "He"), "large": ("random_normal", "8 × He")}
DASH = {"float32": "-", "bfloat16": (0, (4, 2))}


def draw(fig, runs, palette):
    """x: Adam's rate. Left: test accuracy after the last step, per cent, with intervals. Right: share of the kernels kept, per cent; lines: derived."""
    arms = runs["bfloat16_weights"]
    protocol = arms.protocol
    rates = protocol["learning_rates"]
    left, right = fig.subplots(1, 2)
    for start, (colour, name) in STARTS.items():
        for kind, dash in DASH.items():
            found = [interval(100 * arms[f"{start}_{kind}_{rate}"]["test_accuracy"][:, -1]) for rate in rates]
            left.errorbar(
                rates, [one.mean for one in found], [one.half for one in found], color=palette[colour], linestyle=dash, marker="o", markersize=3.5,
                linewidth=1.6, elinewidth=1.2, label=f"{name}, {kind}",
            )  # fmt: skip
        shares = [100 * arms[f"{start}_bfloat16_{rate}"]["kernel_kept"].mean() for rate in rates]
        right.plot(rates, shares, "o", color=palette[colour], markersize=5)
        fine = np.geomspace(rates[0], rates[-1], 400)
        std = protocol["arms"][f"{start}_bfloat16"][0] * math.sqrt(2 / protocol["widths"][1])
        right.plot(fine, 100 * rounding.share_kept(fine, std), color=palette[colour], linewidth=1.2, label=name)
    for ax in (left, right):
        ax.set(xscale="log", xlabel="Learning rate of Adam", ylim=(0, 102))
        ax.set_xticks(rates, [f"{rate:g}" for rate in rates], minor=False)
        ax.minorticks_off()
        ax.grid(axis="y")
    left.set_title("Test accuracy (%)")
    right.set_title("Kernels that never moved (%)")
    left.legend(loc="lower center", fontsize=8)
    right.legend(loc="upper right", fontsize=8)
