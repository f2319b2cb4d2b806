"""Test accuracy by standard deviation and depth, as a heat map for ReLU and one for tanh."""

from evidence.readings.numbers import spelled

SIZE = (6.4, 5.4)
NAMES = {"relu": "ReLU", "tanh": "tanh"}


def alt(runs):
    """What is seen, with the sizes of the grid."""
    depths, stds = (runs["std_sweep"].protocol[name] for name in ("hidden_layers", "stds"))
    return (
        f"Two heat maps, for ReLU and for tanh, of test accuracy in per cent; rows are {depths[0]} to {depths[-1]} hidden layers, columns "
        f"{spelled(len(stds))} standard deviations from {stds[0]:g} to {stds[-1]:g} and, set apart, He or Glorot. The bright region covers the left half "
        f"in the first row and narrows to about 0.1 and 0.2 in that of {spelled(depths[-1])}; the column set apart is bright in every row"
    )


def draw(fig, runs, palette):
    """Two panels; x: standard deviation of every kernel, then the rule; y: hidden layers; a cell: mean accuracy in per cent."""
    depths, stds, rules = (runs["std_sweep"].protocol[name] for name in ("hidden_layers", "stds", "rules"))
    for ax, (activation, rule) in zip(fig.subplots(len(rules), 1), rules.items(), strict=True):
        for row, depth in enumerate(depths):
            means = [runs["std_sweep"][f"{activation}_{depth}_{start}"]["test_accuracy"].mean() for start in (*stds, "rule")]
            for column, mean in zip([*range(len(stds)), len(stds) + 0.3], means, strict=True):
                _cell(ax, column, row, len(depths), mean, palette)
        ax.set(xlim=(0, len(stds) + 1.3), ylim=(0, len(depths)))
        ax.set_xticks([*(column + 0.5 for column in range(len(stds))), len(stds) + 0.8], [*(f"{std:g}" for std in stds), rule.partition("_")[0].title()])
        ax.set_yticks([row + 0.5 for row in range(len(depths))], depths)
        ax.set(ylabel=f"{NAMES[activation]}: hidden layers")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    ax.set_xlabel("Standard deviation of every kernel, and the rule that scales with the layer")


def _cell(ax, column, row, rows, accuracy, palette):
    # opacity carries the value, so that both palettes print the same digits on their own page
    ax.axvspan(column + 0.02, column + 0.98, (row + 0.03) / rows, (row + 0.97) / rows, color=palette.family["glorot"], alpha=0.05 + 0.6 * (accuracy - 0.1), linewidth=0)
    ax.text(column + 0.5, row + 0.5, f"{100 * accuracy:.0f}", ha="center", va="center", fontsize=9.5)
