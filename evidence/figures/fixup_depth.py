"""The size of one SGD step in residual networks of three depths, under Fixup, under its first rule alone, and under He."""

import numpy as np

from evidence.readings.intervals import interval

ALT = (
    "Three lines of the change of the logits in one step, for 4, 16 and 64 residual blocks, both axes logarithmic: Fixup "
    "is level; with only the last layers at zero the change rises, faster towards 64; He in every layer starts higher and "
    "leaves the figure at the top before 16"
)
ARMS = {"he": ("He in every layer", "he_normal", (0, (5, 2))), "zero_last": ("last layers zero, no more", "zeros", "-"),
        "fixup": ("Fixup", "lecun_normal", "-")}  # fmt: skip


def draw(fig, runs, palette):
    """x: residual blocks; y: root mean square change of the logits in one step, geometric mean with its interval but for He, who leaves at the top."""
    ax = fig.subplots()
    depths = runs["fixup_depth"].protocol["blocks"]
    for arm, (label, color, style) in ARMS.items():
        steps = {depth: runs["fixup_depth"][f"{arm}_{depth}"]["step"][:, 0] for depth in depths}
        finite = [depth for depth in depths if np.isfinite(steps[depth]).all()]
        logarithm = [interval(np.log10(steps[depth])) for depth in finite]
        mean = np.array([one.mean for one in logarithm])
        half = np.array([one.half for one in logarithm])
        errors = None if arm == "he" else [10**mean - 10 ** (mean - half), 10 ** (mean + half) - 10**mean]
        ax.errorbar(finite, 10**mean, yerr=errors, color=palette[color], linestyle=style, marker="o", markersize=4, label=label)
    ax.set(xscale="log", yscale="log", ylim=(0.02, 5), xlabel="Residual blocks", ylabel="Change of the logits in one step")
    ax.set_xticks(depths, [str(depth) for depth in depths], minor=False)
    ax.minorticks_off()
    ax.grid(axis="y")
    ax.legend(loc="upper right")
