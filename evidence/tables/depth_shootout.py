"""What every initializer reached at three depths, with ReLU and tanh: one table for SGD and one for Adam."""

from evidence.readings.depth_shootout import OPTIMIZERS, budget, reached
from evidence.readings.numbers import over_seeds

NAMES = {"relu": "ReLU", "tanh": "tanh"}
TITLES = {
    "sgd": "Test accuracy in per cent after {steps} steps of {batch} images, SGD at the best of its rates",
    "adam": "The same, Adam at the best of its rates",
}


def table(runs):
    """Two Markdown tables, one row per initializer, best of the deep networks first: mean and interval by depth."""
    protocol, parts = runs["depth_shootout"].protocol, []
    columns = [(activation, depth) for activation in protocol["activations"] for depth in protocol["hidden_layers"]]
    for optimizer in OPTIMIZERS:
        cells = {arm: [reached(runs, activation, arm, optimizer, depth) for activation, depth in columns] for arm in protocol["initializers"]}
        rows = [
            f"{TITLES[optimizer].format_map(budget(runs))}:\n",
            f"| initializer | {' | '.join(f'{NAMES[activation]}, {depth}' for activation, depth in columns)} |",
            f"|---{'|---:' * len(columns)}|",
        ]
        for arm in sorted(cells, key=lambda arm: -sum(one.mean() for one in cells[arm])):
            rows.append(f"| `{arm}` | {' | '.join(over_seeds(one, 100) for one in cells[arm])} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)
