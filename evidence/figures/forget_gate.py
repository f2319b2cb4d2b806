"""How much of an untrained LSTM's cell state is left, step by step, for three biases of the forget gate."""

import numpy as np

from evidence.intervals import interval

ARMS = {  # colour family, label, and where it stands
    "uniform_lags": ("lecun", "spread: exp(b) uniform in 1 … 49", (26, -0.75)),
    "one": ("he", "b = 1, Keras's default", (37, -2.5)),
    "zero": ("constant", "b = 0", (24.5, -7.6)),
}


def draw(fig, runs, palette):
    """One line per bias with its interval; x: lag in steps; y: gradient of the last cell state, logarithmic."""
    ax = fig.subplots()
    for arm, (family, label, place) in ARMS.items():
        curve = interval(runs["forget_gate"][arm]["kept"])
        lags = np.arange(1, len(curve.mean) + 1)
        ax.fill_between(lags, curve.low, curve.high, color=palette.family[family], alpha=0.25, linewidth=0)
        ax.plot(lags, curve.mean, color=palette.family[family])
        ax.text(*place, label, color=palette.family[family], ha="center", va="center", fontsize=9.5)
    powers = [0, -3, -6, -9, -12]
    ax.set_yticks(powers, [f"$10^{{{power}}}$" for power in powers])
    ax.set(xlabel="Steps back", ylabel="Gradient of the cell state", xticks=[1, 10, 20, 30, 40, 50], ylim=(-12.5, 0.8))
