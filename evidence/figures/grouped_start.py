"""Learning curves of networks of grouped convolutions, by the start of their kernels."""

from evidence.readings import rates

SIZE = (6.6, 3.0)
ALT = (
    "Test accuracy by steps in two panels. With four groups the line of Keras's default rises after those of Glorot counted right and of He, and comes "
    "close to them; with eight groups it lies flat at one in ten long after the others have risen, and then climbs"
)
STARTS = {"default": ("Keras's default", "glorot_uniform", (0, (5, 2))), "glorot": ("Glorot counted right", "glorot_uniform", "-"), "he": ("He", "he_normal", "-")}


def draw(fig, runs, palette):
    """Panels: groups; x: steps; y: test accuracy in per cent, each seed thin and the mean thick, each start at its best rate."""
    arms = runs["grouped_start"]
    protocol = arms.protocol
    axes = fig.subplots(1, len(protocol["groups"]), sharey=True)
    for ax, groups in zip(axes, protocol["groups"], strict=True):
        for start, (label, color, dash) in STARTS.items():
            curve = 100 * rates.best(arms, f"{start}_{groups}")["test_accuracy"]
            ax.plot(protocol["steps"], curve.T, color=palette[color], linestyle=dash, linewidth=0.7, alpha=0.5)
            ax.plot(protocol["steps"], curve.mean(0), color=palette[color], linestyle=dash, linewidth=2.2, label=label)
        ax.set_title(f"{groups} groups")
        ax.set(ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {protocol['batch_size']} images")
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
