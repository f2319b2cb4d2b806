"""Test accuracy of scaled networks against how far their kernels moved."""

from evidence.readings import rates
from evidence.readings.intervals import interval

SIZE = (5.2, 3.0)
ALT = (
    "Test accuracy against the norm of the kernels' change over that of the start, on a logarithmic axis, for four scales of the output. With a scale of 100 "
    "the kernels move least and the accuracy is lowest; it rises with a scale of 10, and more with 1 and a tenth, whose points stand level on the right"
)


def draw(fig, runs, palette):
    """x: movement; y: test accuracy in per cent, its mean with the interval; a point is a scale at its best rate."""
    ax, arms = fig.subplots(), runs["lazy_training"]
    for scale in arms.protocol["scales"]:
        best = rates.best(arms, str(scale))
        mean, moved = interval(100 * best["test_accuracy"][:, -1]), best["moved"][:, -1].mean()
        ax.errorbar(moved, mean.mean, mean.half, color=palette["he_normal"], marker="o", markersize=5, elinewidth=2)
        ax.annotate(f"α = {scale:g}", (moved, mean.low), (0, -6), textcoords="offset points", ha="center", va="top", fontsize=9.5)
    ax.set_xscale("log")
    ax.set(xlabel="Change of the kernels over their size", ylabel="Test accuracy (%)", xlim=(0.004, 3), ylim=(84.5, 92))
    ax.grid(axis="y")
