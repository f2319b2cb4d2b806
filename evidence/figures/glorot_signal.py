"""Slow decay of the signal in tanh networks, and fast decay of the error signal in sigmoid networks."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory.mean_field import tanh_decay

SIZE = (6.6, 3.7)
ALT = (
    "Two panels. Left, on logarithmic scales, the mean square of h in a tanh network falls along the line one over two l "
    "for fifty layers. Right, the mean square of the error signal over ten layers falls about twelvefold for tanh and by "
    "many powers of ten for sigmoid, less with weights four times as large"
)
BACKWARD = {"tanh_ten": "tanh", "sigmoid_four_ten": "sigmoid,\n4 × Glorot", "sigmoid_ten": "sigmoid"}


def draw(fig, runs, palette):
    """Left: mean square of h by layer, measured, recursion and 1/(2l). Right: mean square of δ by layer, relative to the last."""
    left, right = fig.subplots(1, 2)
    signal = interval(runs["glorot_signal"]["tanh"]["activation"])
    layers = np.arange(1, len(signal.mean) + 1)
    left.plot(layers, 1 / (2 * layers), color=palette.muted, linestyle=(0, (1, 1.5)))
    left.plot(layers, tanh_decay(len(layers)), color=palette["glorot_uniform"], linewidth=1.2)
    shown = np.array([1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50]) - 1
    left.errorbar(layers[shown], signal.mean[shown], signal.half[shown], fmt="o", color=palette["glorot_uniform"], markersize=4)
    left.annotate("1 / (2 l)", (5, 0.1), (6, 12), textcoords="offset points", color=palette.muted, fontsize=9.5)
    left.set(xscale="log", yscale="log", xlabel="Layer", ylim=(0.007, 0.7))
    left.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    left.set_yticks([0.01, 0.03, 0.1, 0.3], ["0.01", "0.03", "0.1", "0.3"])
    left.minorticks_off()
    left.grid(axis="y")
    left.set_title("Signal under tanh: mean square of h")
    for arm, label in BACKWARD.items():
        delta = runs["glorot_signal"][arm]["delta"][:, :-1]
        curve = interval(2 * np.log10(delta / delta[:, -1:]))
        layers = np.arange(1, len(curve.mean) + 1)
        color = palette["glorot_uniform"] if arm == "tanh_ten" else palette["random_uniform"]
        right.plot(layers, curve.mean, color=color, linestyle="--" if "four" in arm else "-")
        right.fill_between(layers, curve.low, curve.high, color=color, alpha=0.2, linewidth=0)
        right.annotate(label, (3, curve.mean[2]), (0, -6), textcoords="offset points", va="top", color=color, fontsize=9.5)
    right.set(xlabel="Layer", xticks=[1, 4, 7, 10], yticks=[0, -4, -8, -12])
    right.set_yticks([0, -4, -8, -12], ["1", "$10^{-4}$", "$10^{-8}$", "$10^{-12}$"])
    right.grid(axis="y")
    right.set_title("Error signal: mean square of δ")
