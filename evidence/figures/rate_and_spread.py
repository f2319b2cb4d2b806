"""Test accuracy by learning rate and initial spread, as a heat map for two hidden layers and one for four."""

from evidence.readings.numbers import spelled, word
from evidence.readings.rate_and_spread import accuracies

SIZE = (6.4, 4.4)


def alt(runs):
    """What is seen, with the sizes of the grid."""
    depths, scales, rates = (runs["rate_and_spread"].protocol[name] for name in ("hidden_layers", "scales", "learning_rates"))
    few, many = map(word, depths)
    return (
        f"Two heat maps of test accuracy in per cent, for {few} and for {many} hidden layers; rows are {word(len(scales))} spreads from {scales[0]:g} to "
        f"{scales[-1]:g} times He's, columns {spelled(len(rates))} learning rates. The right edge of the bright region is the same for He's "
        "spread and below, and lies further left for the largest; the left edge moves right as the spread shrinks, and "
        f"with {many} layers the smallest spread has no bright cell"
    )


def draw(fig, runs, palette):
    """Two panels; x: learning rate of SGD; y: standard deviation of every kernel; a cell: mean accuracy in per cent."""
    depths, scales, rates = (runs["rate_and_spread"].protocol[name] for name in ("hidden_layers", "scales", "learning_rates"))
    for ax, depth in zip(fig.subplots(len(depths), 1, sharex=True), depths, strict=True):
        for row, scale in enumerate(scales):
            for column, values in enumerate(accuracies(runs, depth, scale).values()):
                _cell(ax, column, row, values.mean(), palette)
        ax.set(title=f"{depth} hidden layers", xlim=(-0.5, len(rates) - 0.5), ylim=(-0.5, len(scales) - 0.5))
        ax.set_yticks(range(len(scales)), ["He" if scale == 1 else f"{scale:g} × He" for scale in scales])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    ax.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates], rotation=45)
    ax.set_xlabel("Learning rate")


def _cell(ax, column, row, accuracy, palette):
    # opacity carries the value, so that both palettes print the same digits on their own page
    ax.bar(column, 0.94, 0.96, row - 0.47, color=palette["he_normal"], alpha=0.05 + 0.6 * (accuracy - 0.08), linewidth=0)
    ax.text(column, row, f"{100 * accuracy:.0f}", ha="center", va="center", fontsize=9.5)
