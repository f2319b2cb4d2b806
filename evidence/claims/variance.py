"""Claims of the chapter The variance rule."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval
from evidence.readings.numbers import below, fixed, over_seeds, plus_minus, word
from evidence.theory import variance


def drawn(runs, initializer, kernel, quantity="variance"):
    """One number per seed, (seeds,), from the experiment moments."""
    return runs["moments"][f"{initializer}_{kernel}"][quantity][:, 0]


def shape(runs, kernel):
    """Shape of a kernel of the experiment moments."""
    return runs["moments"].protocol["kernels"][kernel]


def widths(runs):
    """Widths of the network of layer_variance, pixels and classes included."""
    return runs["layer_variance"].protocol["widths"]


def ratios(runs, rule, direction):
    """Measured over predicted mean squares, (seeds, layers), forward or backward."""
    quantities = runs["layer_variance"][rule]
    if direction == "forward":
        predicted = [variance.forward(rule, first[0], widths(runs)) for first in quantities["input"]]
    else:
        predicted = [variance.backward(rule, last, widths(runs)) for last in quantities["backward"][:, -1]]
    return quantities[direction] / np.array(predicted)


def extremes(runs, rule, direction):
    """Largest over smallest mean square of the hidden layers, each averaged over seeds."""
    means = runs["layer_variance"][rule][direction].mean(axis=0)[:-1]
    return means.max() / means.min()


@claim(refuted_by=swap("moments", "glorot_normal_dense", "he_normal_dense"))
def keras_draws_what_the_formulas_say(runs):
    """Of {initializers} initializers on {kernels} kernels each, every one draws weights of the variance that its formula
    states: in {draws} draws the largest deviation is {worst} per cent."""
    initializers, kernels = (runs["moments"].protocol[name] for name in ("initializers", "kernels"))
    deviations = [drawn(runs, name, kernel) / variance.weight_variance(name, kernels[kernel]) - 1 for name in initializers for kernel in kernels]
    worst = np.abs(deviations).max()
    assert worst < 5 * (2 / min(map(np.prod, kernels.values()))) ** 0.5  # standard errors of a normal variance, on the smallest kernel
    return {
        "initializers": word(len(initializers)), "kernels": word(len(kernels)),
        "draws": word(np.size(deviations)), "worst": fixed(100 * worst, 1),
    }  # fmt: skip


@claim(refuted_by=swap("layer_variance", "fan_in", "fan_avg"))
def the_rule_predicts_the_signal(runs):
    """In each of {depth} layers and under each of three rules, the measured mean square of the signal agrees with the prediction:
    averaged over {seeds} seeds the largest of {layers} deviations is {worst} per cent, and with 95 % confidence all are below {bound}."""
    return _agreement(runs, "forward")


@claim(refuted_by=swap("layer_variance", "fan_out", "fan_avg"))
def the_rule_predicts_the_error_signal(runs):
    """Backward as well: averaged over {seeds} seeds, the mean squares of the error signal in {depth} layers under three rules deviate from the
    prediction by {worst} per cent at most, and with 95 % confidence all {layers} by less than {bound}."""
    return _agreement(runs, "backward")


def _agreement(runs, direction):
    rules = ("fan_in", "fan_avg", "fan_out")
    layers = len(widths(runs)) - 1
    depth = layers - (direction == "backward")  # the output layer is where a backward prediction starts: nothing to compare
    found = [interval(ratios(runs, rule, direction)[:, :depth], len(rules) * layers) for rule in rules]
    worst, bound = (max(np.max(np.abs(one.mean - 1) + wide * one.half) for one in found) for wide in (0, 1))
    assert bound < 0.35
    counts = {"depth": word(depth), "layers": word(len(rules) * depth), "seeds": word(len(runs["layer_variance"].protocol["seeds"]))}
    return counts | {"worst": fixed(100 * worst, 1), "bound": fixed(np.ceil(100 * bound), 0)}


@claim(refuted_by=swap("layer_variance", "fan_in", "fan_out"))
def each_fan_serves_one_direction(runs):
    """With variance 1 / fan-in the signal of the hidden layers varies by a factor of {forward} only, and the error signal by
    {backward}; with 1 / fan-out it is {forward_out} and {backward_out}."""
    factors = [extremes(runs, rule, direction) for rule in ("fan_in", "fan_out") for direction in ("forward", "backward")]
    # a layer of n units multiplies the mean square by 1 ± √(2 / n), independently of the others; means over seeds scatter less
    error = np.sqrt(sum(2 / units for units in widths(runs)[1:-1]) / len(runs["layer_variance"].protocol["seeds"]))
    assert max(factors[0], factors[3]) < 1 + 5 * error and min(factors[1], factors[2]) > 3
    return dict(zip(("forward", "backward", "forward_out", "backward_out"), (fixed(one, 2) for one in factors), strict=True))


@claim(refuted_by=swap("layer_variance", "fan_in", "fan_avg"))
def fan_in_costs_no_more_than_a_constant(runs):
    """From the last hidden layer down to the first, the error signal of the fan-in rule changes by a factor of {measured},
    and the ratio of the two widths is {widths}: what the layers between do cancels."""
    backward = runs["layer_variance"]["fan_in"]["backward"]
    factor, expected = backward[:, 0] / backward[:, -2], widths(runs)[-2] / widths(runs)[1]
    assert abs(factor.mean() / expected - 1) < 0.15
    return {"measured": over_seeds(factor), "widths": fixed(expected, 2)}


def wrong_product(runs):
    """A refutation: the gradient of a kernel as large as its error signal, whatever comes in."""
    quantities = runs["layer_variance"]["fan_in"]
    quantities["gradient"] = quantities["product"] / quantities["forward"]


@claim(refuted_by=wrong_product)
def a_gradient_is_signal_times_error(runs):
    """For a single image, the mean square of a kernel's gradient equals the mean square of the layer's input times that of
    its error signal to less than {worst} of it, in every layer and seed: the rounding of float32."""
    arms = [runs["layer_variance"][rule] for rule in ("fan_in", "fan_avg", "fan_out")]
    worst = max(np.abs(arm["gradient"] / arm["product"] - 1).max() for arm in arms)
    assert worst < 1e-4
    return {"worst": below(1e-4)}


@claim(refuted_by=swap("layer_variance", "fan_in_uniform", "fan_avg"))
def the_signal_ignores_the_shape(runs):
    """Normal and uniform weights of equal variance carry signals of one size: in every one of {layers} layers the mean squares agree to
    within {bound} per cent, with 95 % confidence for all together, although the fourth moments of the weights, {normal} and {uniform} in
    units of the squared variance, differ."""
    normal, uniform = (runs["layer_variance"][rule]["forward"] for rule in ("fan_in", "fan_in_uniform"))
    gaps = interval(uniform - normal, normal.shape[1])
    bound = ((np.abs(gaps.mean) + gaps.half) / normal.mean(0)).max()
    assert bound < 0.4
    kurtosis = [drawn(runs, name, "square", "kurtosis") for name in ("random_normal", "lecun_uniform")]
    moments = {"normal": fixed(kurtosis[0].mean(), 2), "uniform": fixed(kurtosis[1].mean(), 2)}
    return moments | {"layers": word(normal.shape[1]), "bound": fixed(np.ceil(100 * bound), 0)}


@claim(refuted_by=swap("moments", "glorot_uniform_dense", "he_uniform_dense"))
def fan_out_counts_the_units_fed(runs):
    """The largest of the Glorot-uniform weights from {fan_in} inputs to {fan_out} units is {largest} in {seeds} draws; the limit is
    {limit} if the fan-out is {fan_out}, and would be {wrong} if it were one."""
    largest = drawn(runs, "glorot_uniform", "dense", "largest")
    fan_in, fan_out = variance.fans(shape(runs, "dense"))
    limit, wrong = (np.sqrt(6 / (fan_in + out)) for out in (fan_out, 1))
    # of so many uniform weights the largest is below the limit by one part in their number, on average
    assert np.abs(largest / limit - 1).max() < 100 / (fan_in * fan_out)
    return {"fan_in": fan_in, "fan_out": fan_out, "largest": fixed(largest.max(), 5), "seeds": word(len(largest)), "limit": fixed(limit, 5), "wrong": fixed(wrong, 5)}


@claim(refuted_by=swap("moments", "glorot_normal_conv", "glorot_normal_narrow"))
def fans_of_a_convolution_count_its_window(runs):
    """A convolution with a window of {window} from {inputs} to {outputs} channels has fans of {fan_in} and {fan_out}: Glorot's formula then
    gives a variance of {predicted}, and {measured} is drawn."""
    fan_in, fan_out = variance.fans(shape(runs, "conv"))
    predicted, found = 2 / (fan_in + fan_out), interval(drawn(runs, "glorot_normal", "conv"))
    assert abs(found.mean / predicted - 1) < 0.02
    height, width, inputs, outputs = shape(runs, "conv")
    window = {"window": f"{height} × {width}", "inputs": inputs, "outputs": outputs}
    return window | {"fan_in": fan_in, "fan_out": f"{fan_out:,}", "predicted": fixed(predicted, 7), "measured": plus_minus(*found)}


@claim(refuted_by=swap("moments", "he_normal_narrow", "glorot_normal_narrow"))
def variance_falls_with_fan_in(runs):
    """He normal weights have {ratio} times the variance behind {few} inputs that they have behind {many}, and {many} / {few} is
    {expected}: the variance falls as the fan-in grows."""
    ratio = interval(drawn(runs, "he_normal", "narrow") / drawn(runs, "he_normal", "dense"))
    few, many = (variance.fans(shape(runs, kernel))[0] for kernel in ("narrow", "dense"))
    assert abs(ratio.mean / (many / few) - 1) < 0.03
    return {"few": few, "many": many, "ratio": plus_minus(*ratio), "expected": fixed(many / few, 2)}


@claim(refuted_by=swap("layer_variance", "standard", "fan_in"))
def standard_normal_weights_explode(runs):
    """With standard normal weights the pre-activations of the first layer have a root mean square of {first}, and by layer
    {layer} it is {last} million."""
    sizes = np.sqrt(runs["layer_variance"]["standard"]["forward"])
    first, last = interval(sizes[:, 0]), interval(sizes[:, -1])
    assert first.low > 8 and last.low > 1e5
    return {"first": plus_minus(*first), "layer": word(sizes.shape[1]), "last": plus_minus(*last, 1e-6)}


@claim(refuted_by=swap("layer_variance", "fan_in", "standard"))
def small_weights_make_a_gain_of_one(runs):
    """LeCun's weights behind {pixels} pixels have a standard deviation of {weight}, far below one, and yet the layer's gain, mean square
    out over mean square in, is {gain}."""
    quantities = runs["layer_variance"]["fan_in"]
    gain = interval(quantities["forward"][:, 0] / quantities["input"][:, 0])
    weight = interval(np.sqrt(drawn(runs, "lecun_normal", "dense")))
    assert abs(gain.mean - 1) < 0.05 and weight.high < 0.1
    return {"pixels": shape(runs, "dense")[0], "weight": fixed(weight.mean), "gain": plus_minus(*gain)}
