"""What a short training reaches with many residual blocks at each learning rate, from three starts."""

from evidence.readings import rates
from evidence.readings.intervals import interval

SIZE = (5.2, 5.6)
ALT = (
    "Two panels of test accuracy over the learning rate, for SGD and for Adam. Plain He lies near ten per cent "
    "throughout. ReZero and division by the root of N rise with the rate to above eighty per cent, but at a rate of SGD "
    "of 0.1 only ReZero is still there, and beyond it none"
)
PANELS = {"sgd": "SGD", "adam": "Adam"}
LINES = {"rezero": "ReZero", "residual_scale": "divided by √N", "he_normal": "plain He"}


def draw(fig, runs, palette):
    """Two panels, one above the other, one per optimizer; x: learning rate; y: test accuracy in per cent, one line per start."""
    family = palette.family
    styles = {"rezero": (family["constant"], ":", "s"), "residual_scale": (family["lecun"], "--", "o"), "he_normal": (family["he"], "-", "^")}
    axes = fig.subplots(2, sharey=True)
    for ax, (optimizer, title) in zip(axes, PANELS.items(), strict=True):
        for start, (color, dash, marker) in styles.items():
            grid = rates.grid(runs["residual_starts"], f"{start}_{optimizer}")
            mean = [interval(100 * arm["test_accuracy"][:, -1]) for arm in grid.values()]
            ax.errorbar(
                list(grid), [one.mean for one in mean], yerr=[one.half for one in mean],
                color=color, linestyle=dash, marker=marker, markersize=5, elinewidth=1.4, label=LINES[start],
            )  # fmt: skip
        ax.set(title=title, xscale="log", ylabel="Test accuracy (%)", ylim=(0, 100))
        ax.grid(axis="y")
    axes[1].set_xlabel("Learning rate")
    axes[0].legend(loc="upper left")
