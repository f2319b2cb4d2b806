"""The tables of the five-minute answer, in Keras and in PyTorch, each a section that the page includes by name."""

from evidence.problem import Problem
from evidence.readings import claim
from evidence.readings.budget import derived
from evidence.readings.numbers import setting
from evidence.readings.recommendations import FIRST, OTHERS

HEADS = {"keras": "`kernel_initializer=`", "torch": "`torch.nn.init.`"}


def table(runs):
    """Markdown tables between marks of pymdownx.snippets: first_keras, first_torch, others_keras and others_torch."""
    sections = {"first": FIRST, "others": OTHERS}
    return "".join(section(f"{name}_{framework}", rows, framework, runs) for name, rows in sections.items() for framework in HEADS)


def section(name, rows, framework, runs):
    """One table with its marks: the layer, what to write, and why, with what it was seen on."""
    lines = "".join(f"| {row.layer} | {getattr(row, framework)} | {row.why}<br>{seen(row, runs)} |\n" for row in rows)
    head = f"| the layer, or what follows it | {HEADS[framework]} | why, and on what |\n|---|---|---|\n"
    return f"<!-- --8<-- [start:{name}] -->\n{head}{lines}<!-- --8<-- [end:{name}] -->\n"


def seen(row, runs):
    """What a row was seen on, each linked to the claim, or that it is a derivation."""
    if not row.seen:
        return "derivation"
    return "on " + "; ".join(f"[{on(one, runs)}]({address(one.claim)})" for one in row.seen)


def on(one, runs):
    """The words of a `Seen`, its braces filled from the protocol.

    Raises KeyError for an experiment or a setting that is not on record.
    """
    protocol = runs[one.experiment].protocol
    return one.on.format_map({name: setting(value) for name, value in (protocol | derived(protocol)).items()})


def address(name):
    """Where the proof of a claim stands. Raises Problem if no claim has this name."""
    found = next((one for one in claim.collect() if one.name == name), None)
    if found is None:
        raise Problem(f"evidence/readings/recommendations.py names the claim {name}, which no file of evidence/claims has.")
    return f"generated/claims/{found.chapter}.md#{found.anchor}"
