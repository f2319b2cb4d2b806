"""How deep sigmoid networks learn from four variances, and with the mean of sigmoid taken away."""

import numpy as np

from evidence.intervals import interval
from evidence.sigmoid import RATES, STARTS, STEPS, best

SIZE = (6.4, 5.2)
LABELS = {
    "glorot_uniform": ("Glorot", "glorot", "-"), "four_glorot": ("four times Glorot", "he", "-"),
    "kumar": ("3.6 / √n", "lecun", (0, (5, 2))), "ten": ("10 / √n", "fixed", (0, (1, 1.5))),
    "centred": ("four times Glorot, sigmoid less 1/2", "orthogonal", "-"),
}  # fmt: skip


def draw(fig, runs, palette):
    """Panels: optimizers down, hidden layers across; x: step; y: test accuracy, mean and interval, a line per start at its best rate."""
    axes = fig.subplots(len(RATES), len(STARTS), sharex=True, sharey=True)
    for row, optimizer in zip(axes, RATES, strict=True):
        for ax, (depth, starts) in zip(row, STARTS.items(), strict=True):
            for start in [*starts, "centred"] if optimizer == "sgd" else starts:
                label, family, dash = LABELS[start]
                accuracy = interval(100 * best(runs, start, optimizer, depth)["test_accuracy"])
                steps = STEPS * np.arange(1, len(accuracy.mean) + 1)
                color = palette.family[family]
                ax.fill_between(steps, accuracy.low, accuracy.high, color=color, alpha=0.15, linewidth=0)
                ax.plot(steps, accuracy.mean, color=color, linestyle=dash)
            ax.set(ylim=(0, 100), xlim=(50, 400), xticks=[100, 200, 300, 400], yticks=[0, 20, 40, 60, 80, 100])
            ax.grid(axis="y")
        row[0].set_ylabel(f"{'SGD' if optimizer == 'sgd' else 'Adam'}: test accuracy (%)")
    for ax, depth in zip(axes[0], STARTS, strict=True):
        ax.set_title(f"{depth} hidden layers")
    for ax in axes[-1]:
        ax.set_xlabel("Step")
    handles = [axes[0, 0].plot([], [], color=palette.family[family], linestyle=dash, label=label)[0] for label, family, dash in LABELS.values()]
    fig.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=9.5)
