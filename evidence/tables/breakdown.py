"""Where the time of seventy stacked networks goes, by `make bench`."""

from evidence.bench import speed

LABELS = {
    "matrix products": "matrix products of a step",
    "optimizer": "Adam",
    "loss and accuracy": "loss and accuracy",
    "biases and activations": "biases and activations",
    "gathering the batch": "gathering the images of a batch",
    "between operations": "between these operations, and small ones",
    "evaluation": "evaluation, its products too",
    "outside": "outside: drawing weights, copying, waiting",
}


def table(runs):
    """A Markdown table: one row per part, its share of the time of all cores."""
    printed = speed.printed(speed.read())["parts"]
    lines = ["| part | share of the time |", "|---|---:|"]
    return "\n".join(lines + [f"| {label} | {printed[speed.key(part)]} |" for part, label in LABELS.items()]) + "\n"
