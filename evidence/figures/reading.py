"""How to read the book's figures: ten runs, their mean, its interval."""

from evidence.readings.intervals import interval
from evidence.readings.numbers import word

SIZE = (5.8, 1.9)
ALT = (
    "Ten small dots on a line of test accuracy, one per seed; above them one large dot at their mean with a horizontal "
    "bar for its interval"
)
ARM = "he_normal"


def draw(fig, runs, palette):
    """One initializer: a dot per seed, a large dot for the mean, a bar for its 95 % interval; x: test accuracy in per cent."""
    values = 100 * runs["mnist_shootout"][ARM]["test_accuracy"][:, -1]
    mean = interval(values)
    ax = fig.subplots()
    ax.plot(values, [0] * len(values), ".", color=palette[ARM], alpha=0.5, markersize=9, markeredgewidth=0)
    ax.errorbar(mean.mean, 0.5, xerr=mean.half, fmt="o", color=palette[ARM], markersize=7, elinewidth=2.5)
    ax.annotate(f"mean of {word(len(values))} seeds and its 95 % interval", (mean.mean, 0.5), (0, 9), textcoords="offset points", ha="center", fontsize=9)
    ax.annotate("one seed", (values.min(), 0), (0, -15), textcoords="offset points", ha="center", fontsize=9)
    ax.set(ylim=(-0.6, 1.1), yticks=[], xlabel=f"Test accuracy after {runs['mnist_shootout'].protocol['epochs']} epochs, {ARM} (%)")
    ax.spines["left"].set_visible(False)
