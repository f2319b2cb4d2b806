"""Which learning rates clipping saves, under a good start and a bad one."""

from evidence.readings.intervals import interval
from evidence.readings.rates import grid

SIZE = (6.4, 3.6)
ALT = (
    "Test accuracy by learning rate in two panels. From He, the line without clipping lies near the others up to a rate "
    "of 0.1, far below them at 0.3 and at zero at 1, where they are still near half. From doubled He no line passes half, "
    "and the one without clipping falls to zero from 0.003 on"
)
PANELS = {"he_normal": "He", "doubled_he": "He, standard deviation doubled"}
LINES = {"none": "no clipping", "norm": "by norm", "value": "by value"}


def draw(fig, runs, palette):
    """Two panels, one per start; x: learning rate; y: test accuracy in per cent after the last step, one line per clipping."""
    styles = {"none": (palette.muted, ":"), "norm": (palette.family["lecun"], "-"), "value": (palette.family["fixed"], "--")}
    axes = fig.subplots(1, 2, sharey=True)
    fig.get_layout_engine().set(wspace=0.06)
    for ax, (start, title) in zip(axes, PANELS.items(), strict=True):
        for clipping, (color, dash) in styles.items():
            arms = grid(runs["clipping"], f"{start}_{clipping}")
            means = [interval(100 * arm["test_accuracy"][:, 0]) for arm in arms.values()]
            ax.errorbar(list(arms), [one.mean for one in means], yerr=[one.half for one in means], color=color, linestyle=dash, marker="o", markersize=4, elinewidth=1.4, label=LINES[clipping])
        ax.set(title=title, xscale="log", xlabel="Learning rate", ylim=(0, 100))
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    axes[0].legend(loc="upper left")
