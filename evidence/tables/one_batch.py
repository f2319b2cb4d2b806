"""Which planted faults keep a network from learning one batch by heart, and what Adam's then know of other images."""

import numpy as np

from evidence.readings.numbers import over_seeds

FAULTS = {
    "sound": "none", "glorot": "Glorot with ReLU", "small": "standard deviation 0.01", "zeros": "kernels of zeros", "silent": "hidden biases −1",
    "doubled": "twice He's standard deviation", "raw_pixels": "pixels from 0 to 255", "tanh": "none, with tanh", "saturated": "tanh, standard deviation 1",
    "shuffled": "labels of other images",
}  # fmt: skip


def table(runs):
    """A Markdown table: one row per fault, in how many seeds SGD and Adam learn the batch, and Adam's test accuracy in per cent."""
    arms = runs["one_batch"]
    rows = ["| planted | SGD learns it | Adam learns it | test images it then names, % |", "|---|---:|---:|---:|"]
    for fault, name in FAULTS.items():
        learned = [np.sum(arms[f"{fault}_{optimizer}"]["batch_accuracy"] == 1) for optimizer in ("sgd", "adam")]
        seen = arms[f"{fault}_adam"]["test_accuracy"][:, 0]
        rows.append(f"| {name} | {' | '.join(f'{count} of {len(seen)}' for count in learned)} | {over_seeds(seen, 100)} |")
    return "\n".join(rows) + "\n"
