"""What every architecture of the census starts from, a row each."""

import math

from evidence.readings.census import architectures, cells, scaled
from evidence.readings.numbers import fixed

# column: the kinds of which the first that an architecture has is shown
COLUMNS = {
    "embedding": ("embedding", "patch"),
    "query": ("query", "query_key_value", "state_space_in"),
    "attention out": ("attention_out", "state_space_out"),
    "feed-forward in": ("feed_forward_in", "feed_forward_gate", "expert_in"),
    "feed-forward out": ("feed_forward_out", "expert_out"),
    "convolution": ("convolution", "depthwise"),
    "head": ("head",),
}


def table(runs):
    """A Markdown table, sorted by task and name: standard deviations, laws, what depends on width and depth, first loss minus ln V."""
    rows = [f"| architecture | task | {' | '.join(COLUMNS)} | laws | first loss − ln V |", f"|---|---|{'---:|' * len(COLUMNS)}---|---:|"]
    for arm, quantities in architectures(runs).items():
        task, _, name = arm.partition("__")
        found = cells(runs, quantities)
        shown = [shown_as(next((found[kind] for kind in kinds if kind in found), None)) for kinds in COLUMNS.values()]
        if quantities.get("tied", [[0]])[0][0]:
            shown[-1] = "tied"
        laws = ", ".join(sorted({one.law for one in found.values()} - {"unclear"}))
        loss = fixed(quantities["first_loss"][:, -1].mean(), 2) if "first_loss" in quantities else ""
        rows.append(f"| `{name}` | {task} | {' | '.join(shown)} | {laws} | {loss} |")
    return "\n".join(rows) + "\n"


def shown_as(cell):
    """A standard deviation to two digits, behind it w if it depends on the width, n if on the number of layers."""
    if cell is None:
        return ""
    effects = "".join(letter for letter, effect in (("w", "width"), ("n", "depth")) if scaled({"": cell}, effect))
    return f"{two_digits(cell.std)} {effects}".strip()


def two_digits(value):
    """A number to two digits that count, without an exponent.

    >>> two_digits(0.01998)
    '0.020'
    """
    if value == 0:
        return "0"
    return f"{value:.{max(0, 1 - math.floor(math.log10(float(f'{value:.1e}'))))}f}"
