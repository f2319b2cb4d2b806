"""Where each start of LoRA's factors still trains, and what it reaches at its best rate."""

from evidence.readings import rates
from evidence.readings.lora_start import OPTIMIZERS, STARTS, largest, power, span
from evidence.readings.numbers import over_seeds


def table(runs):
    """A Markdown table: one row per start, and per optimizer the largest rate that trains, the best one, and its test accuracy in per cent."""
    arms = runs["lora_start"]
    columns = [f"{label}: {what}" for label in OPTIMIZERS.values() for what in ("largest rate", "best rate", "accuracy")]
    rows = [f"| A | B | {' | '.join(columns)} |", "|---|---" + "|---:" * len(columns) + "|"]
    for start, (of_a, of_b) in STARTS.items():
        cells = []
        for optimizer in OPTIMIZERS:
            stem = f"{start}_{optimizer}"
            cells += [span(largest(arms, stem)), power(rates.best_rate(arms, stem)), over_seeds(rates.reached(arms, stem), 100)]
        rows.append(f"| {of_a} | {of_b} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"
