"""Claims of the chapter Initialization in bf16."""

import math

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import fixed, over_seeds, percent, points, spelled
from evidence.theory import rounding

HALF = "bfloat16_weights"
SMALL, USUAL = "0.0003", "0.001"  # rates of Adam


def passed(runs, start, kind):
    """Hidden layers that a signal passes in a type before it is lost, (seeds,)."""
    return runs["half_range"][f"{start}_{kind}"]["passed"][:, 0]


def whole(values):
    """Whole numbers over seeds, as a sentence has them: one, or from the least to the greatest."""
    low, high = int(values.min()), int(values.max())
    return f"{low}" if low == high else f"{low} to {high}"


@claim(refuted_by=swap("half_range", "normal_0.02_bfloat16", "normal_0.02_float16"))
def bfloat16_has_the_range_of_float32(runs):
    """From weights of standard deviation {small} the signal passes {small_float32} layers in float32, {small_bfloat16} in bfloat16 and {small_float16} in float16
    before all of it is zero; from standard deviation {large} it passes {large_float32}, {large_bfloat16} and {large_float16} before it overflows."""
    said = {size: runs["half_range"].protocol["starts"][start] for size, start in (("small", "normal_0.02"), ("large", "normal_1"))}
    for size, start in (("small", "normal_0.02"), ("large", "normal_1")):
        exact, brain, half = (passed(runs, start, kind) for kind in ("float32", "bfloat16", "float16"))
        assert np.abs(brain - exact).max() <= 2 and (half < exact / 2).all()
        said |= {f"{size}_float32": whole(exact), f"{size}_bfloat16": whole(brain), f"{size}_float16": whole(half)}
    return said


def shrunk(runs):
    """A refutation: rounding takes half a unit in the last place from the signal in every layer, always in the same direction."""
    arms = runs["half_range"]
    for quantity in ("size", "delta_size"):
        arms["he_normal_bfloat16"][quantity] = arms["he_normal_bfloat16"][quantity] * (1 - 2.0**-9) ** arms.protocol["compared"]


@claim(refuted_by=shrunk)
def rounding_leaves_hes_rule_as_it_is(runs):
    """From He normal, the root mean square after {layers} layers in bfloat16 is {size} times that in float32, and the outputs differ by {error} of their length. The error signal that arrives
    behind all {all} layers is {delta} times as large, and differs by {off} of its length."""
    arm, protocol = runs["half_range"]["he_normal_bfloat16"], runs["half_range"].protocol
    size, error, delta, off = (arm[name][:, 0] for name in ("size", "error", "delta_size", "delta_error"))
    assert np.abs(size - 1).max() < 0.03 and abs(delta.mean() - 1) < 0.3 and error.max() < 0.05 and off.mean() > 3 * error.mean()
    return {
        "layers": spelled(protocol["compared"]), "all": len(protocol["widths"]) - 2, "size": over_seeds(size), "delta": over_seeds(delta),
        "error": percent(error), "off": percent(off),
    }  # fmt: skip


def kept(runs, arm, quantity):
    """Share of the kernels or scales that training left as they were, (seeds,)."""
    return runs[HALF][arm][f"{quantity}_kept"][:, 0]


def budget(protocol):
    """What the sentences say of the training."""
    return {"steps": protocol["steps"][-1], "batch": protocol["batch_size"]}


@claim(refuted_by=swap(HALF, f"he_bfloat16_{USUAL}", f"he_centred_{USUAL}"))
def a_scale_from_one_does_not_move(runs):
    """Of the scales γ that start at one, {one} keep that value to the bit through {steps} steps of Adam at a rate of {rate}; of those that start at zero, as 1 + γ, {zero}."""
    one, zero = (kept(runs, f"he_{start}_{USUAL}", "gain") for start in ("bfloat16", "centred"))
    assert one.min() > 0.97 and zero.max() < 0.1
    return budget(runs[HALF].protocol) | {"rate": USUAL, "one": percent(one), "zero": percent(zero)}


def derived(runs, factor, rate):
    """The share of the kernels that steps as large as the rate leave as they are, by the closed form."""
    width = runs[HALF].protocol["widths"][1]
    return rounding.share_kept(rate, factor * math.sqrt(2 / width))


def exchanged(runs):
    """A refutation: kernels eight times as large lose what the others lose, and the reverse."""
    for rate in runs[HALF].protocol["learning_rates"]:
        swap(HALF, f"he_bfloat16_{rate}", f"large_bfloat16_{rate}")(runs)


@claim(refuted_by=exchanged)
def kernels_are_kept_as_derived(runs):
    """After {steps} steps the share of the kernels that never moved differs by at most {gap} percentage points from the derived one, over all rates and both sizes of
    the start."""
    protocol = runs[HALF].protocol
    sizes = {name: factor for name, (factor, kind, _) in protocol["arms"].items() if kind == "bfloat16"}
    gaps = [
        abs(kept(runs, f"{name}_{rate}", "kernel").mean() - derived(runs, factor, rate))
        for name, factor in sizes.items() for rate in protocol["learning_rates"]
    ]  # fmt: skip
    assert max(gaps) < 0.1
    return budget(protocol) | {"gap": fixed(100 * max(gaps), 0)}


def after(runs, arm):
    """Test accuracy after the last step, (seeds,)."""
    return runs[HALF][arm]["test_accuracy"][:, -1]


def in_float32(*names):
    """A refutation: these networks in bfloat16 do what those in float32 do."""

    def alter(runs):
        for name in names:
            runs[HALF][name.format("bfloat16")] = runs[HALF][name.format("float32")]

    return alter


@claim(refuted_by=in_float32(f"he_{{}}_{SMALL}"))
def small_rates_lose_their_updates(runs):
    """At a rate of {rate}, {steps} steps of {batch} images take He's network to {exact} with weights in float32 and to {rounded} with weights in bfloat16: {loss} percentage
    points less. There {kept} of its kernels between hidden layers are still what was drawn."""
    exact, rounded = (after(runs, f"he_{kind}_{SMALL}") for kind in ("float32", "bfloat16"))
    loss = paired_difference(exact, rounded)
    assert loss.low > 0 and loss.mean > 0.03
    return budget(runs[HALF].protocol) | {
        "rate": SMALL, "exact": percent(exact), "rounded": percent(rounded), "loss": points(loss), "kept": percent(kept(runs, f"he_bfloat16_{SMALL}", "kernel")),
    }  # fmt: skip


def poor(runs):
    """A refutation: in bfloat16 the best rate reaches what a third of it does."""
    arms = runs[HALF]
    for rate in arms.protocol["learning_rates"]:
        arms[f"he_bfloat16_{rate}"] = arms[f"he_bfloat16_{SMALL}"]


@claim(refuted_by=poor)
def at_its_best_rate_bfloat16_costs_little(runs):
    """Each at its best of {rates} rates, He's network reaches {exact} in float32 and {rounded} in bfloat16."""
    exact, rounded = (rates.reached(runs[HALF], f"he_{kind}") for kind in ("float32", "bfloat16"))
    assert abs(paired_difference(exact, rounded).mean) < 0.04 and exact.mean() > 0.8
    return {"rates": spelled(len(runs[HALF].protocol["learning_rates"])), "exact": percent(exact), "rounded": percent(rounded)}


def slow_to_move(runs):
    """A refutation: the network whose scales move gets no further than the other does at a smaller rate."""
    runs[HALF][f"he_centred_{USUAL}"] = runs[HALF][f"he_bfloat16_{SMALL}"]


@claim(refuted_by=slow_to_move)
def scales_at_rest_cost_little(runs):
    """After these {steps} steps of {batch} images the network whose scales stay at one is at {one}, and the one whose scales move at {zero}: {gap} percentage points more."""
    one, zero = (after(runs, f"he_{start}_{USUAL}") for start in ("bfloat16", "centred"))
    gap = paired_difference(zero, one)
    assert abs(gap.mean) < 0.02
    return budget(runs[HALF].protocol) | {"one": percent(one), "zero": percent(zero), "gap": points(gap)}


@claim(refuted_by=in_float32(f"large_{{}}_{USUAL}"))
def large_kernels_lose_more(runs):
    """Kernels {factor} times as large are scaled back by the normalization, and at a rate of {rate} they still learn in float32: {exact}. In bfloat16 the same network is at
    {rounded}, {loss} percentage points less, where He's own loses {he}."""
    exact, rounded = (after(runs, f"large_{kind}_{USUAL}") for kind in ("float32", "bfloat16"))
    own = [after(runs, f"he_{kind}_{USUAL}") for kind in ("float32", "bfloat16")]
    loss, he = paired_difference(exact, rounded), paired_difference(*own)
    assert loss.low > 0 and loss.mean > he.mean + 0.05
    factor = runs[HALF].protocol["arms"]["large_float32"][0]
    return {"factor": spelled(factor), "rate": USUAL, "exact": percent(exact), "rounded": percent(rounded), "loss": points(loss), "he": points(he)}
