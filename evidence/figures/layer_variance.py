"""Predicted and measured size of signal and error signal, layer by layer."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory import variance

SIZE = (6.6, 4.0)
ALT = (
    "Two panels over seven layers with lines for predictions and markers on them. Forward, the fan-in rule is flat, the "
    "fan-out rule jumps up and down by four, and the average falls in steps. Backward, the fan-out rule is flat and the "
    "fan-in rule jumps"
)
LABELS = {"fan_in": "1 / fan-in", "fan_avg": "2 / (fan-in + fan-out)", "fan_out": "1 / fan-out"}
MARKERS = {"fan_in": "o", "fan_avg": "s", "fan_out": "^"}


def draw(fig, runs, palette):
    """Two panels, forward and backward; x: layer; y: mean square, logarithmic; lines are predicted, markers measured."""
    colors = {"fan_in": palette.family["lecun"], "fan_avg": palette.family["glorot"], "fan_out": palette.family["fixed"]}
    axes = fig.subplots(1, 2)
    widths = runs["layer_variance"].protocol["widths"]
    layers = np.arange(1, len(widths))
    for rule, label in LABELS.items():
        quantities = runs["layer_variance"][rule]
        predicted = (
            variance.forward(rule, quantities["input"].mean(), widths),
            variance.backward(rule, quantities["backward"][:, -1].mean(), widths),
        )
        for ax, line, values in zip(axes, predicted, (quantities["forward"], quantities["backward"]), strict=True):
            measured = interval(values)
            ax.plot(layers, line, color=colors[rule], linewidth=1.2)
            ax.errorbar(
                layers, measured.mean, measured.half, fmt=MARKERS[rule], color=colors[rule], markersize=5, elinewidth=1.4, label=label
            )
    for ax, title in zip(axes, ("Signal: mean square of z", "Error signal: mean square of δ"), strict=True):
        ax.set(yscale="log", xlabel="Layer", xticks=layers)
        ax.set_title(title)
        ax.grid(axis="y")
    axes[0].set_ylabel("Mean square")
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, title="Variance of the weights", title_fontsize=9.5, fontsize=9.5)
