"""What authors start from, by their paper or their code, beside what the library draws."""

from evidence.readings.census_papers import PAPERS, compared
from evidence.tables.census import two_digits


def table(runs):
    """A Markdown table, a row an architecture: the source in our words with its footnotes, matrices, theirs, the library's, verdict."""
    rows = ["| architecture | its authors draw | matrix | theirs | library's | verdict |", "|---|---|---|---:|---:|---|"]
    for name, said in PAPERS.items():
        told = compared(runs, name)
        kinds, theirs, ours = (
            "<br>".join(column) for column in zip(*((kind.replace("_", "\u00a0"), two_digits(std), two_digits(cell.std)) for kind, std, cell, _ in told))
        )
        verdict = "agrees" if all(agrees for *_, agrees in told) else "**differs**"
        rows.append(f"| `{name}` | {said.words}{said.notes} | {kinds} | {theirs} | {ours} | {verdict} |")
    return "\n".join(rows) + "\n"
