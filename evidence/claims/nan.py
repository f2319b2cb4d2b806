"""Claims of the chapter When the loss is NaN."""

import numpy as np

from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.gradient_anatomy import power
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import fixed, percent, plus_minus, word
from evidence.readings.rates import best_rate, grid, reached

CLIPPING = ("none", "norm", "value")


def cause(runs, name):
    """Of one cause in nan_onset: the first batch without a finite loss, (seeds,), and the losses before it, (seeds, …)."""
    return runs["nan_onset"][name]["batch"][:, 0], runs["nan_onset"][name]["loss"]


def unannounced(runs):
    """A refutation: overflow as sudden as 0/0."""
    runs["nan_onset"]["learning_rate"]["loss"] = runs["nan_onset"]["zero_by_zero"]["loss"]


@claim(refuted_by=unannounced)
def overflow_announces_itself(runs):
    """With a learning rate of {rate:g}, {lost} of {runs} networks of {layers} hidden layers end in NaN, within {batches} batches, and in the median
    of these the last loss before it is {times} times the first{dead}."""
    batch, loss = cause(runs, "learning_rate")
    lost = np.isfinite(batch)
    times = np.median(loss[lost, -1] / runs["nan_onset"]["learning_rate"]["first_loss"][lost, 0])
    assert lost.sum() > 1 and times > 1000
    assert (abs(loss[~lost, -1] - np.log(10)) < 0.2).all()
    tried = runs["nan_onset"].protocol["causes"]["learning_rate"]
    dead = "" if lost.all() else f"; the other {word((~lost).sum())} go dead near the loss of ten equal guesses"
    said = {"rate": tried["learning_rate"], "layers": word(tried["hidden_layers"]), "lost": word(lost.sum()), "runs": word(len(lost))}
    return said | {"batches": word(int(batch[lost].max())), "times": power(times), "dead": dead}


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
    """With {layers} hidden layers of width {width} from N(0, 1) the first loss is NaN in every run, and so it is with one hidden layer and a
    cross-entropy that takes the logarithm of a probability which float32 has rounded to zero."""
    assert all((cause(runs, name)[0] == 1).all() for name in ("start", "log_of_zero"))
    start = runs["nan_onset"].protocol["causes"]["start"]
    return {"layers": start["hidden_layers"], "width": start["width"]}


def spread_to_weights(runs):
    """A refutation: the NaN stands in the weights as well."""
    runs["nan_onset"]["too_deep"]["nan_weights"] = runs["nan_onset"]["too_deep"]["nan_share"]


@claim(refuted_by=spread_to_weights)
def outputs_are_nan_from_sound_weights(runs):
    """With {layers} hidden layers from N(0, 1) not one weight is NaN, and a plain call `model(x)` returns nothing but NaN, in every
    seed."""
    arm = runs["nan_onset"]["too_deep"]
    assert (arm["nan_weights"] == 0).all() and (arm["nan_share"] == 1).all()
    return {"layers": runs["nan_onset"].protocol["too_deep"]["hidden_layers"]}


def at(runs, arm, rate):
    """Test accuracy after the last step at one learning rate, (seeds,) fraction; 0 where a weight is NaN."""
    return runs["clipping"][f"{arm}_{rate}"]["test_accuracy"][:, 0]


def budget(runs):
    """How long clipping trains, as sentences print it."""
    return {"steps": runs["clipping"].protocol["steps"], "batch": runs["clipping"].protocol["batch_size"]}


def lost(runs, arm):
    """How many seeds have NaN among their weights, by learning rate, slowest first."""
    return [int(one["lost"].sum()) for one in grid(runs["clipping"], arm).values()]


@claim(refuted_by=swap("clipping", "he_normal_norm_1.0", "he_normal_none_1.0"))
def clipping_saves_the_run(runs):
    """From He at a learning rate of {high:g}, no run without clipping is better than chance after {steps} steps of {batch} images: {lost} of
    {seeds} have NaN among their weights. Clipped by norm the same runs reach {norm}, clipped by value {value}, and at no rate is a
    weight NaN. At {rate:g} it is {none} without, {norm_low} and {value_low} with."""
    rate, high = runs["clipping"].protocol["learning_rates"][-2:]
    clipped = ("he_normal_norm", "he_normal_value")
    assert at(runs, "he_normal_none", high).max() < 0.15
    for arm in clipped:
        assert not any(lost(runs, arm)) and at(runs, arm, high).min() > 0.15
        assert at(runs, arm, rate).min() > 0.5 and np.median(at(runs, "he_normal_none", rate)) < np.median(at(runs, arm, rate))
    none, *low = (percent(at(runs, arm, rate)) for arm in ("he_normal_none", *clipped))
    norm, value = (percent(at(runs, arm, high)) for arm in clipped)
    broken = runs["clipping"][f"he_normal_none_{high}"]["lost"]
    said = budget(runs) | {"high": high, "rate": rate, "lost": word(int(broken.sum())), "seeds": word(len(broken))}
    return said | {"norm": norm, "value": value, "none": none} | dict(zip(("norm_low", "value_low"), low, strict=True))


@claim(refuted_by=swap("clipping", "doubled_he_value_0.1", "he_normal_value_0.1"))
def clipping_is_no_good_start(runs):
    """From doubled He, the best that any of our learning rates gives in {steps} steps of {batch} images is {none} without clipping,
    {norm} by norm and {value} by value; from He without clipping it is {he}, in the median of the seeds more than ten
    points ahead of each of them."""
    values = {clipping: reached(runs["clipping"], f"doubled_he_{clipping}") for clipping in CLIPPING}
    he = reached(runs["clipping"], "he_normal_none")
    assert all(np.median(he - one) > 0.1 for one in values.values())
    return {clipping: percent(one) for clipping, one in values.items()} | {"he": percent(he)} | budget(runs)


@claim(refuted_by=swap_grids("clipping", "he_normal_none", "doubled_he_none"))
def clipping_adds_little_at_the_right_rate(runs):
    """Each at the best rate of the grid ({rates}), He reaches {none} in {steps} steps without clipping; clipping by norm and by value change
    that by {norm} and {value} percentage points."""
    arms = runs["clipping"]
    none, *clipped = (f"he_normal_{clipping}" for clipping in CLIPPING)
    gaps = [paired_difference(reached(arms, arm), reached(arms, none), 2) for arm in clipped]
    assert all(abs(gap.mean) < 0.2 for gap in gaps)
    norm, value = (plus_minus(*gap, 100) for gap in gaps)
    rates = "{:g} without, {:g} and {:g} with".format(*(best_rate(arms, arm) for arm in (none, *clipped)))
    return budget(runs) | {"rates": rates, "none": percent(reached(arms, none)), "norm": norm, "value": value}


@claim(refuted_by=swap("clipping", "he_normal_none_0.01", "he_normal_value_0.01"))
def clipping_slows_a_small_rate(runs):
    """Where it saves no run it can slow one: at a rate of {rate:g}, {steps} steps from He reach {none} without clipping, {norm} clipped by
    norm and {value} by value, the last {less} points less in the median of the seeds."""
    rate = 0.01
    none, norm, value = (at(runs, f"he_normal_{one}", rate) for one in CLIPPING)
    less = np.median(none - value)
    assert less > 0
    return budget(runs) | {"rate": rate, "none": percent(none), "norm": percent(norm), "value": percent(value), "less": fixed(100 * less, 0)}
