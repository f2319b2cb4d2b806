"""Starts of a small vision transformer of twelve blocks, trained by Adam."""

from evidence.networks import transformers

SLOW, MIDDLE, FAST, WIDE = [0.0001, 0.0003, 0.001], [0.0003, 0.001, 0.003], [0.001, 0.003, 0.01], [0.0003, 0.001, 0.003, 0.01]
PROTOCOL = {
    "question": "Which start lets a small vision transformer learn fastest, with layer normalization before or behind its branches?",
    "arms": {
        "fixed": {"norm": "pre", "rule": "fixed", "learning_rates": SLOW},
        "width": {"norm": "pre", "rule": "width", "learning_rates": WIDE},
        "width_scaled": {"norm": "pre", "rule": "width_scaled", "learning_rates": WIDE},
        "width_zero": {"norm": "pre", "rule": "width_zero", "learning_rates": WIDE},
        "glorot": {"norm": "pre", "rule": "glorot", "learning_rates": FAST},
        "post": {"norm": "post", "rule": "glorot", "learning_rates": SLOW},
        "post_warm": {"norm": "post", "rule": "glorot", "learning_rates": MIDDLE, "warm_up": 60},
        "deepnorm": {"norm": "post", "rule": "deepnorm", "learning_rates": FAST},
    },
    "blocks": [12],
    "width": 32,
    "images": 3840,
    "validation_images": 500,
    "test_images": 1000,
    "batch_size": 16,
    "steps": [60, 120, 180, 240],  # after which the test images are asked; equal strides are one trace
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over arms and grids, as `evidence.networks.transformers.curves` gives them."""
    return transformers.curves(PROTOCOL, seed)
