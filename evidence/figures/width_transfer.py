"""Test loss by learning rate of networks of five widths, in standard and in maximal update parametrization."""

import numpy as np

from evidence.readings import width_transfer

SIZE = (6.6, 3.5)
ALT = (
    "Test loss by learning rate in two panels, a curve for each of five widths. In standard parametrization the bottom of the curves moves to "
    "smaller rates as networks get wider, and at large rates the wide ones have the larger loss. In maximal update parametrization the bottoms "
    "lie close together, and the curves lie one below the other, the wide ones lowest"
)
NAMES = {"standard": "Standard", "mup": "μP"}


def draw(fig, runs, palette):
    """Panels: parametrizations; x: learning rate; y: mean test loss over seeds; a dot marks the rate that validates best."""
    protocol = runs["width_transfer"].protocol
    widths = protocol["widths"]
    for ax, rule in zip(fig.subplots(1, 2, sharey=True), protocol["parametrizations"], strict=True):
        for number, width in enumerate(widths):
            curve = {rate: loss.mean() for rate, loss in width_transfer.losses(runs, rule, width).items()}
            style = {"color": palette["he_normal"], "alpha": 0.5 + 0.5 * number / (len(widths) - 1)}
            ax.plot(np.log2(list(curve)), list(curve.values()), **style, linewidth=1 + 0.4 * number, label=f"{width}")
            best = width_transfer.best(runs, rule, width)
            ax.plot(np.log2(best), curve[best], "o", markersize=5, **style)
        powers = [power for power in protocol["log2_rates"][rule] if power % 2 == 0]
        ax.set_xticks(powers, [f"$2^{{{power:.0f}}}$" for power in powers])
        ax.set(title=NAMES[rule], ylim=(0.15, 0.8), xlabel="Learning rate")
        ax.grid(axis="y")
    fig.axes[0].set_ylabel("Test loss")
    fig.legend(*fig.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(widths), title="Units in each hidden layer")
