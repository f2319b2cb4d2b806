"""Every cell of the activation matrix with its interval."""

from evidence.readings.activation_matrix import reached
from evidence.readings.numbers import over_seeds
from evidence.style import labels

NAMES = {"adam": "Adam", "sgd": "SGD"}


def table(runs):
    """A Markdown table: test accuracy in per cent, a row per activation and optimizer, a column per start."""
    starts, activations = (runs["activation_matrix"].protocol[name] for name in ("starts", "activations"))
    rows = [
        f"| φ | optimizer | {' | '.join('own c' if start == 'own' else f'`{start}`' for start in starts)} |",
        f"|---|---|{'---:|' * len(starts)}",
    ]
    for optimizer, label in NAMES.items():
        for name in activations:
            cells = [over_seeds(reached(runs, name, start, optimizer), 100) for start in starts]
            rows.append(f"| {labels.ACTIVATIONS[name]} | {label} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"
