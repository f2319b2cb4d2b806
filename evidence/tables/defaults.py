"""Keras's default for every layer's kernels, beside what the rule asks for."""

from evidence.readings.defaults import kernels
from evidence.readings.numbers import fixed, over_seeds


def table(runs):
    """A Markdown table: layer, weight, default, measured and prescribed standard deviation, and the factor per ReLU layer."""
    rows = [
        "| layer | weight | default | measured std | std by the rule | factor per ReLU layer |",
        "|---|---|---|---:|---:|---:|",
    ]
    for layer, argument, default, quantities in kernels(runs):
        rule = fixed(quantities["rule_std"][0, 0]) if "rule_std" in quantities else "–"
        gain = over_seeds(quantities["gain"][:, 0]) if "gain" in quantities else "–"
        rows.append(f"| `{layer}` | {argument} | `{default}` | {fixed(quantities['std'].mean())} | {rule} | {gain} |")
    return "\n".join(rows) + "\n"
