"""Panels of learning curves by depth and optimizer, from the first steps to where they settle."""

from evidence.networks.budget import steps
from evidence.style.palette import dash
from evidence.readings.settled import DEPTHS, OPTIMIZERS, RULES, accuracy

TICKS = {160: "160", 850: "850", 5100: "5,100", 17000: "17,000"}


def panels(fig, runs, palette, activation):
    """Depths down, optimizers across; x: steps, logarithmic; y: test accuracy, each seed thin and the mean thick."""
    axes = fig.subplots(len(DEPTHS), len(OPTIMIZERS), sharex=True, sharey=True)
    for row, depth in zip(axes, DEPTHS, strict=True):
        for ax, (optimizer, name) in zip(row, OPTIMIZERS.items(), strict=True):
            for rule in RULES[activation]:
                curve = 100 * accuracy(runs, activation, depth, rule, optimizer)
                x, style = steps(curve.shape[1]), {"color": palette[rule], "linestyle": dash(rule)}
                ax.plot(x, curve.T, **style, linewidth=0.7, alpha=0.5)
                ax.plot(x, curve.mean(0), **style, linewidth=2.2, label=rule)
            ax.set_title(f"{depth} layers, {name}")
            ax.set(xscale="log", ylim=(0, 100))
            ax.set_xticks(list(TICKS), TICKS.values())
            ax.minorticks_off()
            ax.grid(axis="y")
    fig.supxlabel("Steps", fontsize="medium")
    fig.supylabel("Test accuracy (%)", fontsize="medium")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
