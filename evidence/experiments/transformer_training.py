"""Starts of a small vision transformer of eight blocks, trained by Adam."""

from evidence.networks import transformers

RATES, SLOWER = [0.0003, 0.001, 0.003], [0.0001, 0.0003, 0.001, 0.003]
PROTOCOL = {
    "question": "Which start lets a small vision transformer learn fastest, with layer normalization before or behind its branches?",
    "arms": {
        "fixed": {"norm": "pre", "rule": "fixed", "learning_rates": [0.00003, 0.0001, 0.0003]},
        "width": {"norm": "pre", "rule": "width", "learning_rates": SLOWER},
        "width_scaled": {"norm": "pre", "rule": "width_scaled", "learning_rates": RATES},
        "width_zero": {"norm": "pre", "rule": "width_zero", "learning_rates": RATES},
        "glorot": {"norm": "pre", "rule": "glorot", "learning_rates": RATES},
        "glorot_scaled": {"norm": "pre", "rule": "glorot_scaled", "learning_rates": RATES},
        "post": {"norm": "post", "rule": "glorot", "learning_rates": SLOWER},
        "post_warm": {"norm": "post", "rule": "glorot", "learning_rates": RATES, "warm_up": 100},
        "deepnorm": {"norm": "post", "rule": "deepnorm", "learning_rates": [0.001, 0.003, 0.01]},
    },
    "blocks": [8],
    "width": 32,
    "images": 4800,
    "validation_images": 500,
    "test_images": 1000,
    "batch_size": 16,
    "steps": [75, 150, 225, 300],  # after which the test images are asked; equal strides are one trace
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over arms and grids, as `evidence.networks.transformers.curves` gives them."""
    return transformers.curves(PROTOCOL, seed)
