"""Claims of the chapter Attention, embeddings and the first loss: on attention and gated units, at the start and in training."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.decoders import budget, reached
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import below, fixed, listed, nats, over_seeds, spelled
from evidence.theory import activations, softmax

LAYER = 3  # of pure attention, behind which little but rounding is left
TOO_LARGE = 0.1  # a rate at which attention without normalized queries and keys fails


# Attention at the start


@claim(refuted_by=swap("attention_start", "scores_8.0_256", "scores_1.0_256"))
def attention_starts_with_the_derived_entropy(runs):
    """Over {keys} keys and scores with standard deviations of {spreads} the entropy of attention at the start is {measured} nats; derived are
    {derived}. At spread 1 it is {lost} below ln n, and the formula for small spreads says one half."""
    protocol = runs["attention_start"].protocol
    keys = protocol["keys"][-1]
    found = [interval(runs["attention_start"][f"scores_{spread}_{keys}"]["entropy"][:, 0]) for spread in protocol["scores"]]
    derived = [softmax.entropy(spread, keys) for spread in protocol["scores"]]
    assert all(abs(one.mean - theory) < 0.1 for one, theory in zip(found, derived, strict=True))
    lost = np.log(keys) - found[protocol["scores"].index(1.0)].mean
    assert abs(lost - 0.5) < 0.03
    return {
        "keys": keys, "spreads": listed(protocol["scores"]), "measured": listed([fixed(one.mean, 2) for one in found]),
        "derived": listed([fixed(theory, 2) for theory in derived]), "lost": fixed(lost, 2),
    }  # fmt: skip


def whole_is_root(runs):
    """A refutation: division by the width does what division by its root does."""
    arms = runs["attention_start"]
    for head in arms.protocol["heads"]:
        arms[f"whole_{head}"] = arms[f"root_{head}"]


@claim(refuted_by=whole_is_root)
def dividing_by_the_width_starts_uniform(runs):
    """Divided by the root of the head's width, scores start with standard deviations of {root} at widths {heads}; divided by the width, with {whole},
    and attention over {keys} keys is uniform up to {lost} nats."""
    arms = runs["attention_start"]
    heads, keys = arms.protocol["heads"], arms.protocol["keys"][-1]
    root, whole = ([arms[f"{kind}_{head}"]["spread"].mean() for head in heads] for kind in ("root", "whole"))
    assert all(abs(one - 1) < 0.05 for one in root) and all(abs(one * head**0.5 - 1) < 0.1 for one, head in zip(whole, heads, strict=True))
    lost = max(np.log(keys) - arms[f"whole_{head}"]["entropy"].mean() for head in heads)
    assert lost < 0.05
    return {
        "root": listed([fixed(one, 2) for one in root]), "whole": listed([fixed(one, 2) for one in whole]), "heads": listed(heads),
        "keys": keys, "lost": fixed(lost, 2),
    }  # fmt: skip


def residual(runs, arm, layer):
    """How far from being one token the tokens are behind so many layers, (seeds,)."""
    return runs["attention_start"][f"rank_{arm}"]["residual"][:, layer]


@claim(refuted_by=swap("attention_start", "rank_pure", "rank_causal"))
def pure_attention_makes_all_tokens_alike(runs):
    """In attention alone, what differs between {tokens} random tokens is {one} of their length behind one layer, {two} behind two, and less than
    {limit} behind three, in all {seeds} networks."""
    left = [residual(runs, "pure", layer) for layer in range(LAYER + 1)]
    worst, (second, third) = left[LAYER].max(), (np.log(left[layer] / left[layer - 1]) for layer in (2, 3))
    assert worst < 1e-5 and (third < 2 * second).all()  # each layer more than doubles the digits that agree
    protocol = runs["attention_start"].protocol
    return {
        "tokens": protocol["tokens"], "one": over_seeds(left[1]), "two": over_seeds(left[2]), "limit": below(worst),
        "seeds": spelled(len(protocol["seeds"])),
    }  # fmt: skip


@claim(refuted_by=swap("attention_start", "rank_feed_forward", "rank_skip"))
def feed_forward_layers_alone_do_not_stop_it(runs):
    """With two ReLU layers of He's variance behind each attention, and no skips, the tokens differ by less than {limit} as well."""
    worst = residual(runs, "feed_forward", LAYER).max()
    assert worst < 1e-5
    return {"limit": below(worst)}


@claim(refuted_by=swap("attention_start", "rank_skip", "rank_pure"))
def skips_keep_tokens_apart(runs):
    """Behind {layers} layers the share of what differs is {skip} with skips around attention, {both} with skips around attention and ReLU layers, and {pre_norm}
    where these read a normalized stream."""
    layers = runs["attention_start"].protocol["layers"]
    found = {arm: residual(runs, arm, layers) for arm in ("skip", "both", "pre_norm")}
    assert all(values.min() > 0.03 for values in found.values())
    assert found["pre_norm"].min() > max(found["skip"].max(), found["both"].max())
    return {"layers": spelled(layers)} | {arm: over_seeds(values) for arm, values in found.items()}


@claim(refuted_by=swap("attention_start", "rank_causal", "rank_pure"))
def a_causal_mask_slows_the_collapse(runs):
    """Under a causal mask {left} is left behind {layers} layers, and the last of them divides it by {factor}; derived for uniform attention is two in the end."""
    layers = runs["attention_start"].protocol["layers"]
    left = residual(runs, "causal", layers)
    factor = residual(runs, "causal", layers - 1) / left
    assert left.min() > 1e-4 and 1.6 < factor.mean() < 2.4
    return {"left": over_seeds(left), "layers": spelled(layers), "factor": over_seeds(factor)}


# Gated units


def ungated(runs):
    """A refutation: the gated unit is a plain one."""
    arms = runs["attention_start"]
    for spread in arms.protocol["spreads"]:
        arms[f"swiglu_{spread}"] = arms[f"gelu_{spread}"]


@claim(refuted_by=ungated)
def a_gate_cubes_a_small_start(runs):
    """Where all matrices have the standard deviation {small}/√n, a feed-forward layer of GELU puts out {gelu} and one of SwiGLU {swiglu}; derived are {gelu_derived} and
    {swiglu_derived}. At 1/√n they are {gelu_one} and {swiglu_one}."""
    arms = runs["attention_start"]
    width, small = 4, arms.protocol["spreads"][0]
    found, derived = {}, {}
    for spread in arms.protocol["spreads"]:
        found[spread] = [arms[f"{unit}_{spread}"]["std"].mean() for unit in ("gelu", "swiglu")]
        hidden = [activations.mean_square("gelu", spread**2), spread**2 * activations.mean_square("silu", spread**2)]
        derived[spread] = [spread * (width * square) ** 0.5 for square in hidden]
        assert all(abs(one / theory - 1) < 0.05 for one, theory in zip(found[spread], derived[spread], strict=True))
    one = arms.protocol["spreads"][-1]
    names = [("gelu", found[small][0]), ("swiglu", found[small][1]), ("gelu_derived", derived[small][0]), ("swiglu_derived", derived[small][1])]
    return {name: scientific(value) for name, value in names} | {
        "small": small, "gelu_one": fixed(found[one][0], 2), "swiglu_one": fixed(found[one][1], 2),
    }  # fmt: skip


def scientific(value):
    """A small number with two digits and a power of ten."""
    digits, power = f"{value:.1e}".split("e")
    return f"{digits} · 10<sup>−{-int(power)}</sup>"


# Attention in training


@claim(refuted_by=swap_grids("attention_training", "scores_64", "scores_0.1"))
def large_scores_cost(runs):
    """Trained as above, scores of spread {spreads} end at {ends} nats a token, each at its best rate: {most} is {cost} behind {least}."""
    arms = [arm for arm in runs["attention_training"].protocol["arms"] if arm.startswith("scores_")]
    ends = [reached(runs, "attention_training", arm) for arm in arms]
    cost = paired_difference(ends[-1], ends[0])
    assert cost.low > 0 and paired_difference(ends[-1], ends[1]).low > 0
    spreads = [arm.removeprefix("scores_") for arm in arms]
    return {
        "spreads": listed(spreads), "ends": listed([over_seeds(end) for end in ends]), "most": spreads[-1], "least": spreads[0], "cost": nats(cost),
    }  # fmt: skip


@claim(refuted_by=swap_grids("attention_training", "whole", "scores_64"))
def dividing_by_the_width_trains_alike(runs):
    """Dividing them by the width of a head and not by its root moves the test loss by {gap} nats a token here, where heads are {head} wide."""
    whole, root, large = (reached(runs, "attention_training", arm) for arm in ("whole", "scores_1", "scores_64"))
    gap, cost = paired_difference(whole, root), paired_difference(large, root)
    assert abs(gap.mean) < cost.mean / 2
    protocol = runs["attention_training"].protocol
    return {"gap": nats(gap), "head": protocol["width"] // protocol["heads"]}


@claim(refuted_by=swap_grids("attention_training", "normalized", "scores_1"))
def normalized_queries_and_keys_bear_a_large_rate(runs):
    """At a rate of {rate}, {times} times the best, {steps} steps of Adam on batches of {batch} images take normalized queries and keys to a test loss of {normalized} nats a
    token and plain ones to {plain}; at the best rate of each they end at {normalized_best} and {plain_best}."""
    arms, names = runs["attention_training"], {"normalized": "normalized", "plain": "scores_1"}
    far = {name: reached(runs, "attention_training", arm, TOO_LARGE) for name, arm in names.items()}
    near = {f"{name}_best": reached(runs, "attention_training", arm) for name, arm in names.items()}
    gap, gap_near = paired_difference(far["plain"], far["normalized"]), paired_difference(near["plain_best"], near["normalized_best"])
    assert gap.low > 0 and gap.mean > 3 * abs(gap_near.mean)
    times = {TOO_LARGE / rates.best_rate(arms, arm) for arm in names.values()}
    assert len(times) == 1
    return budget(runs, "attention_training") | {name: over_seeds(found) for name, found in (far | near).items()} | {
        "rate": TOO_LARGE, "times": spelled(round(times.pop())),
    }  # fmt: skip
