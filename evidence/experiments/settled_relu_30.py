"""Glorot and He on thirty ReLU layers, where Glorot needs many epochs of SGD to get away."""

from evidence.networks.curves import curves

PROTOCOL = {
    "question": "How long does Glorot stall with thirty ReLU layers, and where do both end?",
    "initializers": ["glorot_normal", "he_normal"],
    "activation": "relu",
    "width": 64,
    "hidden_layers": 30,
    "learning_rates": {"sgd": [0.001, 0.003, 0.01, 0.03], "adam": [0.00003, 0.0001, 0.0003, 0.001]},
    "images": 54_400,  # to train on: 850 whole batches, so that no epoch ends with a small one
    "validation_images": 5_600,  # the rest of the training images
    "batch_size": 64,
    "early_steps": [160, 425],  # of the first epoch, after which the test images are asked as well
    "epochs": {"sgd": 20, "adam": 6},
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over both grids, as `evidence.networks.curves` gives them."""
    return curves(PROTOCOL, seed)
