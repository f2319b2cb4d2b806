"""What small vision transformers from nine starts reach at each learning rate, in two panels."""

from evidence.readings import rates
from evidence.readings.intervals import interval
from evidence.readings.transformer_training import PANELS, line, stem

SIZE = (6.8, 4.3)
ALT = (
    "Test accuracy over the learning rate in two panels. With pre-LN the two starts of Glorot's variance lie above the three of the translated spread, "
    "which lie together, and the fixed one lies lowest; all fall at the largest rates. With post-LN Glorot falls to one in ten at the largest of its rates, "
    "less so with warm-up; DeepNorm peaks higher and at a larger rate"
)


def draw(fig, runs, palette):
    """Panels: place of the normalization; x: learning rate; y: test accuracy after the last step in per cent, means with intervals."""
    axes = fig.subplots(1, 2, sharey=True)
    for ax, (title, labels) in zip(axes, PANELS.items(), strict=True):
        for arm, label in labels.items():
            grid = rates.grid(runs["transformer_training"], stem(runs, arm))
            mean = [interval(100 * one["test_accuracy"][:, -1]) for one in grid.values()]
            ax.errorbar(
                list(grid), [one.mean for one in mean], yerr=[one.half for one in mean], **line(arm, palette), elinewidth=0.9, label=label
            )
        ax.set(title=title, xscale="log", ylim=(0, 100), xlabel="Learning rate")
        ax.grid(axis="y")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    axes[0].set_ylabel("Test accuracy (%)")
