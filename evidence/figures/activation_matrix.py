"""Test accuracy of deep networks by activation and start, a heat map for Adam and one for SGD."""

import math

from evidence.readings.activation_matrix import reached
from evidence.readings.numbers import word
from evidence.style import labels

SIZE = (5.2, 6.4)
COLUMNS = {
    "random_normal": "0.05", "lecun_normal": "LeCun", "glorot_normal": "Glorot", "orthogonal": "ortho-\ngonal",
    "he_normal": "He", "own": "own c",
}  # fmt: skip
TITLES = {"adam": "Adam", "sgd": "SGD"}


def alt(runs):
    """What is seen, with the range of what Adam trains."""
    activations, starts = (runs["activation_matrix"].protocol[name] for name in ("activations", "starts"))
    trained = [reached(runs, one, start, "adam").mean() for one in activations if one != "sigmoid" for start in starts if start != "random_normal"]
    return (
        f"Two heat maps of test accuracy in per cent, {word(len(activations))} activations by {word(len(starts))} starts, for Adam and for "
        "SGD. The column of the fixed spread and the row of sigmoid are pale. With Adam all else is between "
        f"{math.floor(100 * min(trained))} and {math.ceil(100 * max(trained))}. With SGD the rows of ReLU, GELU and SiLU are "
        "bright only under He and their own constant, tanh, ELU and SELU under every scaled start"
    )


def draw(fig, runs, palette):
    """Two panels, one per optimizer; x: start; y: activation; a cell: mean accuracy in per cent at the best rate."""
    starts, activations = (runs["activation_matrix"].protocol[name] for name in ("starts", "activations"))
    activations = activations[::-1]  # the first on top
    for ax, (optimizer, title) in zip(fig.subplots(2, 1), TITLES.items(), strict=True):
        for row, activation in enumerate(activations):
            for column, start in enumerate(starts):
                _cell(ax, column, row, len(activations), reached(runs, activation, start, optimizer).mean(), palette)
        ax.set(xlim=(0, len(starts)), ylim=(0, len(activations)))
        ax.set_xticks([column + 0.5 for column in range(len(starts))], [COLUMNS[start] for start in starts], fontsize=10.5)
        ax.set_yticks([row + 0.5 for row in range(len(activations))], [labels.ACTIVATIONS[name] for name in activations], fontsize=10.5)
        ax.set_title(title, fontsize=11)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)


def _cell(ax, column, row, height, mean, palette):
    # opacity carries the value, so that both palettes print the same digits on their own page
    box = {"color": palette.family["glorot"], "alpha": 0.05 + 0.6 * max(0, mean - 0.1), "linewidth": 0}
    ax.axvspan(column + 0.02, column + 0.98, (row + 0.03) / height, (row + 0.97) / height, **box)
    ax.text(column + 0.5, row + 0.5, f"{100 * mean:.0f}", ha="center", va="center", fontsize=11)
