"""Claims of the chapter Biases."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, over_seeds, percent, plus_minus, points, spelled, word


def loss(runs, arm, check):
    """Loss of an arm of prior_bias at one of its checks, (seeds,)."""
    return runs["prior_bias"][arm]["loss"][:, check]


@claim(refuted_by=swap("prior_bias", "prior_alone", "zero"))
def the_first_loss_is_the_entropy(runs):
    """With the output kernel at zero and the bias at the log-odds, the first loss is {measured} nats in all {seeds} seeds, where
    the formula says {entropy}."""
    protocol = runs["prior_bias"].protocol
    share = protocol["positives"] / protocol["images"]
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    measured = loss(runs, "prior_alone", 0)
    assert np.abs(measured - entropy).max() < 1e-5
    return {"measured": fixed(measured.mean()), "seeds": word(len(measured)), "entropy": fixed(entropy)}


@claim(refuted_by=swap("prior_bias", "prior", "zero"))
def the_log_odds_save_the_first_loss(runs):
    """With random kernels the first loss is {zero} nats from a bias of zero, and {prior} from the log-odds."""
    zero, prior = loss(runs, "zero", 0), loss(runs, "prior", 0)
    assert paired_difference(zero, prior).low > 0.2
    return {"zero": over_seeds(zero), "prior": over_seeds(prior)}


def caught_up(runs):
    """A refutation: a network that has caught up after eight batches."""
    runs["prior_bias"]["zero"]["loss"][:, 1:] = runs["prior_bias"]["prior"]["loss"][:, 1:]


@claim(refuted_by=caught_up)
def the_head_start_lasts(runs):
    """After {early} batches of {size} images the network that started from a bias of zero is {first} nats behind the one from the log-odds, both with random
    kernels, and after {late} still {last}."""
    batches = runs["prior_bias"]["zero"]["batch"][0]
    first, last = (paired_difference(loss(runs, "zero", check), loss(runs, "prior", check)) for check in (1, -1))
    assert first.low > 0 and last.low > 0 and first.mean > last.mean
    size = runs["prior_bias"].protocol["batch_size"]
    return {"size": size, "early": word(int(batches[1])), "first": plus_minus(*first), "late": int(batches[-1]), "last": plus_minus(*last)}


def never_caught_up(runs):
    """A refutation: the network with a zero kernel stays as far behind as it was after 48 batches."""
    runs["prior_bias"]["prior_alone"]["loss"][:, -1] += runs["prior_bias"]["prior_alone"]["loss"][:, 6]


@claim(refuted_by=never_caught_up)
def a_zero_kernel_waits(runs):
    """With zeros in the output kernel as well, the loss is {middle_gap} nats behind the log-odds with random kernels after {middle} batches of
    {size} images, and {last_gap} after {last}, less than half as much; the intervals are widened for all {checks} times we looked."""
    batches = runs["prior_bias"]["prior"]["batch"][0]
    checks = len(batches) - 1
    middle = checks // 2 + 1
    gaps = [paired_difference(loss(runs, "prior_alone", check), loss(runs, "prior", check), checks) for check in (middle, -1)]
    assert gaps[0].low > 0 and gaps[1].mean < gaps[0].mean / 2
    named = {"middle_gap": plus_minus(*gaps[0]), "last_gap": plus_minus(*gaps[1]), "checks": word(checks)}
    return named | {"size": runs["prior_bias"].protocol["batch_size"], "middle": int(batches[middle]), "last": int(batches[-1])}


def biases_alike(runs):
    """A refutation: as many silent units with a bias of 1 as with zero."""
    share, biases = runs["dead_start"]["biases"]["unit_share"], runs["dead_start"].protocol["biases"]
    share[:, biases.index(1)] = share[:, biases.index(0)]


@claim(refuted_by=biases_alike)
def a_positive_bias_silences_units_too(runs):
    """In {layers} hidden layers of {width} ReLUs, {one} of the units are silent for all of {images} images when every bias is 1, and {zero} when it is
    zero, {more} points fewer."""
    share, protocol = runs["dead_start"]["biases"]["unit_share"], runs["dead_start"].protocol
    zero, one = (share[:, protocol["biases"].index(bias)] for bias in (0, 1))
    more = paired_difference(one, zero)
    assert more.low > 0.05
    network = {"layers": word(protocol["bias_hidden_layers"]), "width": protocol["bias_width"], "images": spelled(protocol["bias_images"])}
    return network | {"one": percent(one), "zero": percent(zero), "more": points(more)}


def per_step(runs, arm, path):
    """Factor per step on the gradient of the cell state over all lags, by all paths or along the cell alone, (seeds,)."""
    kept, lags = (runs["forget_gate"][arm][quantity] for quantity in (path, "lag"))
    return 10 ** ((kept[:, -1] - kept[:, 0]) / (lags[:, -1] - lags[:, 0]))


def steps(runs):
    """The two lengths of the sequences of forget_gate, the shorter first."""
    return runs["forget_gate"].protocol["steps"]


def left(runs, arm, path="all"):
    """Gradient of the cell state at the largest lag, root mean square, (seeds,)."""
    return 10 ** runs["forget_gate"][arm][path][:, -1]


@claim(refuted_by=swap("forget_gate", "one_50", "zero_50"))
def keras_sets_the_forget_bias_to_one(runs):
    """Before training, the gradient of the cell state is multiplied by {one} per step with Keras's forget bias of one, and by {zero}
    with a bias of zero; {steps} steps leave {kept_one} and {kept_zero}."""
    few, _ = steps(runs)
    one, zero = (runs["forget_gate"][f"{bias}_{few}"] for bias in ("one", "zero"))
    assert (one["forget_bias"] == 1).all() and (zero["forget_bias"] == 0).all()
    factors = {name: interval(per_step(runs, f"{name}_{few}", "all")) for name in ("one", "zero")}
    assert factors["zero"].high < 0.7 < factors["one"].low
    powers = {f"kept_{name}": f"10<sup>{fixed(np.log10(left(runs, f'{name}_{few}')).mean(), 1)}</sup>" for name in factors}
    return {name: plus_minus(*factor) for name, factor in factors.items()} | powers | {"steps": few}


def one_path(runs):
    """A refutation: the gradient along the cell state is the whole gradient."""
    for arm in runs["forget_gate"].values():
        arm["cell"] = arm["all"]


@claim(refuted_by=one_path)
def the_cell_alone_keeps_the_sigmoid(runs):
    """Along the cell state alone, gates and outputs held constant, the factors are {one} and {zero}, within five per cent of the sigmoid of the bias."""
    few, _ = steps(runs)
    alone = {name: interval(per_step(runs, f"{name}_{few}", "cell")) for name in ("one", "zero")}
    assert abs(alone["one"].mean * (1 + np.exp(-1)) - 1) < 0.05 and abs(alone["zero"].mean * 2 - 1) < 0.05
    return {name: plus_minus(*factor) for name, factor in alone.items()}


@claim(refuted_by=swap("forget_gate", "spread_400", "chrono_400"))
def spread_forget_biases_alone_explode(runs):
    """With spread forget biases and input gates left at zero, the cell state alone keeps {cell} of the gradient over {few} steps and {cell_many} over
    {many}, but the whole gradient is {all} of what it was after {few} and has grown after {many}, in every seed, {low} to {high} times, median {median}."""
    few, many = steps(runs)
    short, cell = (left(runs, f"spread_{few}", path) for path in ("all", "cell"))
    long, cell_many = (left(runs, f"spread_{many}", path) for path in ("all", "cell"))
    assert long.min() > 1 and paired_difference(short, cell).low > 0
    values = {"all": percent(short), "cell": percent(cell), "cell_many": percent(cell_many), "few": few, "many": many}
    return values | {"low": fixed(long.min(), 0), "high": fixed(long.max(), 0), "median": fixed(np.median(long), 0)}


@claim(refuted_by=swap("forget_gate", "chrono_400", "one_400"))
def chrono_biases_remember(runs):
    """With the input gates at minus the forget biases, {few} of the gradient is left after {few_steps} steps and {many} after {many_steps}, in no seed a tenth less than after
    {few_steps}, of which the cell state alone carries {few_cell} and {many_cell}."""
    few, many = (left(runs, f"chrono_{count}") for count in steps(runs))
    few_cell, many_cell = (left(runs, f"chrono_{count}", "cell") for count in steps(runs))
    assert (many > 0.9 * few).all()
    lengths = dict(zip(("few_steps", "many_steps"), steps(runs), strict=True))
    return lengths | {"few": percent(few), "many": percent(many), "few_cell": percent(few_cell), "many_cell": percent(many_cell)}
