"""Seconds per network of every contender of `make bench`, and how many times faster than keras.fit it was."""

from evidence.bench import speed

LABELS = {
    "keras.fit": "`keras.fit`",
    "keras.fit, 50 steps": "`keras.fit`, `steps_per_execution=50`",
    "stacked, K = 1": "`stacked.py`, 1 network",
    "stacked, K = 10": "`stacked.py`, 10 networks",
    "stacked, K = 70": "`stacked.py`, 70 networks",
    "PyTorch, K = 70": "the same stack in PyTorch, 70 networks",
}


def table(runs):
    """A Markdown table: one row per contender, medians and ranges over the repeats of one run."""
    result = speed.read()
    printed = speed.printed(result)
    lines = ["| program | times `keras.fit` | seconds per network | of the machine's products |", "|---|---:|---:|---:|"]
    for name, label in LABELS.items():
        row = printed[speed.key(name)]
        lines.append(f"| {label} | {row['ratio']} ({row['ratio_range']}) | {row['seconds']} | {row['share']} |")
    return "\n".join(lines) + "\n"
