"""What papers say of a start, beside what the library draws."""

from evidence.readings.census import cells, found, scaled
from evidence.readings.census_papers import PAPERS
from evidence.tables.census import two_digits


def table(runs):
    """A Markdown table: architecture, the paper's words in ours with its footnote, and the measured queries and feed-forward outputs."""
    rows = ["| architecture | the paper says | library, queries | feed-forward output | with the layers |", "|---|---|---:|---:|---|"]
    for name, said in PAPERS.items():
        table = cells(runs, found(runs, name))
        query = table.get("query", table.get("query_key_value"))
        falls = "falls" if "feed_forward_out" in scaled(table, "depth") else "does not change"
        rows.append(f"| `{name}` | {said.words}[^{said.key}] | {two_digits(query.std)} | {two_digits(table['feed_forward_out'].std)} | {falls} |")
    return "\n".join(rows) + "\n"
