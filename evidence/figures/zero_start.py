"""Which hidden kernels move, and whose units come apart, by activation, start and depth."""

from matplotlib.patches import Rectangle

from evidence.readings.intervals import interval
from evidence.readings.numbers import plus_minus
from evidence.readings.zero_start import hidden_states

SIZE = (5.8, 4.5)
ALT = (
    "Two grids of cells, for one and for two hidden layers; rows are relu, tanh and sigmoid, columns four starts. With "
    "one hidden layer all cells with a random output layer say distinct except relu from zero, which is frozen; with two "
    "hidden layers no first kernel is distinct"
)
STARTS = {
    "zeros": "all kernels 0",
    "zeros_hidden": "hidden 0,\noutput random",
    "constant": "all kernels {constant}",
    "constant_hidden": "hidden {constant},\noutput random",
}
PANELS = {"one": "One hidden layer", "two": "Two hidden layers: kernel 1, kernel 2"}


def draw(fig, runs, palette):
    """Two grids of cells: rows are activations, columns starts; a cell names its kernels' states and the accuracy."""
    arms = runs["zero_start"]
    activations = arms.protocol["activations"][::-1]
    labels = [label.format(constant=arms.protocol["constant"]) for label in STARTS.values()]
    for ax, (depth, title) in zip(fig.subplots(2, 1), PANELS.items(), strict=True):
        for row, activation in enumerate(activations):
            for column, start in enumerate(STARTS):
                quantities = arms[f"{activation}_{start}_{depth}"]
                _cell(ax, column, row, hidden_states(quantities), interval(quantities["test_accuracy"][:, -1]), palette)
        ax.set(xlim=(0, len(STARTS)), ylim=(0, len(activations)))
        ax.set_title(title)
        ax.set_xticks([column + 0.5 for column in range(len(STARTS))], labels)
        ax.set_yticks([row + 0.5 for row in range(len(activations))], activations)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)


def _cell(ax, column, row, states, accuracy, palette):
    color = {"frozen": palette.faint, "copies": palette.family["fixed"], "distinct": palette.family["glorot"]}.get(states[0], palette.muted)
    box = Rectangle((column + 0.02, row + 0.05), 0.96, 0.9, facecolor=color, alpha=0.35, edgecolor=color)
    ax.add_patch(box)
    ax.text(column + 0.5, row + 0.64, ", ".join(states), ha="center", va="center", fontsize=9)
    ax.text(column + 0.5, row + 0.3, plus_minus(*accuracy, 100, " %"), ha="center", va="center", fontsize=9, color=palette.muted)
