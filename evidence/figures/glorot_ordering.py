"""Three activations, three ways to start: the test error by epoch, each at its best learning rate."""

import numpy as np

from evidence.readings.glorot_ordering import curve

SIZE = (6.4, 3.6)
ALT = (
    "Three panels of test error by epoch on a logarithmic scale. For sigmoid all three start high and fall over the next "
    "epochs, the old rule last, to about five per cent. For tanh and softsign the three lines lie together from the first "
    "epoch on and end near three"
)
LABELS = {"standard": ("uniform within ±1/√n", "fixed", (0, (1, 1.5))), "glorot": ("Glorot", "glorot", "-"), "he": ("He", "he", (0, (5, 2)))}


def draw(fig, runs, palette):
    """One panel per activation; x: epoch; y: test error in per cent, logarithmic; a line per start, median and range over seeds."""
    activations = runs["glorot_ordering"].protocol["activations"]
    axes = fig.subplots(1, len(activations), sharey=True)
    for ax, activation in zip(axes, activations, strict=True):
        for start, (label, family, dash) in LABELS.items():
            error, color = 100 * (1 - curve(runs, activation, start)), palette.family[family]
            epochs = np.arange(1, error.shape[1] + 1)
            ax.fill_between(epochs, error.min(axis=0), error.max(axis=0), color=color, alpha=0.15, linewidth=0)
            ax.plot(epochs, np.median(error, axis=0), color=color, linestyle=dash, marker="o", markersize=3, label=label)
        ax.set(title=activation, xlabel="Epoch", xticks=epochs, yscale="log")
        ax.set_yticks([3, 5, 10, 20, 50, 90], ["3", "5", "10", "20", "50", "90"])
        ax.minorticks_off()
        ax.grid(axis="y")
    axes[0].set_ylabel("Test error (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9.5)
