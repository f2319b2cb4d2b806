"""Deep residual networks of dense layers, from plain He and from three quiet starts, over the steps of Adam."""

from evidence.readings.rates import best
from evidence.style.curves import together

SIZE = (5.2, 3.6)
ALT = (
    "Test accuracy over the steps of Adam, sixty-four residual blocks. A last kernel of zero, division by the root of N and ReZero lie together: "
    "near the top after a few hundred steps, and rising slowly. Plain He lies far below them and rises to less than half"
)
LINES = {  # start: label, what gives its colour, dash
    "rezero": ("ReZero", "constant", ":"), "zero_last": ("last kernel zero", "fixed", (0, (4, 1, 1, 1))),
    "residual_scale": ("divided by √N", "lecun", "--"), "he_normal": ("plain He", "he", "-"),
}  # fmt: skip


def draw(fig, runs, palette):
    """x: steps; y: test accuracy in per cent at each start's best rate, each seed thin and the mean thick."""
    arms = runs["settled_branches"]
    together(fig, palette, arms.protocol, LINES, lambda start: best(arms, start)["test_accuracy"])
