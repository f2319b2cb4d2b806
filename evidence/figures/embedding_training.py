"""Test loss of a decoder by learning rate, from embeddings of several spreads, with a head of its own and with a tied one."""

import numpy as np

from evidence.readings import rates
from evidence.readings.intervals import interval

SIZE = (6.6, 3.2)
PANELS = {"": "head of its own", "tied_": "tied head"}
LINES = {"small": ("fixed", "{small}"), "one": ("he", "1"), "scaled": ("glorot", "1/√d, multiplied by √d"), "faint_positions": ("lecun", "1, positions {small}")}
ALT = (
    "Test loss by learning rate in two panels, a head of its own and a tied one. In each the lines of small embeddings lie lowest at small rates "
    "and highest at large ones, and lines of embeddings of spread one the other way round; those of multiplied embeddings reach the lowest points"
)


def draw(fig, runs, palette):
    """x: rate, logarithmic; y: test loss in nats a token after the last step, mean and interval of the seeds."""
    arms = runs["embedding_training"]
    small = arms.protocol["small"]
    axes = fig.subplots(1, len(PANELS), sharey=True)
    for ax, (prefix, title) in zip(axes, PANELS.items(), strict=True):
        for name, (color, label) in LINES.items():
            if prefix + name in rates.stems(arms):
                by_rate(ax, arms, prefix + name, color=palette.family[color], label=label.format(small=small))
        ax.set_title(title)
        ax.grid(axis="y")
    axes[0].set_ylabel("Test loss (nats a token)")
    fig.supxlabel("Learning rate of Adam", fontsize=10)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, title="Spread of the embeddings", title_fontsize=9)


def by_rate(ax, arms, stem, **style):
    """The line of an arm over its grid."""
    grid = rates.grid(arms, stem)
    found = interval(np.stack([quantities["test_loss"][:, -1] for quantities in grid.values()], 1))
    ax.errorbar(list(grid), found.mean, yerr=found.half, marker="o", markersize=4, elinewidth=1, **style)
    ax.set(xscale="log")
    ticks = sorted({rate for other in rates.stems(arms) for rate in rates.grid(arms, other)})
    ax.set_xticks(ticks, [f"{rate:g}" if rate in (0.001, 0.01, 0.1) else "" for rate in ticks])
    ax.minorticks_off()
