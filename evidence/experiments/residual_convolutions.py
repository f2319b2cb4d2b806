"""Residual convolutional networks with and without batch normalization: which start trains, at which rates, at which depth."""

from evidence.networks import convolutions, residual

PROTOCOL = {
    "question": "What do the starts of residual branches gain in convolutional networks, with and without batch normalization, by depth?",
    "blocks": 16,  # of two convolutions each
    "channels": 16,
    "pixels": 7,  # along each side, in all blocks
    "optimizer": "sgd",
    "learning_rates": {  # with 16 blocks, by start
        "he": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
        "zero_last": [0.01, 0.03, 0.1, 0.3],
        "scaled": [0.01, 0.03, 0.1, 0.3],
        "skipinit": [0.1, 0.3, 1.0, 3.0],
        "fixup": [0.03, 0.1, 0.3, 1.0],
        "normalized": [0.003, 0.01, 0.03, 0.1],
        "zero_gamma": [0.03, 0.1, 0.3, 1.0],
    },
    "by_depth": {"starts": ["he", "fixup", "normalized", "zero_gamma"], "blocks": [2, 6], "learning_rate": 0.1},
    "stream": ["he", "scaled", "normalized"],  # starts whose branches are not silent
    "images": 1600,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 32,
    "steps": [25, 50],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """What one seed gives, by arm.

    "<start>_<rate>": the curve of 16 blocks, as `built.curve` gives it. "<start>_<blocks>_blocks": {"test_loss", "test_accuracy"} of
    fewer blocks at the one rate of "by_depth". "<start>": {"stream": mean square before the first of 16 blocks and after each, before training}.
    """
    parts, runs = convolutions.split(seed, PROTOCOL), {}
    for start, rates in PROTOCOL["learning_rates"].items():
        for rate in rates:
            runs[f"{start}_{rate}"] = residual.curve(start, PROTOCOL["blocks"], rate, PROTOCOL, seed, parts)
    few = PROTOCOL["by_depth"]
    for start in few["starts"]:
        for blocks in few["blocks"]:
            found = residual.curve(start, blocks, few["learning_rate"], PROTOCOL, seed, parts)
            runs[f"{start}_{blocks}_blocks"] = {name: found[name] for name in ("test_loss", "test_accuracy")}
    for start in PROTOCOL["stream"]:
        runs[start] = {"stream": residual.stream(start, PROTOCOL["blocks"], PROTOCOL["channels"], seed, parts[1][0])}
    return runs
