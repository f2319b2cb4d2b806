"""The loss by learning rate of dense networks of five widths, in standard and in maximal update parametrization, by Adam."""

from evidence import mnist
from evidence.networks import built, convolutions, wide
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does the best learning rate of Adam stay where it is when a network is made wider?",
    "widths": [32, 64, 128, 256, 512],
    "base_width": 32,  # at which both parametrizations are the same network
    "hidden_layers": 3,
    "initializer": "he_normal",
    "parametrizations": ["standard", "mup"],
    "optimizer": "adam",
    "epsilon": 1e-12,
    "log2_rates": {  # half octaves around the best
        "standard": [-12, -11.5, -11, -10.5, -10, -9.5, -9, -8.5, -8, -7.5, -7, -6, -5],
        "mup": [-10, -9, -8.5, -8, -7.5, -7, -6.5, -6, -5, -4, -3],
    },
    "pixels": 14,
    "images": 9600,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 32,
    "steps": 300,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<parametrization>_<width>_<rate>": {"val_accuracy", "test_loss", "test_accuracy": (1,)}} of one seed, after the last step."""
    parts = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    (x, y), validation, test = [(convolutions.maps(x).reshape(len(x), -1), y) for x, y in parts]
    order, runs = built.batches(seed, len(y), PROTOCOL["batch_size"], PROTOCOL["steps"]), {}
    for width in PROTOCOL["widths"]:
        kernels = stacked.initial_kernels(PROTOCOL["initializer"], [x.shape[1], *[width] * PROTOCOL["hidden_layers"], 10], seed)
        arms = [(rule, 2.0**power) for rule, powers in PROTOCOL["log2_rates"].items() for power in powers]
        weights = wide.start(kernels, [rule for rule, _ in arms], width, PROTOCOL["base_width"])
        wide.train(weights, x, y, order, [rate for _, rate in arms])
        (_, chosen_by), (loss, accuracy) = wide.scores(weights, *validation), wide.scores(weights, *test)
        for k, (rule, rate) in enumerate(arms):
            one = slice(k, k + 1)
            runs[f"{rule}_{width}_{rate:.6g}"] = {"val_accuracy": chosen_by[one], "test_loss": loss[one], "test_accuracy": accuracy[one]}
    return runs
