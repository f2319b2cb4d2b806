"""Growth of the error signal against its prediction, and the depths at which tanh trains, by weight variance."""

import numpy as np

from evidence.readings.edge_of_chaos import accuracy, growth, predicted_growth, reach
from evidence.readings.intervals import interval
from evidence.readings.numbers import spelled, word

SIZE = (5.2, 6.0)


def alt(runs):
    """What is seen, with the depths that the theory expects tanh to train."""
    protocol = runs["edge_of_chaos"].protocol
    gains, trained = protocol["weight_variances"], protocol["training"]["hidden_layers"]
    *depths, last = (_reach(runs, gain, "infinite") for gain in gains)
    return (
        f"Two panels. Above, the measured growth of the error signal per layer lies on the predicted curve at {word(len(gains))} weight "
        "variances, below one for the two smallest, at one for the third and above for the two largest. Below, a grid of test accuracies: "
        f"with {spelled(trained[0])} layers the columns differ by little, with {spelled(trained[-1])} the middle one is well ahead and the "
        "outer ones are near chance, and "
        f"the row above gives six xi as {', '.join(depths)} and {last}"
    )


def draw(fig, runs, palette):
    """Above: factor per layer of δ on its way down, measured and predicted. Below: mean test accuracy in per cent, with 6 ξ above."""
    growing, trained = fig.subplots(2, 1)
    gains, depths = runs["edge_of_chaos"].protocol["weight_variances"], runs["edge_of_chaos"].protocol["training"]["hidden_layers"]
    between = np.linspace(0.9, 4.2, 60)
    growing.plot(between, [predicted_growth(runs, gain) for gain in between], color=palette.muted, linewidth=1.4)
    for gain in gains:
        mean, half = interval(growth(runs, gain))
        growing.errorbar(gain, mean, half, color=palette.family["glorot"], marker="o", markersize=6)
    growing.axhline(1, color=palette.faint, linewidth=1, zorder=0)
    growing.annotate("√χ", (3.3, 1.14), color=palette.muted, ha="left")
    growing.annotate("measured", (1.6, 1.06), color=palette.family["glorot"], ha="center")
    growing.set(xlabel="n σ²", ylabel="Growth of δ per layer", xlim=(0.8, 4.3))
    above = len(depths) + 0.3  # where the row of 6 ξ stands
    for column, gain in enumerate(gains):
        for row, depth in enumerate(depths):
            _cell(trained, column, row, above + 0.3, accuracy(runs, gain, depth).mean(), palette)
        trained.text(column + 0.5, above, _reach(runs, gain, "∞"), ha="center", va="center", color=palette.muted)
    trained.text(-0.15, above, "6 ξ", ha="right", va="center", color=palette.muted)
    trained.set(xlim=(0, len(gains)), ylim=(0, above + 0.3), xlabel="n σ²", ylabel="Hidden layers")
    trained.set_xticks([column + 0.5 for column in range(len(gains))], [f"{gain:g}" for gain in gains])
    trained.set_yticks([row + 0.5 for row in range(len(depths))], depths)
    trained.tick_params(length=0)
    trained.spines[:].set_visible(False)


def _reach(runs, gain, endless):
    expected = reach(runs, gain)
    return f"{expected:.0f}" if expected < 1000 else endless


def _cell(ax, column, row, height, mean, palette):
    # opacity carries the value, so that both palettes print the same digits on their own page
    box = {"color": palette.family["glorot"], "alpha": 0.05 + 0.6 * max(mean - 0.1, 0), "linewidth": 0}
    ax.axvspan(column + 0.02, column + 0.98, (row + 0.03) / height, (row + 0.97) / height, **box)
    ax.text(column + 0.5, row + 0.5, f"{100 * mean:.0f}", ha="center", va="center", fontsize=11)
