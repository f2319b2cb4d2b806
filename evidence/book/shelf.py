"""The page Reproductions: published figures beside our small versions of them, with bands, values and verdicts."""

import re
from math import isinf

from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from evidence.readings.numbers import spelled
from evidence.readings.reproduction import VERDICTS

_, PARTLY, SHORT, PENDING = VERDICTS
UNKNOWN = "We do not know yet why."
HEAD = "| paper | verdict | it shows | our small version | on fresh seeds | band fixed |\n|---|---|---|---|---|---|\n"
BANDS = "| paper | quantity | reproduced | partly | measured | on fresh seeds |\n|---|---|---|---|---|---|\n"


def parts(rows, works, runs, fresh):
    """{path under docs/generated: Markdown}: the table of all rows, what is known of those that fall short, and the bands.

    rows: of `reproduction.collect`; works: the bibliography; runs, fresh: {experiment: arms}, on record and on fresh seeds.
    Raises Problem if a paper is not in the bibliography.
    """
    if missing := sorted({row.paper for row in rows} - works.keys()):
        raise Problem(f"docs/references.bib lacks {', '.join(missing)}, which evidence/reproductions names; add the entry.")
    ordered = sorted(rows, key=lambda row: VERDICTS.index(row.verdict(runs)) == VERDICTS.index(PENDING))
    short = [row for row in ordered if row.verdict(runs) in (PARTLY, SHORT)]
    names = {row.key: f"{number}. {_name(works[row.paper])}" for number, row in enumerate(ordered, 1)}
    return {
        "reproductions.md": HEAD + "".join(_row(row, names[row.key], runs, fresh) for row in ordered),
        "reproductions_short.md": "".join(f"Row {names[row.key]}, {row.where}: {row.verdict(runs)}\n:   {row.told(row.why, runs) or UNKNOWN}\n\n" for row in short),
        "reproductions_bands.md": BANDS + "".join(_bands(row, names[row.key], runs, fresh) for row in ordered),
    }


def printed(rows, runs):
    """How many rows have which verdict, as sentences print it: {"measured", "reproduced", "partly", "short", "all"},
    and for how many the bands came before any run: "before"."""
    counts = [sum(row.verdict(runs) == verdict for row in rows) for verdict in VERDICTS]
    names = dict(zip(("reproduced", "partly", "short"), counts))
    return {name: spelled(count) for name, count in (names | {"measured": sum(counts[:3]), "all": len(rows), "before": sum(not row.seen for row in rows)}).items()}


def _row(row, name, runs, fresh):
    ours = row.told(row.ours, runs) + (f" [{_title(row.page)}]({row.page})." if row.page and (ROOT / "docs" / row.page).exists() else "")
    again = "–" if row.verdict(runs) == PENDING else row.verdict(fresh)
    fixed = "after runs" if row.seen else "before runs"
    return f"| {name}[^{row.paper}], {row.where} | {row.verdict(runs)} | {row.shows} | {ours} | {again} | {fixed} |\n"


def _bands(row, name, runs, fresh):
    found, again = (row.values(each) or {} for each in (runs, fresh))
    return "".join(
        f"| {name}, {row.where} | {band.quantity} | {_ends(band.reproduced)} | {_ends(band.partly)} "
        f"| {_value(found.get(quantity))} | {_value(again.get(quantity))} |\n"
        for quantity, band in row.bands.items()
    )


def _ends(ends):
    """A band in words.

    >>> _ends((-2, float("inf")))
    '−2 or more'
    """
    if ends is None:
        return "any"
    low, high = map(_value, ends)
    return f"{low} or more" if isinf(ends[1]) else f"{high} or less" if isinf(ends[0]) else f"{low} to {high}"


def _value(number):
    """A number to three digits that count.

    >>> _value(-0.0271828)
    '−0.0272'
    """
    return PENDING if number is None else f"{float(f'{number:.3g}'):.6g}".replace("-", "−")


def _name(work):
    """Authors and year as running text has them."""
    authors = [" ".join(person.last_names) for person in work.persons["author"]]
    listed = authors[0] if len(authors) == 1 else " and ".join(authors) if len(authors) == 2 else f"{authors[0]} et al."
    return f"{re.sub('[{}]', '', listed)} {work.fields['year']}"


def _title(page):
    return re.search(r"(?m)^# (.+)", (ROOT / "docs" / page).read_text())[1]
