"""Keras's default kernels against the rule whose name they carry: which get the standard deviation that it asks for."""

from evidence.readings.defaults import kernels, ratio
from evidence.readings.intervals import interval

SIZE = (6.4, 5.4)
ALT = (
    "Dots for seventeen kernels of Keras layers: measured over prescribed standard deviation, on a logarithmic axis. Ten "
    "sit at one, among them dense, convolution and attention; those of GRU and LSTM lie between one half and one, the two "
    "depthwise kernels below one quarter"
)
TICKS = [0.125, 0.25, 0.5, 1]


def draw(fig, runs, palette):
    """One row per layer and weight, cells left out; x: measured over prescribed standard deviation, logarithmic."""
    rows = [row for row in kernels(runs) if ratio(row) and not row[0].endswith(("Cell", "1D", "3D", "3DTranspose", "1DTranspose"))]
    ax = fig.subplots()
    ax.axvline(1, color=palette.muted, linewidth=1)
    for height, (_, _, default, quantities) in enumerate(reversed(rows)):
        mean = interval((quantities["std"] / quantities["rule_std"])[:, 0])
        ax.errorbar(mean.mean, height, xerr=mean.half, fmt="o", color=palette[default], markersize=6, elinewidth=2)
    ax.set_xscale("log")
    ax.set_xticks(TICKS, ["1/8", "1/4", "1/2", "1"])
    ax.minorticks_off()
    ax.set_yticks(range(len(rows)), [f"{layer}, {argument}" for layer, argument, *_ in reversed(rows)])
    ax.set(xlim=(0.11, 1.4), ylim=(-0.6, len(rows) - 0.4), xlabel="Standard deviation, measured / asked for by the rule")
    for default, height in (("glorot_uniform", len(rows) - 2), ("orthogonal", len(rows) - 3)):
        ax.text(0.12, height, default, color=palette[default], va="center", fontsize=9.5)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
