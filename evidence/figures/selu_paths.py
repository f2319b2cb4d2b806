"""The mean square of z in deep SELU networks from three sizes, under three gains."""

import numpy as np

from evidence.readings.intervals import interval

SIZE = (6.4, 3.8)
ALT = (
    "Mean square of z over thirty SELU layers on a logarithmic scale. From a half, one and two, three lines under LeCun "
    "meet at one within fifteen layers; under He they rise together beyond a hundred; under three quarters of LeCun's "
    "standard deviation they fall together below a twentieth"
)
LABELS = {"selu_he": "He, gain 2", "selu_lecun": "LeCun, gain 1", "selu_three_quarters": "gain 9/16"}
FAMILIES = {"selu_he": "he", "selu_lecun": "lecun", "selu_three_quarters": "fixed"}


def draw(fig, runs, palette):
    """x: layer; y: mean square of z, geometric mean over seeds with its interval; three lines per gain, one per start."""
    ax = fig.subplots()
    for path, label in LABELS.items():
        color = palette.family[FAMILIES[path]]
        for start in ("half", "one", "two"):
            signal = interval(np.log10(runs["activation_constants"][f"{path}_{start}"]["signal"]))
            layers = np.arange(1, len(signal.mean) + 1)
            ax.fill_between(layers, signal.low, signal.high, color=color, alpha=0.2, linewidth=0)
            ax.plot(layers, signal.mean, color=color)
        ax.annotate(label, (layers[-1], signal.mean[-1]), (6, 0), textcoords="offset points", color=color, va="center", annotation_clip=False)
    ax.set(xlabel="Layer", ylabel="Mean square of z", xlim=(1, layers[-1]), xticks=[1, 10, 20, 30])
    ax.set_yticks([-2, -1, 0, 1, 2], ["0.01", "0.1", "1", "10", "100"])
    ax.grid(axis="y")
