"""What every initializer reached at three depths, with ReLU and tanh: one table for SGD and one for Adam."""

from evidence.readings.depths import ACTIVATIONS, DEPTHS, RATES
from evidence.readings.depth_shootout import reached
from evidence.style.palette import FAMILY
from evidence.readings.numbers import over_seeds

TITLES = {
    "sgd": "Test accuracy in per cent after 80 steps of 32 images, SGD at the best of its rates",
    "adam": "The same, Adam at the best of its rates",
}


def table(runs):
    """Two Markdown tables, one row per initializer, best of the deep networks first: mean and interval by depth."""
    parts = []
    for optimizer in RATES:
        cells = {arm: [reached(runs, a, arm, optimizer, depth) for a in ACTIVATIONS for depth in DEPTHS] for arm in FAMILY}
        rows = [
            f"{TITLES[optimizer]}:\n",
            "| initializer | ReLU, 2 | ReLU, 10 | ReLU, 30 | tanh, 2 | tanh, 10 | tanh, 30 |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        for arm in sorted(cells, key=lambda arm: -sum(one.mean() for one in cells[arm])):
            rows.append(f"| `{arm}` | {' | '.join(over_seeds(one, 100) for one in cells[arm])} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)
