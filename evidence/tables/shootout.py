"""The comparison in figures: every initializer, what it reached, and how it stands to Keras's default."""

from evidence.intervals import interval, paired_difference
from evidence.numbers import plus_minus

REFERENCE = "glorot_uniform"


def table(runs):
    """A Markdown table, best first: test accuracy, test loss, and the paired difference to the default."""
    arms = runs["mnist_shootout"]
    final = {arm: quantities["test_accuracy"][:, -1] for arm, quantities in arms.items()}
    order = sorted(final, key=lambda arm: -final[arm].mean())
    rows = [
        "| initializer | accuracy (%) | loss (nats) | difference (points) | verdict |",
        "|---|---:|---:|---:|---|",
    ]
    for arm in order:
        difference = paired_difference(final[arm], final[REFERENCE], len(order) - 1)
        said = "–" if arm == REFERENCE else "not\N{NO-BREAK SPACE}detectable" if difference.holds_zero else "real"
        rows.append(
            f"| `{arm}` | {plus_minus(*interval(final[arm]), 100)} | {plus_minus(*interval(arms[arm]['test_loss'][:, -1]))} "
            f"| {'–' if arm == REFERENCE else plus_minus(*difference, 100)} | {said} |"
        )
    return "\n".join(rows) + "\n"
