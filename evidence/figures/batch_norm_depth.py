"""The error signal of many untrained layers of ReLU with and without batch normalization."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.style.labels import spread

SIZE = (6.4, 3.9)
ALT = (
    "Size of the error signal through fifty layers, relative to the last, on a logarithmic scale. Without normalization "
    "it stays level; with it the signal rises toward the input along straight lines by four to six powers of ten, "
    "steepest for eight images, and three lines for different kernel sizes lie on each other"
)
ARMS = ["batch_8", "batch_32", "scale_1", "scale_0.1", "scale_10", "batch_512", "plain"]
DASHES = {"scale_0.1": (0, (5, 2)), "scale_10": (0, (1, 1.5))}


def draw(fig, runs, palette):
    """x: hidden layer; y: δ over its size in layer fifty, logarithmic, geometric mean over seeds with its interval."""
    ax = fig.subplots()
    ends = []
    for arm in ARMS:
        delta = runs["batch_norm_depth"][arm]["delta"]
        values = interval(np.log10(delta / delta[:, -1:]))
        layers = np.arange(1, len(values.mean) + 1)
        ax.fill_between(layers, 10**values.low, 10**values.high, color=color(arm, palette), alpha=0.2, linewidth=0)
        ax.plot(layers, 10**values.mean, color=color(arm, palette), linestyle=DASHES.get(arm, "-"))
        ends.append(values.mean[0])
    for arm, height in zip(ARMS, spread(ends, 0.42), strict=True):
        ax.annotate(label(arm, runs["batch_norm_depth"].protocol["arms"]), (1, 10**height), (-6, 0), textcoords="offset points", va="center", ha="right", color=color(arm, palette), fontsize=9.5, annotation_clip=False)
    ax.set(yscale="log", xlabel="Hidden layer", xticks=[1, *layers[9::10]], xlim=(1, layers[-1]))
    ax.set_ylabel(f"δ, as multiple of layer {layers[-1]}")
    ax.yaxis.tick_right()
    ax.yaxis.set_label_position("right")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="y")


def label(arm, settings):
    """What stands beside a line; settings: {arm: [scale of the kernels, images]} of the normalized networks."""
    if arm not in settings:
        return "no normalization"
    scale, images = settings[arm]
    return f"{images} images" if scale == 1 else f"{images}, kernels × {scale:g}"


def color(arm, palette):
    """He's colour for one batch size at three scales, muted without normalization, others for other batches."""
    families = {"batch_8": "fixed", "batch_32": "lecun", "batch_512": "glorot"}
    return palette.muted if arm == "plain" else palette.family[families.get(arm, "he")]
