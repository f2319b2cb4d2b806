"""How long a network was trained, from the protocol of its experiment."""

import math


def steps(protocol):
    """Steps of a run in all its epochs; the last batch of an epoch may be smaller."""
    return protocol["epochs"] * math.ceil(protocol["images"] / protocol["batch_size"])


def derived(protocol):
    """{"steps"} of a protocol whose images, batches and epochs are one number each; of others nothing."""
    numbers = (protocol.get(name) for name in ("images", "batch_size", "epochs"))
    return {"steps": steps(protocol)} if all(isinstance(number, int) for number in numbers) else {}
