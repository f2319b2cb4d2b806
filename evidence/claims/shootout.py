"""Claims of the chapter The shoot-out."""

import itertools

import numpy as np

from evidence.claim import claim, swap
from evidence.depths import ACTIVATIONS, RATES
from evidence.families import FAMILIES, every, family, leads, other_depth, other_rule, reached
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus, word
from evidence.quoted import SEED_003

SCALED = ["lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "orthogonal"]
FIXED = ["random_normal", "random_uniform", "truncated_normal"]
BROKEN = ["zeros", "random_normal", "glorot_uniform", "he_normal"]


def final(runs, arm):
    """Test accuracy after the last epoch, (seeds,) fraction."""
    return runs["mnist_shootout"][arm]["test_accuracy"][:, -1]


def gap(runs, arm, reference, comparisons=1):
    """Paired difference of two arms' final accuracy."""
    return paired_difference(final(runs, arm), final(runs, reference), comparisons)


def replace(experiment, arm, other):
    """A refutation: the runs of `other` under the name of `arm`."""

    def alter(runs):
        runs[experiment][arm] = runs[experiment][other]

    return alter


def points(difference):
    """A paired difference in accuracy, printed in percentage points with its interval."""
    return plus_minus(*difference, 100)


def chance(runs):
    """Standard deviation of one run's final accuracy over seeds, pooled over the scaled rules, in points."""
    return 100 * np.sqrt(np.mean([final(runs, arm).var(ddof=1) for arm in SCALED]))


def reach(difference):
    """How far from zero, in points, the interval of a difference reaches: what could still be hiding in it."""
    return 100 * max(abs(difference.low), abs(difference.high))


@claim(refuted_by=replace("mnist_shootout", "he_uniform", "random_uniform"))
def scaled_rules_tie(runs):
    """The {others} other rules that scale with the layer (LeCun, Glorot and He, normal and uniform, and orthogonal) end
    within {gap} percentage points of Glorot uniform on average after {epochs} epochs, and with 95 % confidence in all of
    them together within {bound}."""
    others = [arm for arm in SCALED if arm != "glorot_uniform"]
    gaps = [gap(runs, arm, "glorot_uniform", len(others)) for arm in others]
    bound = max(map(reach, gaps))
    assert bound < 0.5
    return {
        "others": word(len(others)),
        "epochs": word(runs["mnist_shootout"]["he_normal"]["test_accuracy"].shape[1]),
        "gap": fixed(100 * max(abs(one.mean) for one in gaps), 2),
        "bound": fixed(bound, 2),
    }


@claim(refuted_by=replace("mnist_shootout", "random_uniform", "glorot_uniform"))
def fixed_spreads_cost_accuracy(runs):
    """Keras's three rules of a fixed spread do worse than Glorot uniform, by {mean} percentage points on average:
    `random_normal` by {normal}, `truncated_normal` by {truncated}, `random_uniform` by {uniform}."""
    gaps = [gap(runs, "glorot_uniform", arm, len(FIXED)) for arm in FIXED]
    together = paired_difference(final(runs, "glorot_uniform"), np.mean([final(runs, arm) for arm in FIXED], axis=0))
    assert together.low > 0 and all(one.mean > 0.001 for one in gaps)
    return {"mean": points(together)} | dict(zip(("normal", "uniform", "truncated"), map(points, gaps), strict=True))


@claim(refuted_by=replace("mnist_shootout", "he_normal", "identity"))
def he_does_not_beat_glorot_here(runs):
    """He normal minus Glorot uniform is {gap} percentage points of test accuracy; with 95 % confidence neither is ahead by
    more than {bound}."""
    difference = gap(runs, "he_normal", "glorot_uniform")
    assert reach(difference) < 0.5
    return {"gap": points(difference), "bound": fixed(reach(difference), 2)}


@claim(refuted_by=replace("mnist_shootout", "he_uniform", "identity"))
def normal_or_uniform_does_not_matter(runs):
    """At equal variance, normal minus uniform is {lecun} for LeCun, {glorot} for Glorot and {he} percentage points for He:
    whatever the shape of the distribution does here, it stays below {bound} points."""
    families = ("lecun", "glorot", "he")
    gaps = [gap(runs, f"{family}_normal", f"{family}_uniform", len(families)) for family in families]
    bound = max(map(reach, gaps))
    assert bound < 0.5
    return {"bound": fixed(bound, 2)} | dict(zip(families, map(points, gaps), strict=True))


@claim(refuted_by=replace("mnist_shootout", "identity", "he_normal"))
def identity_trails(runs):
    """Identity kernels train, and end {gap} percentage points behind Glorot uniform."""
    difference = gap(runs, "glorot_uniform", "identity")
    assert difference.low > 0 and final(runs, "identity").min() > 0.9
    return {"gap": points(difference)}


@claim(refuted_by=swap("mnist_shootout", "ones", "lecun_normal"))
def ones_explode_first(runs):
    """With every kernel at one, the test loss after the first epoch is {first} nats, and after the last the accuracy is
    {accuracy}."""
    ones = runs["mnist_shootout"]["ones"]
    first, last = interval(ones["test_loss"][:, 0]), interval(final(runs, "ones"))
    assert first.low > 10 and last.high < 0.2
    return {"first": plus_minus(*first), "accuracy": plus_minus(*last, 100, " %")}


def dominate(runs):
    """A refutation: one rule ahead of all others by a point, in every seed."""
    runs["mnist_shootout"]["he_normal"]["test_accuracy"][:, -1] = 0.99


@claim(refuted_by=dominate)
def one_run_ranks_by_luck(runs):
    """In {seeds} seeds, {winners} of the {rules} rules that scale with the layer came first at least once; whoever runs each rule
    once and prints a ranking prints mostly luck."""
    table = np.array([final(runs, arm) for arm in SCALED])
    winners = len(set(table.argmax(axis=0)))
    assert winners >= 3
    return {"seeds": word(table.shape[1]), "winners": word(winners), "rules": word(len(SCALED))}


@claim(refuted_by=dominate)
def gaps_of_the_source_are_noise(runs):
    """Two single runs of ours, of one and the same rule, differ by up to {noise} percentage points in 95 of 100 pairs, and {small}
    of the {all} gaps between the source's five random rules are smaller than that."""
    noise = 1.96 * np.sqrt(2) * chance(runs)
    random = [100 * accuracy for name, (_, accuracy) in SEED_003.items() if name != "zeros"]
    gaps = [abs(a - b) for a, b in itertools.combinations(random, 2)]
    small = sum(one < noise for one in gaps)
    assert small >= len(gaps) - 2
    values = [final(runs, arm) for arm in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal")]
    assert all(interval(a).low < interval(b).high for a, b in itertools.permutations(values, 2))
    return {"noise": fixed(noise, 2), "small": word(small), "all": word(len(gaps))}


def lucky(runs):
    """A refutation: for every rule one seed of ours that beats the quoted value."""
    for name in SEED_003:
        runs["mnist_shootout"][name]["test_accuracy"][0, -1] = 0.99


@claim(refuted_by=lucky)
def three_quoted_values_beat_all_our_seeds(runs):
    """Of the source's {random} accuracies from random starts, {above} lie above the best of our {seeds} seeds of the same rule, and none
    below the worst."""
    random = {name: accuracy for name, (_, accuracy) in SEED_003.items() if name != "zeros"}
    above = [name for name, accuracy in random.items() if accuracy > final(runs, name).max()]
    assert len(above) == 3 and all(accuracy >= final(runs, name).min() for name, accuracy in random.items())
    return {"random": word(len(random)), "above": word(len(above)), "seeds": word(len(final(runs, "he_normal")))}


@claim(refuted_by=swap("relu_output", "he_normal_relu", "he_normal_softmax"))
def relu_output_ends_in_nan(runs):
    """With ReLU on the output layer the loss is NaN in the first epoch of every run, whatever the initializer, and every
    weight is NaN in the end."""
    arms = [runs["relu_output"][f"{name}_relu"] for name in BROKEN]
    assert all(np.isnan(arm["loss"]).all() and (arm["nan_weights"] == 1).all() for arm in arms)


@claim(refuted_by=swap("relu_output", "glorot_uniform_relu", "glorot_uniform_softmax"))
def relu_output_always_answers_zero(runs):
    """All {runs} broken runs score {accuracy}, which is the share of zeros in the test set to the last digit: a row of NaN
    has no largest entry, so argmax returns the first class."""
    accuracies = np.concatenate([runs["relu_output"][f"{name}_relu"]["test_accuracy"][:, -1] for name in BROKEN])
    assert (accuracies == runs["class_prior"]["test"]["share"][0, 0]).all()
    return {"runs": word(len(accuracies)), "accuracy": fixed(accuracies[0])}


def late(runs):
    """A refutation: a network that meets its first NaN only in the second epoch."""
    runs["relu_output"]["he_normal_relu"]["first_nan"][0, 0] = 1000


@claim(refuted_by=late)
def the_first_nan_comes_early(runs):
    """In Keras itself the first NaN loss comes in batch {zeros} from zeros, and between batch {first} and batch {last} of
    the epoch's {batches} from the three random starts."""
    arms = runs["relu_output"]
    zeros = arms["zeros_relu"]["first_nan"]
    random = np.concatenate([arms[f"{name}_relu"]["first_nan"].ravel() for name in BROKEN[1:]])
    batches = -(-60_000 // 64)
    assert (zeros == 1).all() and random.max() <= batches
    return {"zeros": 1, "first": int(random.min()), "last": int(random.max()), "batches": batches}


@claim(refuted_by=swap("relu_output", "zeros_softmax", "he_normal_softmax"))
def softmax_repairs_all_but_zeros(runs):
    """With softmax in its place, the three random starts reach {normal}, {glorot} and {he} in {epochs} epochs, and zeros stays at
    {zeros}."""
    values = [runs["relu_output"][f"{name}_softmax"]["test_accuracy"][:, -1] for name in BROKEN]
    assert (values[0] < 0.12).all() and all(interval(one).low > 0.95 for one in values[1:])
    printed = [plus_minus(*interval(one), 100, " %") for one in values]
    epochs = word(runs["relu_output"]["he_normal_softmax"]["test_accuracy"].shape[1])
    return dict(zip(("zeros", "normal", "glorot", "he"), printed, strict=True)) | {"epochs": epochs}


def constant_lead(runs):
    """A refutation: random_uniform as far behind He normal after the last epoch as after the first."""
    loss = runs["mnist_shootout"]["random_uniform"]["test_loss"]
    loss[:, -1] = runs["mnist_shootout"]["he_normal"]["test_loss"][:, -1] + loss[:, 0]


@claim(refuted_by=constant_lead)
def the_lead_melts(runs):
    """After one epoch `random_uniform` is behind He normal by {first} nats of test loss, after five by {last}."""
    loss = [runs["mnist_shootout"][arm]["test_loss"] for arm in ("random_uniform", "he_normal")]
    first, last = (paired_difference(loss[0][:, epoch], loss[1][:, epoch]) for epoch in (0, -1))
    assert first.low > 0 and last.high < first.low
    return {"first": plus_minus(*first), "last": plus_minus(*last)}


def closest(gaps):
    """The name of the family that is least far behind, and its paired difference as printed."""
    name = min(gaps, key=lambda other: gaps[other].mean)
    return name, points(gaps[name])


@claim(refuted_by=other_depth(2, 10))
def two_hidden_layers_hide_the_family(runs):
    """With two hidden layers LeCun, Glorot, He and orthogonal differ little: with 95 % confidence none is further from Glorot than
    {relu_adam} points with ReLU and {tanh_adam} with tanh under Adam, {tanh_sgd} with tanh under SGD, and {relu_sgd} with ReLU under
    SGD, where single runs scatter most."""
    bounds = {f"{a}_{o}": max(map(reach, leads(runs, a, "Glorot", o, 2).values())) for a in ACTIVATIONS for o in RATES}
    assert max(bounds["relu_adam"], bounds["tanh_adam"], bounds["tanh_sgd"]) < 5 and bounds["relu_sgd"] < 15
    return {case: fixed(bound, 1) for case, bound in bounds.items()}


@claim(refuted_by=other_rule("he_normal", "orthogonal"))
def he_leads_deep_relu_under_sgd(runs):
    """With ReLU and SGD, He leads the next family by {ten} points at ten hidden layers. At thirty it is the only one that moves, to {he},
    while none of the {runs} runs of LeCun, Glorot and orthogonal gets above {rest}."""
    ten, he = leads(runs, "relu", "He", "sgd", 10), family(runs, "relu", "He", "sgd", 30)
    rest = every(runs, [*FAMILIES["LeCun"], *FAMILIES["Glorot"], "orthogonal"], ["sgd"], [30], ["relu"])
    assert all(gap.low > 0 for gap in ten.values()) and interval(he).low > rest.max()
    return {"ten": closest(ten)[1], "he": percent(he), "runs": rest.size, "rest": f"{fixed(100 * rest.max(), 1)} %"}


@claim(refuted_by=other_depth(10, 30))
def adam_moves_the_depth_at_which_it_matters(runs):
    """Adam trains all four families at ten ReLU layers, the weakest to {weakest}, and He's lead over Glorot shrinks from {sgd} points
    under SGD to {adam}. At thirty it is {thirty}: He reaches {he}, Glorot {glorot}."""
    sgd, adam, thirty = (leads(runs, "relu", "He", *case)["Glorot"] for case in (("sgd", 10), ("adam", 10), ("adam", 30)))
    weakest = min((family(runs, "relu", name, "adam", 10) for name in FAMILIES), key=np.mean)
    assert interval(weakest).low > 0.3 and adam.low > 0 and adam.mean < sgd.mean and thirty.low > 0
    values = {"weakest": percent(weakest)} | {n.lower(): percent(family(runs, "relu", n, "adam", 30)) for n in ("He", "Glorot")}
    return values | {"sgd": points(sgd), "adam": points(adam), "thirty": points(thirty)}


@claim(refuted_by=other_rule("orthogonal", "glorot_uniform"))
def orthogonal_leads_deep_tanh(runs):
    """With thirty tanh layers orthogonal kernels reach {sgd} under SGD, {sgd_lead} points ahead of the next family ({sgd_next}), and {adam}
    under Adam, {adam_lead} ahead ({adam_next})."""
    values = {}
    for optimizer in RATES:
        gaps = leads(runs, "tanh", "orthogonal", optimizer, 30)
        assert all(gap.low > 0 for gap in gaps.values())
        following, lead = closest(gaps)
        values |= {optimizer: percent(reached(runs, "tanh", "orthogonal", optimizer, 30)), f"{optimizer}_lead": lead, f"{optimizer}_next": following}
    return values


@claim(refuted_by=other_depth(10, 2))
def fixed_spreads_fail_with_depth(runs):
    """Under SGD not one of {runs} runs from Keras's three fixed spreads with ten or thirty hidden layers gets above {highest}. Adam lifts
    the best of theirs to {adam} at ten layers, and at thirty to {thirty}."""
    sgd = every(runs, FIXED, ["sgd"], [10, 30])
    ten, thirty = (every(runs, FIXED, ["adam"], [layers]).max() for layers in (10, 30))
    assert sgd.max() < 0.13 and ten < 0.4 and thirty < 0.13
    best = {"highest": sgd.max(), "adam": ten, "thirty": thirty}
    return {"runs": sgd.size} | {name: f"{fixed(100 * one, 1)} %" for name, one in best.items()}


@claim(refuted_by=other_rule("identity", "random_normal"))
def identity_carries_deep_tanh(runs):
    """With tanh and SGD, identity kernels reach {two} with two hidden layers and still {thirty} with thirty; with ReLU they reach {relu}
    and {relu_thirty}."""
    values = {f"{a}_{d}": reached(runs, a, "identity", "sgd", d) for a in ACTIVATIONS for d in (2, 30)}
    assert interval(values["tanh_30"]).low > 0.6 and interval(values["relu_2"]).high < 0.5 and values["relu_30"].max() < 0.13
    return dict(zip(("relu", "relu_thirty", "two", "thirty"), map(percent, values.values()), strict=True))


@claim(refuted_by=other_rule("constant", "lecun_normal"))
def constants_fail_at_every_depth(runs):
    """Not one of the {runs} runs from zeros, ones or a constant, whatever the depth, activation and optimizer, gets above {highest}."""
    accuracies = every(runs, ["zeros", "ones", "constant"])
    assert accuracies.max() < 0.13
    return {"runs": accuracies.size, "highest": f"{fixed(100 * accuracies.max(), 1)} %"}
