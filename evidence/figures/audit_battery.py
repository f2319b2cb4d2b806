"""What the audit measures in a sound network and in the same network with one kernel times ten."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.4, 3.4)
ALT = (
    "Three panels over nine layers, each with a sound network and one whose fourth kernel is ten times as large. The size "
    "of the activations leaps at layer four and stays high; the error signal is larger below layer four; the kernels lie "
    "inside a grey band around one except the fourth"
)
PANELS = {"signal": "RMS of h", "delta": "RMS of δ", "off": "Kernel / nearest rule"}
LINES = {"example_sound": ("sound", "glorot_uniform", (0, (5, 2))), "example_times_ten": ("one kernel × {factor}", "he_normal", "-")}


def draw(fig, runs, palette):
    """Three panels; x: layer; y: geometric mean over seeds with its interval, on a logarithmic axis; a line for each network."""
    planned = runs["audit_battery"].protocol["example"]
    for ax, (quantity, label) in zip(fig.subplots(1, 3), PANELS.items(), strict=True):
        for arm, (name, color, style) in LINES.items():
            logarithm = interval(np.log10(runs["audit_battery"][arm][quantity]))
            layers = np.arange(1, len(logarithm.mean) + 1)
            ax.fill_between(layers, 10**logarithm.low, 10**logarithm.high, color=palette[color], alpha=0.2, linewidth=0)
            ax.plot(layers, 10**logarithm.mean, "o", linestyle=style, markersize=4, color=palette[color], label=name.format_map(planned))
        ax.set(yscale="log", title=label, xticks=[1, planned["layer"], planned["hidden_layers"] + 1])
        ax.grid(axis="y")
        if quantity == "off":
            ax.axhspan(10**-0.5, 10**0.5, color=palette.faint, alpha=0.6, linewidth=0)
            ax.set_ylim(0.2, 30)
            ax.legend(loc="upper right")
        if quantity == "delta":
            ax.set_xlabel("Layer")
