"""χ of every activation at the constant that keeps its signal, against how much of its output is mean."""

from evidence.readings.intervals import interval
from evidence.style import labels
from evidence.theory.activations import ACTIVATIONS, mean_share

SIZE = (6.4, 4.0)
ALT = (
    "Ten activations by the share of their mean and by their measured χ. Linear, SELU, tanh and softsign stand at a share "
    "of zero from one upwards; ELU, SiLU, GELU, leaky ReLU and ReLU lie near one with shares up to a third; sigmoid lies "
    "far to the right and far below, on the falling line that bounds them all"
)
FAMILIES = {"linear": "constant", "relu": "he", "leaky_relu": "he", "sigmoid": "fixed", "tanh": "glorot", "softsign": "glorot", "selu": "lecun"}
OFFSETS = {  # of a label from its point, in points; right of it unless said otherwise
    "linear": (-8, -6), "selu": (-8, 0), "elu": (2, -17), "silu": (0, 12), "gelu": (8, 9), "leaky_relu": (4, -15), "relu": (10, -4),
}  # fmt: skip


def draw(fig, runs, palette):
    """x: share of the mean in E[φ²]; y: measured χ with its interval, the bound 1 - share as a line."""
    ax = fig.subplots()
    ax.plot([0, 1], [1, 0], color=palette.faint)
    ax.annotate("no activation can lie below this line", (0.55, 0.45), (-8, -8), textcoords="offset points", ha="right", va="top", color=palette.muted)
    for name in ACTIVATIONS:
        measured, share = interval(runs["activation_constants"][name]["backward"][:, 0]), max(mean_share(name), 0)
        color = palette.family[FAMILIES.get(name, "orthogonal")]
        ax.errorbar(share, measured.mean, yerr=measured.half, color=color, marker="o", markersize=5, elinewidth=1.4)
        offset = OFFSETS.get(name, (8, -3))
        ax.annotate(labels.ACTIVATIONS[name], (share, measured.mean), offset, textcoords="offset points", color=color, ha="right" if offset[0] < 0 else "left")
    ax.set(xlabel="Share of the mean in the mean square of the activation", ylabel="χ where the signal keeps its size", xlim=(-0.12, 1), ylim=(0, 1.35))
    ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20 %", "40 %", "60 %", "80 %", "100 %"])
    ax.grid(axis="y")
