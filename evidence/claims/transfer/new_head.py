"""Claims of the chapter Small data and transfer: on new heads for pretrained weights."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.last_epoch import gap, last
from evidence.readings.numbers import fixed, over_seeds, percent, points, word

HEADS, OLD = 8, 2  # comparisons in new_head on this page: of test accuracy, and of that on the old digits
RANDOM = ("glorot_uniform", "he_normal")
EARLY = {"pixels": 0.001, "mean": 0.01}  # rates at which heads on convolutions are compared after one epoch; the first is Keras's default for Adam
FAST = 10 * EARLY["pixels"]


@claim(refuted_by=swap("new_head", "sgd_zeros", "sgd_glorot_uniform"))
def a_zero_head_starts_at_log_five(runs):
    """On the first batch of five classes a head of zeros has a loss of {zeros} nats in each of {seeds} seeds, the logarithm of five, and
    its first step leaves the body exactly where it was; a Glorot uniform head starts from a loss of {glorot}, a He normal head
    from {he}."""
    zeros, glorot, he = (last(runs, "new_head", f"sgd_{head}", "first_loss") for head in ("zeros", "glorot_uniform", "he_normal"))
    assert np.abs(zeros - np.log(5)).max() < 1e-5 and interval(glorot).low > 1.8 and interval(he).low > 1.8
    assert all((last(runs, "new_head", f"{optimizer}_zeros", "first_move") == 0).all() for optimizer in ("adam", "sgd"))
    return {"zeros": fixed(zeros.mean()), "seeds": word(len(zeros)), "glorot": over_seeds(glorot), "he": over_seeds(he)}


@claim(refuted_by=swap("new_head", "frozen_zeros", "frozen_he_normal"))
def a_frozen_body_prefers_a_zero_head(runs):
    """On a frozen body a head from zeros ends {glorot} percentage points above one from Glorot uniform, {he} above one from He normal and
    {large} above one ten times as large."""
    gaps = {head: gap(runs, "new_head", "frozen_zeros", f"frozen_{head}", comparisons=HEADS) for head in ("glorot_uniform", "he_normal", "large")}
    assert all(each.mean > 0 for each in gaps.values()) and gaps["large"].low > 0.1
    return {head.partition("_")[0]: points(each) for head, each in gaps.items()}


def after(runs, body, head, rate=None, epoch=-1):
    """Test accuracy of a head on a convolutional body, at this rate or at its best, (seeds,)."""
    arms, stem = runs["new_head_convolutions"], f"{body}_{head}"
    return (rates.best(arms, stem) if rate is None else rates.grid(arms, stem)[rate])["test_accuracy"][:, epoch]


def ahead(runs, body, *when):
    """By how much a head from zeros leads each random one on a convolutional body, paired; see `after`."""
    return [paired_difference(after(runs, body, "zeros", *when), after(runs, body, head, *when)) for head in RANDOM]


@claim(refuted_by=swap_grids("new_head_convolutions", "mean_zeros", "mean_glorot_uniform"))
def zero_heads_start_ahead_on_convolutions(runs):
    """On a frozen convolutional body, {steps} steps of Adam on batches of {batch} images at {rate}, its default rate in Keras, take a head from zeros that gets every pixel {glorot}
    percentage points further than one from Glorot uniform and {he} further than one from He normal. A head that gets the mean of each channel is {mean_glorot} and {mean_he}
    points ahead, at ten times that rate."""
    protocol, leads = runs["new_head_convolutions"].protocol, {}
    for body, rate in EARLY.items():
        random = np.mean([after(runs, body, head, rate, 0) for head in RANDOM], axis=0)
        leads[body] = ahead(runs, body, rate, 0)
        assert paired_difference(after(runs, body, "zeros", rate, 0), random).low > 0 and all(lead.mean > 0.02 for lead in leads[body])
    named = zip(("glorot", "he", "mean_glorot", "mean_he"), (*leads["pixels"], *leads["mean"]), strict=True)
    return {"steps": word(protocol["few"] // protocol["batch_size"]), "batch": protocol["batch_size"], "rate": EARLY["pixels"]} | {
        name: points(lead) for name, lead in named
    }  # fmt: skip


def slow_random_heads(runs):
    """A refutation: random heads that get every pixel learn no faster at ten times the default rate."""
    arms = runs["new_head_convolutions"]
    for head in RANDOM:
        arms[f"pixels_{head}_{FAST}"] = arms[f"pixels_{head}_{EARLY['pixels']}"]


@claim(refuted_by=slow_random_heads)
def a_larger_rate_takes_the_lead_away(runs):
    """At ten times Adam's default rate the same {steps} steps take the random heads that get every pixel further, and the one from zeros is {glorot} percentage points from
    Glorot uniform and {he} from He normal."""
    protocol, leads = runs["new_head_convolutions"].protocol, ahead(runs, "pixels", FAST, 0)
    assert all(paired_difference(after(runs, "pixels", head, FAST, 0), after(runs, "pixels", head, EARLY["pixels"], 0)).low > 0 for head in RANDOM)
    assert all(abs(lead.mean) < 0.02 for lead in leads)
    return {"steps": word(protocol["few"] // protocol["batch_size"]), "glorot": points(leads[0]), "he": points(leads[1])}


def learned_in_one_epoch(runs):
    """A refutation: heads from zeros learn nothing after the first epoch."""
    arms = runs["new_head_convolutions"]
    for name in arms:
        if "_zeros_" in name:
            arms[name]["test_accuracy"][:] = arms[name]["test_accuracy"][:, :1]


@claim(refuted_by=learned_in_one_epoch)
def heads_on_convolutions_end_alike(runs):
    """After {epochs} epochs, each at the best of {count} rates, a head from zeros that gets every pixel ends at {pixels}, {glorot} percentage points from Glorot uniform and {he} from He
    normal; one that gets means ends at {mean}, {mean_glorot} and {mean_he} from them."""
    arms = runs["new_head_convolutions"]
    leads = {body: ahead(runs, body) for body in arms.protocol["bodies"]}
    assert all(abs(lead.mean) < 0.01 for lead in leads["pixels"]) and all(abs(lead.mean) < 0.1 for lead in leads["mean"])
    named = zip(("glorot", "he", "mean_glorot", "mean_he"), (*leads["pixels"], *leads["mean"]), strict=True)
    ends = {body: percent(rates.reached(arms, f"{body}_zeros")) for body in leads}
    return ends | {name: points(lead) for name, lead in named} | {
        "epochs": arms.protocol["epochs"], "count": word(len(arms.protocol["learning_rates"]["pixels"])),
    }  # fmt: skip


@claim(refuted_by=swap("new_head", "scratch", "frozen_zeros"))
def frozen_features_trail_training_from_scratch(runs):
    """Features learned on 0 to 4 are worth {random} percentage points more than those of an untrained network; but the network that
    learns 5 to 9 from scratch, from the same {images} images in as many epochs, reaches {scratch}, {behind} more than the frozen body allows."""
    pairs = (("frozen_zeros", "frozen_random"), ("scratch", "frozen_zeros"))
    random, behind = (gap(runs, "new_head", *pair, comparisons=HEADS) for pair in pairs)
    assert random.low > 0 and behind.low > 0.04
    return {"images": runs["new_head"].protocol["images"], "random": points(random),
            "scratch": percent(last(runs, "new_head", "scratch")), "behind": points(behind)}  # fmt: skip


@claim(refuted_by=swap("new_head", "adam_zeros", "adam_glorot_uniform"))
def a_zero_head_costs_in_fine_tuning(runs):
    """Trained along for {epochs} epochs, a head from zeros ends below one from Glorot uniform: by {adam} percentage points with Adam, by {sgd} with SGD."""
    pairs = {name: (f"{name}_glorot_uniform", f"{name}_zeros") for name in ("adam", "sgd")}
    gaps = {name: gap(runs, "new_head", *pair, comparisons=HEADS) for name, pair in pairs.items()}
    assert gaps["adam"].low > 0 and 0 < gaps["sgd"].mean < 0.02
    return {"epochs": runs["new_head"].protocol["epochs"]} | {name: points(each) for name, each in gaps.items()}


@claim(refuted_by=swap("new_head", "adam_zeros", "adam_glorot_uniform"))
def with_adam_a_zero_head_moves_the_body_most(runs):
    """With Adam a head from zeros moves the body's first kernel furthest, further than Glorot uniform by {moved} per cent of its norm,
    and with the old head put back {forgotten} percentage points less of the old digits are recognized."""
    moved = gap(runs, "new_head", "adam_zeros", "adam_glorot_uniform", "move")
    forgotten = gap(runs, "new_head", "adam_glorot_uniform", "adam_zeros", "old_accuracy", OLD)
    others = [last(runs, "new_head", f"adam_{head}", "move") for head in ("glorot_uniform", "he_normal", "large")]
    assert moved.low > 0.1 and forgotten.low > 0
    assert all(other.mean() < last(runs, "new_head", "adam_zeros", "move").mean() for other in others)
    return {"moved": points(moved), "forgotten": points(forgotten)}


@claim(refuted_by=swap("new_head", "sgd_large", "adam_large"))
def with_sgd_a_large_head_wrecks_the_body(runs):
    """With SGD the first step moves the first kernel by {he} of its norm under He normal and by {large} under a head ten times as
    large. With Adam the same first step is {adam} under both."""
    first = {head: last(runs, "new_head", f"sgd_{head}", "first_move") for head in ("he_normal", "large")}
    adam = gap(runs, "new_head", "adam_large", "adam_he_normal", "first_move")
    kept = last(runs, "new_head", "sgd_large", "old_accuracy")
    assert paired_difference(first["large"], first["he_normal"]).low > 0.1 and abs(adam.mean) < 0.001 and interval(kept).high < 0.7
    return {"he": percent(first["he_normal"]), "large": percent(first["large"]), "adam": percent(last(runs, "new_head", "adam_large", "first_move"))}


@claim(refuted_by=swap("new_head", "adam_probed", "adam_zeros"))
def train_the_head_first(runs):
    """A head trained on the frozen body before both are trained on keeps {more} percentage points more of the old digits under Adam than
    a Glorot uniform head does, and on the new ones the network ends {scratch} points above the one trained from scratch."""
    scratch = gap(runs, "new_head", "adam_probed", "scratch", comparisons=HEADS)
    more = gap(runs, "new_head", "adam_probed", "adam_glorot_uniform", "old_accuracy", OLD)
    assert scratch.mean > 0 and more.low > 0
    return {"scratch": points(scratch), "more": points(more)}
