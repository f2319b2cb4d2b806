"""Small vision transformers from Glorot's variance and from a smaller one, followed over one pass of all images."""

from evidence.networks import transformers

PROTOCOL = {
    "question": "Does the lead of Glorot's variance in a small vision transformer outlast its first steps?",
    "arms": {
        "glorot": {"norm": "pre", "rule": "glorot", "learning_rates": [0.0003, 0.001, 0.003, 0.01]},
        "width": {"norm": "pre", "rule": "width", "learning_rates": [0.0003, 0.001, 0.003]},
    },
    "blocks": [4],
    "width": 32,
    "images": 54_400,  # each seen once
    "validation_images": 2000,
    "test_images": 2000,
    "batch_size": 32,
    "steps": [100, 425, 850, 1275, 1700],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over arms and grids, as `evidence.networks.transformers.curves` gives them."""
    return transformers.curves(PROTOCOL, seed)
