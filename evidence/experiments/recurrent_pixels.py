"""Identity with ReLU beside orthogonal with tanh and an LSTM, on MNIST pixel by pixel."""

from evidence.networks import recurrent

PROTOCOL = {
    "question": "Does a ReLU network that starts from the identity keep up with an LSTM on MNIST pixel by pixel?",
    "read": "pixels",
    "sequence": [196, 1],  # steps, inputs of each
    "units": 64,
    "starts": {"tanh": ["orthogonal"], "relu": ["identity", "le"], "lstm": ["keras"]},
    "optimizer": "adam",
    "clipped_norm": 1.0,
    "learning_rates": {
        "tanh": [0.0002, 0.0006, 0.002],
        "relu": [0.0001, 0.0003, 0.001],
        "lstm": [0.0003, 0.001, 0.003],
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
