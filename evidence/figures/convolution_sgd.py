"""Learning curves of Glorot and He on plain convolutional networks of ten to thirty layers."""

from evidence.readings import rates
from evidence.style.curves import by_seed
from evidence.style.palette import dash

SIZE = (6.6, 2.9)
ALT = (
    "Test accuracy by steps in three panels, Glorot uniform and He normal. With ten layers He is high after a few hundred steps and "
    "Glorot follows in jumps; with 22 and 30 layers Glorot lies flat at one in ten to the end, while He climbs"
)


def draw(fig, runs, palette):
    """Panels: layers; x: steps; y: test accuracy in per cent, each seed thin and the mean thick, each start at its best rate."""
    arms = runs["convolution_sgd"]
    protocol = arms.protocol
    axes = fig.subplots(1, len(protocol["depths"]), sharey=True)
    for ax, depth in zip(axes, protocol["depths"], strict=True):
        for rule in protocol["initializers"]:
            curve = 100 * rates.best(arms, f"{rule}_{depth}")["test_accuracy"]
            by_seed(ax, protocol["steps"], curve, rule, color=palette[rule], linestyle=dash(rule))
        ax.set_title(f"{depth} layers")
        ax.set(ylim=(0, 100), xlim=(0, None))
        ax.set_xticks(protocol["steps"][1::2])
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    axes[1].set_xlabel(f"Steps of {protocol['batch_size']} images")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
