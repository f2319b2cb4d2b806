"""Glorot and He on thirty ReLU layers, where Glorot needs many epochs of SGD to get away."""

from evidence.networks.budget import BATCH, EARLY, IMAGES, VALIDATION
from evidence.networks.curves import curves

PROTOCOL = {
    "question": "How long does Glorot stall with thirty ReLU layers, and where do both end?",
    "initializers": ["glorot_normal", "he_normal"],
    "activation": "relu",
    "width": 64,
    "hidden_layers": 30,
    "learning_rates": {"sgd": [0.001, 0.003, 0.01, 0.03, 0.1], "adam": [0.00003, 0.0001, 0.0003, 0.001, 0.003]},
    "images": IMAGES,
    "validation_images": VALIDATION,
    "batch_size": BATCH,
    "early_steps": EARLY,
    "epochs": {"sgd": 20, "adam": 6},
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over both grids, as `evidence.curves.curves` gives them."""
    return curves(PROTOCOL, seed)
