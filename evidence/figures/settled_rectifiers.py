"""Relatives of ReLU from their own constants and from Keras's default: GELU and SiLU with SGD, and what is left of a lead with Adam."""

from evidence.readings.settled_rectifiers import LABELS, NAME, accuracy, gain, steps
from evidence.style.curves import by_seed

SIZE = (6.8, 3.1)
ALT = (
    "Test accuracy by steps of SGD in two panels, GELU and SiLU. From their own constants both are near the top after the first pass; from Keras's default "
    "they lie at one in ten, rise later and come close. A third panel: with Adam, the lead of the own constant lies within a few points of zero for "
    "all five activations after the first pass and near zero after the last"
)
STARTS = {"glorot_uniform": ("Keras's default", "glorot_uniform", (0, (5, 2))), "own": ("the activation's constant", "lecun_normal", "-")}


def draw(fig, runs, palette):
    """Left and middle: accuracy by steps; right: leads with Adam in percentage points, after the first pass (open) and the last."""
    *curves, leads = fig.subplots(1, 3, width_ratios=[1, 1, 1.15])
    protocol = runs[NAME].protocol
    x = steps(runs, "sgd")
    for ax, activation in zip(curves, protocol["learning_rates"]["sgd"], strict=True):
        for start, (label, color, dash) in STARTS.items():
            by_seed(ax, x, 100 * accuracy(runs, activation, start, "sgd"), label, color=palette[color], linestyle=dash)
        ax.set(title=f"{LABELS[activation]}, SGD", ylim=(0, 100), xlim=(0, None), xlabel="Steps")
        ax.set_xticks([x[0], x[-1]], [f"{x[0]:,}", f"{x[-1]:,}"])
        ax.grid(axis="y")
    curves[0].set(ylabel="Test accuracy (%)")
    curves[1].tick_params(labelleft=False)
    names = list(protocol["learning_rates"]["adam"])
    for after, shift, filled in ((0, -0.17, "none"), (-1, 0.17, palette["lecun_normal"])):
        found = [gain(runs, name, "adam", after) for name in names]
        leads.errorbar(
            [100 * one.mean for one in found], [row + shift for row in range(len(names))], xerr=[100 * one.half for one in found],
            color=palette["lecun_normal"], linestyle="none", marker="o", markersize=5, markerfacecolor=filled,
        )  # fmt: skip
    leads.axvline(0, color=palette.muted, linewidth=0.8)
    leads.set_yticks(range(len(names)), [LABELS[name] for name in names])
    leads.invert_yaxis()
    leads.set(title="Lead with Adam", xlabel="Percentage points")
    fig.legend(*curves[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
