"""Paired differences to Keras's default: which of them the evidence can tell from zero."""

from evidence.intervals import paired_difference

SIZE = (5.8, 3.6)
REFERENCE = "glorot_uniform"


def draw(fig, runs, palette):
    """One row per initializer that trains; x: difference in test accuracy, in points, with simultaneous intervals."""
    final = {arm: 100 * q["test_accuracy"][:, -1] for arm, q in runs["mnist_shootout"].items()}
    arms = [arm for arm in final if arm != REFERENCE and final[arm].mean() > 90]
    gaps = {arm: paired_difference(final[arm], final[REFERENCE], len(arms)) for arm in arms}
    order = sorted(arms, key=lambda arm: gaps[arm].mean)
    ax = fig.subplots()
    ax.axvline(0, color=palette.muted, linewidth=1)
    for row, arm in enumerate(order):
        gap = gaps[arm]
        ax.errorbar(
            gap.mean, row, xerr=gap.half, fmt="o", color=palette[arm], markersize=6, elinewidth=2,
            markerfacecolor="none" if gap.holds_zero else palette[arm], markeredgewidth=1.6,
        )  # fmt: skip
    ax.set_yticks(range(len(order)), order)
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.set_xlabel(f"Test accuracy minus that of {REFERENCE} (percentage points)")
    ax.grid(axis="x")
    ax.set_axisbelow(True)
