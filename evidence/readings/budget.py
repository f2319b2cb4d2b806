"""How long a network was trained, from the protocol of its experiment."""

import math


def steps(protocol):
    """Steps of a run in all its epochs; the last batch of an epoch may be smaller."""
    return protocol["epochs"] * math.ceil(protocol["images"] / protocol["batch_size"])
