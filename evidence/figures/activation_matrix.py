"""Test accuracy by activation and start on ten hidden layers, a heat map for Adam and one for SGD."""

import math

from evidence.theory.activations import LABELS
from evidence.readings.activation_matrix import ACTIVATIONS, RATES, STARTS, reached

SIZE = (5.2, 6.4)
COLUMNS = {
    "random_normal": "0.05", "lecun_normal": "LeCun", "glorot_normal": "Glorot", "orthogonal": "ortho-\ngonal",
    "he_normal": "He", "own": "own c",
}  # fmt: skip
TITLES = {"adam": "Adam", "sgd": "SGD"}


def alt(runs):
    """What is seen, with the range of what Adam trains."""
    trained = [reached(runs, one, start, "adam").mean() for one in ACTIVATIONS if one != "sigmoid" for start in STARTS if start != "random_normal"]
    return (
        "Two heat maps of test accuracy in per cent, eight activations by six starts, for Adam and for SGD. The column of the fixed "
        "spread and the row of sigmoid are pale. With Adam all else is between "
        f"{math.floor(100 * min(trained))} and {math.ceil(100 * max(trained))}. With SGD the rows of ReLU, GELU and SiLU are "
        "bright only under He and their own constant, tanh, ELU and SELU under every scaled start"
    )


def draw(fig, runs, palette):
    """Two panels, one per optimizer; x: start; y: activation; a cell: mean accuracy in per cent at the best rate."""
    for ax, optimizer in zip(fig.subplots(2, 1), RATES, strict=True):
        for row, activation in enumerate(reversed(ACTIVATIONS)):
            for column, start in enumerate(STARTS):
                _cell(ax, column, row, reached(runs, activation, start, optimizer).mean(), palette)
        ax.set(xlim=(0, len(STARTS)), ylim=(0, len(ACTIVATIONS)))
        ax.set_xticks([column + 0.5 for column in range(len(STARTS))], [COLUMNS[start] for start in STARTS], fontsize=10.5)
        ax.set_yticks([row + 0.5 for row in range(len(ACTIVATIONS))], [LABELS[name] for name in reversed(ACTIVATIONS)], fontsize=10.5)
        ax.set_title(TITLES[optimizer], fontsize=11)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)


def _cell(ax, column, row, mean, palette):
    # opacity carries the value, so that both palettes print the same digits on their own page
    box = {"color": palette.family["glorot"], "alpha": 0.05 + 0.6 * max(0, mean - 0.1), "linewidth": 0}
    ax.axvspan(column + 0.02, column + 0.98, (row + 0.03) / len(ACTIVATIONS), (row + 0.97) / len(ACTIVATIONS), **box)
    ax.text(column + 0.5, row + 0.5, f"{100 * mean:.0f}", ha="center", va="center", fontsize=11)
