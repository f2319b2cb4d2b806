"""Residual convolutions from plain He and with a last kernel of zero, with batch normalization and with a last γ of zero, followed with SGD."""

from evidence.networks import convolutions, residual

PROTOCOL = {
    "question": "Which of the leads that residual convolutions have after fifty steps are left when SGD has gone on for fourteen times as long?",
    "blocks": 16,  # of two convolutions each, as in residual_convolutions
    "channels": 16,
    "pixels": 7,  # along each side, in all blocks
    "optimizer": "sgd",
    "learning_rates": {  # by start
        "he": [0.001, 0.003, 0.01],
        "zero_last": [0.01, 0.03, 0.1],
        "normalized": [0.03, 0.1, 0.3],
        "zero_gamma": [0.03, 0.1, 0.3],
    },
    "images": 22_400,  # each seen once
    "validation_images": 5000,
    "test_images": 5000,
    "batch_size": 32,
    "steps": [50, 200, 350, 525, 700],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<rate>": the curve of one seed, as `built.curve` gives it}, from the same images and batches for all."""
    parts = convolutions.split(seed, PROTOCOL)
    return {
        f"{start}_{rate}": residual.curve(start, PROTOCOL["blocks"], rate, PROTOCOL, seed, parts)
        for start, rates in PROTOCOL["learning_rates"].items() for rate in rates
    }  # fmt: skip
