"""Claims of the chapter The shoot-out."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.depth_shootout import FAMILIES, OPTIMIZERS, budget, depths, every, family, other_depth, other_rule, others, reached
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.mnist_shootout import DEFAULT, SHAPES, differences, final
from evidence.readings.numbers import fixed, percent, plus_minus, points, word
from evidence.readings.quoted import SEED_003
from evidence.readings.relu_output import batches

SCALED = ["lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "orthogonal"]
FIXED = ["random_normal", "random_uniform", "truncated_normal"]


def broken(runs, output):
    """The arms of relu_output with one output layer, that from zeros first."""
    return {name: runs["relu_output"][f"{name}_{output}"] for name in runs["relu_output"].protocol["initializers"]}


def trained(runs, experiment="mnist_shootout"):
    """For how many epochs an experiment trains, in words."""
    return word(runs[experiment].protocol["epochs"])


def replace(experiment, arm, other):
    """A refutation: the runs of `other` under the name of `arm`."""

    def alter(runs):
        runs[experiment][arm] = runs[experiment][other]

    return alter


def chance(runs):
    """Standard deviation of one run's final accuracy over seeds, pooled over the scaled rules, in points."""
    return 100 * np.sqrt(np.mean([final(runs, arm).var(ddof=1) for arm in SCALED]))


def reach(difference):
    """How far from zero, in points, the interval of a difference reaches: what could still be hiding in it."""
    return 100 * max(abs(difference.low), abs(difference.high))


@claim(refuted_by=replace("mnist_shootout", "he_uniform", "identity"))
def scaled_rules_tie(runs):
    """After {epochs} epochs on all of MNIST the {others} other rules that scale with the layer (LeCun, Glorot and He, normal
    and uniform, and orthogonal) end within {gap} percentage points of Glorot uniform on average, and with 95 % confidence in
    all of them together within {bound}."""
    gaps = [differences(runs)[arm, DEFAULT] for arm in SCALED if arm != DEFAULT]
    bound = max(map(reach, gaps))
    assert bound < 1
    gap = fixed(100 * max(abs(one.mean) for one in gaps), 2)
    return {"others": word(len(gaps)), "epochs": trained(runs), "gap": gap, "bound": fixed(bound, 2)}


@claim(refuted_by=replace("mnist_shootout", "random_normal", "glorot_uniform"))
def fixed_spreads_cost_accuracy(runs):
    """After {epochs} epochs the mean of each of Keras's three rules of a fixed spread lies below that of Glorot uniform:
    `random_normal` differs by {normal} percentage points, `truncated_normal` by {truncated}, `random_uniform` by {uniform}."""
    gaps = [differences(runs)[arm, DEFAULT] for arm in FIXED]
    assert all(one.mean < -0.0005 for one in gaps)
    return {"epochs": trained(runs)} | dict(zip(("normal", "uniform", "truncated"), map(points, gaps), strict=True))


@claim(refuted_by=replace("mnist_shootout", "he_normal", "identity"))
def he_does_not_beat_glorot_here(runs):
    """He normal minus Glorot uniform is {gap} percentage points of test accuracy after {epochs} epochs; with 95 % confidence
    neither is ahead by more than {bound}."""
    difference = differences(runs)["he_normal", DEFAULT]
    assert reach(difference) < 1
    return {"gap": points(difference), "bound": fixed(reach(difference), 2), "epochs": trained(runs)}


@claim(refuted_by=replace("mnist_shootout", "he_uniform", "identity"))
def normal_or_uniform_does_not_matter(runs):
    """At equal variance, normal minus uniform is {lecun} for LeCun, {glorot} for Glorot and {he} percentage points for He after
    {epochs} epochs: whatever the shape of the distribution does here, with 95 % confidence it is less than {bound} points."""
    found = differences(runs)
    gaps = {"glorot": found["glorot_normal", DEFAULT]} | {arm.partition("_")[0]: found[arm, other] for arm, other in SHAPES.items()}
    bound = max(map(reach, gaps.values()))
    assert bound < 1
    return {"bound": fixed(bound, 2), "epochs": trained(runs)} | {name: points(gap) for name, gap in gaps.items()}


@claim(refuted_by=replace("mnist_shootout", "identity", "he_normal"))
def identity_trails(runs):
    """Identity kernels train, and end {gap} percentage points behind Glorot uniform after {epochs} epochs."""
    difference = differences(runs)["identity", DEFAULT]
    assert difference.high < 0 and final(runs, "identity").mean() > 0.9
    return {"gap": plus_minus(-difference.mean, difference.half, 100), "epochs": trained(runs)}


@claim(refuted_by=swap("mnist_shootout", "ones", "lecun_normal"))
def ones_explode_first(runs):
    """With every kernel at one, the test loss after the first epoch is {first} nats, and after the last the accuracy is
    {accuracy}."""
    ones = runs["mnist_shootout"]["ones"]
    first, last = interval(ones["test_loss"][:, 0]), interval(final(runs, "ones"))
    assert first.low > 10 and last.high < 0.2
    return {"first": plus_minus(*first), "accuracy": plus_minus(*last, 100, " %")}


def dominate(runs):
    """A refutation: one rule ahead of all others by a point, in every seed, and no seed unlike another."""
    for arm in SCALED:
        runs["mnist_shootout"][arm]["test_accuracy"][:, -1] = 0.99 if arm == "he_normal" else 0.98


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
    """Of the source's five single runs from random starts the best and the worst lie {gap} percentage points apart. Five runs of one
    and the same rule of ours would lie at least as far apart in {share} of 100 such comparisons."""
    random = [100 * accuracy for name, (_, accuracy) in SEED_003.items() if name != "zeros"]
    gap = max(random) - min(random)
    share = np.mean(np.ptp(np.random.default_rng(0).normal(0, chance(runs), (100_000, len(random))), axis=1) >= gap)
    assert share > 0.03
    ours = [final(runs, name).mean() for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal")]
    assert 100 * np.ptp(ours) < 0.3
    return {"gap": fixed(gap, 2), "share": f"{100 * share:.0f}"}


@claim(refuted_by=dominate)
def quoted_values_lie_above_ours(runs):
    """The source's {random} accuracies from random starts lie {gap} percentage points above the means of our {seeds} seeds of the
    same rules, on average."""
    random = {name: accuracy for name, (_, accuracy) in SEED_003.items() if name != "zeros"}
    gap = 100 * np.mean([accuracy - final(runs, name).mean() for name, accuracy in random.items()])
    assert gap > 0.05
    return {"random": word(len(random)), "gap": fixed(gap, 2), "seeds": word(len(final(runs, "he_normal")))}


@claim(refuted_by=swap("relu_output", "he_normal_relu", "he_normal_softmax"))
def relu_output_ends_in_nan(runs):
    """With ReLU on the output layer the loss is NaN in the first epoch of every run, whatever the initializer, and every
    weight is NaN in the end."""
    arms = broken(runs, "relu").values()
    assert all(np.isnan(arm["loss"]).all() and (arm["nan_weights"] == 1).all() for arm in arms)


@claim(refuted_by=swap("relu_output", "glorot_uniform_relu", "glorot_uniform_softmax"))
def relu_output_always_answers_zero(runs):
    """All {runs} broken runs score {accuracy}, which is the share of zeros in the test set to the last digit: a row of NaN
    has no largest entry, so argmax returns the first class."""
    accuracies = np.concatenate([arm["test_accuracy"][:, -1] for arm in broken(runs, "relu").values()])
    assert np.allclose(accuracies, runs["class_prior"]["test"]["share"][0, 0], atol=1e-6)
    return {"runs": word(len(accuracies)), "accuracy": fixed(accuracies[0])}


def late(runs):
    """A refutation: a network that meets its first NaN only in the second epoch."""
    runs["relu_output"]["he_normal_relu"]["first_nan"][0, 0] = 1000


@claim(refuted_by=late)
def the_first_nan_comes_early(runs):
    """In Keras itself the first NaN loss comes in batch {zeros} from zeros, and between batch {first} and batch {last} of
    the epoch's {batches} from the three random starts."""
    zeros, *random = (arm["first_nan"] for arm in broken(runs, "relu").values())
    random, every_batch = np.concatenate(random), batches(runs)
    assert (zeros == 1).all() and random.max() <= every_batch
    return {"zeros": 1, "first": int(random.min()), "last": int(random.max()), "batches": every_batch}


@claim(refuted_by=swap("relu_output", "zeros_softmax", "he_normal_softmax"))
def softmax_repairs_all_but_zeros(runs):
    """With softmax in its place, the three random starts reach {normal}, {glorot} and {he} in {epochs} epochs, and zeros stays at
    {zeros}."""
    values = [arm["test_accuracy"][:, -1] for arm in broken(runs, "softmax").values()]
    assert values[0].max() < 0.2 and all(interval(one).low > 0.95 for one in values[1:])
    printed = [percent(one) for one in values]
    return dict(zip(("zeros", "normal", "glorot", "he"), printed, strict=True)) | {"epochs": trained(runs, "relu_output")}


def constant_lead(runs):
    """A refutation: random_uniform as far behind He normal after the last epoch as after the first."""
    loss = runs["mnist_shootout"]["random_uniform"]["test_loss"]
    loss[:, -1] = runs["mnist_shootout"]["he_normal"]["test_loss"][:, -1] + loss[:, 0]


@claim(refuted_by=constant_lead)
def the_lead_melts(runs):
    """After one epoch `random_uniform` is behind He normal by {first} nats of test loss, after {epochs} by {last}."""
    loss = [runs["mnist_shootout"][arm]["test_loss"] for arm in ("random_uniform", "he_normal")]
    first, last = (paired_difference(loss[0][:, epoch], loss[1][:, epoch], 2) for epoch in (0, -1))
    assert first.low > 0 and last.mean < first.mean / 2
    return {"first": plus_minus(*first), "last": plus_minus(*last), "epochs": trained(runs)}


@claim(refuted_by=other_depth(2, 10))
def two_hidden_layers_hide_the_family(runs):
    """With {few} hidden layers LeCun, He and orthogonal stand close to Glorot after {steps} steps of {batch} images, each at its best rate:
    with 95 % confidence in all {comparisons} comparisons together, under Adam within {relu_adam} points with ReLU and {tanh_adam} with
    tanh, under SGD within {relu_sgd} and {tanh_sgd}."""
    cells = [(a, o) for a in runs["depth_shootout"].protocol["activations"] for o in OPTIMIZERS]
    comparisons, bounds = len(cells) * (len(FAMILIES) - 1), {}
    for activation, optimizer in cells:
        glorot = family(runs, activation, "Glorot", optimizer, depths(runs)[0])
        gaps = [paired_difference(one, glorot, comparisons) for one in others(runs, activation, "Glorot", optimizer, depths(runs)[0]).values()]
        bounds[f"{activation}_{optimizer}"] = max(map(reach, gaps))
    assert max(bounds.values()) < 20
    return budget(runs) | {"comparisons": word(comparisons)} | {case: fixed(bound, 0) for case, bound in bounds.items()}


@claim(refuted_by=other_rule("he", "lecun"))
def he_starts_first_in_deep_relu_under_sgd(runs):
    """With ReLU, SGD and {more} hidden layers He is ahead of LeCun, Glorot and orthogonal in every seed after {steps} steps of {batch} images, each
    at its best rate: it reaches {he}, the best of the others {next} ({next_name}). At {most} none gets far: He {he_thirty}, the best of the others
    {next_thirty}."""
    _, more, most = depths(runs)
    he, rest = family(runs, "relu", "He", "sgd", more), others(runs, "relu", "He", "sgd", more)
    thirty, rest_thirty = family(runs, "relu", "He", "sgd", most), others(runs, "relu", "He", "sgd", most)
    assert all((he > one).all() for one in rest.values()) and all(thirty.mean() > one.mean() + 0.02 for one in rest_thirty.values())
    name, following = best_of(rest)
    return budget(runs) | {
        "he": percent(he), "next": percent(following), "next_name": name,
        "he_thirty": percent(thirty), "next_thirty": percent(best_of(rest_thirty)[1]),
    }  # fmt: skip


@claim(refuted_by=other_depth(10, 30))
def adam_moves_the_depth_at_which_it_matters(runs):
    """Adam starts all four families at {more} ReLU layers within these {steps} steps, the slowest ({name}) to {slowest}, and He's mean is ahead of
    Glorot's by {adam} points where under SGD it is {sgd}. At {most} layers He reaches {he} under Adam and Glorot {glorot}."""
    _, more, most = depths(runs)
    sgd, adam = (100 * np.mean(family(runs, "relu", "He", o, more) - family(runs, "relu", "Glorot", o, more)) for o in OPTIMIZERS)
    ten = {name: family(runs, "relu", name, "adam", more) for name in FAMILIES}
    name = min(ten, key=lambda one: ten[one].mean())
    he, glorot = (family(runs, "relu", one, "adam", most) for one in ("He", "Glorot"))
    assert ten[name].mean() > 0.3 and adam < sgd and he.mean() > glorot.mean() + 0.05
    gains = {"adam": f"{adam:.0f}", "sgd": f"{sgd:.0f}"}
    return budget(runs) | gains | {"name": name, "slowest": percent(ten[name]), "he": percent(he), "glorot": percent(glorot)}


@claim(refuted_by=other_rule("orthogonal", "glorot_uniform"))
def orthogonal_starts_first_in_deep_tanh(runs):
    """With {most} tanh layers orthogonal kernels are ahead of LeCun, Glorot and He on average after {steps} steps of {batch} images, each at its best
    rate: under SGD they reach {sgd}, the best of the others {sgd_next} ({sgd_name}); under Adam {adam} and {adam_next} ({adam_name})."""
    values = budget(runs)
    for optimizer in OPTIMIZERS:
        own, rest = (f(runs, "tanh", "orthogonal", optimizer, depths(runs)[-1]) for f in (family, others))
        name, following = best_of(rest)
        assert own.mean() > following.mean() + 0.05
        values |= {optimizer: percent(own), f"{optimizer}_next": percent(following), f"{optimizer}_name": name}
    return values


def best_of(families):
    """Name and accuracies of the family with the highest mean."""
    return max(families.items(), key=lambda one: one[1].mean())


@claim(refuted_by=other_depth(10, 2))
def fixed_spreads_fail_with_depth(runs):
    """From Keras's three fixed spreads with {more} or {most} hidden layers, none of {runs} runs under SGD gets above {highest} in {steps} steps of {batch}
    images, at any rate. Adam lifts the best single run to {adam} at {more} layers, and none above {thirty} at {most}."""
    deep = depths(runs)[1:]
    sgd = every(runs, FIXED, ["sgd"], deep)
    ten, thirty = (every(runs, FIXED, ["adam"], [layers]).max() for layers in deep)
    assert sgd.max() < 0.25 and ten < 0.6 and thirty < 0.25
    best = {"highest": sgd.max(), "adam": ten, "thirty": thirty}
    return budget(runs) | {"runs": f"{sgd.size:,}"} | {name: f"{100 * one:.0f} %" for name, one in best.items()}


@claim(refuted_by=other_rule("identity", "random_normal"))
def identity_carries_deep_tanh(runs):
    """With tanh and SGD, identity kernels reach {two} with {few} hidden layers and still {thirty} with {most} after {steps} steps of {batch} images, at their
    best rate; with ReLU they reach {relu} and {relu_thirty}."""
    few, _, most = depths(runs)
    relu, relu_thirty, two, thirty = (reached(runs, a, "identity", "sgd", layers) for a in ("relu", "tanh") for layers in (few, most))
    assert thirty.mean() > 0.6 and relu.mean() < 0.5 and relu_thirty.mean() < 0.2
    return budget(runs) | {"relu": percent(relu), "relu_thirty": percent(relu_thirty), "two": percent(two), "thirty": percent(thirty)}


@claim(refuted_by=other_rule("constant", "lecun_normal"))
def constants_fail_at_every_depth(runs):
    """None of the {runs} runs from zeros, ones or a constant, whatever the depth, activation, optimizer and rate, gets above {highest} in
    {steps} steps of {batch} images."""
    accuracies = every(runs, ["zeros", "ones", "constant"])
    assert accuracies.max() < 0.4
    return budget(runs) | {"runs": f"{accuracies.size:,}", "highest": f"{100 * accuracies.max():.0f} %"}
