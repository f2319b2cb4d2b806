"""What He gains over Glorot in ReLU networks: nothing when shallow, everything when deep and trained by SGD."""

from evidence.gains import OPTIMIZERS, gains

SIZE = (6.4, 3.8)


def draw(fig, runs, palette):
    """One row per depth and optimizer, shallowest at the top; x: difference in test accuracy in points, with intervals."""
    found = list(gains(runs).items())
    ax = fig.subplots()
    ax.axvline(0, color=palette.muted, linewidth=1)
    for row, (_, gain) in enumerate(found):
        ax.errorbar(
            100 * gain.mean, row, xerr=100 * gain.half, fmt="o", color=palette["he_normal"], markersize=6, elinewidth=2,
            markerfacecolor="none" if gain.holds_zero else palette["he_normal"], markeredgewidth=1.6,
        )  # fmt: skip
    ax.set_yticks(range(len(found)), [f"{depth} hidden layers, {OPTIMIZERS[optimizer]}" for (depth, optimizer), _ in found])
    ax.set_ylim(len(found) - 0.4, -0.6)
    ax.set_xlabel("Test accuracy from He minus that from Glorot (percentage points)")
    ax.grid(axis="x")
    ax.set_axisbelow(True)
