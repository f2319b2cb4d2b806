"""Growth of the error signal against its prediction, and the depths at which tanh trains, by weight variance."""

import numpy as np

from evidence.readings.edge_of_chaos import accuracy, growth
from evidence.theory.activations import chi
from evidence.theory.mean_field import DEPTHS, WEIGHT_VARIANCES, depth_scale, fixed_point
from evidence.readings.intervals import interval

SIZE = (5.2, 6.0)


def alt(runs):
    """What is seen, with the depths that the theory expects tanh to train."""
    *depths, last = (_reach(gain, "infinite") for gain in WEIGHT_VARIANCES)
    return (
        "Two panels. Above, the measured growth of the error signal per layer lies on the predicted curve at five weight variances, "
        "below one for the two smallest, at one for the third and above for the two largest. Below, a grid of test accuracies: with "
        "five layers the columns differ by little, with forty the middle one is well ahead and the outer ones are near chance, and "
        f"the row above gives six xi as {', '.join(depths)} and {last}"
    )


def draw(fig, runs, palette):
    """Above: factor per layer of δ on its way down, measured and predicted. Below: mean test accuracy in per cent, with 6 ξ above."""
    growing, trained = fig.subplots(2, 1)
    gains = np.linspace(0.9, 4.2, 60)
    growing.plot(gains, [np.sqrt(chi("tanh", gain, fixed_point(gain))) for gain in gains], color=palette.muted, linewidth=1.4)
    for gain in WEIGHT_VARIANCES:
        mean, half = interval(growth(runs, gain))
        growing.errorbar(gain, mean, half, color=palette.family["glorot"], marker="o", markersize=6)
    growing.axhline(1, color=palette.faint, linewidth=1, zorder=0)
    growing.annotate("√χ", (3.3, 1.14), color=palette.muted, ha="left")
    growing.annotate("measured", (1.6, 1.06), color=palette.family["glorot"], ha="center")
    growing.set(xlabel="n σ²", ylabel="Growth of δ per layer", xlim=(0.8, 4.3))
    for column, gain in enumerate(WEIGHT_VARIANCES):
        for row, depth in enumerate(DEPTHS):
            _cell(trained, column, row, accuracy(runs, gain, depth).mean(), palette)
        trained.text(column + 0.5, len(DEPTHS) + 0.3, _reach(gain, "∞"), ha="center", va="center", color=palette.muted)
    trained.text(-0.15, len(DEPTHS) + 0.3, "6 ξ", ha="right", va="center", color=palette.muted)
    trained.set(xlim=(0, len(WEIGHT_VARIANCES)), ylim=(0, len(DEPTHS) + 0.6), xlabel="n σ²", ylabel="Hidden layers")
    trained.set_xticks([column + 0.5 for column in range(len(WEIGHT_VARIANCES))], [f"{gain:g}" for gain in WEIGHT_VARIANCES])
    trained.set_yticks([row + 0.5 for row in range(len(DEPTHS))], DEPTHS)
    trained.tick_params(length=0)
    trained.spines[:].set_visible(False)


def _reach(gain, endless):
    reach = 6 * depth_scale(gain)
    return f"{reach:.0f}" if reach < 1000 else endless


def _cell(ax, column, row, mean, palette):
    # opacity carries the value, so that both palettes print the same digits on their own page
    height = len(DEPTHS) + 0.6
    box = {"color": palette.family["glorot"], "alpha": 0.05 + 0.6 * max(mean - 0.1, 0), "linewidth": 0}
    ax.axvspan(column + 0.02, column + 0.98, (row + 0.03) / height, (row + 0.97) / height, **box)
    ax.text(column + 0.5, row + 0.5, f"{100 * mean:.0f}", ha="center", va="center", fontsize=11)
