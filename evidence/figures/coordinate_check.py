"""How far each layer moves in the first step of Adam, by width, in standard and in maximal update parametrization."""

from evidence.figures.width_transfer import NAMES
from evidence.readings.intervals import interval

SIZE = (6.6, 3.2)
ALT = (
    "How far the sums of each layer have moved after one step, by width, on logarithmic axes. In standard parametrization the first hidden layer "
    "stays level and the lines of the two other hidden layers and of the logits rise with the width. In maximal update parametrization all lines are level"
)
TICKS = [0.1, 0.3, 1, 3]


def draw(fig, runs, palette):
    """Panels: parametrizations; x: units in each hidden layer; y: root mean square of the move, mean and interval over seeds."""
    arms = runs["coordinate_check"]
    protocol = arms.protocol
    layers = protocol["hidden_layers"] + 1
    for ax, rule in zip(fig.subplots(1, 2, sharey=True), protocol["parametrizations"], strict=True):
        for layer in range(1, layers + 1):
            moved = [interval(arms[f"{rule}_{width}"][f"layer_{layer}"][:, 0]) for width in protocol["widths"]]
            label, color = (f"layer {layer}", palette.muted) if layer < layers else ("logits", palette["he_normal"])
            ax.errorbar(
                protocol["widths"], [one.mean for one in moved], [one.half for one in moved],
                color=color, marker="os^D"[layer - 1], markersize=4, linewidth=1.2, label=label,
            )  # fmt: skip
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xticks(protocol["widths"], [f"{width:,}" for width in protocol["widths"]])
        ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
        ax.minorticks_off()
        ax.set(title=NAMES[rule], xlabel="Units in each hidden layer")
        ax.grid(axis="y")
    fig.axes[0].set_ylabel("Move in the first step")
    fig.legend(*fig.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=layers)
