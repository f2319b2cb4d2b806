"""Glorot and He on 22 plain convolutions, over the steps of SGD until every training image was seen once."""

from evidence.readings.rates import best
from evidence.style.curves import together

SIZE = (5.2, 3.2)
ALT = (
    "Test accuracy over the steps of SGD, 22 plain convolutions. He normal climbs within the first thousand steps and flattens near the top. "
    "Glorot uniform lies flat at one in ten to the end"
)
LINES = {"glorot_uniform": ("Glorot uniform", "glorot", "--"), "he_normal": ("He normal", "he", "-")}  # start: label, what gives its colour, dash


def draw(fig, runs, palette):
    """x: steps; y: test accuracy in per cent at each start's best rate, each seed thin and the mean thick."""
    arms = runs["settled_convolutions"]
    together(fig, palette, arms.protocol, LINES, lambda start: best(arms, start)["test_accuracy"])
