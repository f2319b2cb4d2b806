"""Every pair of activation and start: how its signal, error signal and weight gradients change with depth."""

from evidence.readings.gradient_anatomy import factor, power, ratio, typical
from evidence.readings.numbers import over_seeds

NAMES = {"glorot_uniform": "Glorot", "he_normal": "He", "doubled_he": "doubled He", "unit_normal": "N(0, 1)"}


def table(runs):
    """A Markdown table, sorted by the last column: changes per layer of activations and δ, and gradient of layer 2 over 29."""
    rows = [
        "| φ | start | factor of activations | factor of δ | weight gradients |",
        "|---|---|---:|---:|---:|",
    ]
    arms = runs["gradient_anatomy"]
    for name in sorted(arms, key=lambda name: typical(ratio(arms[name], "gradient"))[0]):
        start = next(start for start in NAMES if name.endswith(start))
        forward, backward = (over_seeds(factor(arms[name], quantity)) for quantity in ("activation", "delta"))
        activation = name.removesuffix(f"_{start}").replace("_", " ")
        rows.append(f"| {activation} | {NAMES[start]} | {forward} | {backward} | {power(typical(ratio(arms[name], 'gradient'))[0])} |")
    return "\n".join(rows) + "\n"
