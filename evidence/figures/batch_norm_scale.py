"""What the scale of the first kernels leaves of training, over learning rates, without and with batch normalization."""

import numpy as np

from evidence.batch_norm import RATES, SCALES
from evidence.intervals import interval

SIZE = (6.6, 4.6)
LABELS = {0.1: "a tenth of He's size", 1: "He's size", 10: "ten times He's size"}
DASHES = {0.1: (0, (5, 2)), 1: "-", 10: (0, (1, 1.5))}
TITLES = {"plain": "Without", "bn": "With batch normalization"}


def draw(fig, runs, palette):
    """Panels: optimizers down, without and with across; x: learning rate; y: test accuracy, mean and interval over seeds."""
    colors = dict(zip(SCALES, (palette.family["lecun"], palette.family["he"], palette.family["fixed"]), strict=True))
    axes = fig.subplots(2, 2, sharex="row", sharey=True)
    for row, (optimizer, rates) in zip(axes, RATES.items(), strict=True):
        for ax, name in zip(row, TITLES, strict=True):
            for k, scale in enumerate(SCALES):
                arms = [runs["batch_norm_scale"][f"{name}_{optimizer}_{scale}_{rate}"]["test_accuracy"][:, -1] for rate in rates]
                values = [interval(100 * arm) for arm in arms]
                x = np.array(rates) * (0.95, 1, 1.05)[k]
                style = {"color": colors[scale], "linestyle": DASHES[scale], "label": LABELS[scale]}
                ax.errorbar(x, [v.mean for v in values], [v.half for v in values], marker="o", markersize=4, elinewidth=1.4, **style)
            ax.set(xscale="log", ylim=(0, 100), yticks=[0, 25, 50, 75, 100])
            ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
            ax.minorticks_off()
            ax.grid(axis="y")
            ax.set_axisbelow(True)
        row[0].set_ylabel(f"{'SGD' if optimizer == 'sgd' else 'Adam'}: test accuracy (%)")
    for ax, title in zip(axes[0], TITLES.values(), strict=True):
        ax.set_title(title)
    for ax in axes[1]:
        ax.set(xlabel="Learning rate", xlim=(0.0007, 0.014))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9.5)
