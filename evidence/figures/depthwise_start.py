"""Learning curves of depthwise separable networks whose depthwise kernels start from Keras's count of the fans and from the right one."""

from evidence.readings import rates

SIZE = (6.6, 3.0)
ALT = (
    "Test accuracy by steps in two panels. Without normalization the line of Keras's default lies flat at one in ten, and that of the kernels counted right "
    "climbs; with batch normalization both climb close together"
)
STARTS = {"default": ("Keras's default", "glorot_uniform", (0, (5, 2))), "counted": ("fans counted right", "lecun_normal", "-")}
TITLES = {"plain": "without normalization", "normalized": "batch normalization"}


def draw(fig, runs, palette):
    """Panels: without normalization and with; x: steps; y: test accuracy in per cent, each seed thin and the mean thick, each at its best rate."""
    arms = runs["depthwise_start"]
    protocol = arms.protocol
    axes = fig.subplots(1, len(protocol["networks"]), sharey=True)
    for ax, kind in zip(axes, protocol["networks"], strict=True):
        for start, (label, color, dash) in STARTS.items():
            curve = 100 * rates.best(arms, f"{start}_{kind}")["test_accuracy"]
            ax.plot(protocol["steps"], curve.T, color=palette[color], linestyle=dash, linewidth=0.7, alpha=0.5)
            ax.plot(protocol["steps"], curve.mean(0), color=palette[color], linestyle=dash, linewidth=2.2, label=label)
        ax.set_title(TITLES[kind])
        ax.set(ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {protocol['batch_size']} images")
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
