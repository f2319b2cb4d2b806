"""Test loss by learning rate for four starts of LoRA's two factors, by SGD and by Adam."""

import numpy as np

from evidence.readings import rates
from evidence.readings.lora_start import ALIKE, OPTIMIZERS

SIZE = (6.4, 3.6)
ALT = (
    "Two panels of test loss by learning rate, for SGD and Adam, with four starts. With SGD a random B and both random fall together and end at a "
    "smaller rate than a random A and a small random B, which fall together further right. With Adam all four have their minimum "
    "at nearly the same rate and depth, and rise again to the loss of answering alike"
)
LINES = {"a_random": "A random", "b_random": "B random", "b_small": "B random, small", "both_random": "both random"}


def draw(fig, runs, palette):
    """Panels: optimizers; x: learning rate; y: test loss after the last step, the median of the seeds and their range."""
    arms, family = runs["lora_start"], palette.family
    styles = {
        "a_random": (family["he"], "-", "o"), "b_random": (family["fixed"], "-", "s"),
        "b_small": (family["fixed"], (0, (1, 1.5)), "^"), "both_random": (family["glorot"], (0, (5, 2)), "d"),
    }  # fmt: skip
    axes = fig.subplots(1, 2, sharey=True)
    for ax, (optimizer, title) in zip(axes, OPTIMIZERS.items(), strict=True):
        for start, (color, dash, marker) in styles.items():
            grid = rates.grid(arms, f"{start}_{optimizer}")
            # a start that ends in NaN at a rate, in any seed, has no point there
            ended = {rate: arm["test_loss"][:, -1] for rate, arm in grid.items() if np.isfinite(arm["test_loss"]).all()}
            middle = np.median(list(ended.values()), axis=1)
            low, high = middle - np.min(list(ended.values()), axis=1), np.max(list(ended.values()), axis=1) - middle
            ax.errorbar(
                np.log2(list(ended)), middle, yerr=[low, high], color=color, linestyle=dash, marker=marker, markersize=4.5, elinewidth=1,
                label=LINES[start],
            )  # fmt: skip
        ax.axhline(ALIKE, color=palette.muted, linewidth=1)
        ax.set(title=title, yscale="log", ylim=(0.25, 8))
        ax.set_xticks(range(-12, 1, 2), [f"$2^{{{k}}}$" for k in range(-12, 1, 2)])
        ax.set_yticks([0.3, 0.5, 1, 2, 5], ["0.3", "0.5", "1", "2", "5"])
        ax.minorticks_off()
        ax.set_xlabel("Learning rate")
        ax.grid(axis="y")
    axes[0].set_ylabel("Test loss")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
