"""Residual convolutions from plain He, with a last kernel of zero, with batch normalization and with a last γ of zero, over the steps of SGD."""

from evidence.readings.rates import best
from evidence.style.curves import together

SIZE = (5.2, 3.6)
ALT = (
    "Test accuracy over the steps of SGD, sixteen residual blocks of convolutions. A last kernel of zero, batch normalization and a last gamma of zero "
    "are near the top after two hundred steps and end together. Plain He starts far below them, climbs, and is still below at the end"
)
LINES = {  # start: label, what gives its colour, dash
    "zero_gamma": ("last γ zero", "lecun", "--"), "normalized": ("batch normalization", "glorot", ":"),
    "zero_last": ("last kernel zero", "fixed", (0, (4, 1, 1, 1))), "he": ("plain He", "he", "-"),
}  # fmt: skip


def draw(fig, runs, palette):
    """x: steps; y: test accuracy in per cent at each start's best rate, each seed thin and the mean thick."""
    arms = runs["settled_residual_convolutions"]
    together(fig, palette, arms.protocol, LINES, lambda start: best(arms, start)["test_accuracy"])
