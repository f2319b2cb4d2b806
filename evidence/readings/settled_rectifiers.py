"""Reads settled_rectifiers: relatives of ReLU from their own constants and from Keras's default, pass by pass over the images."""

from evidence.readings.intervals import paired_difference
from evidence.readings.rates import best

NAME = "settled_rectifiers"
LABELS = {"leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU", "selu": "SELU"}


def steps(runs, optimizer):
    """The steps after which each pass ends, (passes,)."""
    protocol = runs[NAME].protocol
    return [protocol["images"] // protocol["batch_size"] * (k + 1) for k in range(protocol["epochs"][optimizer])]


def accuracy(runs, activation, start, optimizer):
    """Test accuracy after each pass, at the rate that is best at the end, (seeds, passes)."""
    return best(runs[NAME], f"{activation}_{start}_{optimizer}")["test_accuracy"]


def gain(runs, activation, optimizer, after=-1):
    """What the activation's own constant is ahead of the default after a pass: an interval, one of all activations that the optimizer trains."""
    comparisons = len(runs[NAME].protocol["learning_rates"][optimizer])
    return paired_difference(*(accuracy(runs, activation, start, optimizer)[:, after] for start in ("own", "glorot_uniform")), comparisons)
