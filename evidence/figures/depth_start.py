"""Which learning rates get a shallow and a deep network going, from a small fixed spread and from He."""

from evidence.readings.intervals import interval
from evidence.readings.rates import grid

SIZE = (6.4, 3.4)
ALT = (
    "Test accuracy by learning rate in two panels. With one hidden layer both starts rise far above chance, He at smaller "
    "rates. With thirty He lies well above chance between 0.003 and 0.03, and the small start at chance at all rates"
)
PANELS = {1: "One hidden layer", 30: "Thirty hidden layers"}
STARTS = {"he_normal": "He", "small_normal": "N(0, 0.01²)"}


def draw(fig, runs, palette):
    """Two panels, one per depth; x: learning rate; y: test accuracy in per cent after 200 steps, one line per start."""
    styles = {"he_normal": (palette["he_normal"], "-"), "small_normal": (palette["random_normal"], "-")}
    axes = fig.subplots(1, 2, sharey=True)
    fig.get_layout_engine().set(wspace=0.06)
    for ax, (hidden, title) in zip(axes, PANELS.items(), strict=True):
        for start, (color, dash) in styles.items():
            arms = grid(runs["depth_start"], f"{start}_{hidden}")
            means = [interval(100 * arm["test_accuracy"][:, 0]) for arm in arms.values()]
            ax.errorbar(list(arms), [one.mean for one in means], yerr=[one.half for one in means], color=color, linestyle=dash, marker="o", markersize=4, elinewidth=1.4, label=STARTS[start])
        ax.set(title=title, xscale="log", xlabel="Learning rate", ylim=(0, 100))
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    axes[1].legend(loc="upper left")
