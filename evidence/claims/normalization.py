"""Claims of the chapter Batch normalization."""

import math

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import below, fixed, over_seeds, percent, plus_minus, points, spelled, word

WIDE = math.sqrt(math.pi / (math.pi - 1))  # growth of the error signal per layer of batch normalization and ReLU


def final(runs, arm, quantity="test_accuracy"):
    """A quantity of batch_norm_scale after the last step, (seeds,)."""
    return runs["batch_norm_scale"][arm][quantity][:, -1]


def best(runs, name, optimizer):
    """Test accuracy of the starts at their best rates, smallest kernels first, each (seeds,)."""
    arms = runs["batch_norm_scale"]
    return [rates.reached(arms, f"{name}_{optimizer}_{scale}") for scale in arms.protocol["scales"]]


def steps(runs):
    """How many steps batch_norm_scale trains."""
    return {"steps": runs["batch_norm_scale"].protocol["steps"]}


def exchanged(runs):
    """A refutation: networks with and without batch normalization, exchanged."""
    arms, other = runs["batch_norm_scale"], {"plain": "bn", "bn": "plain"}
    for name, arm in [(name, arms.pop(name)) for name in list(arms)]:
        kind, rest = name.split("_", 1)
        arms[f"{other[kind]}_{rest}"] = arm


def spread(runs, name, optimizer):
    """Best scale minus worst scale in test accuracy, each at its best rate: an interval."""
    worst, *_, first = sorted(best(runs, name, optimizer), key=np.mean)
    return paired_difference(first, worst)


@claim(refuted_by=exchanged)
def batch_norm_narrows_the_spread(runs):
    """Among kernels of a tenth of He's size, of He's and of ten times He's, each at its best learning rate, the best and the worst test accuracy after
    {steps} steps lie {sgd_plain} points apart without batch normalization and {sgd_bn} with it under SGD, and {adam_plain} and {adam_bn} under Adam."""
    values = {(o, n): spread(runs, n, o) for o in ("sgd", "adam") for n in ("plain", "bn")}
    assert all(values[o, "plain"].low > 2 * values[o, "bn"].high for o in ("sgd", "adam"))
    return steps(runs) | {f"{o}_{n}": points(one) for (o, n), one in values.items()}


@claim(refuted_by=exchanged)
def plain_networks_need_the_scale(runs):
    """Without batch normalization, none of {rates} learning rates, from {slowest} to {fastest}, makes up for the scale under SGD in these {steps} steps:
    the small start ends at {small}, the large one at {large}, and He's own at {he}."""
    slowest, *_, fastest = grid = runs["batch_norm_scale"].protocol["learning_rates"]["plain"]["sgd"]
    small, he, large = best(runs, "plain", "sgd")
    assert min(paired_difference(he, small).low, paired_difference(he, large).low) > 0.2
    ends = {name: percent(one) for name, one in (("small", small), ("he", he), ("large", large))}
    return ends | steps(runs) | {"rates": len(grid), "slowest": below(slowest), "fastest": f"{fastest:g}"}


@claim(refuted_by=swap("batch_norm_scale", "bn_sgd_1_0.01", "bn_sgd_10_0.01"))
def scale_sets_the_speed(runs):
    """With batch normalization and SGD at rate {rate}, the {steps} steps change the third kernel by {small} of its size if it starts at a tenth of
    He's, by {he} at He's, and by {large} at ten times He's."""
    rate = 0.01
    small, he, large = (final(runs, f"bn_sgd_{scale}_{rate}", "moved") for scale in runs["batch_norm_scale"].protocol["scales"])
    assert interval(small / he).low > 5 and interval(he / large).low > 20
    sizes = {name: percent(one) for name, one in (("small", small), ("he", he), ("large", large))}
    return sizes | steps(runs) | {"rate": rate}


@claim(refuted_by=swap("batch_norm_scale", "bn_sgd_1_0.1", "bn_sgd_10_0.1"))
def a_fixed_rate_shows_the_scale(runs):
    """At a fixed rate the scale is far from irrelevant: with batch normalization, after {steps} steps ten times He's size ends {sgd} points behind He's under SGD at
    rate {sgd_rate}, and {adam} points under Adam at rate {adam_rate}."""
    fixed_rates = {"sgd": 0.1, "adam": 0.001}
    losses = {o: paired_difference(*(final(runs, f"bn_{o}_{scale}_{rate}") for scale in (1, 10))) for o, rate in fixed_rates.items()}
    assert all(one.low > 0.1 for one in losses.values())
    return steps(runs) | {name: points(one) for name, one in losses.items()} | {f"{o}_rate": rate for o, rate in fixed_rates.items()}


def averages_replaced(runs):
    """A refutation: the moving averages do as well as the statistics of the training images."""
    arm = runs["batch_norm_scale"]["bn_adam_0.1_0.001"]
    arm["moving_accuracy"] = arm["test_accuracy"]


@claim(refuted_by=averages_replaced)
def moving_averages_start_too_large(runs):
    """Trained for {steps} steps by Adam at rate {rate} from a tenth of He's size, the network scores {true} with the statistics of the training images, and
    {moving} with Keras's moving averages; from He's size the averages cost {he} points."""
    rate = 0.001
    true, moving = (final(runs, f"bn_adam_0.1_{rate}", quantity) for quantity in ("test_accuracy", "moving_accuracy"))
    he_true, he_moving = (final(runs, f"bn_adam_1_{rate}", quantity) for quantity in ("test_accuracy", "moving_accuracy"))
    he = paired_difference(he_true, he_moving)
    assert paired_difference(true - moving, he_true - he_moving).low > 0
    scores = {"true": percent(true), "moving": percent(moving)}
    return scores | steps(runs) | {"he": points(he), "rate": rate}


def untrained(runs):
    """A refutation: γ and β stayed where they began."""
    arm = runs["batch_norm_scale"]["bn_adam_1_0.01"]
    arm |= {"gain_low": np.ones_like(arm["gain_low"]), "gain_high": np.ones_like(arm["gain_high"]), "shift": np.zeros_like(arm["shift"])}


@claim(refuted_by=untrained)
def outputs_do_not_stay_standard(runs):
    """After {steps} steps of Adam at rate {rate} the standard deviations γ of the units range from {low} to {high} (means over seeds of the least and the
    largest), and their means β have a root mean square of {shift}."""
    rate = 0.01
    low, high, shift = (interval(final(runs, f"bn_adam_1_{rate}", quantity)) for quantity in ("gain_low", "gain_high", "shift"))
    assert low.high < 0.9 and high.low > 1.2 and shift.low > 0.1
    return steps(runs) | {"low": fixed(low.mean, 2), "high": fixed(high.mean, 2), "shift": fixed(shift.mean, 2), "rate": rate}


def layers(runs):
    """How many hidden layers the networks of batch_norm_depth have."""
    return len(runs["batch_norm_depth"].protocol["widths"]) - 2


def batch(runs, arm):
    """How many images an arm of batch_norm_depth normalizes over."""
    _, images = runs["batch_norm_depth"].protocol["arms"][arm]
    return images


def growth(runs, arm, first=0, last=-1):
    """Factor by which δ grows per layer on its way from one hidden layer down to another, (seeds,)."""
    delta = runs["batch_norm_depth"][arm]["delta"]
    layers = np.arange(delta.shape[1])
    return (delta[:, first] / delta[:, last]) ** (1 / (layers[last] - layers[first]))


@claim(refuted_by=swap("batch_norm_depth", "scale_1", "plain"))
def batch_norm_makes_gradients_grow(runs):
    """Through {layers} layers of batch normalization and ReLU, with He's kernels and {images} images, the error signal grows by a factor of {bn} per layer
    toward the input; without normalization, by {plain}."""
    bn, plain = interval(growth(runs, "scale_1")), interval(growth(runs, "plain"))
    assert abs(bn.mean - WIDE) < 0.01 and abs(plain.mean - 1) < 0.02
    said = {"layers": spelled(layers(runs)), "images": runs["batch_norm_depth"].protocol["images"]}
    return said | {"bn": plus_minus(*bn), "plain": plus_minus(*plain)}


def ratio(runs, arm):
    """Gradient norm of the first kernel over that of the last hidden one, logarithm to base 10: an interval."""
    gradient = runs["batch_norm_depth"][arm]["gradient"]
    return interval(np.log10(gradient[:, 0] / gradient[:, -1]))


@claim(refuted_by=swap("batch_norm_depth", "batch_512", "batch_32"))
def wide_theory_holds_near_the_input(runs):
    """With {images} images and over ten layers next to the input, the growth is {near}, where theory says {theory}; over all {layers} it is {all}."""
    near, every = interval(growth(runs, "batch_512", 1, 10)), interval(growth(runs, "batch_512"))
    assert abs(near.mean - WIDE) < 0.01 and every.high < WIDE
    said = {"images": batch(runs, "batch_512"), "layers": spelled(layers(runs))}
    return said | {"near": plus_minus(*near), "theory": fixed(WIDE, 3), "all": plus_minus(*every)}


def flat(runs):
    """A refutation: the last layer's outputs vary no more than the first's."""
    variance = runs["batch_norm_depth"]["batch_512"]["variance"]
    variance[:, -1] = variance[:, 0]


@claim(refuted_by=flat)
def z_does_not_stay_normal(runs):
    """With {images} images, the variance of a ReLU's output over the batch is {first} in the first layer, as for normal z, and {last} in the fiftieth."""
    variance = runs["batch_norm_depth"]["batch_512"]["variance"]
    first, last = interval(variance[:, 0]), interval(variance[:, -1])
    assert abs(first.mean - (math.pi - 1) / (2 * math.pi)) < 0.005 and last.low > 0.38
    return {"images": batch(runs, "batch_512"), "first": plus_minus(*first), "last": plus_minus(*last)}


@claim(refuted_by=swap("batch_norm_depth", "scale_10", "batch_32"))
def no_scale_changes_the_growth(runs):
    """Kernels of a tenth and of ten times He's size change the growth per layer by no more than {bound}, with 95 % confidence for both."""
    differences = [paired_difference(growth(runs, f"scale_{scale}"), growth(runs, "scale_1"), 2) for scale in (0.1, 10)]
    bound = max(abs(end) for one in differences for end in (one.low, one.high))
    assert bound < 0.01
    return {"bound": fixed(bound, 3)}


@claim(refuted_by=swap("batch_norm_depth", "batch_8", "batch_512"))
def small_batches_grow_faster(runs):
    """With {few} images per batch the growth is {most}, with {more} it is {less}, with {many} {least}."""
    arms = ("batch_8", "batch_32", "batch_512")
    most, less, least = (interval(growth(runs, arm)) for arm in arms)
    assert most.low > less.high and less.low > least.high
    said = dict(zip(("few", "more", "many"), (batch(runs, arm) for arm in arms), strict=True))
    return said | {"most": plus_minus(*most), "less": plus_minus(*less), "least": plus_minus(*least)}


@claim(refuted_by=swap("batch_norm_depth", "stepped", "scale_1"))
def one_step_levels_the_gradients(runs):
    """Before an SGD step the first kernel's gradient is {before} times as large as the fiftieth's (geometric mean), after it {after} times, while the error
    signal still grows by {growth} per layer."""
    before, after, still = ratio(runs, "scale_1"), ratio(runs, "stepped"), interval(growth(runs, "stepped"))
    assert before.low > 4 and after.high < 2 and still.low > 1.15
    return {"before": f"{round(10**before.mean, -3):,.0f}", "after": fixed(10**after.mean, 0), "growth": plus_minus(*still)}


@claim(refuted_by=swap("batch_norm_gap", "bn", "dropout"))
def batch_norm_leaves_the_gap(runs):
    """After {epochs} epochs of {images} images the gap between training and test accuracy is {plain} points; batch normalization changes it by {bn}, with 95 % confidence
    by less than {bound} points, and dropout with $k = {most_kept}$ narrows it by {dropout}."""
    gaps = {arm: quantities["gap"][:, -1] for arm, quantities in runs["batch_norm_gap"].items()}
    bn, dropout = paired_difference(gaps["bn"], gaps["plain"]), paired_difference(gaps["plain"], gaps["dropout"])
    bound = max(abs(bn.low), abs(bn.high))
    assert bound < 0.01 and dropout.low > 0
    protocol = runs["batch_norm_gap"].protocol
    return {
        "epochs": word(protocol["epochs"]), "images": f"{protocol['images']:,}", "plain": over_seeds(gaps["plain"], 100), "bn": points(bn),
        "bound": fixed(math.ceil(1000 * bound) / 10, 1), "dropout": points(dropout), "most_kept": protocol["dropout_keeps"],
    }  # fmt: skip
