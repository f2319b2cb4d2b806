"""Test accuracy on a thousand images by the size of the start, for three ways to train and for a silent output layer."""

from evidence.readings.intervals import interval

ALT = (
    "Accuracy against the factor on the initial kernels, from a tenth to ten. On training images it is flat near a "
    "hundred. On test images it rises from a tenth to one and falls steeply beyond, less steeply with SGD and with the "
    "faster Adam; with an output layer of zeros the network with a factor of ten stays far above the one without"
)
WAYS = {  # where the label stands, and marks
    "adam": ((4.08, 69.5), "-", "o"),
    "fast_adam": ((3.1, 89.3), "--", "s"),
    "sgd": ((3.1, 83.6), ":", "^"),
    "silent": ((4.12, 85.3), "-", "D"),
}
NAMES = {"adam": "Adam", "sgd": "SGD"}


def draw(fig, runs, palette):
    """x: factor on He's kernels; y: test accuracy in per cent with its interval; above, what Adam knows of the training images."""
    ax = fig.subplots()
    arms, trained = runs["start_scale"], runs["start_scale"].protocol["trained"]
    labels = {way: f"{NAMES[how['optimizer']]}, {how['learning_rate']:g}" for way, how in trained.items()}
    every = trained["adam"]["factors"]
    seen = [100 * arms[f"adam_{factor}"]["accuracy"].mean() for factor in every]
    ax.plot(range(len(every)), seen, color=palette.muted, linewidth=1)
    ax.text(0, 98.2, f"training images, {labels['adam']}", color=palette.muted, va="center", fontsize=9.5)
    for way, (place, dash, marker) in WAYS.items():
        factors = trained[way]["factors"] if way in trained else arms.protocol["silent_factors"]
        color = palette["zeros" if way == "silent" else "he_normal"]
        means = [interval(100 * arms[f"{way}_{factor}"]["test_accuracy"][:, -1]) for factor in factors]
        ax.errorbar(
            [every.index(factor) for factor in factors], [mean.mean for mean in means], [mean.half for mean in means],
            color=color, linestyle=dash, marker=marker, markersize=5, linewidth=1.6, elinewidth=2,
        )  # fmt: skip
        ax.text(*place, labels.get(way, "output layer\nfrom zeros"), color=color, va="center", fontsize=9.5)
    ax.set_xticks(range(len(every)), ["1\n(He)" if factor == 1 else f"{factor:g}" for factor in every])
    ax.set(xlabel="Factor on the initial kernels", ylabel="Accuracy (%)", xlim=(-0.2, 5.0), ylim=(64, 102))
