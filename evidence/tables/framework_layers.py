"""The default of every weight of every layer of PyTorch and Flax, beside what three rules ask for."""

from evidence.readings.numbers import fixed, over_seeds
from evidence.tables.framework_defaults import NAMES, cell
from evidence.theory.variance import RULES


def table(runs):
    """A Markdown table of what is drawn, biases left out: layer, weight, default with its standard deviation, law, three rules, factor."""
    protocol = runs["framework_defaults"].protocol
    forms = {"": "", "narrow": f", {protocol['channels']} to {protocol['narrow']}", "depthwise": ", depthwise"}
    rows = [
        "| layer | weight | default, measured std | law | LeCun | Glorot | He | factor per ReLU layer |",
        "|---|---|---|---|---:|---:|---:|---:|",
    ]
    for arm, quantities in runs["framework_defaults"].items():
        framework, layer, *variable = arm.split("__")
        if "kurtosis" not in quantities or "bias" in arm or layer.startswith("Transformer"):
            continue
        asked = ["–"] * 3
        if "fan_in" in quantities:
            fans = quantities["fan_in"].mean(), quantities["fan_out"].mean()
            asked = [fixed(RULES[rule](*fans) ** 0.5) for rule in ("lecun", "glorot", "he")]
        gain = over_seeds(quantities["gain"][:, 0]) if "gain" in quantities else "–"
        name, _, form = layer.partition("_")
        cells = [f"{NAMES[framework]} `{name}`{forms[form]}", f"`{variable[0]}`", cell(variable[1], quantities), law(quantities), *asked, gain]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def law(quantities):
    """The distribution whose kurtosis is nearest: uniform 9/5, normal cut at two standard deviations 2.37, normal 3."""
    measured = quantities["kurtosis"].mean()
    laws = {1.8: "uniform", 2.37: "truncated normal", 3: "normal"}
    return laws[min(laws, key=lambda kurtosis: abs(kurtosis - measured))]
