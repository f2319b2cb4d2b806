"""Claims of the chapter He and the rectifiers."""

import numpy as np

from evidence.readings import rates
from evidence.readings.budget import steps
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, over_seeds, plus_minus, spelled, word
from evidence.theory.activations import ACTIVATIONS, preserving
from evidence.theory.adam import EPSILONS


def setting(runs):
    """The protocol of rectifier_signal."""
    return runs["rectifier_signal"].protocol


def signal(runs, arm):
    """Mean square of z, (seeds, layers)."""
    return runs["rectifier_signal"][arm]["signal"]


def slope(runs, arm):
    """Doublings of the mean square per layer, between the first layer and the last, (seeds,)."""
    logarithm = np.log2(signal(runs, arm))
    return (logarithm[:, -1] - logarithm[:, 0]) / (logarithm.shape[1] - 1)


def losses(runs, optimizer, which):
    """Test loss of Glorot and of He at the depth of that index, each after the last step at its best rate: two (seeds,)."""
    depth = runs["rectifier_depth"].protocol["hidden_layers"][which]
    return [rates.reached(runs["rectifier_depth"], f"{rule}_normal_{optimizer}_{depth}", "test_loss") for rule in ("glorot", "he")]


def trained(runs, which, optimizer="sgd"):
    """{"depth" of that index, "rates" of the optimizer, "steps", "batch"}: what sentences say of rectifier_depth."""
    protocol = runs["rectifier_depth"].protocol
    counts = {"depth": word(protocol["hidden_layers"][which]), "rates": word(len(protocol["learning_rates"][optimizer]))}
    return counts | {"steps": steps(protocol), "batch": protocol["batch_size"]}


def same_depth(optimizer, depth, other):
    """A refutation: at `depth` the runs of another depth."""

    def alter(runs):
        arms = runs["rectifier_depth"]
        for rate in arms.protocol["learning_rates"][optimizer]:
            for rule in ("glorot", "he"):
                arms[f"{rule}_normal_{optimizer}_{depth}_{rate}"] = arms[f"{rule}_normal_{optimizer}_{other}_{rate}"]

    return alter


@claim(refuted_by=swap("rectifier_signal", "glorot_normal_512", "he_normal_512"))
def relu_halves_and_he_restores(runs):
    """At widths from {narrow} to {wide}, each ReLU layer under Glorot's rule changes the mean square by between {glorot_low} and
    {glorot_high} doublings, which is a halving, and under He's by between {he_low} and {he_high}."""
    widths = setting(runs)["widths"]
    glorot, he = ([slope(runs, f"{rule}_normal_{width}").mean() for width in widths] for rule in ("glorot", "he"))
    assert np.abs(np.add(glorot, 1)).max() < 0.15 and np.abs(he).max() < 0.15
    return {
        "narrow": widths[0], "wide": widths[-1],
        "glorot_low": fixed(min(glorot), 2), "glorot_high": fixed(max(glorot), 2), "he_low": fixed(min(he), 2), "he_high": fixed(max(he), 2),
    }  # fmt: skip


@claim(refuted_by=swap("rectifier_signal", "glorot_normal_64", "glorot_normal_512"))
def width_matters_only_through_chance(runs):
    """Under Glorot a layer changes the mean square by {wide} doublings at width {widest} and by {narrow} at width {narrowest}, where the
    correction for chance predicts {predicted_wide} and {predicted_narrow}."""
    narrowest, *_, widest = setting(runs)["widths"]
    values = {"narrowest": narrowest, "widest": widest}
    for name, width in (("narrow", narrowest), ("wide", widest)):
        measured, predicted = interval(slope(runs, f"glorot_normal_{width}"), 2), -1 - 2.5 / width / np.log(2)
        assert abs(measured.mean - predicted) < 2 * measured.half
        values |= {name: plus_minus(measured.mean, measured.half), f"predicted_{name}": fixed(predicted, 3)}
    return values


@claim(refuted_by=swap("rectifier_signal", "he_normal_64", "he_normal_512"))
def one_network_is_not_the_average(runs):
    """Between seeds the natural logarithm of He's mean square in layer {layers} has a standard deviation of {narrow} at width {narrowest}
    and of {wide} at width {widest}."""
    layers, (narrowest, *_, widest) = setting(runs)["hidden_layers"], setting(runs)["widths"]
    spread = [np.log(signal(runs, f"he_normal_{width}")[:, -1]).std(ddof=1) for width in (narrowest, widest)]
    assert spread[0] > 1.3 * spread[1] and 0.5 < spread[0] / np.sqrt(5 * layers / narrowest) < 2
    shape = {"layers": spelled(layers), "narrowest": narrowest, "widest": widest}
    return shape | {"narrow": fixed(spread[0], 2), "wide": fixed(spread[1], 2)}


def changed(runs, arm):
    """Share of ReLUs that fire in one of two networks only, (seeds,)."""
    return runs["rectifier_signal"][f"mask_{arm}"]["changed_share"][:, 0]


@claim(refuted_by=swap("rectifier_signal", "mask_exact", "mask_biased"))
def scaling_changes_no_mask(runs):
    """Halving every kernel changes not one of the decisions of {layers} layers of ReLUs, in any of {seeds} seeds."""
    assert (changed(runs, "exact") == 0).all()
    return {"layers": word(setting(runs)["hidden_layers"]), "seeds": word(len(setting(runs)["seeds"]))}


@claim(refuted_by=swap("rectifier_signal", "mask_biased", "mask_exact"))
def biases_make_scale_matter(runs):
    """With every bias at a tenth, dividing the kernels by ten changes {biased} of the decisions; with biases of zero, {rounded} in a
    million, by rounding."""
    biased, rounded = interval(changed(runs, "biased")), changed(runs, "rounded")
    assert biased.low > 0.2 and rounded.max() < 1e-4
    return {"biased": plus_minus(*biased, 100, " %"), "rounded": fixed(1e6 * rounded.mean(), 1)}


@claim(refuted_by=swap("rectifier_signal", "gelu_one", "silu_one"))
def constants_hold_in_a_wide_layer(runs):
    """For ReLU, leaky ReLU with $a = {slope}$, ELU, GELU, SiLU and no activation at all, the constant that one wide layer on MNIST measures
    agrees with the integral: the largest deviation of a mean over {seeds} seeds is {worst} per cent."""
    measured = {arm.removesuffix("_one"): found["constant"][:, 0] for arm, found in runs["rectifier_signal"].items() if "constant" in found}
    ratios = [interval(values / preserving(name)) for name, values in measured.items()]
    worst = max(abs(one.mean - 1) for one in ratios)
    assert worst < 0.02 and len(ratios) == 6
    slope = fixed(-float(ACTIVATIONS["leaky_relu"](-1.0)), 1)
    return {"slope": slope, "seeds": word(len(setting(runs)["seeds"])), "worst": fixed(100 * worst, 1)}


def size(runs, arm):
    """Geometric mean over seeds of the last layer's mean square, with its interval on the logarithm (base 10)."""
    return interval(np.log10(signal(runs, arm)[:, -1]))


@claim(refuted_by=swap("rectifier_signal", "gelu_quarter", "elu_quarter"))
def gelu_and_silu_hold_no_other_size(runs):
    """Started at a quarter, {layers} layers of GELU shrink the mean square to {gelu_quarter} (geometric mean), and SiLU to {silu_quarter}; started at
    four, they blow it up to {gelu_four} and {silu_four}."""
    values = {f"{name}_{start}": size(runs, f"{name}_{start}") for name in ("gelu", "silu") for start in ("quarter", "four")}
    assert all(values[f"{name}_quarter"].high < np.log10(0.1) for name in ("gelu", "silu"))
    assert all(values[f"{name}_four"].low > np.log10(10) for name in ("gelu", "silu"))
    layers = {"layers": spelled(setting(runs)["activation_layers"])}
    return layers | {name: f"{float(f'{10**one.mean:.2g}'):,.0f}" if one.mean > -3 else f"10<sup>−{-one.mean:.0f}</sup>" for name, one in values.items()}


@claim(refuted_by=swap("rectifier_signal", "elu_four", "relu_four"))
def elu_returns_to_one_size(runs):
    """ELU forgets where it started: from a quarter, one and four it arrives at {quarter}, {one} and {four}."""
    values = {start: size(runs, f"elu_{start}") for start in ("quarter", "one", "four")}
    means = [one.mean for one in values.values()]
    assert max(means) - min(means) < np.log10(1.3)
    return {start: fixed(10**one.mean, 2) for start, one in values.items()}


@claim(refuted_by=swap("rectifier_signal", "leaky_glorot", "leaky_relu_one"))
def a_small_leak_saves_no_signal(runs):
    """With a leak of one hundredth and variance 1 / fan-in, each of {layers} layers changes the mean square by {doublings} doublings: as
    good as halves it."""
    doublings = interval(slope(runs, "leaky_glorot"))
    assert abs(doublings.mean + 1) < 0.1
    return {"layers": word(setting(runs)["activation_layers"]), "doublings": plus_minus(*doublings)}


@claim(refuted_by=swap_grids("rectifier_depth", "glorot_normal_sgd_30", "he_normal_sgd_30"))
def glorot_stalls_with_sgd(runs):
    """With {depth} hidden layers and SGD, after {steps} steps of {batch} images, Glorot is at a test loss of {glorot} at its best of {rates}
    learning rates, and He at {he}; the loss of knowing only the class shares is {prior}."""
    glorot, he = losses(runs, "sgd", -1)
    prior = runs["class_prior"]["prediction"]["test_loss"][0, 0]
    assert glorot.min() > prior - 0.1 and he.mean() < prior - 0.2 and (he < glorot).all()
    return trained(runs, -1) | {"prior": fixed(prior, 3), "glorot": over_seeds(glorot), "he": over_seeds(he)}


@claim(refuted_by=same_depth("sgd", 5, 30))
def glorot_trains_when_shallow(runs):
    """With {depth} hidden layers and SGD both are on their way after {steps} steps of {batch} images: Glorot at a test loss of {glorot},
    He at {he}, each at its best rate."""
    glorot, he = losses(runs, "sgd", 0)
    assert max(glorot.mean(), he.mean()) < 1.2
    return trained(runs, 0) | {"glorot": over_seeds(glorot), "he": over_seeds(he)}


@claim(refuted_by=swap_grids("rectifier_depth", "glorot_normal_sgd_15", "he_normal_sgd_15"))
def he_starts_first_in_between(runs):
    """With {depth}, He starts first: in every seed its test loss is lower after these {steps} steps, {he} against Glorot's {glorot},
    each at its best rate."""
    glorot, he = losses(runs, "sgd", 1)
    assert (he < glorot).all()
    return trained(runs, 1) | {"glorot": over_seeds(glorot), "he": over_seeds(he)}


@claim(refuted_by=same_depth("adam", 30, 5))
def adam_softens_the_stall(runs):
    """With Adam and {depth} hidden layers, Glorot is at {glorot} after {steps} steps at its best rate and He at {he}: Glorot moves,
    and is behind in every seed."""
    glorot, he = losses(runs, "adam", -1)
    assert glorot.mean() < 2.2 and (he < glorot).all() and glorot.mean() > 1
    return trained(runs, -1, "adam") | {"glorot": over_seeds(glorot), "he": over_seeds(he)}


@claim(refuted_by=same_depth("adam", 5, 15))
def shallow_adam_does_not_care(runs):
    """With Adam and {depth} hidden layers Glorot's test loss minus He's is {gap} nats after {steps} steps of {batch} images, each at its best rate:
    with 95 % confidence no difference larger than {bound}."""
    gap = paired_difference(*losses(runs, "adam", 0))
    bound = max(abs(gap.low), abs(gap.high))
    assert bound < 0.15
    return trained(runs, 0, "adam") | {"gap": plus_minus(*gap), "bound": fixed(bound, 2)}


def first_gradients(runs):
    """Root mean square gradient before the first step of the deepest network under Glorot and under He, (2,): geometric means."""
    depth = setting(runs)["gradients"]["hidden_layers"][-1]
    starts = (runs["rectifier_signal"][f"start_{rule}_normal_{depth}"]["gradient"] for rule in ("glorot", "he"))
    return 10 ** np.array([np.log10(gradient).mean() for gradient in starts])


@claim(refuted_by=swap("rectifier_signal", "start_glorot_normal_30", "start_he_normal_30"))
def keras_s_adam_takes_small_first_steps(runs):
    """By this formula Adam's first step for a typical gradient has {keras_glorot} of the full size under Glorot and {keras_he} under He in Keras;
    in the paper's form it has {paper_glorot} and {paper_he}. SGD's steps lie a factor of {sgd} apart."""
    sizes = first_gradients(runs)
    keras, paper = (sizes / (sizes + EPSILONS[name](1)) for name in ("keras", "paper"))
    assert keras[0] < 0.3 < 0.7 < paper[0] and keras[1] > 0.5 and sizes[1] / sizes[0] > 1000
    shares = {f"{form}_{rule}": f"{100 * share:.0f} %" for form, both in (("keras", keras), ("paper", paper))
              for rule, share in zip(("glorot", "he"), both, strict=True)}  # fmt: skip
    return shares | {"sgd": f"{float(f'{sizes[1] / sizes[0]:.2g}'):,.0f}"}


@claim(refuted_by=swap_grids("adam_epsilon", "glorot_normal_keras", "glorot_normal_paper"))
def part_of_the_lag_is_keras_s(runs):
    """With the paper's constant, Glorot's {depth} layers are at a test loss of {paper} after {steps} steps, with Keras's at {keras}, each at its best of
    {rates} rates; averaged over these rates, Keras's is {lag} nats behind. He is at {he_paper} and {he_keras}."""
    loss = {name: rates.reached(runs["adam_epsilon"], name, "test_loss") for name in rates.stems(runs["adam_epsilon"])}
    keras, paper, he_keras, he_paper = (loss[f"{rule}_normal_{form}"] for rule in ("glorot", "he") for form in ("keras", "paper"))
    grids = [rates.grid(runs["adam_epsilon"], f"glorot_normal_{form}").values() for form in ("keras", "paper")]
    lag = np.subtract(*(np.mean([arm["test_loss"][:, -1] for arm in grid], axis=0) for grid in grids))
    assert lag.mean() > 0 and max(he_keras.mean(), he_paper.mean()) < min(keras.mean(), paper.mean()) - 0.05
    values = {"paper": paper, "keras": keras, "he_keras": he_keras, "he_paper": he_paper, "lag": lag}
    protocol = runs["adam_epsilon"].protocol
    counts = {"depth": word(protocol["hidden_layers"]), "rates": word(len(protocol["learning_rates"])), "steps": steps(protocol)}
    return counts | {name: over_seeds(one) for name, one in values.items()}


@claim(refuted_by=swap("rectifier_signal", "start_glorot_normal_30", "start_he_normal_30"))
def glorots_gradients_start_too_small(runs):
    """Before the first step, the gradients of the {depth}-layer network under Glorot have a root mean square of {glorot}, against {he}
    under He (geometric means over kernels and seeds)."""
    glorot, he = np.log10(first_gradients(runs))
    assert glorot < he - 3
    return {"depth": setting(runs)["gradients"]["hidden_layers"][-1]} | {name: f"{10**value:.1e}".replace("e-0", " · 10<sup>−") + "</sup>" for name, value in (("glorot", glorot), ("he", he))}
