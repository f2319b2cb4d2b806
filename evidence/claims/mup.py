"""Claims of the chapter Width and μP."""

import numpy as np

from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, listed, over_seeds, plus_minus, spelled
from evidence.readings.width_transfer import best, copied, losses, own, slope

FIXED = 2**-6  # a rate well above the narrow network's best, at which that still trains


def ends(runs):
    """The narrowest and the widest network, and the budget, as the sentences say them."""
    protocol = runs["width_transfer"].protocol
    return {
        "narrow": protocol["widths"][0], "wide": protocol["widths"][-1], "steps": protocol["steps"], "batch": protocol["batch_size"],
    }  # fmt: skip


def rate(value):
    """A learning rate, to two digits."""
    return f"{value:.2g}"


@claim(refuted_by=swap_grids("width_transfer", "standard_512", "standard_32"))
def the_standard_rate_falls_with_the_width(runs):
    """In standard parametrization the best of {rates} rates, from {lowest} to {highest}, is {first} for {narrow} units in each hidden layer
    and {last} for {wide}, after {steps} steps of Adam on batches of {batch} images."""
    said = ends(runs)
    grid = list(losses(runs, "standard", said["narrow"]))
    first, last = (best(runs, "standard", said[width]) for width in ("narrow", "wide"))
    assert last <= first / 2
    return said | {
        "rates": spelled(len(grid)), "lowest": rate(grid[0]), "highest": rate(grid[-1]), "first": rate(first), "last": rate(last),
    }  # fmt: skip


def as_standard(runs):
    """A refutation: the wider networks under μP do at each rate what those in standard parametrization do, as far as both were tried."""
    for width in runs["width_transfer"].protocol["widths"][1:]:
        for rate in losses(runs, "mup", width).keys() & losses(runs, "standard", width).keys():
            swap("width_transfer", f"mup_{width}_{rate:.6g}", f"standard_{width}_{rate:.6g}")(runs)


@claim(refuted_by=as_standard)
def wider_is_better_at_a_fixed_rate_under_mup(runs):
    """After {steps} steps of Adam on batches of {batch} images at a rate of {rate}, above the {best} that is best at {narrow} units, three hidden
    layers of {narrow}, {middle} and {wide} units reach a test loss of {standard} in standard parametrization and of {mup} under μP."""
    widths = runs["width_transfer"].protocol["widths"]
    shown = [widths[0], widths[len(widths) // 2], widths[-1]]
    standard, mup = ([losses(runs, rule, width)[FIXED] for width in shown] for rule in ("standard", "mup"))
    tuned = best(runs, "standard", shown[0])
    assert paired_difference(mup[0], mup[-1]).low > 0 and paired_difference(standard[-1], standard[0]).low > 0 and tuned < FIXED
    return ends(runs) | {
        "rate": rate(FIXED), "best": rate(tuned), "narrow": shown[0], "middle": shown[1], "wide": shown[2],
        "standard": listed([over_seeds(one) for one in standard]), "mup": listed([over_seeds(one) for one in mup]),
    }  # fmt: skip


@claim(refuted_by=as_standard)
def wide_beats_narrow_at_every_rate_under_mup(runs):
    """Under μP a network of {wide} units reaches a smaller test loss than one of {narrow} at each of {rates} rates, from {lowest} to
    {highest}; in standard parametrization its loss is the larger one from {from_here} on."""
    said = ends(runs)
    gains = {
        rule: {r: (losses(runs, rule, said["narrow"])[r] - loss).mean() for r, loss in losses(runs, rule, said["wide"]).items()}
        for rule in ("standard", "mup")
    }
    worse = [r for r in gains["standard"] if all(gain < 0 for other, gain in gains["standard"].items() if other >= r)]
    assert min(gains["mup"].values()) > 0 and worse
    return said | {
        "rates": spelled(len(gains["mup"])), "lowest": rate(min(gains["mup"])), "highest": rate(max(gains["mup"])), "from_here": rate(min(worse)),
    }  # fmt: skip


def wandered(runs):
    """A refutation: under μP the wide network's best rate lies octaves below the narrow one's."""
    arms, wide = runs["width_transfer"], runs["width_transfer"].protocol["widths"][-1]
    names = [f"mup_{wide}_{rate:.6g}" for rate in losses(runs, "mup", wide)]
    kept = [arms[name] for name in names]
    for number, name in enumerate(names):
        arms[name] = kept[min(number + 5, len(names) - 1)]


@claim(refuted_by=wandered)
def a_copied_rate_costs_little_under_mup(runs):
    """The rate that is best at {narrow} units, copied to {wide}, costs {standard} in test loss beside the best rate there in standard
    parametrization, and {mup} under μP."""
    said = ends(runs)
    costs = {rule: paired_difference(copied(runs, rule, said["wide"]), own(runs, rule, said["wide"])) for rule in ("standard", "mup")}
    assert costs["mup"].high < 0.05
    return said | {rule: plus_minus(*cost) for rule, cost in costs.items()}


@claim(refuted_by=swap_grids("width_transfer", "standard_512", "standard_32"))
def tuned_anew_the_standard_network_is_not_behind(runs):
    """With {wide} units, each at its own best rate, the test loss in standard parametrization minus that under μP is {gap}: {seeds} seeds
    do not show it behind."""
    wide = ends(runs)["wide"]
    gap = paired_difference(own(runs, "standard", wide), own(runs, "mup", wide))
    assert gap.low < 0
    return {"wide": wide, "gap": plus_minus(*gap), "seeds": spelled(len(runs["width_transfer"].protocol["seeds"]))}


def layers(runs):
    """The numbers of the layers of `coordinate_check`, the output last."""
    return range(1, runs["coordinate_check"].protocol["hidden_layers"] + 2)


def standard_everywhere(runs):
    """A refutation: under μP the widest network moves as in standard parametrization."""
    swap("coordinate_check", "mup_1024", "standard_1024")(runs)


@claim(refuted_by=standard_everywhere)
def layers_move_alike_under_mup(runs):
    """From {narrow} to {wide} units, a standard network's second and third hidden layer and its logits move in the first step of Adam
    by powers of the width of {standard}; under μP the power of every layer is within {mup} of zero, in each of the first {steps} steps."""
    protocol = runs["coordinate_check"].protocol
    standard = [interval(slope(runs, "standard", layer, 0)) for layer in layers(runs)][1:]
    furthest = max(abs(interval(slope(runs, "mup", layer, step)).mean) for layer in layers(runs) for step in range(protocol["steps"]))
    assert min(one.low for one in standard) > 0.4 and furthest < 0.15
    return {
        "narrow": protocol["widths"][0], "wide": f"{protocol['widths'][-1]:,}", "steps": spelled(protocol["steps"]),
        "standard": listed([plus_minus(one.mean, one.half) for one in standard]),
        "mup": fixed(np.ceil(100 * furthest) / 100, 2),
    }  # fmt: skip
