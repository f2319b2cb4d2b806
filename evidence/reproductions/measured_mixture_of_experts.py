"""Computes the quantities of the rows of mixture_of_experts.py."""

from evidence.readings import rates
from evidence.readings.claim import swap_grids
from evidence.readings.reproduction import measures


def reached(runs, stem, quantity):
    """At its best rate after the last step, (seeds,)."""
    return rates.reached(runs["mixture_start"], stem, quantity)


@measures(refuted_by=swap_grids("mixture_start", "tenth_balanced", "one_balanced"))
def smaller_scale_of_switch(runs):
    usual, tenth = (reached(runs, stem, "test_loss") for stem in ("fan_in_balanced", "tenth_balanced"))
    return {"quality": usual.mean() - tenth.mean(), "spread": usual.std(ddof=1) / tenth.std(ddof=1)}


@measures(refuted_by=swap_grids("mixture_start", "fan_in_free", "fan_in_balanced"))
def balance_losses(runs):
    experts = runs["mixture_start"].protocol["experts"]
    free, balanced = (experts * reached(runs, f"fan_in_{how}", "largest_share").mean() for how in ("free", "balanced"))
    gain = reached(runs, "fan_in_balanced", "test_accuracy") - reached(runs, "fan_in_free", "test_accuracy")
    return {"free": free, "balanced": balanced, "gain": 100 * gain.mean()}
