"""Paired differences to Keras's default: which of them the evidence can tell from zero."""

from evidence.readings.mnist_shootout import DEFAULT, differences, final

SIZE = (5.8, 3.6)
ALT = (
    "Paired differences in test accuracy from Glorot uniform, with intervals: the scaled rules straddle zero with open "
    "markers, the rules of fixed spread and identity lie to its left"
)


def draw(fig, runs, palette):
    """One row per initializer that trains; x: difference in test accuracy, in points, with the page's simultaneous intervals."""
    gaps = {arm: gap for (arm, other), gap in differences(runs).items() if other == DEFAULT and final(runs, arm).mean() > 0.9}
    order = sorted(gaps, key=lambda arm: gaps[arm].mean)
    ax = fig.subplots()
    ax.axvline(0, color=palette.muted, linewidth=1)
    for row, arm in enumerate(order):
        gap = gaps[arm]
        ax.errorbar(
            100 * gap.mean, row, xerr=100 * gap.half, fmt="o", color=palette[arm], markersize=6, elinewidth=2,
            markerfacecolor="none" if gap.holds_zero else palette[arm], markeredgewidth=1.6,
        )  # fmt: skip
    ax.set_yticks(range(len(order)), order)
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.set_xlabel(f"Test accuracy minus that of {DEFAULT} after {runs['mnist_shootout'].protocol['epochs']} epochs (percentage points)")
    ax.grid(axis="x")
    ax.set_axisbelow(True)
