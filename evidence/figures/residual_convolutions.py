"""What a short training of residual convolutional networks reaches at each learning rate, without and with batch normalization."""

from evidence.readings import rates

SIZE = (5.6, 5.6)
ALT = (
    "Two panels of test accuracy over the learning rate. Without normalization plain He lies near ten to twenty per cent throughout; four quiet "
    "starts rise to about eighty per cent, and of these SkipInit alone is still there at 0.3. With batch normalization a last γ of one peaks "
    "at 0.03 and a last γ of zero, above it, at 0.1 to 0.3"
)
PANELS = {
    "no normalization": {
        "he": ("plain He", "he", "-", "^"),
        "zero_last": ("last kernel zero", "fixed", (0, (4, 1, 1, 1)), "v"),
        "skipinit": ("SkipInit", "constant", ":", "s"),
        "scaled": ("divided by √N", "lecun", "--", "o"),
        "fixup": ("Fixup", "glorot", (0, (5, 2)), "D"),
    },
    "batch normalization": {"normalized": ("last γ one", "he", "-", "^"), "zero_gamma": ("last γ zero", "constant", ":", "s")},
}


def draw(fig, runs, palette):
    """Two panels, one above the other; x: learning rate; y: test accuracy after the last step in per cent, a dot per seed, a line through the means."""
    arms = runs["residual_convolutions"]
    axes = fig.subplots(len(PANELS), sharex=True, sharey=True)
    for ax, (title, starts) in zip(axes, PANELS.items(), strict=True):
        for start, (label, color, dash, marker) in starts.items():
            grid, color = rates.grid(arms, start), palette.family[color]
            reached = [100 * arm["test_accuracy"][:, -1] for arm in grid.values()]
            ax.plot(list(grid), reached, color=color, linestyle="", marker=".", markersize=4, alpha=0.6)
            ax.plot(list(grid), [one.mean() for one in reached], color=color, linestyle=dash, marker=marker, markersize=5, label=label)
        ax.set(title=title, xscale="log", ylim=(0, 100), ylabel="Test accuracy (%)")
        ax.grid(axis="y")
    axes[0].legend(loc="center left", bbox_to_anchor=(0, 0.55))
    axes[1].legend(loc="lower left")
    axes[1].set_xlabel("Learning rate")
