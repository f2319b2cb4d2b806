"""The losses of the last batches before a NaN, when numbers overflow and when zero is divided by zero."""

import numpy as np

ALT = (
    "Loss on a logarithmic scale over the twelve batches before the first NaN. The runs with ReLU outputs wander between "
    "one half and five until the end; the runs with too large a learning rate have only three to five losses each, and in "
    "the last one or two climb by many powers of ten"
)
LINES = {"learning_rate": ("Learning rate too large:\noverflow", "fixed"), "zero_by_zero": ("ReLU outputs: 0/0", "lecun")}


def draw(fig, runs, palette):
    """x: batches before the first NaN; y: loss on a logarithmic scale; one line per run that ended in NaN."""
    ax = fig.subplots()
    for cause, (label, family) in LINES.items():
        arm = runs["nan_onset"][cause]
        lost = np.isfinite(arm["batch"][:, 0])
        losses = arm["loss"][lost]
        before = np.arange(-losses.shape[1], 0)
        ax.plot(before, losses.T, color=palette.family[family], linewidth=1.2, marker="o", markersize=2.5)
        place = (-3.2, 1e14) if cause == "learning_rate" else (-7, 1e3)
        ax.annotate(label, place, color=palette.family[family], ha="right", va="center")
    ax.axvline(0, color=palette.muted, linestyle=":", linewidth=1)
    ax.annotate("NaN", (0, 1e26), xytext=(4, 0), textcoords="offset points", color=palette.muted)
    ax.set(yscale="log", ylim=(0.03, 1e30), xlim=(-runs["nan_onset"].protocol["losses"] - 0.4, 1), xlabel="Batches before the first NaN", ylabel="Loss (nats)")
    ax.grid(axis="y")
