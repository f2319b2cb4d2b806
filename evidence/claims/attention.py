"""Claims of the chapter Attention, embeddings and the first loss."""

import numpy as np

from evidence.readings import first_loss, rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import below, fixed, listed, over_seeds, plus_minus, spelled
from evidence.theory import activations, softmax

LAYER = 3  # of pure attention, behind which little but rounding is left


def asked(runs, experiment="embedding_training"):
    """What the sentences say of the training."""
    protocol = runs[experiment].protocol
    return {"steps": protocol["steps"][-1], "batch": protocol["batch_size"]}


def nats(found):
    """A difference with its interval, in nats."""
    return plus_minus(*found)


def tied_everywhere(runs):
    """A refutation: every head of its own is a tied one."""
    arms = runs["first_loss"]
    for name in list(arms):
        if name.startswith("untied_"):
            arms[name] = arms[name.removeprefix("un")]


@claim(refuted_by=tied_everywhere)
def an_untied_head_starts_where_its_spread_puts_it(runs):
    """With a standard deviation of 1, heads of widths {widths} that are not tied start at ln V + {measured} on random tokens; derived are
    {derived}. Over all {count} pairs of width and spread, measured and derived differ by less than {limit}."""
    pairs = [(width, name, spread) for width in first_loss.widths(runs) for name, spread in first_loss.spreads(runs, width).items()]
    apart = [first_loss.excess(runs, f"untied_{name}", width).mean / first_loss.derived(spread, width) - 1 for width, name, spread in pairs]
    # a hundred or two labels for each of five networks: a small excess is known to its own size
    sized = [abs(one) for one, (width, _, spread) in zip(apart, pairs, strict=True) if spread * width**0.5 > 0.9]
    assert max(sized) < 0.25
    ones = [first_loss.excess(runs, "untied_1.0", width) for width in first_loss.widths(runs)]
    assert all(abs(one.mean / first_loss.derived(1, width) - 1) < 0.15 for one, width in zip(ones, first_loss.widths(runs), strict=True))
    return {
        "widths": listed(first_loss.widths(runs)), "measured": listed([nats(one) for one in ones]), "count": spelled(len(sized)),
        "derived": listed([fixed(first_loss.derived(1, width), 1) for width in first_loss.widths(runs)]),
    }  # fmt: skip
