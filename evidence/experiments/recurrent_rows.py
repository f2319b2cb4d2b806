"""Starts of recurrent networks that read MNIST row by row."""

from evidence.networks import recurrent

PROTOCOL = {
    "question": "Which start of a recurrent network learns fastest to read MNIST row by row?",
    "read": "rows",
    "sequence": [28, 28],  # steps, inputs of each
    "units": 64,
    "starts": {
        "tanh": ["orthogonal", "glorot_uniform"],
        "relu": ["orthogonal", "identity"],
        "lstm": ["keras", "glorot_uniform", "gates", "forget_zero", "torch"],
        "gru": ["keras", "glorot_uniform", "torch"],
    },
    "optimizer": "adam",
    "clipped_norm": 1.0,
    "learning_rates": {
        "tanh": [0.0006, 0.002, 0.006],
        "relu": [0.0002, 0.0006, 0.002, 0.006],
        "lstm": [0.0015, 0.004, 0.012, 0.036],
        "gru": [0.002, 0.006, 0.02],
    },
    "images": 12_800,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 32,
    "steps": list(range(100, 700, 100)),  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over kinds, starts and grids, as `evidence.networks.recurrent.curves` gives them."""
    return recurrent.curves(PROTOCOL, seed)
