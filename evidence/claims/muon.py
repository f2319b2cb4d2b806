"""Claims of the chapter Muon and the start."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import below, listed, median_and_range, over_seeds, percent, points

MUON = "muon_start"
SMALL_STARTS = ("normal_0.02", "normal_0.001")


def budget(protocol):
    """What the sentences say of the training."""
    return {"steps": protocol["steps"][-1], "batch": protocol["batch_size"]}


def stopped(runs, *stems):
    """The best test accuracy of these networks in any seed, at any rate and at any time."""
    return max(arm["test_accuracy"].max() for stem in stems for arm in rates.grid(runs[MUON], stem).values())


def ceiling(share):
    """A share that nothing exceeds, in whole per cent."""
    return f"{np.ceil(100 * share):.0f} %"


@claim(refuted_by=swap_grids(MUON, "normal_0.02_muon_keras", "he_normal_muon_keras"))
def small_starts_do_not_start_under_muon(runs):
    """From standard deviation {small} no network answers more than {stalled} of the test images right in {steps} steps of {batch} images, under Adam or under Muon, in any seed, at any rate."""
    stalled = stopped(runs, *(f"{start}_{how}_keras" for start in SMALL_STARTS for how in ("adam", "muon")))
    assert stalled < 0.2
    return budget(runs[MUON].protocol) | {"stalled": ceiling(stalled), "small": listed([spread(runs, start) for start in SMALL_STARTS])}


def spread(runs, start=SMALL_STARTS[0]):
    """The standard deviation of a start that is drawn with a fixed one."""
    return runs[MUON].protocol["starts"][start]["config"]["stddev"]


def muon(runs, start, how="muon", guard="keras"):
    """Test accuracy at the best rate after the last step, (seeds,)."""
    return rates.reached(runs[MUON], f"{start}_{how}_{guard}")


KEEPING = {"he_normal": "He normal", "orthogonal": "orthogonal", "glorot_uniform": "Glorot uniform"}


def as_adam(runs):
    """A refutation: Muon reaches what Adam does at its best."""
    for start in KEEPING:
        best = rates.best(runs[MUON], f"{start}_adam_keras")
        for name in [name for name in runs[MUON] if name.startswith(f"{start}_muon_keras_")]:
            runs[MUON][name] = best


@claim(refuted_by=as_adam)
def muon_is_ahead_of_adam(runs):
    """{names} reach {muon} by Muon and {adam} by Adam, each at its best rate."""
    found = {how: [muon(runs, start, how) for start in KEEPING] for how in ("muon", "adam")}
    gaps = [paired_difference(ahead, behind) for ahead, behind in zip(*found.values(), strict=True)]
    assert all(gap.mean > 0.02 for gap in gaps) and sum(gap.low > 0 for gap in gaps) >= 2
    said = {how: listed([percent(one) for one in values]) for how, values in found.items()}
    return said | {"names": listed(KEEPING.values())}


def glorot_is_orthogonal(runs):
    """A refutation: under Muon Glorot uniform does what orthogonal does."""
    for rate in runs[MUON].protocol["learning_rates"]["muon"]:
        runs[MUON][f"glorot_uniform_muon_keras_{rate}"] = runs[MUON][f"orthogonal_muon_keras_{rate}"]


@claim(refuted_by=glorot_is_orthogonal)
def the_start_matters_under_muon(runs):
    """Under Muon most seeds of Glorot uniform, from which the signal of ReLU fades, end below every seed of orthogonal kernels and of He normal: at {glorot}, against {orthogonal} and {he}, each the median
    and the range. Under Adam Glorot is {adam} percentage points behind orthogonal kernels."""
    glorot, orthogonal, he = (muon(runs, start) for start in ("glorot_uniform", "orthogonal", "he_normal"))
    adam = paired_difference(muon(runs, "orthogonal", "adam"), muon(runs, "glorot_uniform", "adam"))
    assert np.median(glorot) < min(orthogonal.min(), he.min()) and adam.low > 0
    return {"glorot": median_and_range(glorot), "orthogonal": median_and_range(orthogonal), "he": median_and_range(he), "adam": points(adam)}


def moved(runs, guard, rate):
    """What training added to the inner kernels from 0.02, over what they were, with hidden biases held, (seeds,)."""
    return runs[MUON][f"normal_0.02_held_{guard}_{rate}"]["moved"][:, 0]


def largest_rate(runs):
    """Of those under Muon."""
    return runs[MUON].protocol["learning_rates"]["held"][-1]


@claim(refuted_by=lambda runs: swap(MUON, f"normal_0.02_held_keras_{largest_rate(runs)}", f"normal_0.02_held_tiny_{largest_rate(runs)}")(runs))
def the_guard_holds_the_kernels(runs):
    """From standard deviation {start} the gradients of the inner kernels have norms below {gradient}; with the hidden biases held at zero {steps} steps of Muon at its largest rate change these kernels by less
    than {kept} of their size, and with a guard of 10<sup>−30</sup> by {freed} times their size."""
    norms = runs[MUON]["normal_0.02"]["gradient"]
    kept, freed = (moved(runs, guard, largest_rate(runs)) for guard in ("keras", "tiny"))
    assert norms.max() < 1e-10 and kept.max() < 0.01 and freed.min() > 1
    return budget(runs[MUON].protocol) | {"gradient": below(norms.max()), "kept": below(kept.max()), "freed": over_seeds(freed), "start": spread(runs)}


@claim(refuted_by=swap_grids(MUON, "normal_0.02_held_tiny", "normal_0.02_muon_tiny"))
def without_guard_and_biases_a_small_start_trains(runs):
    """Without guard and with hidden biases at zero, Muon takes the network from standard deviation {start} to {small} at its best rate, where He normal is at {he}."""
    small, he = muon(runs, "normal_0.02", "held", "tiny"), muon(runs, "he_normal")
    assert small.mean() > 0.25 and paired_difference(he, small).mean > 0.05
    return {"small": percent(small), "he": percent(he), "start": spread(runs)}


@claim(refuted_by=swap_grids(MUON, "normal_0.02_muon_tiny", "normal_0.02_held_tiny"))
def biases_overtake_the_kernels(runs):
    """Lowering the guard alone does not help: with hidden biases trained by Adam, no seed gets above {stalled} at any rate."""
    stalled = stopped(runs, "normal_0.02_muon_tiny")
    assert stalled < 0.2
    return {"stalled": ceiling(stalled)}
