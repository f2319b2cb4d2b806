"""The variance rules on the first layer of this book's network: formula, predicted and measured standard deviation."""

from evidence.readings.intervals import interval
from evidence.readings.numbers import plus_minus
from evidence.theory.variance import fans, weight_variance

FORMULAS = {
    "lecun": (r"$\dfrac{1}{n_\text{in}}$", r"$\sqrt{\dfrac{3}{n_\text{in}}}$"),
    "glorot": (r"$\dfrac{2}{n_\text{in} + n_\text{out}}$", r"$\sqrt{\dfrac{6}{n_\text{in} + n_\text{out}}}$"),
    "he": (r"$\dfrac{2}{n_\text{in}}$", r"$\sqrt{\dfrac{6}{n_\text{in}}}$"),
}


def table(runs):
    """A Markdown table: one row per rule, with the standard deviations of the dense kernel over all seeds."""
    kernel = runs["moments"].protocol["kernels"]["dense"]
    n_in, n_out = fans(kernel)
    rows = [
        f"| rule | variance $\\sigma^2$ | limit $a$ if uniform | $\\sigma$ by formula, {n_in} → {n_out} | drawn, normal | drawn, uniform |",
        "|---|---|---|---:|---:|---:|",
    ]
    for rule, (variance, limit) in FORMULAS.items():
        drawn = [interval(runs["moments"][f"{rule}_{shape}_dense"]["variance"][:, 0] ** 0.5) for shape in ("normal", "uniform")]
        predicted = weight_variance(f"{rule}_normal", kernel) ** 0.5
        rows.append(f"| {rule.replace('lecun', 'LeCun').replace('glorot', 'Glorot').replace('he', 'He')} | {variance} | {limit} "
                    f"| {predicted:.5f} | {' | '.join(plus_minus(*one) for one in drawn)} |")  # fmt: skip
    return "\n".join(rows) + "\n"
