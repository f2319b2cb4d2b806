"""Learning curves of networks of grouped convolutions, by the start of their kernels."""

from evidence.readings import rates
from evidence.style import curves

SIZE = (6.6, 3.0)
ALT = (
    "Test accuracy by steps in two panels. With four groups the line of Keras's default rises after those of Glorot counted right and of He, and comes "
    "close to them; with eight groups it lies flat at one in ten long after the others have risen, and then climbs"
)
STARTS = {"default": ("Keras's default", "glorot_uniform", (0, (5, 2))), "glorot": ("Glorot counted right", "glorot_uniform", "-"), "he": ("He", "he_normal", "-")}


def draw(fig, runs, palette):
    """Panels: groups; each start at its best rate."""
    arms = runs["grouped_start"]
    titles = {groups: f"{groups} groups" for groups in arms.protocol["groups"]}
    curves.by_start(fig, palette, arms.protocol, STARTS, titles, lambda start, panel: rates.best(arms, f"{start}_{panel}")["test_accuracy"])
