"""Warm-up before the branches: the arm that `transformer_training` lacks, on its images, batches and random numbers."""

from evidence.networks import transformers

PROTOCOL = {
    "question": "What does warm-up gain where layer normalization stands before the branches?",
    "arms": {"glorot_warm": {"norm": "pre", "rule": "glorot", "learning_rates": [0.0003, 0.001, 0.003], "warm_up": 100}},
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
    """Curves of one seed over the grid, as `evidence.networks.transformers.curves` gives them."""
    return transformers.curves(PROTOCOL, seed)
