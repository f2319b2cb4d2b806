"""The results as open data: a table of all experiments, and each result as a spreadsheet."""

import csv as spreadsheet
import io
import math


def csv(result):
    """The runs of one result (see evidence.record), a line per number: arm, quantity, seed, index, value.

    `index` counts what the quantity is a list of (epochs, layers, …) from 0; NaN is an empty value.
    """
    text = io.StringIO()
    lines = spreadsheet.writer(text, lineterminator="\n")
    lines.writerow(["arm", "quantity", "seed", "index", "value"])
    for arm, quantities in result["runs"].items():
        for quantity, values in quantities.items():
            for seed, row in zip(result["protocol"]["seeds"], values, strict=True):
                for index, value in enumerate(row):
                    lines.writerow([arm, quantity, seed, index, "" if math.isnan(value) else f"{value:.6g}"])
    return text.getvalue()


def table(results, published):
    """Markdown: every experiment with its question, its arms, its seeds, its code and its data.

    results: {experiment: result}; published: {path under docs/generated: text}, for the sizes.
    """
    rows = ["| experiment | question | arms | seeds | data |\n|---|---|---:|---:|---|"]
    for name, result in results.items():
        json, csv = (f"[{kind.upper()}](generated/results/{name}.{kind}), {_kilobytes(published[f'results/{name}.{kind}'])}" for kind in ("json", "csv"))
        rows.append(
            f"| [`{name}`](generated/evidence/experiments/{name}.py) | {result['protocol']['question']} | {len(result['runs'])} "
            f"| {len(result['protocol']['seeds'])} | {json}<br>{csv} |"
        )
    return "\n".join(rows) + "\n"


def _kilobytes(text):
    return f"{math.ceil(len(text) / 1000):,} KB"
