"""Learning curves of five starts under Adam and under Muon."""

import numpy as np

from evidence.readings import rates
from evidence.style.palette import dash

SIZE = (6.6, 3.0)
ALT = (
    "Test accuracy by steps in two panels, Adam and Muon. Under both He normal, orthogonal and Glorot uniform climb, further with Muon, and the two starts of "
    "standard deviation 0.02 and 0.001 lie flat at one in ten"
)
NAMES = {"normal_0.02": "std 0.02", "normal_0.001": "std 0.001"}


def draw(fig, runs, palette):
    """Panels: optimizers; x: steps; y: test accuracy in per cent, each seed thin and the mean thick, each start at its best rate."""
    arms = runs["muon_start"]
    protocol = arms.protocol
    axes = fig.subplots(1, 2, sharey=True)
    for ax, optimizer in zip(axes, ("adam", "muon"), strict=True):
        for start in protocol["starts"]:
            curve = 100 * rates.best(arms, f"{start}_{optimizer}_keras")["test_accuracy"]
            rule = "random_normal" if start in NAMES else start
            style = {"color": palette[rule], "linestyle": (0, (1, 1.5)) if start == "normal_0.001" else dash(rule)}
            ax.plot(protocol["steps"], curve.T, **style, linewidth=0.6, alpha=0.4)
            ax.plot(protocol["steps"], np.mean(curve, 0), **style, linewidth=2.2, label=NAMES.get(start, start))
        ax.set(title=optimizer.capitalize(), ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {protocol['batch_size']} images")
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
