"""The comparison in figures: every initializer, what it reached, and how it stands to Keras's default."""

from evidence.readings.mnist_shootout import DEFAULT, differences, final
from evidence.readings.numbers import over_seeds, points


def table(runs):
    """A Markdown table, best first: test accuracy, test loss, and the paired difference to the default."""
    arms, gaps = runs["mnist_shootout"], differences(runs)
    rows = [
        "| initializer | accuracy (%) | loss (nats) | difference (points) | from zero |",
        "|---|---:|---:|---:|---|",
    ]
    for arm in sorted(arms, key=lambda arm: -final(runs, arm).mean()):
        gap = gaps.get((arm, DEFAULT))
        said = "–" if gap is None else "not\N{NO-BREAK SPACE}detectable" if gap.holds_zero else "detectable"
        rows.append(
            f"| `{arm}` | {over_seeds(final(runs, arm), 100)} | {over_seeds(arms[arm]['test_loss'][:, -1])} "
            f"| {'–' if gap is None else points(gap)} | {said} |"
        )
    return "\n".join(rows) + "\n"
