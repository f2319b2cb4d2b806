"""Source note 003's one run per initializer, quoted, beside our ten."""

from evidence.readings.numbers import over_seeds
from evidence.readings.quoted import SEED_003


def table(runs):
    """A Markdown table: the quoted test loss and accuracy, ours with intervals, and where theirs lies among our seeds."""
    rows = [
        "| initializer | quoted loss | our loss | quoted accuracy (%) | our accuracy (%) | our seeds (%) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for arm, (loss, accuracy) in SEED_003.items():
        quantities = runs["mnist_shootout"][arm]
        final = quantities["test_accuracy"][:, -1]
        rows.append(
            f"| `{arm}` | {loss:.4f} | {over_seeds(quantities['test_loss'][:, -1])} | {100 * accuracy:.2f} "
            f"| {over_seeds(final, 100)} | {100 * final.min():.2f} to {100 * final.max():.2f} |"
        )
    return "\n".join(rows) + "\n"
