"""A decoder on MNIST's grey levels from scores of several spreads, divided by root or width, and normalized, by Adam."""

from evidence.networks import decoder

PROTOCOL = {
    "question": "What do the spread of the attention scores, their divisor and their normalization change in training?",
    "arms": ["scores_0.1", "scores_1", "scores_8", "scores_64", "whole", "normalized"],
    "width": 32,
    "heads": 2,
    "blocks": 2,
    "optimizer": "adam",
    "learning_rates": {
        arm: [0.003, 0.01, 0.03, 0.1] for arm in ("scores_0.1", "scores_1", "scores_8", "scores_64", "whole", "normalized")
    },
    "images": 6400,
    "validation_images": 500,
    "test_images": 500,
    "batch_size": 16,
    "steps": [100, 200, 300],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """Curves of one seed over arms and rates, as `evidence.networks.decoder.curves` gives them.

    scores_<s>: standard deviation of the scores at the start, divided by the root of the head's width. whole: divided by the
    width, from the weights of scores_1. normalized: queries and keys pass through a layer normalization. Embeddings have the spread
    1, the head one over the root of the width.
    """
    root = PROTOCOL["width"] ** -0.5
    starts = {arm: {"head": root, "scores": float(arm.removeprefix("scores_"))} for arm in PROTOCOL["arms"] if arm.startswith("scores_")}
    head = PROTOCOL["width"] // PROTOCOL["heads"]
    starts["whole"] = {"head": root, "power": 1.0, "scores": head**-0.5}
    return decoder.curves(PROTOCOL, seed, starts | {"normalized": {"head": root, "normalized": True}})
