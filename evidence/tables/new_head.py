"""What each new head reaches, and what it does to the body below it."""

from evidence.readings.numbers import over_seeds, word

HEADS = {
    "zeros": "zeros",
    "glorot_uniform": "Glorot uniform",
    "he_normal": "He normal",
    "large": "{large} times He normal",
    "probed": "zeros, trained on the frozen body first",
}
COLUMNS = {  # way of training, quantity
    "frozen: new": ("frozen", "test_accuracy"),
    "Adam: new": ("adam", "test_accuracy"),
    "Adam: old": ("adam", "old_accuracy"),
    "Adam: moved": ("adam", "move"),
    "SGD: new": ("sgd", "test_accuracy"),
    "SGD: old": ("sgd", "old_accuracy"),
    "SGD: moved": ("sgd", "move"),
}


def table(runs):
    """A Markdown table in per cent: accuracy on new and old digits, and how far the body's first kernel moved, by head."""
    rows = [f"| head | {' | '.join(COLUMNS)} |", "|---" + "|---:" * len(COLUMNS) + "|"]
    large = word(runs["new_head"].protocol["large"])
    for head, label in HEADS.items():
        found = [runs["new_head"].get(f"{way}_{head}", {}).get(quantity) for way, quantity in COLUMNS.values()]
        rows.append(f"| {label.format(large=large)} | {' | '.join('–' if values is None else over_seeds(values[:, -1], 100) for values in found)} |")
    return "\n".join(rows) + "\n"
