"""Learning curves of depthwise separable networks whose depthwise kernels start from Keras's count of the fans and from the right one."""

from evidence.readings import rates
from evidence.style import curves

SIZE = (6.6, 3.0)
ALT = (
    "Test accuracy by steps in two panels. Without normalization the line of Keras's default lies flat at one in ten, and that of the kernels counted right "
    "climbs; with batch normalization both climb close together"
)
STARTS = {"default": ("Keras's default", "glorot_uniform", (0, (5, 2))), "counted": ("fans counted right", "lecun_normal", "-")}
TITLES = {"plain": "without normalization", "normalized": "batch normalization"}


def draw(fig, runs, palette):
    """Panels: without normalization and with; each start at its best rate."""
    arms = runs["depthwise_start"]
    curves.by_start(fig, palette, arms.protocol, STARTS, TITLES, lambda start, panel: rates.best(arms, f"{start}_{panel}")["test_accuracy"])
