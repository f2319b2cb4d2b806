"""Claims of the chapter Sigmoid, SELU and other activations."""

import numpy as np

from evidence.readings import rates, sigmoid_start
from evidence.theory.activations import ACTIVATIONS, SELU_SCALE, chi, chi_at_one, mean_share, preserving, settled
from evidence.readings.gradient_anatomy import power
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.activation_matrix import ACTIVATIONS as ROWS
from evidence.readings.activation_matrix import RATES, STARTS, reached
from evidence.readings.numbers import fixed, over_seeds, percent, plus_minus, word

STARTING = ("half", "one", "two")
DIFFERENCES = 5  # of the matrix that the page prints for each optimizer: one family
SCALED = ["lecun_normal", "orthogonal", "he_normal", "own"]  # beside Glorot


def backward(runs, name, comparisons=1):
    """Measured χ of an activation at the constant that keeps its signal, as an interval."""
    return interval(runs["activation_constants"][name]["backward"][:, 0], comparisons)


def signal(runs, path, layer):
    """Mean square of z in a layer, counted from 1, as an interval over seeds."""
    return interval(runs["activation_constants"][path]["signal"][:, layer - 1])


def growth(runs, path):
    """Factor on the mean square of δ per layer on its way down, geometric mean over layers, as an interval."""
    error = runs["activation_constants"][f"{path}_one"]["error"]
    return interval((error[:, 0] / error[:, -1]) ** (1 / (error.shape[1] - 1)))


@claim(refuted_by=swap("activation_constants", "tanh", "softsign"))
def wide_layers_confirm_the_integrals(runs):
    """For all {count} activations the measured gain of a layer at its constant agrees with 1, and the measured $\\chi$, of a real
    loss, with the integral: no interval, widened for all of them, excludes it, and the largest deviation of a mean is {worst} per cent."""
    worst, comparisons = 0, 2 * len(ACTIVATIONS)
    for name in ACTIVATIONS:
        gain = interval(runs["activation_constants"][name]["forward"][:, 0], comparisons)
        for measured, predicted in ((gain, 1), (backward(runs, name, comparisons), chi_at_one(name))):
            assert measured.low <= predicted <= measured.high
            worst = max(worst, abs(measured.mean / predicted - 1))
    return {"count": word(len(ACTIVATIONS)), "worst": fixed(100 * worst, 1)}


@claim(refuted_by=swap("activation_constants", "sigmoid", "tanh"))
def only_the_mean_lets_chi_below_one(runs):
    """Measured, $\\chi$ is {tanh} for tanh and {softsign} for softsign, above 1 as they have no mean, and {sigmoid} for sigmoid, whose
    mean is {share} per cent of its mean square; no activation lies detectably below its bound."""
    measured = {name: backward(runs, name, len(ACTIVATIONS)) for name in ACTIVATIONS}
    assert all(measured[name].high > 1 - mean_share(name) for name in ACTIVATIONS)
    assert min(measured["tanh"].low, measured["softsign"].low) > 1 and measured["sigmoid"].high < 0.2
    return {name: plus_minus(*backward(runs, name)) for name in ("tanh", "softsign", "sigmoid")} | {"share": fixed(100 * mean_share("sigmoid"), 0)}


@claim(refuted_by=swap("activation_constants", "selu_lecun_two", "selu_he_two"))
def selu_returns_to_one(runs):
    """With LeCun normal, SELU that starts from a mean square of a half, one and two has {ten} in layer ten, and in layer thirty
    {half}, {one} and {two}."""
    ends = {start: signal(runs, f"selu_lecun_{start}", 30) for start in STARTING}
    assert all(abs(end.mean - 1) < 0.15 for end in ends.values())
    tens = [fixed(signal(runs, f"selu_lecun_{start}", 10).mean, 2) for start in ends]
    return {start: plus_minus(*end) for start, end in ends.items()} | {"ten": f"{tens[0]}, {tens[1]} and {tens[2]}"}


@claim(refuted_by=swap("activation_constants", "selu_he_one", "selu_lecun_one"))
def he_blows_selu_up(runs):
    """Under He's variance the mean square of z reaches {last} in layer thirty, and its factor per layer over the last ten is {factor},
    where $\\lambda^2$ is {limit}."""
    squares = runs["activation_constants"]["selu_he_one"]["signal"]
    factor = interval((squares[:, 29] / squares[:, 19]) ** 0.1)
    assert interval(squares[:, 29]).low > 100 and abs(factor.mean / SELU_SCALE**2 - 1) < 0.05
    return {"last": over_seeds(squares[:, 29]), "factor": plus_minus(*factor), "limit": fixed(SELU_SCALE**2, 3)}


@claim(refuted_by=swap("activation_constants", "selu_three_quarters_one", "selu_lecun_one"))
def three_quarters_lets_selu_fade(runs):
    """With three quarters of LeCun's standard deviation, PyTorch's advice, it has fallen to {last} in layer thirty, on the way to {limit}."""
    last, limit = signal(runs, "selu_three_quarters_one", 30), settled("selu", 0.75**2)
    assert limit * 0.9 < last.mean < 2 * limit
    return {"last": plus_minus(*last), "limit": fixed(limit, 3)}


@claim(refuted_by=swap("activation_constants", "tanh_five_thirds_one", "tanh_own_one"))
def five_thirds_settles_and_grows(runs):
    """With a gain of 5/3, tanh that starts from a half, one and two has a mean square of {half}, {one} and {two} in layer thirty
    (predicted: {limit}), and each layer multiplies that of the error signal by {chi} on its way down (predicted: {predicted})."""
    limit = settled("tanh", 25 / 9)
    ends = {start: signal(runs, f"tanh_five_thirds_{start}", 30) for start in STARTING}
    assert all(abs(end.mean / limit - 1) < 0.06 for end in ends.values())
    measured, predicted = growth(runs, "tanh_five_thirds"), chi("tanh", 25 / 9, limit)
    assert abs(measured.mean / predicted - 1) < 0.02 and measured.low > 1.15
    return {start: fixed(end.mean, 2) for start, end in ends.items()} | {
        "limit": fixed(limit, 2), "chi": plus_minus(*measured), "predicted": fixed(predicted, 2),
    }  # fmt: skip


@claim(refuted_by=swap("activation_constants", "sigmoid_own_one", "tanh_own_one"))
def sigmoid_holds_the_signal_alone(runs):
    """At its own constant sigmoid holds the mean square of z at {signal} through thirty layers, and of that of the error signal one part
    in {inverse} arrives in the first."""
    last, error = signal(runs, "sigmoid_own_one", 30), runs["activation_constants"]["sigmoid_own_one"]["error"][:, 0]
    lost = 10 ** -np.log10(error).mean()
    assert abs(last.mean - 1) < 0.2 and lost > 1e20
    return {"signal": plus_minus(*last), "inverse": power(lost)}


def first_gradient(runs, start):
    """Root mean square of the first kernel's gradient over that of the fifth's, before training, (seeds,)."""
    return runs["sigmoid_start"][f"{start}_5"]["gradient"][:, 0]


@claim(refuted_by=swap("sigmoid_start", "glorot_uniform_5", "four_glorot_5"))
def larger_sigmoid_weights_pass_more_gradient(runs):
    """With five hidden layers the gradient of the first kernel is, in root mean square, {glorot_uniform} of that of the last hidden one under
    Glorot, {four_glorot} under four times Glorot and {kumar} under Kumar's rule."""
    for larger in ("four_glorot", "kumar"):
        assert paired_difference(first_gradient(runs, larger), first_gradient(runs, "glorot_uniform"), 2).low > 0
    return {start: over_seeds(first_gradient(runs, start)) for start in ("glorot_uniform", "four_glorot", "kumar")}


def comparison(runs, start, other, optimizer, depth, epoch=-1, comparisons=1):
    """Paired difference in test accuracy of two starts of a sigmoid network, each at its best rate."""
    ends = (sigmoid_start.curve(runs, one, optimizer, depth)[:, epoch] for one in (start, other))
    return paired_difference(*ends, comparisons)


def per_cent(values):
    """A mean over seeds and its interval, in per cent."""
    return percent(values)


def spread(values):
    """Median and range over seeds, in per cent."""
    return f"{100 * np.median(values):.1f} % ({100 * values.min():.1f} to {100 * values.max():.1f})"


def exchanged(start, other, optimizer, depth):
    """A refutation: the runs of two starts exchanged at every rate."""

    def alter(runs):
        for rate in sigmoid_start.RATES[optimizer]:
            swap("sigmoid_start", *(f"{one}_{optimizer}_{depth}_{rate}" for one in (start, other)))(runs)

    return alter


@claim(refuted_by=exchanged("glorot_uniform", "four_glorot", "sgd", 5))
def glorot_sigmoid_is_slow_with_sgd(runs):
    """With five hidden layers and SGD, Glorot needs a rate of {rate}, and time: its five seeds have a median of {first} after one epoch of 55,000
    images in batches of 32, where four times Glorot has {four_first}; after six epochs it is {last} against {four_last}."""
    glorot, four = (sigmoid_start.curve(runs, start, "sgd", 5) for start in ("glorot_uniform", "four_glorot"))
    rate = rates.best_rate(runs["sigmoid_start"], "glorot_uniform_sgd_5")
    assert rate >= 3 and np.median(glorot[:, 0]) < 0.7 < np.median(four[:, 0]) and np.median(glorot[:, -1]) > 0.9
    values = {"first": glorot[:, 0], "four_first": four[:, 0], "last": glorot[:, -1], "four_last": four[:, -1]}
    return {"rate": f"{rate:g}"} | {name: spread(one) for name, one in values.items()}


@claim(refuted_by=exchanged("glorot_uniform", "four_glorot", "adam", 15))
def sigmoid_glorot_trains_with_adam_if_shallow(runs):
    """With Adam and five hidden layers Glorot ends at {five} after six epochs, four times Glorot {gap} points higher. With fifteen, no seed
    of Glorot exceeds {highest} after any epoch, with either optimizer at any of {rates} rates."""
    ends = [arm["test_accuracy"].max() for name, arm in runs["sigmoid_start"].items() if name.startswith("glorot_uniform_") and "_15_" in name]
    five = sigmoid_start.curve(runs, "glorot_uniform", "adam", 5)[:, -1]
    assert interval(five).low > 0.9 and max(ends) < 0.3
    gap = comparison(runs, "four_glorot", "glorot_uniform", "adam", 5)
    return {"five": per_cent(five), "gap": plus_minus(*gap, 100), "highest": f"{100 * max(ends):.1f} %", "rates": word(len(ends))}


@claim(refuted_by=exchanged("four_glorot", "glorot_uniform", "adam", 15))
def four_times_glorot_trains_fifteen_layers(runs):
    """From four times Glorot fifteen sigmoid layers reach {adam} with Adam after six epochs. With SGD five seeds have a median of {first}
    after one epoch and of {last} after six."""
    adam, sgd = (sigmoid_start.curve(runs, "four_glorot", optimizer, 15) for optimizer in ("adam", "sgd"))
    assert interval(adam[:, -1]).low > 0.85 and np.median(sgd[:, 0]) < 0.5 < np.median(sgd[:, -1])
    return {"adam": per_cent(adam[:, -1]), "first": spread(sgd[:, 0]), "last": spread(sgd[:, -1])}


@claim(refuted_by=exchanged("centred", "four_glorot", "sgd", 15))
def a_centred_sigmoid_trains(runs):
    """Without its mean, the same sigmoid from the same four times Glorot is at {first} with SGD and fifteen layers after one epoch, and at
    {fifteen} after six; with five layers it ends at {five}."""
    five, fifteen = (sigmoid_start.curve(runs, "centred", "sgd", depth) for depth in (5, 15))
    assert min(interval(one).low for one in (fifteen[:, 0], fifteen[:, -1], five[:, -1])) > 0.8
    return {"first": per_cent(fifteen[:, 0]), "fifteen": per_cent(fifteen[:, -1]), "five": per_cent(five[:, -1])}


def gap(runs, activations, start, reference, optimizer):
    """Paired difference in test accuracy of two starts, each at its best rate, averaged over the activations."""
    ends = [np.mean([reached(runs, name, one, optimizer) for name in activations], axis=0) for one in (start, reference)]
    return paired_difference(*ends, DIFFERENCES)


def gaps(runs, activations, start, reference):
    """Such a difference for each optimizer, and as the prose prints them."""
    found = {optimizer: gap(runs, activations, start, reference, optimizer) for optimizer in RATES}
    return found, {optimizer: plus_minus(*one, 100) for optimizer, one in found.items()}


def replaced(activations, start, other):
    """A refutation: for some activations, every run of a start replaced by that of another."""

    def alter(runs):
        arms = runs["activation_matrix"]
        for optimizer, grid in RATES.items():
            for activation in activations:
                for rate in grid:
                    arms[f"{activation}_{start}_{optimizer}_{rate}"] = arms[f"{activation}_{other}_{optimizer}_{rate}"]

    return alter


@claim(refuted_by=replaced(["selu"], "he_normal", "lecun_normal"))
def selu_starts_faster_from_lecun(runs):
    """For SELU, LeCun is on average ahead of He, by {adam} percentage points with Adam and by {sgd} with SGD."""
    found, printed = gaps(runs, ["selu"], "lecun_normal", "he_normal")
    assert all(one.mean > 0 for one in found.values())
    return printed


@claim(refuted_by=replaced(["relu", "gelu", "silu"], "he_normal", "glorot_normal"))
def relu_gelu_silu_start_faster_from_he(runs):
    """With SGD, He is {sgd} percentage points ahead of Glorot, averaged over ReLU, GELU and SiLU; with Adam the difference is {adam}."""
    found, printed = gaps(runs, ["relu", "gelu", "silu"], "he_normal", "glorot_normal")
    assert found["sgd"].low > 0
    return printed


@claim(refuted_by=replaced(["gelu"], "orthogonal", "own"))
def gelu_and_silu_freeze_below_their_constant(runs):
    """With SGD, GELU and SiLU from LeCun, Glorot and orthogonal do not get above {frozen} in any seed, each at its best of {rates} rates."""
    starts = ("lecun_normal", "glorot_normal", "orthogonal")
    frozen = np.max([reached(runs, name, start, "sgd") for name in ("gelu", "silu") for start in starts])
    assert frozen < 0.35
    return {"frozen": f"{100 * frozen:.1f} %", "rates": word(len(RATES["sgd"]))}


@claim(refuted_by=replaced(["gelu", "silu"], "own", "he_normal"))
def gelu_and_silu_gain_from_their_constants(runs):
    """With SGD their own constants are on average ahead of He's 2, averaged over the two by {sgd} percentage points; with Adam the difference
    is {adam}."""
    found, printed = gaps(runs, ["gelu", "silu"], "own", "he_normal")
    assert found["sgd"].mean > 0.05
    return printed


@claim(refuted_by=replaced(["tanh"], "own", "random_normal"))
def tanh_takes_any_scaled_start(runs):
    """For tanh the means of LeCun, orthogonal, He and its own constant lie within {adam} points of Glorot's with Adam and within {sgd} with SGD."""
    widest = {
        optimizer: max(abs(gap(runs, ["tanh"], start, "glorot_normal", optimizer).mean) for start in SCALED) for optimizer in RATES
    }
    assert max(widest.values()) < 0.05
    return {optimizer: fixed(100 * one, 1) for optimizer, one in widest.items()}


@claim(refuted_by=replaced(["softsign"], "he_normal", "random_normal"))
def softsign_starts_faster_from_he(runs):
    """For softsign, five seeds have a median of {glorot} from Glorot with SGD and of {he} from He's 2; with Adam He is {adam} points
    ahead on average. Its own constant, {constant}, lies no further than {own} points from He's 2."""
    found, printed = gaps(runs, ["softsign"], "he_normal", "glorot_normal")
    own = max(abs(one.mean) for one in gaps(runs, ["softsign"], "own", "he_normal")[0].values())
    glorot, he = (reached(runs, "softsign", start, "sgd") for start in ("glorot_normal", "he_normal"))
    assert np.median(he) > np.median(glorot) and found["adam"].mean > 0 and own < 0.05
    values = {"glorot": spread(glorot), "he": spread(he), "adam": printed["adam"]}
    return values | {"constant": fixed(preserving("softsign"), 2), "own": fixed(100 * own, 1)}


def sigmoid_like_tanh(runs):
    """A refutation: tanh's runs in the place of sigmoid's."""
    arms = runs["activation_matrix"]
    for name in [one for one in arms if one.startswith("tanh_")]:
        arms[name.replace("tanh", "sigmoid")] = arms[name]


@claim(refuted_by=sigmoid_like_tanh)
def no_start_brings_ten_sigmoid_layers_far(runs):
    """None of the six starts brings a seed of ten sigmoid layers above {highest} in these 120 steps; the farthest on average is {own}, its own
    constant with Adam."""
    highest = max(reached(runs, "sigmoid", start, optimizer).max() for start in STARTS for optimizer in RATES)
    assert highest < 0.5
    return {"own": per_cent(reached(runs, "sigmoid", "own", "adam")), "highest": f"{100 * highest:.1f} %"}


@claim(refuted_by=replaced(ROWS, "random_normal", "glorot_normal"))
def one_spread_trails(runs):
    """One standard deviation for every layer, Keras's `random_normal`, trails Glorot by {adam} percentage points with Adam and by {sgd} with
    SGD, averaged over the other seven activations."""
    found, printed = gaps(runs, [name for name in ROWS if name != "sigmoid"], "glorot_normal", "random_normal")
    assert all(one.low > 0.15 for one in found.values())
    return printed
