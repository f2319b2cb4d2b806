"""Reads the record of mnist_shootout: every difference in accuracy that the shoot-out shows, as one family."""

from evidence.readings.intervals import paired_difference

DEFAULT = "glorot_uniform"  # Keras's
SHAPES = {f"{rule}_normal": f"{rule}_uniform" for rule in ("lecun", "he")}  # Glorot's pair is among those with the default


def final(runs, arm):
    """Test accuracy after the last epoch, (seeds,) fraction."""
    return runs["mnist_shootout"][arm]["test_accuracy"][:, -1]


def differences(runs):
    """Paired differences in final test accuracy, {(arm, reference): Interval}, which hold together with 95 % confidence.

    Of every initializer from Keras's default, and of normal from uniform at equal variance.
    """
    pairs = [(arm, DEFAULT) for arm in runs["mnist_shootout"] if arm != DEFAULT] + list(SHAPES.items())
    return {(arm, other): paired_difference(final(runs, arm), final(runs, other), len(pairs)) for arm, other in pairs}
