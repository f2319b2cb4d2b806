"""Test accuracy by initializer: every seed a dot, every mean an interval, the failures on a scale of their own."""

import numpy as np
from matplotlib.ticker import MultipleLocator

from evidence.readings.intervals import interval
from evidence.readings.numbers import spelled, word

SIZE = (5.8, 4.4)
FAILED = 0.9  # below, an initializer goes to the left panel


def alt(runs):
    """What is seen, with how many initializers train, and for how long."""
    trained = [arm for arm, quantities in runs["mnist_shootout"].items() if quantities["test_accuracy"][:, -1].mean() >= FAILED]
    return (
        f"Test accuracy by initializer after {word(runs['mnist_shootout'].protocol['epochs'])} epochs. {spelled(len(trained)).capitalize()} lie close "
        "together near the top of the scale, with LeCun, Glorot, He and orthogonal on top, then those of fixed spread, then identity; constant, "
        "zeros and ones lie far below on a scale of their own"
    )


def draw(fig, runs, palette):
    """One row per initializer, best at the top; x: test accuracy in per cent after the last epoch."""
    final = {arm: quantities["test_accuracy"][:, -1] for arm, quantities in runs["mnist_shootout"].items()}
    order = sorted(final, key=lambda arm: final[arm].mean())
    failed = [arm for arm in order if final[arm].mean() < FAILED]
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=[1, 2.6])
    for row, arm in enumerate(order):
        ax = left if arm in failed else right
        _row(ax, row, 100 * final[arm], palette[arm])
        if arm in failed:
            mean = interval(final[arm])
            ax.annotate(f"{100 * mean.mean:.2f}", (100 * final[arm].max(), row), (7, 0), textcoords="offset points", va="center", fontsize=9)
    left.set_yticks(range(len(order)), order)
    left.set(xlim=(0, 60), xticks=[0, 20, 40])
    right.xaxis.set_major_locator(MultipleLocator(0.5))
    right.tick_params(left=False)
    right.spines["left"].set_visible(False)
    right.grid(axis="x")
    right.set_axisbelow(True)
    for ax in (left, right):
        ax.axhline(len(failed) - 0.5, color=palette.faint, linewidth=0.8)
    fig.supxlabel(f"Test accuracy after {runs['mnist_shootout'].protocol['epochs']} epochs (%), two scales", fontsize=10)


def _row(ax, row, values, color):
    mean = interval(values)
    jitter = np.linspace(-0.22, 0.22, len(values))
    ax.plot(values, row + jitter, ".", color=color, alpha=0.55, markersize=5.5, markeredgewidth=0)
    ax.errorbar(mean.mean, row, xerr=mean.half, fmt="o", color=color, markersize=5, elinewidth=2, capsize=0)
