"""Claims of the chapter Vanishing and exploding gradients."""

import math

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.gradient_anatomy import factor, power, ratio, typical
from evidence.readings.intervals import interval
from evidence.readings.numbers import below, fixed, over_seeds, word

AREA = {"tanh": 4 / 3, "sigmoid": 1 / 6}  # of the squared derivative under its whole axis


def layers(runs):
    """How many layers the networks have, with the output."""
    return len(runs["gradient_anatomy"].protocol["widths"]) - 1


def width(runs):
    """Units of each hidden layer."""
    return runs["gradient_anatomy"].protocol["widths"][1]


def arm(runs, name):
    return runs["gradient_anatomy"][name]


def factors(runs, name, quantity="delta"):
    """The change per layer, printed with its interval."""
    return over_seeds(factor(arm(runs, name), quantity))


@claim(refuted_by=swap("gradient_anatomy", "relu_glorot_uniform", "relu_he_normal"))
def glorot_relu_gradients_look_flat(runs):
    """In {layers} ReLU layers from Glorot uniform, the weight gradients of the second layer are {gradient} times those of the
    last one, while the error signal δ there is only {delta} of what it was."""
    (gradient, low, high), (delta, _, worst) = (typical(ratio(arm(runs, "relu_glorot_uniform"), q)) for q in ("gradient", "delta"))
    assert 0.5 < low and high < 2 and worst < 1e-3
    return {"layers": layers(runs) - 1, "gradient": fixed(gradient, 2), "delta": power(delta)}


@claim(refuted_by=swap("gradient_anatomy", "relu_glorot_uniform", "tanh_glorot_uniform"))
def glorot_relu_gradients_are_all_small(runs):
    """Flat is not healthy: in every one of the {layers} layers and every seed, Glorot's weight gradients are at least {times} times
    smaller than He's."""
    glorot, he = (arm(runs, f"relu_{start}")["gradient"] for start in ("glorot_uniform", "he_normal"))
    least = (he / glorot).min()
    assert least > 1000
    return {"layers": layers(runs), "times": f"{math.floor(least / 1000) * 1000:,}"}


@claim(refuted_by=swap("gradient_anatomy", "relu_glorot_uniform", "relu_he_normal"))
def relu_factors_are_as_derived(runs):
    """Measured at width {width}, each layer multiplies the error signal by {glorot} under Glorot, {he} under He and {doubled}
    under doubled He, and the activations by {glorot_h}, {he_h} and {doubled_h}."""
    derived = {"glorot_uniform": math.sqrt(0.5), "he_normal": 1.0, "doubled_he": 2.0}
    for start, expected in derived.items():
        for quantity in ("delta", "activation"):
            assert abs(factor(arm(runs, f"relu_{start}"), quantity).mean() / expected - 1) < 0.03, (start, quantity)
    names = dict(zip(derived, ("glorot", "he", "doubled"), strict=True))
    values = {name: factors(runs, f"relu_{start}") for start, name in names.items()}
    values["width"] = width(runs)
    return values | {f"{name}_h": factors(runs, f"relu_{start}", "activation") for start, name in names.items()}


@claim(refuted_by=swap("gradient_anatomy", "relu_doubled_he", "relu_he_normal"))
def doubled_he_explodes(runs):
    """Twice He's standard deviation is enough to explode: before the first step the logits have a root mean square of
    {logits}, and the weight gradients of every layer one of at least {gradient}."""
    doubled = arm(runs, "relu_doubled_he")
    logits, gradient = typical(doubled["activation"][:, -1]), doubled["gradient"].min()
    assert logits[1] > 1e6 and gradient > 1e5
    return {"logits": power(logits[0]), "gradient": f"{math.floor(gradient / 1e5) * 100_000:,}"}


@claim(refuted_by=swap("gradient_anatomy", "leaky_relu_glorot_uniform", "relu_he_normal"))
def leaky_relu_vanishes_alike(runs):
    """Leaky ReLU with a slope of one hundredth loses as much under Glorot: each layer multiplies its δ by {leaky}, and ReLU's by {relu}."""
    leaky, relu = (factor(arm(runs, f"{name}_glorot_uniform")) for name in ("leaky_relu", "relu"))
    assert abs(leaky.mean() / relu.mean() - 1) < 0.01 and interval(leaky).high < 0.75
    return {"leaky": over_seeds(leaky), "relu": over_seeds(relu)}


@claim(refuted_by=swap("gradient_anatomy", "sigmoid_glorot_uniform", "relu_glorot_uniform"))
def sigmoid_vanishes_the_known_way(runs):
    """Under Glorot uniform sigmoid activations keep their size, and each layer multiplies δ by {factor}, close to the
    quarter that is derived; the weight gradients of the second layer are {gradient} of those of the last hidden one."""
    assert all(0.9 < value < 1.1 for value in typical(ratio(arm(runs, "sigmoid_glorot_uniform"), "activation")))
    delta, gradient = (ratio(arm(runs, "sigmoid_glorot_uniform"), quantity) for quantity in ("delta", "gradient"))
    assert abs(factor(arm(runs, "sigmoid_glorot_uniform")).mean() * 4 - 1) < 0.1 and gradient.max() < 1e-12 > delta.max()
    return {"factor": factors(runs, "sigmoid_glorot_uniform"), "gradient": power(typical(gradient)[0])}


def predicted(runs, activation):
    """Factor per layer of δ through saturated units, from their own activations: the square root of χ."""
    q = np.square(arm(runs, f"{activation}_unit_normal")["activation"][:, 1:-1]).mean()
    return math.sqrt(math.sqrt(width(runs)) * AREA[activation] / math.sqrt(2 * math.pi * q))


@claim(refuted_by=swap("gradient_anatomy", "tanh_unit_normal", "tanh_he_normal"))
def saturated_tanh_explodes(runs):
    """With tanh under N(0, 1) the activations have a root mean square of {h}, so the units are saturated, and yet each
    layer multiplies δ by {measured}, where the formula says {predicted}: the weight gradients of the second layer are {gradient} times
    those of the last hidden one."""
    activations = arm(runs, "tanh_unit_normal")["activation"][:, 1:-1]
    growth, gradient = factor(arm(runs, "tanh_unit_normal")), typical(ratio(arm(runs, "tanh_unit_normal"), "gradient"))
    assert activations.min() > 0.9 and gradient[1] > 1e10
    assert abs(growth.mean() / predicted(runs, "tanh") - 1) < 0.02
    return {
        "h": fixed(activations.mean(), 2),
        "measured": over_seeds(growth),
        "predicted": fixed(predicted(runs, "tanh"), 2),
        "gradient": power(gradient[0]),
    }


@claim(refuted_by=swap("gradient_anatomy", "sigmoid_unit_normal", "sigmoid_he_normal"))
def saturated_sigmoid_does_not_vanish(runs):
    """Sigmoid under N(0, 1) does not vanish at this width, it grows: each layer multiplies δ by {measured}, where the
    formula says {predicted}."""
    growth = factor(arm(runs, "sigmoid_unit_normal"))
    assert interval(growth).low > 1 and abs(growth.mean() / predicted(runs, "sigmoid") - 1) < 0.03
    return {"measured": over_seeds(growth), "predicted": fixed(predicted(runs, "sigmoid"), 2)}


@claim(refuted_by=swap("gradient_anatomy", "tanh_unit_normal", "sigmoid_glorot_uniform"))
def gradients_go_every_way(runs):
    """Of our {all} pairs of activation and start, the weight gradients shrink on their way down by a factor of more than ten in
    {shrink}, grow by more than ten in {grow}, and stay within a factor of ten in {flat}."""
    means = np.array([typical(ratio(one, "gradient"))[0] for one in runs["gradient_anatomy"].values()])
    shrink, grow = (means < 0.1).sum(), (means > 10).sum()
    flat = len(means) - shrink - grow
    assert typical(ratio(arm(runs, "tanh_unit_normal"), "gradient"))[1] > 10 and min(shrink, grow, flat) >= 2
    return {"all": word(len(means)), "shrink": word(shrink), "grow": word(grow), "flat": word(flat)}


@claim(refuted_by=swap("gradient_anatomy", "sigmoid_glorot_uniform", "relu_he_normal"))
def bias_gradients_vanish_too(runs):
    """In {layers} layers the gradient of the first bias is {sigmoid} of the last one's with sigmoid and Glorot, less than {bound} in
    every seed, and {relu} with ReLU and Glorot."""
    sigmoid, relu = (ratio(arm(runs, f"{a}_glorot_uniform"), "bias_gradient", 0, -1) for a in ("sigmoid", "relu"))
    assert sigmoid.max() < 1e-10 and relu.max() < 1e-3
    return {"layers": layers(runs), "sigmoid": power(typical(sigmoid)[0]), "bound": below(sigmoid.max()), "relu": power(typical(relu)[0])}
