"""Learning curves of He and Glorot on deep ReLU networks: who starts faster, and where both end."""

from evidence.figures.settling import panels

SIZE = (5.8, 5.2)
ALT = (
    "Test accuracy by steps in four panels, He and Glorot. With fifteen layers He rises first and the two curves meet at "
    "the top, with SGD as with Adam. With thirty layers and Adam they meet too; with SGD Glorot lies flat at the bottom "
    "for more than an epoch and then climbs in jumps, to come near He only after twenty"
)


def draw(fig, runs, palette):
    """Depths down, optimizers across; x: steps; y: test accuracy in per cent."""
    panels(fig, runs, palette, "relu")
