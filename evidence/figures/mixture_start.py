"""Experts in use over steps from five starts of the router, without and with the balance loss."""

import numpy as np

from evidence.readings import rates
from evidence.style.palette import dash

SIZE = (6.8, 3.4)
ALT = (
    "Experts in use by steps in two panels, without and with the balance loss. A router of zeros starts with one, the others at four to five, and the one less its mean near all eight. "
    "From standard deviation 1 the line falls below the others and stays there in both panels; with the balance loss the other four end between six and a half and seven and a half"
)
STARTS = {
    "zero": ("zeros", "zeros"), "small": ("random_normal", "0.02"), "fan_in": ("lecun_normal", "1 / √fan_in"), "centred": ("glorot_uniform", "1 / √fan_in less the mean"),
    "one": ("he_normal", "1"),
}  # fmt: skip
PANELS = {"free": "Without balance loss", "balanced": "With balance loss"}


def draw(fig, runs, palette):
    """Panels: balance loss; x: steps, a place for each that was asked; y: experts in use, each seed thin and the mean thick, each at its best rate."""
    arms = runs["mixture_start"]
    protocol = arms.protocol
    places = range(len(protocol["steps"]))
    axes = fig.subplots(1, 2, sharey=True)
    for ax, (how, title) in zip(axes, PANELS.items(), strict=True):
        for router, (rule, label) in STARTS.items():
            curve = rates.best(arms, f"{router}_{how}")["experts_in_use"]
            style = {"color": palette[rule], "linestyle": dash(rule)}
            ax.plot(places, curve.T, **style, linewidth=0.4, alpha=0.25)
            ax.plot(places, np.mean(curve, 0), **style, linewidth=2.2, label=label)
        ax.set(title=title, ylim=(0.8, protocol["experts"] + 0.1), xlim=(0, places[-1]), xlabel=f"Steps of {protocol['batch_size']} images")
        ax.set_xticks(places, protocol["steps"], fontsize=8.5)
        ax.grid(axis="y")
    axes[0].set_ylabel("Experts in use")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
