"""Claims of the page The five-minute answer."""

import numpy as np

from evidence.readings.claim import claim
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import percent, points, spelled, word
from evidence.readings.rates import best, grid
from evidence.readings.settled import DEPTHS, OPTIMIZERS, RULES, accuracy, gain, marks
from evidence.theory.variance import FIXED


def budget(runs, *names):
    """What sentences say of experiments of settled_*, the first one's budget and the depths of all, in words.

    {"epochs" of the shortest run, "start", "half": steps, "layers" of the first, "deep" of the last}
    """
    protocol, depths = runs[names[0]].protocol, [spelled(runs[name].protocol["hidden_layers"]) for name in names]
    return {"epochs": word(min(protocol["epochs"].values())), "layers": depths[0], "deep": depths[-1]} | marks(protocol)


def to_the_end(runs):
    """How many epochs of SGD the deepest ReLU networks are trained, in words: their rate is the one that is best after these."""
    return spelled(runs["settled_relu_30"].protocol["epochs"]["sgd"])


def medians(runs, activation, optimizer, mark="end"):
    """Median test accuracy of the seeds at a mark of `settled.marks`: {"<rule>_<hidden layers>": fraction}."""
    return {
        f"{rule.partition('_')[0]}_{depth}": np.median(accuracy(runs, activation, depth, rule, optimizer, mark))
        for depth in DEPTHS for rule in RULES[activation]
    }  # fmt: skip


def shown(shares):
    """Fractions as per cent with one decimal."""
    return {name: f"{100 * share:.1f} %" for name, share in shares.items()}


def spread(shares):
    """Median and range of fractions, for runs that end far apart."""
    return f"{100 * np.median(shares):.0f} % in the median, from {100 * min(shares):.0f} to {100 * max(shares):.0f}"


def shallow(runs):
    """How many hidden layers mnist_shootout has, in words."""
    return word(len(runs["mnist_shootout"].protocol["widths"]) - 2)


def stale_start(runs):
    """A refutation: one random rule as bad as a constant."""
    runs["mnist_shootout"]["random_uniform"] = runs["mnist_shootout"]["constant"]


def frozen(*names):
    """A refutation: the runs of some experiments stay at what they reached after the first half of an epoch."""

    def alter(runs):
        for name in names:
            for arm in runs[name].values():
                arm["test_accuracy"][:, 1:] = arm["test_accuracy"][:, 1:2]

    return alter


def equal_rules(*names):
    """A refutation: in some experiments Glorot does what the other rule does."""

    def alter(runs):
        for name in names:
            arms = runs[name]
            other = "he_normal" if "relu" in name else "orthogonal"
            for arm in [arm for arm in arms if arm.startswith("glorot")]:
                arms[arm] = arms[arm.replace("glorot_normal", other).replace("glorot_uniform", other)]

    return alter


@claim(refuted_by=stale_start)
def every_random_start_trains_when_shallow(runs):
    """With {layers} hidden layers and Adam, {rules} random initializers of Keras end at {lowest} or above in every one of {seeds} seeds, those of
    a fixed spread among them."""
    final = np.array([arm["test_accuracy"][:, -1] for rule, arm in runs["mnist_shootout"].items() if rule not in FIXED])
    assert final.min() > 0.96
    return {"rules": word(len(final)), "lowest": f"{np.floor(1000 * final.min()) / 10:.1f} %", "seeds": word(final.shape[1]), "layers": shallow(runs)}


@claim(refuted_by=equal_rules("settled_relu_30"))
def depth_decides_what_he_gains(runs):
    """With {shallow} hidden ReLU layers He and Glorot normal end at {he_2} and {glorot_2} after {few} epochs of Adam on MNIST, less than half a point
    apart; {epochs} epochs of SGD take them to {he_15} and {glorot_15} with {layers}, less than three points apart, and to {he_30} and {glorot_30}
    with {deep}, more than ten, at the rates that are best after {all}."""
    ends = {rule: {2: runs["mnist_shootout"][f"{rule}_normal"]["test_accuracy"][:, -1]} for rule in ("he", "glorot")}
    for rule, end in ends.items():
        end |= {depth: accuracy(runs, "relu", depth, f"{rule}_normal", "sgd", "end") for depth in DEPTHS}
    apart = {depth: ends["he"][depth].mean() - ends["glorot"][depth].mean() for depth in ends["he"]}
    assert abs(apart[2]) < 0.005 and abs(apart[15]) < 0.03 and apart[30] > 0.1
    said = {"shallow": shallow(runs), "few": word(runs["mnist_shootout"].protocol["epochs"]), "all": to_the_end(runs)}
    said |= budget(runs, "settled_relu_15", "settled_relu_30")
    return said | {f"{rule}_{depth}": percent(values) for rule, end in ends.items() for depth, values in end.items()}


@claim(refuted_by=frozen("settled_relu_15"))
def glorot_catches_up_at_fifteen(runs):
    """With SGD, half an epoch, {half} steps, brings the median seeds of He and Glorot to {he} and {glorot}; after {epochs} epochs they are at
    {he_15} and {glorot_15}: He starts faster, and Glorot catches up."""
    early, ends = (medians(runs, "relu", "sgd", mark) for mark in ("half", "end"))
    assert early["he_15"] > early["glorot_15"] + 0.1 and abs(ends["he_15"] - ends["glorot_15"]) < 0.03
    he, glorot = (shown(early)[f"{rule}_15"] for rule in ("he", "glorot"))
    return budget(runs, "settled_relu_15") | {"he": he, "glorot": glorot} | shown(ends)


@claim(refuted_by=equal_rules("settled_relu_30"))
def glorot_stalls_at_thirty(runs):
    """With SGD, each at the rate that is best after {all} epochs, He is at {he} after half an epoch and Glorot still at {flat} in every seed, the
    share of ones. After {epochs} epochs Glorot is at {glorot}; after {all} at {late}, which the median of He passed after {passed}. He ends at {end}."""
    he, glorot = (accuracy(runs, "relu", 30, f"{rule}_normal", "sgd") for rule in ("he", "glorot"))
    (early, flat), (sixth_he, sixth) = (
        [accuracy(runs, "relu", 30, f"{rule}_normal", "sgd", mark) for rule in ("he", "glorot")] for mark in ("half", "end")
    )
    protocol = runs["settled_relu_30"].protocol
    late, ends = np.median(glorot[:, -1]), np.median(he, 0)[len(protocol["early_steps"]) :]
    passed = 1 + int(np.argmax(ends > late))
    assert flat.max() < 0.12 and np.median(early) > 0.25 and np.median(sixth_he) > np.median(sixth) + 0.2
    assert late > np.median(sixth) + 0.1 and ends[-1] > late and passed <= 10
    return budget(runs, "settled_relu_30") | {
        "all": to_the_end(runs),
        "he": percent(early), "flat": f"{100 * np.median(flat):.2f} %",
        "glorot": spread(sixth), "late": percent(glorot[:, -1]), "passed": word(passed), "end": percent(he[:, -1]),
    }  # fmt: skip


@claim(refuted_by=equal_rules("settled_relu_15", "settled_relu_30"))
def adam_closes_the_gap(runs):
    """With Adam and {deep} ReLU layers, He is ahead of Glorot by {start_30} percentage points of test accuracy after {start} steps; with
    {layers} the difference is {start_15}. After {epochs} epochs the median seeds are at {he_15} and {glorot_15}, and at {he_30} and {glorot_30}."""
    starts = {f"start_{depth}": gain(runs, "relu", depth, "adam", "start") for depth in DEPTHS}
    ends = medians(runs, "relu", "adam")
    assert starts["start_30"].low > 0 and all(0.85 < end for end in ends.values())
    assert all(abs(ends[f"he_{depth}"] - ends[f"glorot_{depth}"]) < 0.04 for depth in DEPTHS)
    said = budget(runs, "settled_relu_15", "settled_relu_30")
    return said | {name: points(start) for name, start in starts.items()} | shown(ends)


def harmless_rates(runs):
    """A refutation: with fifteen layers and SGD every learning rate does what the best one does."""
    arms = runs["settled_relu_15"]
    for rate in grid(arms, "glorot_normal_sgd"):
        arms[f"glorot_normal_sgd_{rate}"] = best(arms, "glorot_normal_sgd")


@claim(refuted_by=harmless_rates)
def the_rate_can_matter_more(runs):
    """With {layers} ReLU layers and {epochs} epochs of SGD, Glorot ends {rate} percentage points of test accuracy apart under the best and under the
    largest of {rates} learning rates, where He fails as well; He and Glorot, each at its best, are {rule} apart."""
    rates = grid(runs["settled_relu_15"], "glorot_normal_sgd")
    right, wrong = (arm["test_accuracy"][:, -1] for arm in (best(runs["settled_relu_15"], "glorot_normal_sgd"), rates[max(rates)]))
    rate, rule = paired_difference(right, wrong), gain(runs, "relu", 15, "sgd", "end")
    assert rate.low > 0.2 and rate.low > 2 * rule.high and grid(runs["settled_relu_15"], "he_normal_sgd")[max(rates)]["test_accuracy"][:, -1].max() < 0.2
    return budget(runs, "settled_relu_15") | {"rate": points(rate), "rates": word(len(rates)), "rule": points(rule)}


def same_optimizer(runs):
    """A refutation: Adam reaches what SGD reaches."""
    arms = runs["settled_relu_30"]
    for rate in grid(arms, "glorot_normal_adam"):
        arms[f"glorot_normal_adam_{rate}"] = best(arms, "glorot_normal_sgd")


@claim(refuted_by=same_optimizer)
def the_optimizer_matters_when_deep(runs):
    """With {layers} ReLU layers and {epochs} epochs, going from SGD to Adam gains Glorot on average {optimizer} percentage points of test accuracy;
    staying with SGD and going from Glorot to He gains {rule}. The rates are those that are best after {epochs} epochs of Adam and after {all} of SGD."""
    sgd, adam = (accuracy(runs, "relu", 30, "glorot_normal", optimizer, "end") for optimizer in OPTIMIZERS)
    optimizer, rule = paired_difference(adam, sgd), gain(runs, "relu", 30, "sgd", "end")
    assert optimizer.low > 0 and rule.low > 0
    return budget(runs, "settled_relu_30") | {"optimizer": points(optimizer), "rule": points(rule), "all": to_the_end(runs)}


@claim(refuted_by=equal_rules("settled_tanh_30"))
def orthogonal_starts_faster(runs):
    """With {layers} tanh layers orthogonal is on average ahead of Glorot uniform by {adam} percentage points of test accuracy after {start} steps
    of Adam, and after as many of SGD by {sgd}, {verdict}."""
    starts = {optimizer: gain(runs, "tanh", 30, optimizer, "start") for optimizer in OPTIMIZERS}
    assert starts["adam"].low > 0 and starts["sgd"].mean > 0
    seeds = word(len(runs["settled_tanh_30"].protocol["seeds"]))
    verdict = f"not detectable with {seeds} seeds" if starts["sgd"].holds_zero else "detectable as well"
    return budget(runs, "settled_tanh_30") | {"verdict": verdict} | {optimizer: points(start) for optimizer, start in starts.items()}


@claim(refuted_by=equal_rules("settled_tanh_30"))
def orthogonal_stands_adams_default(runs):
    """At Adam's default rate in Keras, `{rate}`, and after {epochs} epochs, {layers} tanh layers from orthogonal end at {orthogonal}; those from Glorot uniform
    end at {glorot}: in the median more than ten points lower."""
    rate = 0.001
    ends = {rule: grid(runs["settled_tanh_30"], f"{rule}_adam")[rate]["test_accuracy"][:, -1] for rule in RULES["tanh"]}
    orthogonal, glorot = map(np.median, ends.values())
    assert orthogonal - glorot > 0.1
    said = budget(runs, "settled_tanh_30") | {"rate": rate}
    return said | {rule.partition("_")[0]: spread(end) for rule, end in ends.items()}


@claim(refuted_by=frozen("settled_tanh_30"))
def deep_tanh_ends_alike(runs):
    """After {epochs} epochs the median seeds of orthogonal and Glorot uniform are at {sgd_orthogonal_15} and {sgd_glorot_15} with {layers} tanh
    layers and SGD, at {sgd_orthogonal_30} and {sgd_glorot_30} with {deep}; with Adam at {adam_orthogonal_15} and {adam_glorot_15}, and at
    {adam_orthogonal_30} and {adam_glorot_30}."""
    ends = {f"{optimizer}_{arm}": end for optimizer in OPTIMIZERS for arm, end in medians(runs, "tanh", optimizer).items()}
    assert all(abs(end - ends[arm.replace("orthogonal", "glorot")]) < 0.03 for arm, end in ends.items()) and min(ends.values()) > 0.9
    return budget(runs, "settled_tanh_15", "settled_tanh_30") | shown(ends)
