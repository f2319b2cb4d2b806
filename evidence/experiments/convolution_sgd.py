"""Glorot and He on plain convolutional ReLU networks of ten to thirty layers, by SGD."""

from evidence.networks import convolutions

PROTOCOL = {
    "question": "How much does He gain over Glorot, Keras's default, in plain convolutional networks, by depth?",
    "initializers": ["glorot_uniform", "he_normal"],
    "depths": [10, 22, 30],
    "channels": 16,
    "window": 3,
    "pixels": 14,  # along each side, and 7 from the layer half way
    "optimizer": "sgd",
    "learning_rates": {"10": [0.01, 0.03, 0.1], "22": [0.003, 0.01, 0.03], "30": [0.003, 0.01, 0.03]},  # by depth
    "images": 12_800,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 16,
    "steps": [100, 200, 300, 400, 600, 800],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over depths and grids, as `evidence.networks.convolutions.curves` gives them."""
    return convolutions.curves(PROTOCOL, seed)
