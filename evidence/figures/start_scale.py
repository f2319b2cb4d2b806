"""Test accuracy on a thousand images by the size of the start, for three ways to train and for a silent output layer."""

from evidence.readings.intervals import interval

ALT = (
    "Accuracy against the factor on the initial kernels, from a tenth to ten. On training images it is flat near a "
    "hundred. On test images it rises from a tenth to one and falls steeply beyond, less steeply with SGD and with the "
    "faster Adam; with an output layer of zeros the network with a factor of ten stays far above the one without"
)
WAYS = {  # factors, label, where it stands, and marks
    "adam": (["0.1", "0.3", "1", "3", "10"], "Adam, 0.001", (4.08, 69.5), "-", "o"),
    "fast_adam": (["0.3", "1", "3"], "Adam, 0.01", (3.1, 89.3), "--", "s"),
    "sgd": (["1", "3"], "SGD, 0.1", (3.1, 83.6), ":", "^"),
    "silent": (["1", "10"], "output layer\nfrom zeros", (4.12, 85.3), "-", "D"),
}
FACTORS = ["0.1", "0.3", "1", "3", "10"]


def draw(fig, runs, palette):
    """x: factor on He's kernels; y: test accuracy in per cent with its interval; above, what Adam knows of the training images."""
    ax = fig.subplots()
    arms = runs["start_scale"]
    seen = [100 * arms[f"adam_{factor}"]["accuracy"].mean() for factor in FACTORS]
    ax.plot(range(len(FACTORS)), seen, color=palette.muted, linewidth=1)
    ax.text(0, 98.2, "training images, Adam, 0.001", color=palette.muted, va="center", fontsize=9.5)
    for way, (factors, label, place, dash, marker) in WAYS.items():
        color = palette["zeros" if way == "silent" else "he_normal"]
        means = [interval(100 * arms[f"{way}_{factor}"]["test_accuracy"][:, -1]) for factor in factors]
        ax.errorbar(
            [FACTORS.index(factor) for factor in factors], [mean.mean for mean in means], [mean.half for mean in means],
            color=color, linestyle=dash, marker=marker, markersize=5, linewidth=1.6, elinewidth=2,
        )  # fmt: skip
        ax.text(*place, label, color=color, va="center", fontsize=9.5)
    ax.set_xticks(range(len(FACTORS)), ["0.1", "0.3", "1\n(He)", "3", "10"])
    ax.set(xlabel="Factor on the initial kernels", ylabel="Accuracy (%)", xlim=(-0.2, 5.0), ylim=(64, 102))
