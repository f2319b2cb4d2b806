"""Learning curves of orthogonal and Glorot on deep tanh networks: who starts faster, and where both end."""

from evidence.figures.settled_relu import panels

SIZE = (5.8, 5.2)
ALT = (
    "Test accuracy by steps in four panels, orthogonal and Glorot uniform, for tanh networks. In all of them orthogonal "
    "rises first and the curves meet at the top"
)


def draw(fig, runs, palette):
    """Depths down, optimizers across; x: steps; y: test accuracy in per cent."""
    panels(fig, runs, palette, "tanh")
