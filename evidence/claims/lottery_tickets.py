"""Claims of the chapter Lottery tickets and supermasks."""

from evidence.readings import rates
from evidence.readings.claim import claim, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import listed, percent, points, spelled

TICKETS = "lottery_tickets"


def answers(runs, mask, rate=None):
    """Test accuracy of the untrained network under a mask, at the rate of training at which it validates best or at this one, (seeds,)."""
    grid = rates.grid(runs[TICKETS], f"mask_{mask}")
    return grid[rate or rates.best_rate(runs[TICKETS], f"mask_{mask}")]["test_accuracy"][:, 0]


@claim(refuted_by=swap_grids(TICKETS, "mask_grown", "mask_random"))
def a_mask_alone_knows_digits(runs):
    """A start that was never trained, under a mask of the weights that {steps} steps of training made larger, answers {grown} of the test images right, where the rate of that training suits the mask; without a mask it
    answers {whole}, and under a random mask with as many weights {random}."""
    grown, whole = answers(runs, "grown"), answers(runs, "whole")
    random = answers(runs, "random", rates.best_rate(runs[TICKETS], "mask_grown"))
    assert grown.min() > 0.3 and max(whole.mean(), random.mean()) < 0.2
    return {"grown": percent(grown), "whole": percent(whole), "random": percent(random), "steps": runs[TICKETS].protocol["steps"][-1]}


def fastest(runs):
    """The largest rate of the dense network."""
    return runs[TICKETS].protocol["learning_rates"]["dense"][-1]


def steady(runs):
    """A refutation: at the largest rate the mask knows what it knows at its best."""
    best = rates.best(runs[TICKETS], "mask_grown")
    runs[TICKETS][f"mask_grown_{fastest(runs)}"] = best


@claim(refuted_by=steady)
def hard_training_leaves_a_poor_mask(runs):
    """The rate that suits the mask is {suits}; at {best}, where the trained network validates best, the mask answers {at_best}; and at {rate} the trained network is at {dense}, and its mask on the start at
    {mask}."""
    arms, rate = runs[TICKETS], fastest(runs)
    dense, mask = arms[f"dense_{rate}"]["test_accuracy"][:, -1], answers(runs, "grown", rate)
    assert dense.mean() > 0.7 and mask.mean() < answers(runs, "grown").mean() - 0.2
    best = rates.best_rate(arms, "dense")
    return {
        "suits": f"{rates.best_rate(arms, 'mask_grown'):g}", "best": f"{best:g}", "at_best": percent(answers(runs, "grown", best)),
        "rate": rate, "dense": percent(dense), "mask": percent(mask),
    }  # fmt: skip


def ticket(runs, start, share, step=-1):
    """Test accuracy of a pruned network at its best rate, after a recorded number of steps, (seeds,)."""
    return rates.best(runs[TICKETS], f"{start}_{share}")["test_accuracy"][:, step]


def ends(runs):
    """The largest and the smallest share that was kept."""
    return runs[TICKETS].protocol["kept"]


@claim(refuted_by=lambda runs: [swap_grids(TICKETS, f"rewound_{share}", f"redrawn_{share}")(runs) for share in ends(runs)])
def a_ticket_needs_its_start(runs):
    """With {shares} per cent of the hidden weights left, {steps} steps of {batch} images take the pruned network from its own start to {own} and from new weights to {new}: {gain} percentage points. The dense
    network is at {dense}."""
    protocol = runs[TICKETS].protocol
    own, new = ([ticket(runs, start, share) for share in ends(runs)] for start in ("rewound", "redrawn"))
    gains = [paired_difference(*pair) for pair in zip(own, new, strict=True)]
    assert all(gain.mean > 0.005 for gain in gains) and any(gain.low > 0 for gain in gains)
    said = {name: listed([percent(one) for one in values]) for name, values in (("own", own), ("new", new))}
    return said | {
        "shares": listed([spelled(round(100 * share)) for share in ends(runs)]), "gain": listed([points(gain) for gain in gains]),
        "dense": percent(rates.reached(runs[TICKETS], "dense")), "steps": protocol["steps"][-1], "batch": protocol["batch_size"],
    }  # fmt: skip


@claim(refuted_by=lambda runs: [swap_grids(TICKETS, f"elsewhere_{share}", f"redrawn_{share}")(runs) for share in ends(runs)])
def a_random_mask_trails(runs):
    """With {shares} per cent left, its own weights under a random mask end {gap} percentage points below new weights under the mask of the largest, after {steps} steps."""
    gaps = [paired_difference(ticket(runs, "redrawn", share), ticket(runs, "elsewhere", share)) for share in ends(runs)]
    assert all(gap.mean > 0 for gap in gaps) and any(gap.low > 0 for gap in gaps)
    return {
        "shares": listed([spelled(round(100 * share)) for share in ends(runs)]), "gap": listed([points(gap) for gap in gaps]),
        "steps": runs[TICKETS].protocol["steps"][-1],
    }  # fmt: skip


@claim(refuted_by=lambda runs: swap_grids(TICKETS, f"signed_{ends(runs)[0]}", f"redrawn_{ends(runs)[0]}")(runs))
def old_signs_help(runs):
    """With {shares} per cent left, new weights with the old signs lead new ones by {many} and by {few} percentage points after {steps} steps; scaling the new ones up gains
    {scale}."""
    step, shares = 1, ends(runs)
    new = [ticket(runs, "redrawn", share, step) for share in shares]
    signs, scale = ([paired_difference(ticket(runs, start, share, step), one) for share, one in zip(shares, new, strict=True)] for start in ("signed", "rescaled"))
    assert signs[0].low > 0
    said = {name: points(gain) for name, gain in zip(("many", "few"), signs, strict=True)}
    return said | {
        "shares": listed([spelled(round(100 * share)) for share in shares]), "steps": runs[TICKETS].protocol["steps"][step], "scale": listed(map(points, scale)),
    }  # fmt: skip
