"""Claims of the chapter Sigmoid, SELU and other activations."""

import numpy as np

from evidence import sigmoid
from evidence.activations import ACTIVATIONS, SELU_SCALE, chi, chi_at_one, mean_share, preserving, settled
from evidence.anatomy import power
from evidence.claim import claim, swap
from evidence.intervals import interval, paired_difference
from evidence.matrix import ACTIVATIONS as ROWS
from evidence.matrix import RATES, STARTS, best
from evidence.numbers import fixed, plus_minus, word

STARTING = ("half", "one", "two")
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
    loss, with the integral: no interval excludes it, and the largest deviation of a mean is {worst} per cent."""
    worst, comparisons = 0, 2 * len(ACTIVATIONS)
    for name in ACTIVATIONS:
        gain = interval(runs["activation_constants"][name]["forward"][:, 0], comparisons)
        for measured, predicted in ((gain, 1), (backward(runs, name, comparisons), chi_at_one(name))):
            assert measured.low <= predicted <= measured.high
            worst = max(worst, abs(measured.mean / predicted - 1))
    assert worst < 0.03
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
    assert all(end.low < 1 < end.high and end.half < 0.25 for end in ends.values())
    tens = [fixed(signal(runs, f"selu_lecun_{start}", 10).mean, 2) for start in ends]
    return {start: plus_minus(*end) for start, end in ends.items()} | {"ten": f"{tens[0]}, {tens[1]} and {tens[2]}"}


@claim(refuted_by=swap("activation_constants", "selu_he_one", "selu_lecun_one"))
def he_blows_selu_up(runs):
    """Under He's variance the mean square of z reaches {last} in layer thirty, and its factor per layer over the last ten is {factor},
    where $\\lambda^2$ is {limit}."""
    squares = runs["activation_constants"]["selu_he_one"]["signal"]
    factor = interval((squares[:, 29] / squares[:, 19]) ** 0.1)
    assert interval(squares[:, 29]).low > 100 and abs(factor.mean / SELU_SCALE**2 - 1) < 0.02
    return {"last": plus_minus(*interval(squares[:, 29])), "factor": plus_minus(*factor), "limit": fixed(SELU_SCALE**2, 3)}


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
    assert all(abs(end.mean / limit - 1) < 0.03 for end in ends.values())
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
    assert last.low < 1 < last.high and lost > 1e20
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
    return {start: plus_minus(*interval(first_gradient(runs, start))) for start in ("glorot_uniform", "four_glorot", "kumar")}


def highest(runs, start, optimizer, depth):
    """The highest test accuracy at any time, rate and seed."""
    arms = [runs["sigmoid_start"][f"{start}_{optimizer}_{depth}_{rate}"] for rate in sigmoid.RATES[optimizer]]
    return max(arm["test_accuracy"].max() for arm in arms)


def median_steps(runs, start, optimizer, depth):
    """Median of the steps to 80 per cent at the best rate, and how many seeds get there."""
    steps = sigmoid.steps(sigmoid.best(runs, start, optimizer, depth))
    return np.median(steps), int(np.isfinite(steps).sum())


def exchanged(start, other, optimizer, depth):
    """A refutation: the runs of two starts exchanged at every rate."""

    def alter(runs):
        for rate in sigmoid.RATES[optimizer]:
            swap("sigmoid_start", *(f"{one}_{optimizer}_{depth}_{rate}" for one in (start, other)))(runs)

    return alter


@claim(refuted_by=exchanged("glorot_uniform", "four_glorot", "sgd", 5))
def glorot_sigmoid_stalls_with_sgd(runs):
    """With five hidden layers, Glorot and SGD no seed ever exceeds {highest} in 400 steps, at any of {rates} rates; with Adam
    {reached} of {seeds} seeds reach 80 per cent, the median one after {steps} steps."""
    stalled, (steps, reached) = highest(runs, "glorot_uniform", "sgd", 5), median_steps(runs, "glorot_uniform", "adam", 5)
    assert stalled < 0.15 and reached >= 2 and np.isfinite(steps)
    counts = {"rates": len(sigmoid.RATES["sgd"]), "seeds": len(first_gradient(runs, "kumar")), "reached": reached}
    return {name: word(count) for name, count in counts.items()} | {"highest": f"{100 * stalled:.1f} %", "steps": round(steps)}


@claim(refuted_by=exchanged("four_glorot", "glorot_uniform", "sgd", 5))
def four_times_glorot_trains_five_layers(runs):
    """From four times Glorot {four_sgd} of {seeds} seeds reach 80 per cent with SGD, the median one after {four_sgd_steps} steps, and all
    with Adam, after {four_adam_steps}; from Kumar's variance {kumar_sgd}, after {kumar_sgd_steps}, and all with Adam, after {kumar_adam_steps}."""
    values = {"seeds": word(len(first_gradient(runs, "kumar")))}
    for label, start in (("four", "four_glorot"), ("kumar", "kumar")):
        for optimizer in sigmoid.RATES:
            steps, reached = median_steps(runs, start, optimizer, 5)
            assert np.isfinite(steps) and reached >= (3 if optimizer == "sgd" else 5)
            values |= {f"{label}_{optimizer}": word(reached), f"{label}_{optimizer}_steps": round(steps)}
    return values


@claim(refuted_by=exchanged("ten", "centred", "sgd", 15))
def fifteen_sigmoid_layers_do_not_train(runs):
    """With fifteen hidden layers neither Glorot, nor four times Glorot, nor ten over the root of the fan-in gets any seed to 80 per cent in
    400 steps, with either optimizer at any rate. With SGD the first two never exceed {stalled}; the third moves, to {ten} at its best rate."""
    every = [highest(runs, start, optimizer, 15) for start in sigmoid.STARTS[15] for optimizer in sigmoid.RATES]
    stalled = max(highest(runs, start, "sgd", 15) for start in ("glorot_uniform", "four_glorot"))
    ten = interval(sigmoid.best(runs, "ten", "sgd", 15)["test_accuracy"][:, -1])
    assert max(every) < sigmoid.GOAL and stalled < 0.15 and 0.25 < ten.low < ten.high < 0.7
    return {"stalled": f"{100 * stalled:.1f} %", "ten": plus_minus(*ten, 100, " %")}


@claim(refuted_by=exchanged("centred", "four_glorot", "sgd", 15))
def a_centred_sigmoid_trains(runs):
    """Without its mean, the same sigmoid from the same four times Glorot reaches 80 per cent with SGD in every seed, in a median
    of {five} steps with five hidden layers and of {fifteen} with fifteen."""
    (five, all_five), (fifteen, all_fifteen) = (median_steps(runs, "centred", "sgd", depth) for depth in (5, 15))
    assert all_five == all_fifteen == len(first_gradient(runs, "centred"))
    return {"five": round(five), "fifteen": round(fifteen)}


def gap(runs, activations, start, reference, optimizer, comparisons=2):
    """Paired difference in test accuracy of two starts, each at its best rate, averaged over the activations."""
    ends = [np.mean([best(runs, name, one, optimizer) for name in activations], axis=0) for one in (start, reference)]
    return paired_difference(*ends, comparisons)


def replaced(activation, start, other):
    """A refutation: for one activation, every run of a start replaced by that of another."""

    def alter(runs):
        arms = runs["activation_matrix"]
        for optimizer, rates in RATES.items():
            for rate in rates:
                arms[f"{activation}_{start}_{optimizer}_{rate}"] = arms[f"{activation}_{other}_{optimizer}_{rate}"]

    return alter


@claim(refuted_by=replaced("selu", "he_normal", "lecun_normal"))
def selu_wants_lecun(runs):
    """For SELU, LeCun leads He by {adam} percentage points with Adam and by {sgd} with SGD."""
    gaps = {optimizer: gap(runs, ["selu"], "lecun_normal", "he_normal", optimizer) for optimizer in RATES}
    assert all(one.low > 0 for one in gaps.values())
    return {optimizer: plus_minus(*one, 100) for optimizer, one in gaps.items()}


@claim(refuted_by=replaced("silu", "he_normal", "glorot_normal"))
def relu_gelu_silu_want_he(runs):
    """On average over ReLU, GELU and SiLU, He leads Glorot by {adam} percentage points with Adam and by {sgd} with SGD."""
    gaps = {optimizer: gap(runs, ("relu", "gelu", "silu"), "he_normal", "glorot_normal", optimizer) for optimizer in RATES}
    assert gaps["adam"].low > 3 / 100 and gaps["sgd"].low > 0.25
    return {optimizer: plus_minus(*one, 100) for optimizer, one in gaps.items()}


@claim(refuted_by=replaced("gelu", "orthogonal", "he_normal"))
def gelu_and_silu_freeze_below_their_constant(runs):
    """With SGD, GELU and SiLU from LeCun, Glorot and orthogonal end in every seed at {frozen}, the share of ones in these test
    images, at each one's best rate."""
    frozen = runs["activation_matrix"]["digits"]["share"][0, 1]
    ends = [best(runs, name, start, "sgd") for name in ("gelu", "silu") for start in ("lecun_normal", "glorot_normal", "orthogonal")]
    assert (np.array(ends) == frozen).all()
    return {"frozen": f"{100 * frozen:.1f} %"}


@claim(refuted_by=replaced("silu", "own", "he_normal"))
def gelu_and_silu_gain_from_their_constants(runs):
    """With SGD their own constants are ahead of He's 2, averaged over the two, by {sgd} percentage points; with Adam the difference is {adam}, not
    detectable, and with 95 % confidence none above {bound}."""
    sgd, adam = (gap(runs, ("gelu", "silu"), "own", "he_normal", optimizer) for optimizer in ("sgd", "adam"))
    bound = max(-adam.low, adam.high)
    assert sgd.low > 0 and adam.holds_zero and bound < 0.05
    return {"sgd": plus_minus(*sgd, 100), "adam": plus_minus(*adam, 100), "bound": fixed(100 * bound, 1)}


@claim(refuted_by=replaced("tanh", "own", "random_normal"))
def tanh_takes_any_scaled_start(runs):
    """For tanh, LeCun, orthogonal, He and its own constant differ from Glorot by nothing that we can detect, and with 95 % confidence by no more
    than {adam} points with Adam and {sgd} with SGD."""
    bounds = {}
    for optimizer in RATES:
        gaps = [gap(runs, ["tanh"], start, "glorot_normal", optimizer, len(SCALED)) for start in SCALED]
        assert all(one.holds_zero for one in gaps)
        bounds[optimizer] = max(max(-one.low, one.high) for one in gaps)
    assert max(bounds.values()) < 0.08
    return {optimizer: fixed(100 * bound, 1) for optimizer, bound in bounds.items()}


@claim(refuted_by=replaced("softsign", "own", "he_normal"))
def softsigns_constant_is_not_its_best_start(runs):
    """With Adam softsign's own constant, {constant}, ends {adam} percentage points below He's 2; with SGD it is {sgd} above Glorot."""
    adam, sgd = gap(runs, ["softsign"], "he_normal", "own", "adam"), gap(runs, ["softsign"], "own", "glorot_normal", "sgd")
    assert adam.low > 0 and sgd.low > 0
    return {"adam": plus_minus(*adam, 100), "sgd": plus_minus(*sgd, 100), "constant": fixed(preserving("softsign"), 2)}


def learned(activation, other):
    """A refutation: one activation's runs in the place of another's."""

    def alter(runs):
        arms = runs["activation_matrix"]
        for optimizer, rates in RATES.items():
            for start in STARTS:
                for rate in rates:
                    arms[f"{activation}_{start}_{optimizer}_{rate}"] = arms[f"{other}_{start}_{optimizer}_{rate}"]

    return alter


@claim(refuted_by=learned("sigmoid", "tanh"))
def no_start_moves_ten_sigmoid_layers(runs):
    """Through ten sigmoid layers none of the six starts learns in these 120 steps: no seed exceeds {highest}, with either optimizer
    and at any of the rates."""
    highest = max(arm["test_accuracy"].max() for name, arm in runs["activation_matrix"].items() if name.startswith("sigmoid_"))
    assert highest < 0.15
    return {"highest": f"{100 * highest:.1f} %"}


def spread_like_glorot(runs):
    """A refutation: for every activation, the runs of the fixed spread replaced by those of Glorot."""
    for name in ROWS:
        replaced(name, "random_normal", "glorot_normal")(runs)


@claim(refuted_by=spread_like_glorot)
def one_spread_trails(runs):
    """One standard deviation for every layer, Keras's `random_normal`, trails Glorot by {adam} percentage points with Adam and by {sgd} with
    SGD, averaged over the other seven activations."""
    others = [name for name in ROWS if name != "sigmoid"]
    gaps = {optimizer: gap(runs, others, "glorot_normal", "random_normal", optimizer) for optimizer in RATES}
    assert all(one.low > 0.3 for one in gaps.values())
    return {optimizer: plus_minus(*one, 100) for optimizer, one in gaps.items()}
