"""The constant of every activation and its price: computed, and measured in wide layers."""

from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, plus_minus
from evidence.style import labels
from evidence.theory.activations import ACTIVATIONS, chi_at_one, drift, preserving


def table(runs):
    """A Markdown table: c, measured gain at c, χ computed and measured, and what a layer does to a departure from 1."""
    rows = [
        "| φ | c | gain, measured | χ | χ, measured | departure from 1 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in ACTIVATIONS:
        gain, back = (interval(runs["activation_constants"][name][quantity][:, 0]) for quantity in ("forward", "backward"))
        rows.append(
            f"| {labels.ACTIVATIONS[name]} | {fixed(preserving(name), 3)} | {plus_minus(*gain)} | {fixed(chi_at_one(name), 3)} "
            f"| {plus_minus(*back)} | × {fixed(drift(name), 2)} |"
        )
    return "\n".join(rows) + "\n"
