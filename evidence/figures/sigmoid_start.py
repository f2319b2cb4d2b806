"""How deep sigmoid networks learn from two variances, and with the mean of sigmoid taken away."""

import numpy as np

from evidence.readings.sigmoid_start import curve

SIZE = (6.4, 5.2)
ALT = (
    "Test accuracy over six epochs in four panels. Five hidden layers, SGD: Glorot starts late and ends just below two "
    "lines that are near ninety-five from the first epoch on. Fifteen layers, SGD: Glorot stays at ten, four times Glorot "
    "climbs over several epochs, centred sigmoid is above ninety after one. Adam: with five layers both lines are above "
    "ninety, with fifteen Glorot stays at ten and four times Glorot climbs"
)
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}
LABELS = {
    "glorot_uniform": ("Glorot", "glorot", "-"), "four_glorot": ("four times Glorot", "he", (0, (5, 2))),
    "centred": ("four times Glorot, sigmoid less 1/2", "orthogonal", (0, (1, 1.5))),
}  # fmt: skip


def draw(fig, runs, palette):
    """Panels: optimizers down, hidden layers across; x: epoch; y: test accuracy, median and range, a line per start at its best rate."""
    protocol = runs["sigmoid_start"].protocol
    axes = fig.subplots(len(OPTIMIZERS), len(protocol["hidden_layers"]), sharex=True, sharey=True)
    for row, (optimizer, name) in zip(axes, OPTIMIZERS.items(), strict=True):
        for ax, depth in zip(row, protocol["hidden_layers"], strict=True):
            for start in protocol["starts"][optimizer]:
                _, family, dash = LABELS[start]
                accuracy = 100 * curve(runs, start, optimizer, depth)
                epochs, color = np.arange(1, accuracy.shape[1] + 1), palette.family[family]
                ax.fill_between(epochs, accuracy.min(axis=0), accuracy.max(axis=0), color=color, alpha=0.15, linewidth=0)
                ax.plot(epochs, np.median(accuracy, axis=0), color=color, linestyle=dash, marker="o", markersize=3)
            ax.set(ylim=(0, 100), xticks=epochs, yticks=[0, 20, 40, 60, 80, 100])
            ax.grid(axis="y")
        row[0].set_ylabel(f"{name}: test accuracy (%)")
    for ax, depth in zip(axes[0], protocol["hidden_layers"], strict=True):
        ax.set_title(f"{depth} hidden layers")
    for ax in axes[-1]:
        ax.set_xlabel("Epoch")
    handles = [axes[0, 0].plot([], [], color=palette.family[family], linestyle=dash, label=label)[0] for label, family, dash in LABELS.values()]
    fig.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=9.5)
