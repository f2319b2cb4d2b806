"""Which learning rates get a shallow and a deep network going, from a small fixed spread and from He."""

from evidence.readings.intervals import interval
from evidence.readings.numbers import spelled
from evidence.readings.rates import grid

SIZE = (6.4, 3.4)
ALT = (
    "Test accuracy by learning rate in two panels. With one hidden layer both starts rise far above chance, He at smaller "
    "rates. With thirty He lies well above chance between 0.003 and 0.03, and the small start at chance at all rates"
)


def draw(fig, runs, palette):
    """Two panels, one per depth; x: learning rate; y: test accuracy in per cent at the end, one line per start."""
    protocol = runs["depth_start"].protocol
    styles = {"he_normal": (palette["he_normal"], "He"), "small_normal": (palette["random_normal"], f"N(0, {protocol['small_std']:g}²)")}
    axes = fig.subplots(1, 2, sharey=True)
    fig.get_layout_engine().set(wspace=0.06)
    for ax, hidden in zip(axes, protocol["hidden_layers"], strict=True):
        for start, (color, label) in styles.items():
            arms = grid(runs["depth_start"], f"{start}_{hidden}")
            means = [interval(100 * arm["test_accuracy"][:, 0]) for arm in arms.values()]
            ax.errorbar(list(arms), [one.mean for one in means], yerr=[one.half for one in means], color=color, marker="o", markersize=4, elinewidth=1.4, label=label)
        ax.set(title=f"{spelled(hidden).capitalize()} hidden layer{'s' if hidden > 1 else ''}", xscale="log", xlabel="Learning rate", ylim=(0, 100))
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    axes[1].legend(loc="upper left")
