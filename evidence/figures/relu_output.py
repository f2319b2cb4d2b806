"""The broken network and its repair, epoch by epoch."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.style.palette import dash

SIZE = (5.8, 3.5)
ALT = (
    "Test accuracy by epoch for four initializers in two panels. With ReLU on the output layer all four lie on one flat "
    "line near ten; with softmax three lie close to a hundred and zeros stays low"
)


def draw(fig, runs, palette):
    """Two panels, ReLU and softmax on the output layer; x: epoch; y: test accuracy in per cent, one line per initializer."""
    protocol = runs["relu_output"].protocol
    axes = fig.subplots(1, 2, sharey=True)
    for ax, output in zip(axes, protocol["outputs"], strict=True):
        means = [interval(100 * runs["relu_output"][f"{arm}_{output}"]["test_accuracy"]) for arm in protocol["initializers"]]
        epochs = np.arange(1, len(means[0].mean) + 1)
        for arm, curve in zip(protocol["initializers"], means, strict=True):
            ax.fill_between(epochs, curve.low, curve.high, color=palette[arm], alpha=0.2, linewidth=0)
            ax.plot(epochs, curve.mean, color=palette[arm], linestyle=dash(arm))
        ax.set(xlabel="Epoch", xticks=epochs, ylim=(0, 100))
    axes[0].set_ylabel("Test accuracy (%)")
    axes[0].set_title("ReLU on the output layer")
    axes[1].set_title("Softmax on the output layer")
    axes[1].annotate("the three random starts", (2, 94), (0, -16), textcoords="offset points", ha="center", fontsize=9, color=palette.muted)
    axes[1].annotate("zeros", (2, 12), (0, 8), textcoords="offset points", ha="center", fontsize=9, color=palette["zeros"])
    axes[0].annotate("all four", (2, 9.8), (0, 8), textcoords="offset points", ha="center", fontsize=9, color=palette.muted)
