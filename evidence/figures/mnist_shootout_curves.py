"""Test loss by epoch: the initializers that train come together, the others stay where they are."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.style.labels import spread
from evidence.style.palette import dash

SIZE = (5.8, 3.8)
ALT = (
    "Test loss by epoch on a logarithmic scale: zeros flat at the top, constant slightly falling, identity and random "
    "uniform above a bundle of orthogonal, Glorot uniform and He normal that falls together"
)
SHOWN = ["zeros", "constant", "identity", "random_uniform", "orthogonal", "glorot_uniform", "he_normal"]


def draw(fig, runs, palette):
    """One line per initializer with its interval as a band; x: epoch; y: test loss in nats, logarithmic."""
    curves = {arm: interval(runs["mnist_shootout"][arm]["test_loss"]) for arm in SHOWN}
    ax = fig.subplots()
    for arm, curve in curves.items():
        epochs = np.arange(1, len(curve.mean) + 1)
        ax.fill_between(epochs, curve.low, curve.high, color=palette[arm], alpha=0.2, linewidth=0)
        ax.plot(epochs, curve.mean, color=palette[arm], linestyle=dash(arm))
    ax.set_yscale("log")
    ends = spread([np.log10(curves[arm].mean[-1]) for arm in SHOWN], 0.085)
    for arm, height in zip(SHOWN, ends, strict=True):
        ax.annotate(arm, (epochs[-1], 10**height), (6, 0), textcoords="offset points", va="center", color=palette[arm], fontsize=9, annotation_clip=False)
    ax.set(xlabel="Epoch", ylabel="Test loss (nats)", xticks=epochs, xlim=(1, epochs[-1] * 1.3), ylim=(0.055, 3))
    ax.set_yticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    ax.minorticks_off()
    ax.spines["bottom"].set_bounds(1, epochs[-1])
