"""A decoder on MNIST's grey levels from embeddings of several spreads, with heads of their own and tied ones, by Adam."""

from evidence.networks import decoder

PROTOCOL = {
    "question": "What does the spread of the embeddings change in training, at the best rate and at a large one?",
    "arms": ["small", "one", "scaled", "faint_positions", "tied_small", "tied_one", "tied_scaled", "tied_divided"],
    "small": 0.02,  # standard deviation of embeddings; "one" has 1, "scaled" one over the root of the width, times the root
    "width": 32,
    "heads": 2,
    "blocks": 2,
    "optimizer": "adam",
    "learning_rates": {
        "small": [0.0003, 0.001, 0.003, 0.01], "one": [0.001, 0.003, 0.01, 0.03], "scaled": [0.001, 0.003, 0.01, 0.03],
        "faint_positions": [0.001, 0.003, 0.01, 0.03], "tied_small": [0.0003, 0.001, 0.003, 0.01],
        "tied_one": [0.001, 0.003, 0.01, 0.03], "tied_scaled": [0.001, 0.003, 0.01, 0.03],
        "tied_divided": [0.001, 0.003, 0.01, 0.03],
    },
    "images": 6400,
    "validation_images": 500,
    "test_images": 500,
    "batch_size": 16,
    "steps": [100, 200, 300],  # after which the test images are asked
    "seeds": list(range(5)),
}  # fmt: skip


def measure(seed):
    """Curves of one seed over arms and rates, as `evidence.networks.decoder.curves` gives them.

    faint_positions: tokens of spread 1, positions of the small one. tied_divided: as tied_scaled, the logits divided by the root. Heads that are not tied start at one over the root of the width.
    """
    small, root = PROTOCOL["small"], PROTOCOL["width"] ** -0.5
    spreads = {"small": {"spread": small}, "one": {"spread": 1.0}, "scaled": {"spread": root, "multiplier": 1 / root}}
    starts = {name: start | {"head": root} for name, start in spreads.items()}
    starts["faint_positions"] = {"spread": 1.0, "positions": small, "head": root}
    starts |= {f"tied_{name}": start for name, start in spreads.items()}
    return decoder.curves(PROTOCOL, seed, starts | {"tied_divided": spreads["scaled"] | {"divisor": 1 / root}})
