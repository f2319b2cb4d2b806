"""What the runs of lora_start say of the rates at which each start trains."""

import numpy as np

from evidence.readings import rates

ALIKE = np.log(10)  # the loss of answering alike to every image; the body's own loss on turned digits is above it
TRAINS = 0.5  # test accuracy: a network that has collapsed to one answer may end a hair below ALIKE, which is no training
STARTS = {  # in the order of the table: A, B
    "a_random": ("Kaiming uniform, √5 (PEFT)", "zeros"),
    "a_keras": ("He uniform (Keras)", "zeros"),
    "a_gaussian": ("normal, 1/*r* (PEFT's option)", "zeros"),
    "b_random": ("zeros", "Kaiming uniform, √5"),
    "b_small": ("zeros", "uniform, the *σ* of A in the first row"),
    "both_random": ("Kaiming uniform, √5", "Kaiming uniform, √5"),
}
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}


def largest(arms, stem):
    """The largest rate at which each seed ends with more than half of the test images right, (seeds,); −∞ where there is none."""
    grid = rates.grid(arms, stem)
    trained = np.array([arm["test_accuracy"][:, -1] > TRAINS for arm in grid.values()])
    return np.where(trained, np.array(list(grid))[:, None], -np.inf).max(axis=0)


def octaves(arms, optimizer, start="a_random", other="b_random"):
    """By how many octaves the largest rate of one start is above that of another, (seeds,)."""
    return np.log2(largest(arms, f"{start}_{optimizer}") / largest(arms, f"{other}_{optimizer}"))


def losses(arms, stem, highest):
    """{rate: mean test loss over the seeds (nats)} after the last step, up to a highest rate."""
    return {rate: arm["test_loss"][:, -1].mean() for rate, arm in rates.grid(arms, stem).items() if rate <= highest}


def power(rate):
    """A rate as the power of two that it is, as a reader writes it."""
    return f"2<sup>{np.log2(rate):g}</sup>".replace("-", "−")


def span(found):
    """Rates of the seeds: the one that all share, or the lowest and the highest."""
    low, high = found.min(), found.max()
    return power(low) if low == high else f"{power(low)} to {power(high)}"
