"""Claims of the chapter Convolutions."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, instead, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, listed, median_and_range, over_seeds, plus_minus, points, spelled
from evidence.readings.settled import SETTLED
from evidence.theory import padding

SOON = 200  # steps after which grouped convolutions are compared before the last
LAYER = 10  # at which the derivation is asked: deeper, a network of few channels is far from the average


def left(runs, pixels, which=-1):
    """What zero padding leaves of the mean square, beside the same network with circular padding: (seeds, layers)."""
    arms = runs["padding_leak"]
    channels = arms.protocol["channels"][which]
    return arms[f"zero_{channels}_{pixels}"]["mean_square"] / arms[f"circular_{channels}_{pixels}"]["mean_square"]


def expected(runs, pixels):
    """The same by the derivation, (layers,)."""
    protocol = runs["padding_leak"].protocol
    return padding.kept(pixels, protocol["layers"], protocol["window"])


def no_rim(runs):
    """A refutation: circular padding everywhere."""
    arms = runs["padding_leak"]
    for name in list(arms):
        if name.startswith("zero_"):
            arms[name] = arms[name.replace("zero", "circular")]


@claim(refuted_by=no_rim)
def zero_padding_leaks_as_derived(runs):
    """On maps of {pixels} pixels a side, zero padding leaves {measured} of the mean square after {layer} layers of {channels} channels
    that start from He normal; derived are {derived}, and none is further away than a tenth."""
    protocol = runs["padding_leak"].protocol
    found = [interval(left(runs, pixels)[:, LAYER - 1]) for pixels in protocol["pixels"]]
    derived = [expected(runs, pixels)[LAYER - 1] for pixels in protocol["pixels"]]
    assert all(abs(one.mean / theory - 1) < 0.1 for one, theory in zip(found, derived, strict=True))
    return {
        "pixels": listed(protocol["pixels"]), "layer": spelled(LAYER), "channels": protocol["channels"][-1],
        "measured": listed([plus_minus(one.mean, one.half) for one in found]), "derived": listed([fixed(theory, 3) for theory in derived]),
    }  # fmt: skip


@claim(refuted_by=swap("padding_leak", "zero_64_7", "circular_64_7"))
def narrow_networks_leak_less(runs):
    """After {layers} layers on {pixels} by {pixels} pixels the mean of what is left is {narrow} with {few} channels and {wide} with
    {many}; the derivation, which is about the average network, says {derived}."""
    protocol = runs["padding_leak"].protocol
    pixels = protocol["pixels"][0]
    narrow, wide = (interval(left(runs, pixels, which)[:, -1]) for which in (0, -1))
    derived = expected(runs, pixels)[-1]
    assert derived < narrow.mean < 3 * derived and derived / 2 < wide.mean < 2 * derived
    few, many = protocol["channels"]
    return {
        "layers": spelled(protocol["layers"]), "pixels": pixels, "few": few, "many": many, "derived": fixed(derived, 3),
        "narrow": plus_minus(narrow.mean, narrow.half), "wide": plus_minus(wide.mean, wide.half),
    }  # fmt: skip


def reached(runs, depth):
    """Test accuracy of Glorot and He after the last step, each at its best rate: two (seeds,)."""
    return [rates.reached(runs["convolution_sgd"], f"{rule}_{depth}") for rule in runs["convolution_sgd"].protocol["initializers"]]


def budget(runs, experiment="convolution_sgd"):
    """What the sentences say of the training."""
    protocol = runs[experiment].protocol
    return {"steps": f"{protocol['steps'][-1]:,}", "batch": protocol["batch_size"]}


@claim(refuted_by=swap_grids("convolution_sgd", "glorot_uniform_10", "he_normal_10"))
def he_is_ahead_at_ten_convolutions(runs):
    """With ten convolutions and SGD, {steps} steps of {batch} images take He normal to a test accuracy of {he} and Glorot uniform to
    {glorot}, each at its best of {rates} rates: He is {gain} percentage points ahead."""
    glorot, he = reached(runs, 10)
    gain = paired_difference(he, glorot)
    assert gain.low > 0
    return budget(runs) | {
        "he": over_seeds(he, 100, " %"), "glorot": over_seeds(glorot, 100, " %"), "gain": points(gain),
        "rates": spelled(len(runs["convolution_sgd"].protocol["learning_rates"]["10"])),
    }  # fmt: skip


def ceiling(share):
    """A share that nothing exceeds, in whole per cent."""
    return f"{np.ceil(100 * share):.0f} %"


def same_as_he(runs):
    """A refutation: Glorot's networks of 22 and 30 layers are He's."""
    swap_grids("convolution_sgd", "glorot_uniform_22", "he_normal_22")(runs)
    swap_grids("convolution_sgd", "glorot_uniform_30", "he_normal_30")(runs)


@claim(refuted_by=same_as_he)
def glorot_does_not_start_with_thirty_convolutions(runs):
    """With {depths} convolutions, no seed of Glorot uniform gets above {stalled} in {steps} steps of SGD on {batch} images, at
    any of {rates} rates; He normal is then at {he}."""
    protocol = runs["convolution_sgd"].protocol
    depths = protocol["depths"][1:]
    arms = runs["convolution_sgd"]
    stalled = max(
        arms[f"glorot_uniform_{depth}_{rate}"]["test_accuracy"].max() for depth in depths for rate in protocol["learning_rates"][str(depth)]
    )
    he = [reached(runs, depth)[1] for depth in depths]
    assert stalled < 0.2 and all(one.mean() > 0.6 for one in he)
    return budget(runs) | {
        "depths": listed(depths), "stalled": ceiling(stalled),
        "he": listed([over_seeds(one, 100, " %") for one in he]),
        "rates": spelled(len(protocol["learning_rates"][str(depths[0])])),
    }  # fmt: skip


@claim(refuted_by=instead("settled_convolutions", "glorot_uniform", "he_normal"))
def glorot_waits_longer_than_an_epoch(runs):
    """{steps} steps of SGD, on {batch} images each, take He normal with {layers} convolutions to {he}, the median and the range of the seeds. No seed of Glorot uniform gets above {stalled} at
    any of the points where it was asked, at any of {rates} rates."""
    arms = runs["settled_convolutions"]
    grid, he = rates.grid(arms, "glorot_uniform"), rates.reached(arms, "he_normal")
    stalled = max(arm["test_accuracy"].max() for arm in grid.values())
    assert stalled < 0.2 and he.min() > 0.8
    return budget(runs, "settled_convolutions") | {
        "layers": arms.protocol["layers"], "he": median_and_range(he), "stalled": ceiling(stalled), "rates": spelled(len(grid)),
    }  # fmt: skip


@claim(refuted_by=swap_grids("convolution_adam", "glorot_uniform_30", "he_normal_30"))
def adam_on_thirty_convolutions(runs):
    """With Adam and {depth} convolutions, {steps} steps of {batch} images take He normal to {he} and Glorot uniform to {glorot}, each at its best
    of {rates} rates: He is ahead in every seed, on average by {gain} percentage points."""
    arms = runs["convolution_adam"]
    (depth,) = arms.protocol["depths"]
    glorot, he = (rates.reached(arms, f"{rule}_{depth}") for rule in arms.protocol["initializers"])
    gain = paired_difference(he, glorot)
    assert (he > glorot).all() and gain.low > 0
    return budget(runs, "convolution_adam") | {
        "depth": spelled(depth), "he": over_seeds(he, 100, " %"), "glorot": over_seeds(glorot, 100, " %"), "gain": points(gain),
        "rates": spelled(len(arms.protocol["learning_rates"][str(depth)])),
    }  # fmt: skip


def at_best(runs, start, step=-1):
    """Test accuracy of thirty tanh convolutions at a start's best rate, after a recorded number of steps, (seeds,)."""
    return rates.best(runs["delta_orthogonal_training"], start)["test_accuracy"][:, step]


def flattened(runs):
    """A refutation: delta-orthogonal kernels train as Keras's orthogonal ones do."""
    arms = runs["delta_orthogonal_training"]
    del arms["delta_orthogonal_0.003"]
    for rate in arms.protocol["learning_rates"]["orthogonal"]:
        arms[f"delta_orthogonal_{rate}"] = arms[f"orthogonal_{rate}"]


@claim(refuted_by=flattened)
def delta_orthogonal_starts_first_in_deep_tanh_convolutions(runs):
    """With {layers} tanh convolutions, {early} steps of SGD on {batch} images take delta-orthogonal kernels to {delta}, Keras's `orthogonal` to {orthogonal}
    and Glorot uniform to {glorot}, each at its best rate: {over_orthogonal} and {over_glorot} percentage points ahead."""
    protocol = runs["delta_orthogonal_training"].protocol
    early = len(protocol["steps"]) // 2
    delta, orthogonal, glorot = (at_best(runs, start, early) for start in ("delta_orthogonal", "orthogonal", "glorot_uniform"))
    over = [paired_difference(delta, other) for other in (orthogonal, glorot)]
    assert all(gap.low > 0 for gap in over)
    return {
        "layers": spelled(protocol["layers"]), "early": protocol["steps"][early], "batch": protocol["batch_size"],
        "delta": over_seeds(delta, 100, " %"), "orthogonal": over_seeds(orthogonal, 100, " %"), "glorot": over_seeds(glorot, 100, " %"),
        "over_orthogonal": points(over[0]), "over_glorot": points(over[1]),
    }  # fmt: skip


def stuck(experiment, stem):
    """A refutation: the networks of a start stay at the first accuracy that was recorded, at every rate."""

    def alter(runs):
        for arm in rates.grid(runs[experiment], stem).values():
            arm["test_accuracy"][:] = arm["test_accuracy"][:, :1]

    return alter


@claim(refuted_by=stuck("delta_orthogonal_training", "glorot_uniform"))
def glorot_trains_thirty_tanh_convolutions(runs):
    """After {steps} steps of {batch} images Glorot uniform is at {glorot} and delta-orthogonal at {delta}: both train."""
    delta, glorot = (at_best(runs, start) for start in ("delta_orthogonal", "glorot_uniform"))
    assert interval(glorot).mean > 0.4 and interval(delta).mean > 0.6
    return budget(runs, "delta_orthogonal_training") | {"glorot": over_seeds(glorot, 100, " %"), "delta": over_seeds(delta, 100, " %")}


@claim(refuted_by=swap("depthwise_start", "default_plain_0.1", "counted_plain_0.1"))
def depthwise_defaults_do_not_start_without_normalization(runs):
    """With {blocks} depthwise separable blocks and no normalization, no seed of Keras's default gets above {stalled} in {steps} steps of SGD on {batch} images, at any of
    {rates} rates; with the depthwise fans counted right, the same networks reach {counted}."""
    arms = runs["depthwise_start"]
    grid = rates.grid(arms, "default_plain")
    stalled = max(arm["test_accuracy"].max() for arm in grid.values())
    counted = rates.reached(arms, "counted_plain")
    assert stalled < 0.2 and interval(counted).mean > 0.35
    return budget(runs, "depthwise_start") | {
        "blocks": spelled(arms.protocol["blocks"]), "stalled": ceiling(stalled), "counted": over_seeds(counted, 100, " %"), "rates": spelled(len(grid)),
    }  # fmt: skip


@claim(refuted_by=stuck("depthwise_start", "default_normalized"))
def normalized_depthwise_networks_train_from_both_counts(runs):
    """With batch normalization behind every convolution, {steps} steps of {batch} images take Keras's default to {default} and the fans counted right to {counted}, each at its best
    of {rates} rates."""
    arms = runs["depthwise_start"]
    default, counted = (rates.reached(arms, f"{start}_normalized") for start in ("default", "counted"))
    assert interval(default).mean > 0.5 and interval(counted).mean > 0.5 and abs(paired_difference(counted, default).mean) < 0.15
    return budget(runs, "depthwise_start") | {
        "default": over_seeds(default, 100, " %"), "counted": over_seeds(counted, 100, " %"),
        "rates": spelled(len(rates.grid(arms, "default_normalized"))),
    }  # fmt: skip


def grouped(runs, start, groups, steps=None):
    """Test accuracy of grouped convolutions at a start's best rate, after the last step or an earlier one, (seeds,)."""
    arms = runs["grouped_start"]
    return rates.best(arms, f"{start}_{groups}")["test_accuracy"][:, arms.protocol["steps"].index(steps) if steps else -1]


@claim(refuted_by=swap_grids("grouped_start", "default_8", "glorot_8"))
def the_count_delays_eight_groups(runs):
    """With {many} groups, {soon} steps of SGD on {batch} images take Keras's default to {default_soon}, Glorot counted right to {glorot_soon} and He to {he_soon}, each at that
    one of {rates} rates which ends best. After {steps} steps the default has started as well and is at {default}, the others at {glorot} and {he}. The
    default is then {gap} percentage points from He, and was {before} from it at {late} steps: by the rule fixed beforehand, a change below two points,
    the comparison {has} settled."""
    protocol = runs["grouped_start"].protocol
    many, late = protocol["groups"][-1], protocol["steps"][-2]
    soon, end = ({start: grouped(runs, start, many, steps) for start in protocol["starts"]} for steps in (SOON, None))
    before, gap = (paired_difference(grouped(runs, "he", many, steps), grouped(runs, "default", many, steps)) for steps in (late, None))
    assert soon["default"].mean() < 0.4 and min(soon["glorot"].mean(), soon["he"].mean()) > 0.5
    assert end["default"].mean() > 0.4 and gap.mean < paired_difference(soon["he"], soon["default"]).mean / 2
    return budget(runs, "grouped_start") | {
        "many": spelled(many), "soon": SOON, "rates": spelled(len(protocol["learning_rates"])), "late": f"{late:,}", "before": points(before), "gap": points(gap),
        "has": "has" if abs(gap.mean - before.mean) < SETTLED else "has not",
    } | {f"{start}_soon": over_seeds(found, 100, " %") for start, found in soon.items()} | {
        start: over_seeds(found, 100, " %") for start, found in end.items()
    }  # fmt: skip


@claim(refuted_by=swap_grids("grouped_start", "default_4", "default_8"))
def four_groups_are_delayed_less(runs):
    """With {few} groups the default is at {soon_few} after {soon} steps, and after {steps} it is at {default}, Glorot counted right at {glorot} and He at {he}."""
    protocol = runs["grouped_start"].protocol
    few, many = protocol["groups"]
    soon, later = (grouped(runs, "default", groups, SOON) for groups in (few, many))
    end = {start: grouped(runs, start, few) for start in protocol["starts"]}
    assert paired_difference(soon, later).low > 0
    assert end["default"].mean() > 0.6 and abs(end["glorot"].mean() - end["default"].mean()) < 0.15
    return budget(runs, "grouped_start") | {"few": spelled(few), "soon": SOON, "soon_few": over_seeds(soon, 100, " %")} | {
        start: over_seeds(found, 100, " %") for start, found in end.items()
    }  # fmt: skip
