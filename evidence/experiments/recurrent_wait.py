"""Starts of recurrent networks that must remember what they read for fifty steps."""

from evidence.networks import recurrent

PROTOCOL = {
    "question": "Which start of a recurrent network learns to remember a digit through fifty steps without input?",
    "read": "wait",
    "sequence": [64, 14],  # steps, inputs of each
    "units": 64,
    "starts": {
        "tanh": ["orthogonal", "glorot_uniform", "torch"],
        "relu": ["orthogonal", "identity", "le"],
        "lstm": ["keras", "forget_zero", "chrono"],
        "gru": ["keras", "chrono"],
    },
    "optimizer": "adam",
    "clipped_norm": 1.0,
    "learning_rates": {
        "tanh": [0.0002, 0.0006, 0.002, 0.006],
        "relu": [0.0001, 0.0003, 0.001, 0.003],
        "lstm": [0.0003, 0.001, 0.01, 0.03, 0.1],
        "gru": [0.006, 0.02, 0.06, 0.2],
    },
    "images": 12_800,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 32,
    "steps": list(range(100, 500, 100)),  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over kinds, starts and grids, as `evidence.networks.recurrent.curves` gives them."""
    return recurrent.curves(PROTOCOL, seed)
