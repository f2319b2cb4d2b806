"""Test accuracy of residual convolutional networks after the first steps, by depth, at one learning rate."""

from evidence.readings.intervals import interval

ALT = (
    "Test accuracy with two, six and sixteen residual blocks, at one rate. Fixup and batch normalization with a last γ of zero are level above "
    "eighty per cent; batch normalization with γ at one starts as high and falls at sixteen blocks; plain He falls to ten per cent"
)
LINES = {
    "zero_gamma": ("batch normalization, last γ zero", "constant", ":", "s"),
    "fixup": ("Fixup, no normalization", "glorot", (0, (5, 2)), "D"),
    "normalized": ("batch normalization, γ one", "lecun", "--", "o"),
    "he": ("plain He, no normalization", "he", "-", "^"),
}


def draw(fig, runs, palette):
    """x: residual blocks; y: test accuracy after the last step in per cent, mean and interval, one line per start."""
    arms = runs["residual_convolutions"]
    few, most = arms.protocol["by_depth"], arms.protocol["blocks"]
    depths = [*few["blocks"], most]
    ax = fig.subplots()
    for start, (label, color, dash, marker) in LINES.items():
        names = [*(f"{start}_{blocks}_blocks" for blocks in few["blocks"]), f"{start}_{few['learning_rate']}"]
        mean = [interval(100 * arms[name]["test_accuracy"][:, -1]) for name in names]
        ax.errorbar(
            depths, [one.mean for one in mean], yerr=[one.half for one in mean],
            color=palette.family[color], linestyle=dash, marker=marker, markersize=5, elinewidth=1.2, label=label,
        )  # fmt: skip
    ax.set(xscale="log", ylim=(0, 100), xlabel="Residual blocks of two convolutions", ylabel="Test accuracy (%)")
    ax.set_xticks(depths, [str(depth) for depth in depths], minor=False)
    ax.minorticks_off()
    ax.grid(axis="y")
    ax.legend(loc="lower left")
