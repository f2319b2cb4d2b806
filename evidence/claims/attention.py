"""Claims of the chapter Attention, embeddings and the first loss."""

import numpy as np

from evidence.readings import first_loss, rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import below, fixed, listed, over_seeds, plus_minus, spelled
from evidence.theory import activations, softmax

LAYER = 3  # of pure attention, behind which little but rounding is left
SLOW, LARGE = 0.001, 0.01  # rates at which both small embeddings and those of spread 1 were trained
TOO_LARGE = 0.1  # a rate at which attention without normalized queries and keys fails


def nats(found):
    """A mean or a difference with its interval, in nats."""
    return plus_minus(found.mean, found.half)


# The first loss


def tied_everywhere(runs):
    """A refutation: every head of its own is a tied one."""
    arms = runs["first_loss"]
    for name in list(arms):
        if name.startswith("untied_"):
            arms[name] = arms[name.removeprefix("un")]


@claim(refuted_by=tied_everywhere)
def an_untied_head_starts_where_its_spread_puts_it(runs):
    """Untied heads with a standard deviation of 1 start at ln V + {measured} at widths {widths}; derived are {derived}. Over all {count}
    pairs of width and spread, measured and derived differ by less than a tenth."""
    pairs = [(width, name, spread) for width in first_loss.widths(runs) for name, spread in first_loss.spreads(runs, width).items()]
    ratios = [first_loss.excess(runs, f"untied_{name}", width).mean / first_loss.derived(spread, width) for width, name, spread in pairs]
    assert all(abs(ratio - 1) < 0.1 for ratio in ratios)
    return {
        "measured": listed([nats(first_loss.excess(runs, "untied_1.0", width)) for width in first_loss.widths(runs)]),
        "derived": listed([fixed(first_loss.derived(1, width), 1) for width in first_loss.widths(runs)]),
        "widths": listed(first_loss.widths(runs)), "count": spelled(len(pairs)),
    }  # fmt: skip


@claim(refuted_by=tied_everywhere)
def one_over_the_root_costs_half_a_nat(runs):
    """With a spread of one over the root of the width an untied head starts at ln V + {measured}, at widths {widths}; derived is one half."""
    found = [first_loss.excess(runs, "untied_root", width) for width in first_loss.widths(runs)]
    own = [first_loss.arm(runs, "untied_root", width)["own"] for width in first_loss.widths(runs)]
    assert all(abs(one.mean - 0.5) < 0.05 for one in found) and all(abs(one.mean()) < 0.3 for one in own)
    return {"measured": listed([nats(one) for one in found]), "widths": listed(first_loss.widths(runs))}


@claim(refuted_by=tied_everywhere)
def a_tied_head_repeats_what_it_read(runs):
    """At width {width} and a spread of 1 a tied head gives the token that it has just read a logit of {own} on average, an untied head {other}:
    it starts at ln V + {tied}, the untied one at ln V + {untied}."""
    width = first_loss.widths(runs)[-1]
    tied, untied = (first_loss.arm(runs, name, width) for name in ("tied_1.0", "untied_1.0"))
    assert (tied["own"] > 5 * untied["spread"]).all() and (np.abs(untied["own"]) < untied["spread"]).all()
    assert (tied["excess"] > 2 * untied["excess"]).all()
    values = {"own": tied["own"], "other": untied["own"], "tied": tied["excess"], "untied": untied["excess"]}
    return {"width": width} | {name: nats(interval(found)) for name, found in values.items()}


def untied_widest(runs):
    """A refutation: at the largest width nothing is tied."""
    width = first_loss.widths(runs)[-1]
    swap("first_loss", f"scaled_{first_loss.VOCABULARY}_{width}", f"untied_root_{first_loss.VOCABULARY}_{width}")(runs)


@claim(refuted_by=untied_widest)
def a_scaled_tied_embedding_is_sure_where_it_is_wide(runs):
    """A tied embedding of spread one over the root of the width, multiplied by that root where it is read, starts at ln V + {measured} at widths {widths}; the logit of
    the token read grows from {first} to {last}. With that logit the derivation says ln V + {derived}."""
    widths, root = first_loss.widths(runs), [width**-0.5 for width in first_loss.widths(runs)]
    found = [first_loss.excess(runs, "scaled", width) for width in widths]
    own = [interval(first_loss.arm(runs, "scaled", width)["own"]) for width in widths]
    derived = [first_loss.derived(spread, width, one.mean) for spread, width, one in zip(root, widths, own, strict=True)]
    assert found[-1].low > 3 * found[0].high and all(a.high < b.low for a, b in zip(own, own[1:]))
    assert all(abs(one.mean - theory) < 0.5 for one, theory in zip(found, derived, strict=True))
    return {
        "measured": listed([nats(one) for one in found]), "widths": listed(widths), "first": nats(own[0]), "last": nats(own[-1]),
        "derived": listed([fixed(one, 2) for one in derived]),
    }  # fmt: skip


@claim(refuted_by=swap("first_loss", "scaled_16_32", "untied_root_16_32"))
def repeating_helps_where_tokens_repeat(runs):
    """On grey levels of MNIST, which often repeat, that start lies {below} nats below ln V, at width {width}."""
    (width,) = runs["first_loss"].protocol["widths"]["16"]
    found = interval(first_loss.arm(runs, "scaled", width, 16)["excess"])
    own = first_loss.arm(runs, "scaled", width, 16)["own"]
    assert found.high < 0 and interval(own).low > 1.5
    return {"below": plus_minus(-found.mean, found.half), "width": width}


@claim(refuted_by=swap("first_loss", "divided_4096_512", "scaled_4096_512"))
def dividing_the_logits_leaves_ln_v(runs):
    """With its logits divided by the root of the width as well, the tied head starts less than {limit} above ln V, at widths {widths}."""
    found = [first_loss.arm(runs, "divided", width)["excess"].max() for width in first_loss.widths(runs)]
    assert max(found) < 0.05
    return {"limit": fixed(np.ceil(100 * max(found)) / 100, 2), "widths": listed(first_loss.widths(runs))}


# Embeddings in training


def reached(runs, experiment, stem, rate=None):
    """Test loss after the last step in nats per token, (seeds,): at the best rate, or at the one given."""
    arms = runs[experiment]
    quantities = rates.best(arms, stem) if rate is None else rates.grid(arms, stem)[rate]
    return quantities["test_loss"][:, -1]


def budget(runs, experiment="embedding_training"):
    """What the sentences say of the training."""
    protocol = runs[experiment].protocol
    return {"steps": protocol["steps"][-1], "batch": protocol["batch_size"]}


def spelled_out(runs, experiment, arms, rate=None):
    """{arm: test loss with its interval} at the best rate, or at the one given, and the budget."""
    return budget(runs, experiment) | {arm: over_seeds(reached(runs, experiment, arm, rate)) for arm in arms}


def block_gradient(runs, branches, spread):
    """Norm of the gradient of all the blocks' kernels before training, (seeds,)."""
    return np.linalg.norm(runs["embedding_gradient"][f"{branches}_{spread}"]["gradient"], axis=1)


@claim(refuted_by=swap("embedding_gradient", "whole_0.02", "whole_1.0"))
def small_embeddings_start_with_larger_gradients(runs):
    """Before training, the gradient of the blocks' kernels is {whole} times as large with embeddings of spread {small} as with ones of spread {one}, and {divided}
    times where GPT-2's scale, here one half, makes the branches smaller; the stream ends at a root mean square of {low} instead of {high}."""
    arms = runs["embedding_gradient"]
    small, one = arms.protocol["spreads"]
    whole, divided = (np.log(block_gradient(runs, branches, small) / block_gradient(runs, branches, one)) for branches in ("whole", "divided"))
    assert interval(whole).low > 0 and paired_difference(divided, whole).low > 0
    ends = [arms[f"whole_{spread}"]["stream"][:, -1] for spread in (small, one)]
    assert (ends[0] < ends[1]).all()
    return {
        "whole": over_seeds(np.exp(whole)), "divided": over_seeds(np.exp(divided)), "small": small, "one": f"{one:g}",
        "low": over_seeds(ends[0]), "high": over_seeds(ends[1]),
    }  # fmt: skip


def small_is_one(runs):
    """A refutation: embeddings of the small spread and of 1 exchanged, at the rates that both were trained at."""
    for rate in (SLOW, LARGE):
        swap("embedding_training", f"small_{rate}", f"one_{rate}")(runs)


@claim(refuted_by=small_is_one)
def small_embeddings_gain_at_a_small_rate_and_lose_at_a_large_one(runs):
    """After {steps} steps of Adam on batches of {batch} images, embeddings of spread {spread} are {gain} nats a token ahead of ones of spread 1 at a rate of
    {slow}, and {loss} behind at {fast}; each at its best rate they end at {small} and {one}."""
    pair = [[reached(runs, "embedding_training", arm, rate) for arm in ("one", "small")] for rate in (SLOW, LARGE)]
    gain, loss = paired_difference(*pair[0]), paired_difference(*pair[1][::-1])
    assert gain.low > 0 and loss.low > 0
    return spelled_out(runs, "embedding_training", ("small", "one")) | {
        "spread": runs["embedding_training"].protocol["small"], "slow": SLOW, "fast": LARGE, "gain": nats(gain), "loss": nats(loss),
    }  # fmt: skip


@claim(refuted_by=swap_grids("embedding_training", "scaled", "faint_positions"))
def a_multiplied_embedding_ends_alike(runs):
    """The same first network, its embedding stored at one over the root of the width and multiplied by the root, ends within two hundredths of a
    nat of one stored at spread 1, each at its best rate: the difference is {gain}."""
    scaled, one = (reached(runs, "embedding_training", arm) for arm in ("scaled", "one"))
    gain = paired_difference(one, scaled)
    assert -0.02 < gain.low and gain.high < 0.02
    return {"gain": nats(gain)}


@claim(refuted_by=swap_grids("embedding_training", "faint_positions", "one"))
def positions_fainter_than_tokens_cost(runs):
    """Positions of spread {spread} beside tokens of spread 1 end {cost} nats a token behind positions of spread 1, each at its best rate."""
    cost = paired_difference(*(reached(runs, "embedding_training", arm) for arm in ("faint_positions", "one")))
    assert cost.low > 0
    return {"spread": runs["embedding_training"].protocol["small"], "cost": nats(cost)}


@claim(refuted_by=swap_grids("embedding_training", "tied_one", "tied_scaled"))
def a_tied_embedding_of_one_costs(runs):
    """Tied to the head, embeddings of spread 1 end at {tied_one} nats a token, multiplied ones at {tied_scaled}, and those of {spread} at {tied_small}, each at its best
    rate: spread 1 is {cost} behind multiplied ones."""
    arms = ("tied_one", "tied_scaled", "tied_small")
    ends = [reached(runs, "embedding_training", arm) for arm in arms]
    cost = paired_difference(*ends[:2])
    assert cost.low > 0 and paired_difference(ends[0], ends[2]).low > 0
    return spelled_out(runs, "embedding_training", arms) | {"spread": runs["embedding_training"].protocol["small"], "cost": nats(cost)}


@claim(refuted_by=swap_grids("embedding_training", "tied_divided", "tied_one"))
def dividing_the_logits_costs_little(runs):
    """With divided logits the multiplied, tied embedding ends at {divided} nats a token at its best rate, {gain} ahead of spread 1 and {cost} behind
    undivided ones; at a rate of {rate} it is {slow} behind those."""
    divided, scaled, one = (reached(runs, "embedding_training", f"tied_{arm}") for arm in ("divided", "scaled", "one"))
    slow = paired_difference(*(reached(runs, "embedding_training", f"tied_{arm}", SLOW) for arm in ("divided", "scaled")))
    cost, gain = paired_difference(divided, scaled), paired_difference(one, divided)
    assert gain.low > 0 and slow.low > 0
    return {"divided": over_seeds(divided), "gain": nats(gain), "cost": nats(cost), "slow": nats(slow), "rate": SLOW}


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
