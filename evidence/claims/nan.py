"""Claims of the chapter When the loss is NaN."""

import numpy as np

from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus, word


def cause(runs, name):
    """Of one cause in nan_onset: the first batch without a finite loss, (seeds,), and the losses before it, (seeds, …)."""
    return runs["nan_onset"][name]["batch"][:, 0], runs["nan_onset"][name]["loss"]


def unannounced(runs):
    """A refutation: overflow as sudden as 0/0."""
    runs["nan_onset"]["learning_rate"]["loss"] = runs["nan_onset"]["zero_by_zero"]["loss"]


@claim(refuted_by=unannounced)
def overflow_announces_itself(runs):
    """With a learning rate of 3, {lost} of {runs} networks of ten hidden layers end in NaN, within {batches} batches, and the
    last loss before it is at least {times} times the first{dead}."""
    batch, loss = cause(runs, "learning_rate")
    lost = np.isfinite(batch)
    times = (loss[lost, -1] / runs["nan_onset"]["learning_rate"]["first_loss"][lost, 0]).min()
    assert lost.sum() > 1 and times > 1000
    assert (abs(loss[~lost, -1] - np.log(10)) < 0.2).all()
    dead = "" if lost.all() else f"; the other {word((~lost).sum())} go dead near the loss of ten equal guesses"
    return {"lost": word(lost.sum()), "runs": word(len(lost)), "batches": word(int(batch[lost].max())), "times": f"{times:,.0f}", "dead": dead}


@claim(refuted_by=swap("nan_onset", "zero_by_zero", "learning_rate"))
def zero_by_zero_comes_unannounced(runs):
    """With ReLU on the output layer every run ends in NaN, the last after {batches} batches, and nothing in the curve gives it away: of
    the last {seen} losses before it none is above {largest}, where a first batch has up to {first}."""
    batch, loss = cause(runs, "zero_by_zero")
    first = runs["nan_onset"]["zero_by_zero"]["first_loss"][:, 0]
    assert np.isfinite(batch).all() and np.nanmax(loss) < 3 * np.nanmax(first)
    return {
        "batches": int(batch.max()), "seen": word(loss.shape[1]), "largest": fixed(np.nanmax(loss), 1), "first": fixed(np.nanmax(first), 1)
    }  # fmt: skip


@claim(refuted_by=swap("nan_onset", "start", "zero_by_zero"))
def a_bad_start_is_nan_at_once(runs):
    """With 36 hidden layers of width 256 from N(0, 1) the first loss is NaN in every run, and so it is with one hidden layer and a
    cross-entropy that takes the logarithm of a probability which float32 has rounded to zero."""
    assert all((cause(runs, name)[0] == 1).all() for name in ("start", "log_of_zero"))


def spread_to_weights(runs):
    """A refutation: the NaN stands in the weights as well."""
    runs["nan_onset"]["too_deep"]["nan_weights"] = runs["nan_onset"]["too_deep"]["nan_share"]


@claim(refuted_by=spread_to_weights)
def outputs_are_nan_from_sound_weights(runs):
    """With 45 hidden layers from N(0, 1) not one weight is NaN, and a plain call `model(x)` returns nothing but NaN, in every
    seed."""
    arm = runs["nan_onset"]["too_deep"]
    assert (arm["nan_weights"] == 0).all() and (arm["nan_share"] == 1).all()


def at(runs, arm, rate):
    """Test accuracy after the last step at one learning rate, (seeds,) fraction."""
    rates = runs["clipping"]["grid"]["learning_rate"][0]
    return runs["clipping"][arm]["test_accuracy"][:, np.flatnonzero(rates == rate)[0]]


def best(runs, arm):
    """The learning rate with the best mean accuracy, and the accuracies there, (seeds,)."""
    accuracy = runs["clipping"][arm]["test_accuracy"]
    column = accuracy.mean(axis=0).argmax()
    return runs["clipping"]["grid"]["learning_rate"][0, column], accuracy[:, column]


@claim(refuted_by=swap("clipping", "he_normal_norm", "he_normal_none"))
def clipping_saves_the_run(runs):
    """From He at a learning rate of 1, every run without clipping ends with all weights NaN; clipped by norm the same runs
    reach {norm}, clipped by value {value}. At {rate} it is {none} without, {norm_low} and {value_low} with."""
    assert (runs["clipping"]["he_normal_none"]["nan_weights"][:, -1] == 1).all()
    clipped = ("he_normal_norm", "he_normal_value")
    for arm in clipped:
        assert (runs["clipping"][arm]["nan_weights"] == 0).all() and interval(at(runs, arm, 1.0)).low > 0.2
        assert paired_difference(at(runs, arm, 0.3), at(runs, "he_normal_none", 0.3)).low > 0
    norm, value = (percent(at(runs, arm, 1.0)) for arm in clipped)
    norm_low, value_low = (percent(at(runs, arm, 0.3)) for arm in clipped)
    none = percent(at(runs, "he_normal_none", 0.3))
    return {"norm": norm, "value": value, "rate": 0.3, "none": none, "norm_low": norm_low, "value_low": value_low}


@claim(refuted_by=swap("clipping", "doubled_he_norm", "he_normal_norm"))
def clipping_is_no_good_start(runs):
    """From doubled He, the best that any of our learning rates gives is {none} without clipping, {norm} by norm and {value} by
    value; from He without clipping it is {he}."""
    values = {clipping: best(runs, f"doubled_he_{clipping}")[1] for clipping in ("none", "norm", "value")}
    he = best(runs, "he_normal_none")[1]
    assert all(paired_difference(he, one, 3).low > 0 for one in values.values())
    return {clipping: percent(one) for clipping, one in values.items()} | {"he": percent(he)}


@claim(refuted_by=swap("clipping", "he_normal_norm", "doubled_he_norm"))
def clipping_adds_little_at_the_right_rate(runs):
    """Each at the best rate of the grid ({rates}), He with clipping by norm or by value is ahead of He without by {norm} and
    {value} percentage points, no detectable difference in five seeds."""
    rate, none = best(runs, "he_normal_none")
    rates, gaps = [rate], []
    for clipping in ("norm", "value"):
        clipped_rate, clipped = best(runs, f"he_normal_{clipping}")
        rates.append(clipped_rate)
        gaps.append(paired_difference(clipped, none, 2))
    assert all(gap.holds_zero for gap in gaps)
    norm, value = (plus_minus(*gap, 100) for gap in gaps)
    return {"rates": "{:g} without, {:g} and {:g} with".format(*rates), "norm": norm, "value": value}


@claim(refuted_by=swap("clipping", "he_normal_none", "he_normal_value"))
def clipping_has_a_price(runs):
    """Where it saves no run it can cost: from He at a rate of {rate}, accuracy is {value} percentage points higher without clipping than
    with clipping by value, and {norm} higher than by norm, the latter not detectable."""
    rate, harmless = 0.01, runs["clipping"]["grid"]["learning_rate"][0] <= 0.1
    assert all((runs["clipping"][f"he_normal_{one}"]["nan_weights"][:, harmless] == 0).all() for one in ("none", "norm", "value"))
    none, comparisons = at(runs, "he_normal_none", rate), 2 * int(harmless.sum())
    value, norm = (paired_difference(none, at(runs, f"he_normal_{one}", rate), comparisons) for one in ("value", "norm"))
    assert value.low > 0 and norm.holds_zero
    return {"rate": rate, "value": plus_minus(*value, 100), "norm": plus_minus(*norm, 100)}
