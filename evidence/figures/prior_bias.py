"""Loss in the first batches on rare positives, from an output bias of zero and from one at the log-odds."""

import numpy as np

from evidence.readings.intervals import interval

ALT = (
    "Loss over 156 batches on a logarithmic axis. From a bias of zero it starts highest, falls steeply in the first "
    "batches and stays above the line of the bias at the log-odds, which starts near the entropy. With a zero kernel as "
    "well, the loss starts at the entropy, stays there for some thirty batches and then falls"
)
ARMS = {  # colour family, label, and where it stands
    "zero": ("constant", "bias zero", (20, 0.5)),
    "prior": ("he", "bias at the log-odds", (4, 0.009)),
    "prior_alone": ("glorot", "log-odds and zero kernel", (75, 0.072)),
}


def draw(fig, runs, palette):
    """One line per start with its interval; x: batch; y: loss in nats, logarithmic; dashed: the entropy of the labels."""
    ax = fig.subplots()
    for arm, (family, label, place) in ARMS.items():
        curve, color = interval(runs["prior_bias"][arm]["loss"]), palette.family[family]
        batches = runs["prior_bias"][arm]["batch"][0]
        ax.fill_between(batches, np.maximum(curve.low, 1e-3), curve.high, color=color, alpha=0.25, linewidth=0)
        ax.plot(batches, curve.mean, color=color)
        ax.text(*place, label, color=color, va="center", fontsize=9.5)
    ax.set_yscale("log")
    ax.set_yticks([0.01, 0.03, 0.1, 0.3, 1], ["0.01", "0.03", "0.1", "0.3", "1"])
    ax.minorticks_off()
    ax.set(xlabel=f"Batches of {runs['prior_bias'].protocol['batch_size']} images", ylabel="Loss (nats)", ylim=(0.006, 1.5))
