"""Claims of the chapter Residual networks: on deep dense branches, followed for more than their first steps."""

from evidence.readings import rates
from evidence.readings.claim import claim, instead
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import listed, percent, points, word
from evidence.readings.settled import SETTLED

NAME = "settled_branches"
QUIET = ["zero_last", "residual_scale", "rezero"]  # starts whose branches are silent, or quiet, before training


def accuracy(runs, start):
    """Test accuracy at a start's best rate, (seeds, points)."""
    return rates.best(runs[NAME], start)["test_accuracy"]


def lead(runs, start, other, after=-1):
    """What a start is ahead of another at one of the points: an interval, one of those of the three quiet starts."""
    return paired_difference(accuracy(runs, start)[:, after], accuracy(runs, other)[:, after], len(QUIET))


def budget(runs):
    """Blocks, and the steps of all and of the last stretch."""
    protocol = runs[NAME].protocol
    *_, before, last = protocol["steps"]
    return {"blocks": protocol["blocks"], "batch": protocol["batch_size"], "steps": f"{last:,}", "stretch": last - before}


@claim(refuted_by=instead(NAME, "he_normal", "residual_scale"))
def he_blocks_stay_behind(runs):
    """Followed for {steps} steps of Adam with {batch} images each, {blocks} plain He blocks are at {he} at the best of {rates} rates, and the same
    blocks with a last kernel of zero at {zero_last}. In the last {stretch} steps He changed by {gained} percentage points; a change below two
    counts as settled, so this {does}."""
    he, zero_last = (accuracy(runs, start) for start in ("he_normal", "zero_last"))
    assert lead(runs, "zero_last", "he_normal").low > 0.2
    gained = paired_difference(he[:, -1], he[:, -2])
    said = {"he": percent(he[:, -1]), "zero_last": percent(zero_last[:, -1]), "gained": points(gained)}
    said["does"] = "does" if abs(gained.mean) < SETTLED else "does not"
    return budget(runs) | said | {"rates": word(len(rates.grid(runs[NAME], "he_normal")))}


@claim(refuted_by=instead(NAME, "residual_scale", "he_normal"))
def quiet_branches_end_level(runs):
    """The three quiet starts end level: {ends}, for a last kernel of zero, division by √N and ReZero. ReZero is {rezero} percentage points ahead of a last kernel of zero,
    and division by √N {residual_scale}; in the last {stretch} steps these moved by less than two points, so they have settled."""
    ahead = {start: lead(runs, start, "zero_last") for start in QUIET[1:]}
    moved = [abs(one.mean - lead(runs, start, "zero_last", -2).mean) for start, one in ahead.items()]
    assert max(abs(one.mean) for one in ahead.values()) < SETTLED and max(moved) < SETTLED
    ends = listed([percent(accuracy(runs, start)[:, -1]) for start in QUIET])
    return budget(runs) | {start: points(one) for start, one in ahead.items()} | {"ends": ends}
