"""Three activations, two ways to start: the test error each reaches at its best learning rate."""

from evidence.intervals import interval
from evidence.ordering import ACTIVATIONS, best

SIZE = (6.4, 3.2)
LABELS = {"standard": "uniform within ±1/√n", "glorot": "Glorot uniform"}


def draw(fig, runs, palette):
    """One row per activation and start; x: test error in per cent, logarithmic; a small dot per seed, mean and interval."""
    colors = {"standard": palette["random_uniform"], "glorot": palette["glorot_uniform"]}
    ax = fig.subplots()
    rows = [(activation, start) for activation in ACTIVATIONS for start in LABELS]
    for height, (activation, start) in enumerate(reversed(rows)):
        error = 100 * (1 - best(runs, activation, start))
        mean = interval(error)
        ax.plot(error, [height - 0.2] * len(error), "o", color=colors[start], markersize=3, alpha=0.6)
        ax.errorbar(mean.mean, height, xerr=mean.half, fmt="o", color=colors[start], markersize=6, elinewidth=2)
    ax.set_yticks(range(len(rows)), [f"{activation}, {LABELS[start]}" for activation, start in reversed(rows)])
    ax.set(xscale="log", xlabel="Test error (%)")
    ax.set_xticks([5, 10, 20, 50, 90], ["5", "10", "20", "50", "90"])
    ax.minorticks_off()
    ax.grid(axis="x")
    ax.set_axisbelow(True)
