"""From zeros, what a network learns is how frequent each digit is."""

import numpy as np

from evidence.readings.intervals import interval

ALT = (
    "Bars of the share of each digit in the training labels, between nine and just over eleven per cent; on each bar a "
    "dot with an interval for the probability the trained network predicts, close to the bar's top"
)
ARM = "relu_zeros_two"


def draw(fig, runs, palette):
    """Bars: share of each digit among the training labels; dots: what the trained network predicts for any image."""
    share = 100 * runs["class_prior"]["train"]["share"][0]
    bias = runs["zero_start"][ARM]["output_bias"]
    predicted = np.exp(bias) / np.exp(bias).sum(axis=1, keepdims=True)
    mean = interval(100 * predicted)
    ax = fig.subplots()
    digits = np.arange(10)
    ax.bar(digits, share, width=0.7, color=palette.faint)
    ax.errorbar(digits, mean.mean, yerr=mean.half, fmt="o", color=palette["he_normal"], markersize=5, elinewidth=2)
    ax.axhline(10, color=palette.muted, linewidth=1, linestyle=(0, (4, 3)))
    ax.annotate("10 %: before training", (9.6, 10), (0, 4), textcoords="offset points", ha="right", color=palette.muted, fontsize=9)
    ax.set(xlabel="Digit", ylabel="Share (%)", xticks=digits, ylim=(8, 12.2), yticks=[8, 9, 10, 11, 12])
