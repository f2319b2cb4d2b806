"""Glorot and He on fifteen ReLU layers, until they have settled."""

from evidence.networks.budget import BATCH, EARLY, IMAGES, VALIDATION
from evidence.networks.curves import curves

PROTOCOL = {
    "question": "How much does He gain with fifteen ReLU layers, at the start and once the runs have settled?",
    "initializers": ["glorot_normal", "he_normal"],
    "activation": "relu",
    "width": 64,
    "hidden_layers": 15,
    "learning_rates": {"sgd": [0.01, 0.03, 0.1, 0.3], "adam": [0.0001, 0.0003, 0.001, 0.003]},
    "images": IMAGES,
    "validation_images": VALIDATION,
    "batch_size": BATCH,
    "early_steps": EARLY,
    "epochs": {"sgd": 6, "adam": 6},
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over both grids, as `evidence.curves.curves` gives them."""
    return curves(PROTOCOL, seed)
