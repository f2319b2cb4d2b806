"""Glorot and orthogonal on thirty tanh layers, until they have settled."""

from evidence.networks.budget import BATCH, EARLY, IMAGES, VALIDATION
from evidence.networks.curves import curves

PROTOCOL = {
    "question": "Does orthogonal gain anything with thirty tanh layers, at the start or once the runs have settled?",
    "initializers": ["glorot_uniform", "orthogonal"],
    "activation": "tanh",
    "width": 64,
    "hidden_layers": 30,
    "learning_rates": {"sgd": [0.003, 0.01, 0.03, 0.1, 0.3], "adam": [0.00003, 0.0001, 0.0003, 0.001, 0.003]},
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
