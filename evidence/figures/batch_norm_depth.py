"""The error signal of fifty untrained layers of ReLU with and without batch normalization."""

import numpy as np

from evidence.style.labels import spread
from evidence.readings.intervals import interval

SIZE = (6.4, 3.9)
ALT = (
    "Size of the error signal through fifty layers, relative to the last, on a logarithmic scale. Without normalization "
    "it stays level; with it the signal rises toward the input along straight lines by four to six powers of ten, "
    "steepest for eight images, and three lines for different kernel sizes lie on each other"
)
LABELS = {
    "batch_8": "8 images", "batch_32": "32 images", "scale_1": "128 images", "scale_0.1": "128, kernels × 0.1",
    "scale_10": "128, kernels × 10", "batch_512": "512 images", "plain": "no normalization",
}  # fmt: skip
DASHES = {"scale_0.1": (0, (5, 2)), "scale_10": (0, (1, 1.5))}


def draw(fig, runs, palette):
    """x: hidden layer; y: δ over its size in layer fifty, logarithmic, geometric mean over seeds with its interval."""
    ax = fig.subplots()
    ends = []
    for arm in LABELS:
        delta = runs["batch_norm_depth"][arm]["delta"]
        values = interval(np.log10(delta / delta[:, -1:]))
        layers = np.arange(1, len(values.mean) + 1)
        ax.fill_between(layers, 10**values.low, 10**values.high, color=color(arm, palette), alpha=0.2, linewidth=0)
        ax.plot(layers, 10**values.mean, color=color(arm, palette), linestyle=DASHES.get(arm, "-"))
        ends.append(values.mean[0])
    for arm, height in zip(LABELS, spread(ends, 0.42), strict=True):
        ax.annotate(LABELS[arm], (1, 10**height), (-6, 0), textcoords="offset points", va="center", ha="right", color=color(arm, palette), fontsize=9.5, annotation_clip=False)
    ax.set(yscale="log", xlabel="Hidden layer", xticks=[1, 10, 20, 30, 40, 50], xlim=(1, 50))
    ax.set_ylabel("δ, as multiple of layer 50")
    ax.yaxis.tick_right()
    ax.yaxis.set_label_position("right")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="y")


def color(arm, palette):
    """He's colour for one batch size at three scales, muted without normalization, others for other batches."""
    families = {"batch_8": "fixed", "batch_32": "lecun", "batch_512": "glorot"}
    return palette.muted if arm == "plain" else palette.family[families.get(arm, "he")]
