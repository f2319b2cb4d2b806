"""What the scale of the first kernels leaves of training, over learning rates, without and with batch normalization."""

from evidence.readings import rates
from evidence.readings.intervals import interval

SIZE = (6.6, 4.6)
ALT = (
    "Test accuracy against learning rate in four panels, SGD above and Adam below. Without batch normalization only the "
    "middle one of three starts trains under SGD; with it all three reach similar heights, the largest start only at the "
    "higher rates"
)
LABELS = {0.1: "a tenth of He's size", 1: "He's size", 10: "ten times He's size"}
DASHES = {0.1: (0, (5, 2)), 1: "-", 10: (0, (1, 1.5))}
TITLES = {"plain": "Without", "bn": "With batch normalization"}


def draw(fig, runs, palette):
    """Panels: optimizers down, without and with across; x: learning rate; y: test accuracy, mean and interval over seeds."""
    colors = dict(zip(LABELS, (palette.family["lecun"], palette.family["he"], palette.family["fixed"]), strict=True))
    axes = fig.subplots(2, 2, sharey=True)
    for row, optimizer in zip(axes, ("sgd", "adam"), strict=True):
        for ax, name in zip(row, TITLES, strict=True):
            for scale, label in LABELS.items():
                grid = rates.grid(runs["batch_norm_scale"], f"{name}_{optimizer}_{scale}")
                values = [interval(100 * arm["test_accuracy"][:, -1]) for arm in grid.values()]
                style = {"color": colors[scale], "linestyle": DASHES[scale], "label": label}
                ax.errorbar(list(grid), [v.mean for v in values], [v.half for v in values], marker="o", markersize=3, elinewidth=1.4, **style)
            ax.set(xscale="log", ylim=(0, 100), yticks=[0, 25, 50, 75, 100])
            ax.minorticks_off()
            ax.grid(axis="y")
            ax.set_axisbelow(True)
        row[0].set_ylabel(f"{'SGD' if optimizer == 'sgd' else 'Adam'}: test accuracy (%)")
    for ax, title in zip(axes[0], TITLES.values(), strict=True):
        ax.set_title(title)
    for ax in axes[1]:
        ax.set_xlabel("Learning rate")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9.5)
