"""Learning curves of He and Glorot on deep ReLU networks: who starts faster, and where both end."""

from evidence.readings.settled import DEPTHS, OPTIMIZERS, RULES, accuracy, marks, steps
from evidence.style.curves import by_seed
from evidence.style.palette import dash

SIZE = (5.8, 5.2)
ALT = (
    "Test accuracy by steps in four panels, He and Glorot. With fifteen layers He rises first and the two curves meet at "
    "the top, with SGD as with Adam. With thirty layers and Adam they meet too; with SGD Glorot lies flat at the bottom "
    "for more than an epoch and then climbs in jumps, to come near He only after twenty"
)


def draw(fig, runs, palette):
    """Depths down, optimizers across; x: steps; y: test accuracy in per cent."""
    panels(fig, runs, palette, "relu")


def panels(fig, runs, palette, activation):
    """Depths down, optimizers across; x: steps, logarithmic; y: test accuracy, each seed thin and the mean thick."""
    axes = fig.subplots(len(DEPTHS), len(OPTIMIZERS), sharex=True, sharey=True)
    for row, depth in zip(axes, DEPTHS, strict=True):
        protocol = runs[f"settled_{activation}_{depth}"].protocol
        for ax, (optimizer, name) in zip(row, OPTIMIZERS.items(), strict=True):
            for rule in RULES[activation]:
                curve = 100 * accuracy(runs, activation, depth, rule, optimizer)
                by_seed(ax, steps(protocol, optimizer), curve, rule, color=palette[rule], linestyle=dash(rule))
            ax.set_title(f"{depth} layers, {name}")
            ax.set(xscale="log", ylim=(0, 100))
            ax.set_xticks(*ticks(runs))
            ax.minorticks_off()
            ax.grid(axis="y")
    fig.supxlabel("Steps", fontsize="medium")
    fig.supylabel("Test accuracy (%)", fontsize="medium")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)


def ticks(runs):
    """Where the steps are marked, and how: the start, the end of the first epoch, of the shortest run and of the longest."""
    protocol = runs["settled_relu_30"].protocol
    every = steps(protocol, "sgd")
    at = [marks(protocol)["start"], every[len(protocol["early_steps"])], marks(protocol)["end"], every[-1]]
    return at, [f"{step:,}" for step in at]
