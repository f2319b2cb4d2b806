"""Every cell of the activation matrix with its interval."""

from evidence.theory.activations import LABELS
from evidence.readings.activation_matrix import ACTIVATIONS, RATES, STARTS, reached
from evidence.readings.numbers import over_seeds

NAMES = {"adam": "Adam", "sgd": "SGD"}


def table(runs):
    """A Markdown table: test accuracy in per cent, a row per activation and optimizer, a column per start."""
    rows = [
        f"| φ | optimizer | {' | '.join('own c' if start == 'own' else f'`{start}`' for start in STARTS)} |",
        f"|---|---|{'---:|' * len(STARTS)}",
    ]
    for optimizer in RATES:
        for name in ACTIVATIONS:
            cells = [over_seeds(reached(runs, name, start, optimizer), 100) for start in STARTS]
            rows.append(f"| {LABELS[name]} | {NAMES[optimizer]} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"
