"""Claims of the chapter Mixture of experts."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import listed, over_seeds, percent, points, word
from evidence.theory import routing

LOAD, START = "mixture_load", "mixture_start"
MODEST = {"zero": "zero", "small": "0.02", "fan_in": "1 / √fan_in", "centred": "1 / √fan_in less the mean"}


def busiest(runs, arm):
    """Share of the images that the busiest expert gets, mean over routers, (seeds,)."""
    return runs[LOAD][arm]["largest_share"][:, 1]


def deepest(runs):
    """The largest number of layers before the router."""
    return runs[LOAD].protocol["depths"][-1]


def scale_moves_choices(runs):
    """A refutation: the largest scale sends the images where the centred inputs go."""
    depth = deepest(runs)
    runs[LOAD][f"plain_{depth}"]["largest_share"][:, 2] = busiest(runs, f"centred_{depth}")


@claim(refuted_by=scale_moves_choices)
def a_scale_moves_no_image(runs):
    """A router's scale moves no image: behind {depth} ReLU layers the busiest of {experts} experts gets {share} of the images before training, whether the router is drawn by its fan-in, or {factor} times
    as large, or as small."""
    protocol, depth = runs[LOAD].protocol, deepest(runs)
    shares = np.concatenate([runs[LOAD][f"{how}_{depth}"]["largest_share"] for how in protocol["treatments"]])
    assert np.ptp(shares, axis=1).max() < 0.003
    return {"depth": word(depth), "experts": word(protocol["experts"]), "share": percent(busiest(runs, f"plain_{depth}")), "factor": word(protocol["scales"][-1])}


@claim(refuted_by=lambda runs: swap(LOAD, f"plain_{deepest(runs)}", f"centred_{deepest(runs)}")(runs))
def alike_images_share_an_expert(runs):
    """The pixels of two images have a cosine of {cosine} in the mean, and the busiest expert gets {share}; behind {depth} ReLU layers they have {later} and it gets {most}. The formula gives {by_formula} and
    {by_formula_later}."""
    arms, depth = runs[LOAD], deepest(runs)
    experts = arms.protocol["experts"]
    derived = {}
    for layers in arms.protocol["depths"]:
        derived[layers] = routing.largest_share(arms[f"plain_{layers}"]["cosine"].mean(), experts)
        assert abs(busiest(runs, f"plain_{layers}").mean() - derived[layers]) < 0.06
    assert busiest(runs, f"plain_{depth}").mean() > busiest(runs, "plain_0").mean() + 0.15
    return {
        "cosine": over_seeds(arms["plain_0"]["cosine"][:, 0]), "share": percent(busiest(runs, "plain_0")), "depth": word(depth),
        "later": over_seeds(arms[f"plain_{depth}"]["cosine"][:, 0]), "most": percent(busiest(runs, f"plain_{depth}")),
        "by_formula": f"{100 * derived[0]:.0f} %", "by_formula_later": f"{100 * derived[depth]:.0f} %",
    }  # fmt: skip


@claim(refuted_by=lambda runs: swap(LOAD, f"layer_norm_{deepest(runs)}", f"centred_{deepest(runs)}")(runs))
def layer_norm_does_not_part_images(runs):
    """Layer normalization, which treats each image by itself, leaves {normalized} with the busiest expert behind {depth} layers; taking the mean over the images away leaves {centred}."""
    depth = deepest(runs)
    plain, normalized, centred = (busiest(runs, f"{how}_{depth}") for how in ("plain", "layer_norm", "centred"))
    assert centred.mean() < 0.4 and min(plain.mean(), normalized.mean()) > centred.mean() + 0.15
    return {"normalized": percent(normalized), "centred": percent(centred), "depth": word(depth)}


def reached(runs, stem, quantity="test_accuracy"):
    """At its best rate after the last step, (seeds,)."""
    return rates.reached(runs[START], stem, quantity)


def at(runs, stem, quantity, steps):
    """At its best rate after so many steps, (seeds,)."""
    return rates.best(runs[START], stem)[quantity][:, runs[START].protocol["steps"].index(steps)]


@claim(refuted_by=swap_grids(START, "one_balanced", "fan_in_balanced"))
def a_large_router_falls_behind(runs):
    """After {steps} steps of {batch} images a small mixture of {experts} experts is at {large} from a router of standard deviation 1, and at {modest} from one of 1 / √fan_in, which is {gap} percentage
    points ahead; without the balance loss the gap is {free} points."""
    gaps = {how: paired_difference(reached(runs, f"fan_in_{how}"), reached(runs, f"one_{how}")) for how in ("balanced", "free")}
    assert all(gap.low > 0 and gap.mean > 0.015 for gap in gaps.values())
    said = {"large": percent(reached(runs, "one_balanced")), "modest": percent(reached(runs, "fan_in_balanced"))}
    protocol = runs[START].protocol
    said |= {"steps": f"{protocol['steps'][-1]:,}", "batch": protocol["batch_size"], "experts": word(protocol["experts"])}
    return said | {"gap": points(gaps["balanced"]), "free": points(gaps["free"])}


@claim(refuted_by=swap_grids(START, "zero_balanced", "one_balanced"))
def modest_routers_end_together(runs):
    """With the balance loss the routers of {names} end at {reached}."""
    found = [reached(runs, f"{router}_balanced") for router in MODEST]
    assert np.ptp([one.mean() for one in found]) < 0.025
    return {"names": listed(MODEST.values()), "reached": listed([percent(one) for one in found])}


@claim(refuted_by=swap_grids(START, "fan_in_balanced", "alone_free"))
def eight_experts_beat_one(runs):
    """One expert alone, which is all that a collapsed router leaves, ends {gap} percentage points behind: at {alone}."""
    gap = paired_difference(reached(runs, "fan_in_balanced"), reached(runs, "alone_free"))
    assert gap.low > 0.1
    return {"gap": points(gap), "alone": percent(reached(runs, "alone_free"))}


@claim(refuted_by=swap_grids(START, "zero_balanced", "alone_free"))
def a_zero_router_comes_loose(runs):
    """From a router of zeros one expert gets every image at first; after {steps} steps {used} of {experts} are in use with the balance loss, and {free} without."""
    steps = runs[START].protocol["steps"][1]
    first = at(runs, "zero_balanced", "largest_share", 0)
    used, free = (at(runs, f"zero_{how}", "experts_in_use", steps) for how in ("balanced", "free"))
    assert (first == 1).all() and used.mean() > 2.5 and free.mean() > 1.5
    return {"steps": steps, "used": over_seeds(used), "free": over_seeds(free), "experts": word(runs[START].protocol["experts"])}


def no_balance(runs):
    """A refutation: the balance loss changes nothing."""
    for router in runs[START].protocol["routers"]:
        for rate in runs[START].protocol["learning_rates"]:
            runs[START][f"{router}_balanced_{rate}"] = runs[START][f"{router}_free_{rate}"]


@claim(refuted_by=no_balance)
def the_balance_loss_brings_experts_into_use(runs):
    """The balance loss brings more experts into use from each start: after {steps} steps {zero} instead of {zero_free} from zeros, {fan_in} instead of {fan_in_free} from 1 / √fan_in, {one} instead of {one_free} from 1."""
    routers, steps = list(runs[START].protocol["routers"]), runs[START].protocol["steps"][-1]
    used, free = ([reached(runs, f"{router}_{how}", "experts_in_use") for router in routers] for how in ("balanced", "free"))
    assert (np.mean(used, 1) > np.mean(free, 1)).all() and paired_difference(np.mean(used, 0), np.mean(free, 0)).low > 0.3
    said = {router: over_seeds(found) for router, found in zip(routers, used)} | {f"{router}_free": over_seeds(found) for router, found in zip(routers, free)}
    return said | {"steps": f"{steps:,}"}


def gates_alike(runs):
    """A refutation: the large router's gates start as those of the one by fan_in."""
    for rate in runs[START].protocol["learning_rates"]:
        runs[START][f"one_balanced_{rate}"]["gate"][:, 0] = runs[START][f"fan_in_balanced_{rate}"]["gate"][:, 0]


@claim(refuted_by=gates_alike)
def large_gates_start_saturated(runs):
    """Before training the largest gate of an image is {one} in the mean from a standard deviation of 1, {fan_in} from 1 / √fan_in and {small} from {std}."""
    found = {router: at(runs, f"{router}_balanced", "gate", 0) for router in ("one", "fan_in", "small")}
    assert found["one"].mean() > 0.7 and 0.2 < found["fan_in"].mean() < 0.5 and found["small"].mean() < 0.2
    return {router: over_seeds(gate) for router, gate in found.items()} | {"std": runs[START].protocol["routers"]["small"]}


def loses(runs, stem):
    """Experts in use before training and after the first steps that were asked, (seeds,) each."""
    return [at(runs, stem, "experts_in_use", steps) for steps in runs[START].protocol["steps"][:2]]


@claim(refuted_by=swap_grids(START, "one_free", "fan_in_free"))
def a_large_router_loses_experts_at_once(runs):
    """From a router of standard deviation 1 the first {steps} steps take the experts in use from {before} to {after} without the balance loss, and from {before_balanced} to {after_balanced} with it;
    from 1 / √fan_in {modest} are still in use then without it."""
    (before, after), (before_balanced, after_balanced) = (loses(runs, f"one_{how}") for how in ("free", "balanced"))
    modest = loses(runs, "fan_in_free")[1]
    assert paired_difference(before, after).low > 0 and paired_difference(modest, after).low > 0 and after_balanced.mean() < before_balanced.mean()
    found = {"before": before, "after": after, "before_balanced": before_balanced, "after_balanced": after_balanced, "modest": modest}
    return {name: over_seeds(values) for name, values in found.items()} | {"steps": runs[START].protocol["steps"][1]}


@claim(refuted_by=swap_grids(START, "tenth_balanced", "one_balanced"))
def a_tenth_of_the_variance_starts_later_and_ends_level(runs):
    """With a tenth of all variances the mixture is at {early} after {steps} steps, where it is at {usual_early} with the whole, and ends at {late} against {usual_late}."""
    steps = 200
    early, usual_early = (at(runs, stem, "test_accuracy", steps) for stem in ("tenth_balanced", "fan_in_balanced"))
    late, usual_late = (reached(runs, stem) for stem in ("tenth_balanced", "fan_in_balanced"))
    assert paired_difference(usual_early, early).mean > 0.04 and abs(late.mean() - usual_late.mean()) < 0.02
    return {"early": percent(early), "usual_early": percent(usual_early), "late": percent(late), "usual_late": percent(usual_late), "steps": steps}
