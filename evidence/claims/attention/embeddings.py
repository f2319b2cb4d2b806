"""Claims of the chapter Attention, embeddings and the first loss: on the first loss, and on embeddings in training."""

import numpy as np

from evidence.readings import first_loss
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.decoders import budget, reached
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, listed, nats, over_seeds, spelled, word

SLOW, LARGE = 0.001, 0.01  # rates at which both small embeddings and those of spread 1 were trained


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
    """On grey levels of MNIST, which often repeat, at width {width}, that start lies {median} nats below ln V in the median of {seeds} seeds, which run from {least} to {most}."""
    (width,) = runs["first_loss"].protocol["widths"]["16"]
    below = -first_loss.arm(runs, "scaled", width, 16)["excess"]
    own = first_loss.arm(runs, "scaled", width, 16)["own"]
    assert np.median(below) > 0 and interval(own).low > 1.5
    return {"least": fixed(below.min(), 2), "most": fixed(below.max(), 2), "median": fixed(np.median(below), 2), "seeds": word(len(below)), "width": width}


@claim(refuted_by=swap("first_loss", "divided_4096_512", "scaled_4096_512"))
def dividing_the_logits_leaves_ln_v(runs):
    """With its logits divided by the root of the width as well, the tied head starts less than {limit} above ln V, at widths {widths}."""
    found = [first_loss.arm(runs, "divided", width)["excess"].max() for width in first_loss.widths(runs)]
    assert max(found) < 0.05
    return {"limit": fixed(np.ceil(100 * max(found)) / 100, 2), "widths": listed(first_loss.widths(runs))}


# Embeddings in training


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
    nat of one stored at spread 1, each at its best rate: the loss of spread 1 less its own is {gain}."""
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
