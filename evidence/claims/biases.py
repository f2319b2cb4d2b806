"""Claims of the chapter Biases."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, plus_minus, word

SHARE = 0.01  # of positives in prior_bias


def loss(runs, arm, check):
    """Loss of an arm of prior_bias at one of its checks, (seeds,)."""
    return runs["prior_bias"][arm]["loss"][:, check]


@claim(refuted_by=swap("prior_bias", "prior_alone", "zero"))
def the_first_loss_is_the_entropy(runs):
    """With the output kernel at zero and the bias at the log-odds, the first loss is {measured} nats in all {seeds} seeds, where
    the formula says {entropy}."""
    entropy = -SHARE * np.log(SHARE) - (1 - SHARE) * np.log(1 - SHARE)
    measured = loss(runs, "prior_alone", 0)
    assert np.abs(measured - entropy).max() < 1e-5
    return {"measured": fixed(measured.mean()), "seeds": word(len(measured)), "entropy": fixed(entropy)}


@claim(refuted_by=swap("prior_bias", "prior", "zero"))
def the_log_odds_save_the_first_loss(runs):
    """With random kernels the first loss is {zero} nats from a bias of zero, and {prior} from the log-odds."""
    zero, prior = loss(runs, "zero", 0), loss(runs, "prior", 0)
    assert paired_difference(zero, prior).low > 0.2
    return {"zero": plus_minus(*interval(zero)), "prior": plus_minus(*interval(prior))}


def caught_up(runs):
    """A refutation: a network that has caught up after eight batches."""
    runs["prior_bias"]["zero"]["loss"][:, 1:] = runs["prior_bias"]["prior"]["loss"][:, 1:]


@claim(refuted_by=caught_up)
def the_head_start_lasts(runs):
    """After {early} batches the network that started from a bias of zero is {first} nats behind the one from the log-odds, both with random
    kernels, and after {late} still {last}."""
    batches = runs["prior_bias"]["zero"]["batch"][0]
    first, last = (paired_difference(loss(runs, "zero", check), loss(runs, "prior", check)) for check in (1, -1))
    assert first.low > 0 and last.low > 0 and first.mean > last.mean
    return {"early": word(int(batches[1])), "first": plus_minus(*first), "late": int(batches[-1]), "last": plus_minus(*last)}


@claim(refuted_by=swap("prior_bias", "prior_alone", "prior"))
def a_zero_kernel_waits(runs):
    """With zeros in the output kernel as well, the loss is {middle_gap} nats behind the log-odds with random kernels after {middle} batches, and
    {last_gap} after {last}, no longer detectable; the intervals are widened for all {checks} times we looked."""
    batches = runs["prior_bias"]["prior"]["batch"][0]
    checks = len(batches) - 1
    middle = checks // 2 + 1
    gaps = [paired_difference(loss(runs, "prior_alone", check), loss(runs, "prior", check), checks) for check in (middle, -1)]
    assert gaps[0].low > 0 and gaps[1].holds_zero
    named = {"middle_gap": plus_minus(*gaps[0]), "last_gap": plus_minus(*gaps[1]), "checks": word(checks)}
    return named | {"middle": int(batches[middle]), "last": int(batches[-1])}


def biases_alike(runs):
    """A refutation: as many silent units with a bias of 1 as with zero."""
    share = runs["dead_start"]["biases"]["unit_share"]
    share[:, 4] = share[:, 3]


@claim(refuted_by=biases_alike)
def a_positive_bias_silences_units_too(runs):
    """In five hidden layers of 64 ReLUs, {one} of the units are silent for all of a thousand images when every bias is 1, and {zero} when it is
    zero, {more} points fewer."""
    zero, one = runs["dead_start"]["biases"]["unit_share"].T[3:]
    more = paired_difference(one, zero)
    assert more.low > 0.05
    return {"one": plus_minus(*interval(one), 100, " %"), "zero": plus_minus(*interval(zero), 100, " %"), "more": plus_minus(*more, 100)}


def per_step(runs, arm):
    """Factor per step on the gradient of the cell state over all lags, (seeds,)."""
    kept = runs["forget_gate"][arm]["kept"]
    return 10 ** ((kept[:, -1] - kept[:, 0]) / (kept.shape[1] - 1))


@claim(refuted_by=swap("forget_gate", "one", "zero"))
def keras_sets_the_forget_bias_to_one(runs):
    """Before training, the gradient of the cell state is multiplied by {one} per step with Keras's forget bias of one, and by {zero}
    with a bias of zero; {steps} steps leave {kept_one} and {kept_zero}."""
    one, zero = runs["forget_gate"]["one"], runs["forget_gate"]["zero"]
    assert (one["forget_bias"] == 1).all() and (zero["forget_bias"] == 0).all()
    factors = {name: interval(per_step(runs, name)) for name in ("one", "zero")}
    assert 0.73 < factors["one"].mean < 0.83 and 0.5 < factors["zero"].mean < 0.62
    left = {f"kept_{name}": f"10<sup>{fixed(runs['forget_gate'][name]['kept'][:, -1].mean(), 1)}</sup>" for name in factors}
    return {name: plus_minus(*factor) for name, factor in factors.items()} | left | {"steps": one["kept"].shape[1]}


@claim(refuted_by=swap("forget_gate", "uniform_lags", "one"))
def spread_forget_biases_remember(runs):
    """With biases spread so that every unit forgets at its own pace, {kept} of the gradient is left after {steps} steps."""
    kept = runs["forget_gate"]["uniform_lags"]["kept"]
    left = interval(10 ** kept[:, -1])
    assert left.low > 0.1
    return {"kept": plus_minus(*left, 100, " %"), "steps": kept.shape[1]}
