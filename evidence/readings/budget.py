"""How long a network was trained, from the protocol of its experiment."""

import math


def steps(protocol):
    """Steps of a run in all its epochs; the last batch of an epoch may be smaller."""
    return protocol["epochs"] * math.ceil(protocol["images"] / protocol["batch_size"])


def derived(protocol):
    """How many steps the longest runs of a protocol take: {"steps"}, or {"<optimizer>_steps"} where each has epochs of its own; of others nothing."""
    if isinstance(protocol.get("steps"), list):  # after which it asks
        return {"steps": protocol["steps"][-1]}
    epochs = protocol.get("epochs")
    if not all(isinstance(protocol.get(name), int) for name in ("images", "batch_size")):
        return {}
    if isinstance(epochs, dict):
        return {f"{optimizer}_steps": steps(protocol | {"epochs": count}) for optimizer, count in epochs.items()}
    return {"steps": steps(protocol)} if isinstance(epochs, int) else {}
