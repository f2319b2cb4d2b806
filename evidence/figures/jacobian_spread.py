"""How unequally random networks of Gaussian and of orthogonal kernels treat directions, by depth."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.style.labels import ACTIVATIONS
from evidence.theory import isometry

SIZE = (6.6, 2.9)
ALT = (
    "Spread of the squared singular values by layer in three panels, linear, tanh and ReLU, on a logarithmic axis. Gaussian kernels climb in all three; "
    "orthogonal ones stay at one in the linear panel, rise to less than two with tanh, and climb with ReLU"
)
STYLE = {"gaussian": ("Gaussian", "glorot_uniform", "o"), "orthogonal": ("orthogonal", "orthogonal", "s")}


def draw(fig, runs, palette):
    """Panels: activations; x: layer; y: spread, logarithmic; markers: means of seeds; lines: the derivation, which tanh has none of."""
    arms = runs["jacobian_spread"]
    protocol = arms.protocol
    axes = fig.subplots(1, len(protocol["activations"]), sharey=True)
    layers = np.arange(1, protocol["layers"] + 1)
    for ax, activation in zip(axes, protocol["activations"], strict=True):
        for kernel, (label, color, marker) in STYLE.items():
            mean = interval(arms[f"{activation}_{kernel}"]["spread"])
            shown = slice(2, None, 3)
            style = {"color": palette[color], "label": label}
            if activation in isometry.MASK:
                ax.plot(layers, isometry.spread(kernel, activation, layers[-1]), color=palette[color], linewidth=1.2)
            ax.errorbar(layers[shown], mean.mean[shown], yerr=mean.half[shown], fmt=marker, markersize=3.5, elinewidth=1, **style)
        ax.axhline(protocol["width"], color=palette.muted, linestyle=":", linewidth=1)
        ax.set_title(ACTIVATIONS[activation])
        ax.set(yscale="log", ylim=(0.8, 1.25 * protocol["width"]), xlim=(0, layers[-1] + 1))
        ax.set_yticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
        ax.minorticks_off()
        ax.grid(axis="y")
    axes[0].set_ylabel("Spread")
    axes[1].set_xlabel("Layer")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
