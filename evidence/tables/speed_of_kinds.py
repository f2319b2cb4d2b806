"""How many times faster than keras.fit and PyTorch built.Trainer trains a network of each kind, on one thread."""

from evidence.bench import speed

LABELS = {
    "convolution": "four convolutions of 32 channels",
    "recurrent": "an LSTM of 64 units over 28 rows",
    "transformer": "two blocks of width 32 over 16 patches",
}


def table(runs):
    """A Markdown table: one row per kind, medians and ranges over the repeats of one run."""
    printed = speed.printed(speed.read())["kinds"]
    lines = [
        "| network | times `keras.fit` | times PyTorch | ms a step |",
        "|---|---:|---:|---:|",
    ]
    for kind, label in LABELS.items():
        row = printed[kind]
        lines.append(f"| {label} | {row['keras_fit']} | {row['PyTorch']} | {row['milliseconds']} |")
    return "\n".join(lines) + "\n"
