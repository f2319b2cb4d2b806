"""Claims of the chapter Transformers."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, over_seeds, points, spelled, word
from evidence.readings.settled import SETTLED
from evidence.readings.transformer_start import to_the_end, with_depth
from evidence.readings.transformer_training import at, reached, stem, with_warm_up
from evidence.theory import transformers as theory

FIXED, ALIKE, PATCHES = 0.02, 0.55, 16


def branch(runs, rule):
    """The mean square of the feed-forward branch's output by width: (seeds, widths)."""
    arms = runs["transformer_start"]
    return np.stack([arms[f"branch_{rule}_{width}"]["feed_forward"][:, 0] for width in arms.protocol["widths"]], axis=1)


def swapped_rules(runs):
    """A refutation: what 0.02 does is what a spread that falls with the width does, and the other way round."""
    for width in runs["transformer_start"].protocol["widths"]:
        swap("transformer_start", f"branch_fixed_{width}", f"branch_width_{width}")(runs)


@claim(refuted_by=swapped_rules)
def a_fixed_spread_is_another_start_at_every_width(runs):
    """With all kernels at {std}, the feed-forward branch of an untrained block puts out a mean square of {small} at a width of {few}, and
    of {large} at {many}: {ratio} times as much. With {alike}/√d it puts out between {low} and {high} at every width from {few} to
    {many}. The formula is within {off} of each of these means."""
    widths = runs["transformer_start"].protocol["widths"]
    found = {rule: branch(runs, rule).mean(0) for rule in ("fixed", "width")}
    spreads = {"fixed": [FIXED] * len(widths), "width": [ALIKE / width**0.5 for width in widths]}
    derived = {rule: np.array([theory.feed_forward(d, one, one) for d, one in zip(widths, some)]) for rule, some in spreads.items()}
    off = max(np.abs(found[rule] / derived[rule] - 1).max() for rule in found)
    ratio = found["fixed"][-1] / found["fixed"][0]
    assert off < 0.25 and ratio > 150
    return {
        "std": FIXED, "alike": ALIKE, "few": widths[0], "many": widths[-1], "small": fixed(found["fixed"][0], 5), "large": fixed(found["fixed"][-1], 3),
        "ratio": fixed(ratio, 0), "low": fixed(found["width"].min(), 3), "high": fixed(found["width"].max(), 3), "off": f"{np.ceil(100 * off):.0f} %",
    }  # fmt: skip


def stream(runs, arm, blocks):
    """The mean square of the stream before the first block and after each: (seeds, blocks + 1)."""
    return runs["transformer_start"][f"{arm}_{blocks}"]["stream"]


def deepest(runs):
    """How many blocks the shallowest and the deepest of the untrained networks have."""
    blocks = runs["transformer_start"].protocol["blocks"]
    return blocks[0], blocks[-1]


@claim(refuted_by=swap("transformer_start", "width_24", "width_scaled_24"))
def a_flat_stream_grows_by_a_constant(runs):
    """With {alike}/√d, each of {blocks} blocks adds {added} to the mean square of the stream on average; derived are
    {low} to {high}. From {first} it grows to {last}."""
    _, blocks = deepest(runs)
    found = stream(runs, "width", blocks)
    width = runs["transformer_start"].protocol["width"]
    added = (found[:, -1] - found[:, 0]) / blocks
    low, high = theory.added(width, ALIKE / width**0.5, PATCHES)
    assert 0.9 * low < interval(added).mean < 1.2 * high and (found[:, -1] > 20 * found[:, 0]).all()
    return {
        "alike": ALIKE, "blocks": blocks, "added": over_seeds(added), "low": fixed(low, 3), "high": fixed(high, 3), "first": over_seeds(found[:, 0]),
        "last": over_seeds(found[:, -1]),
    }  # fmt: skip


@claim(refuted_by=swap("transformer_start", "width_scaled_24", "width_24"))
def a_scaled_stream_ends_alike_at_every_depth(runs):
    """Divided by √(2N), the stream ends at {shallow} in networks of {few} blocks and at {deep} in those of {many}; undivided, at {flat_shallow} and
    {flat_deep}."""
    few, many = deepest(runs)
    ends = {(arm, blocks): stream(runs, arm, blocks)[:, -1] for arm in ("width", "width_scaled") for blocks in (few, many)}
    assert (np.abs(np.log2(ends["width_scaled", many] / ends["width_scaled", few])) < 0.7).all()
    assert (ends["width", many] > 5 * ends["width", few]).all()
    return {
        "few": word(few), "many": many, "shallow": over_seeds(ends["width_scaled", few]), "deep": over_seeds(ends["width_scaled", many]),
        "flat_shallow": over_seeds(ends["width", few]), "flat_deep": over_seeds(ends["width", many]),
    }  # fmt: skip


def places_exchanged(runs):
    """A refutation: the place of the normalization is exchanged at every depth."""
    for blocks in runs["transformer_start"].protocol["blocks"]:
        swap("transformer_start", f"glorot_{blocks}", f"post_{blocks}")(runs)


@claim(refuted_by=places_exchanged)
def before_the_branches_gradients_fall_to_the_output(runs):
    """In {blocks} untrained blocks with Glorot's variance, the norm of the gradient in the last quarter of the blocks is {pre} of that in
    the first with pre-LN; with post-LN the quotient is {post}, about level."""
    post, pre = (np.log(to_the_end(runs, arm)) for arm in ("post", "glorot"))
    assert pre.mean() < np.log(0.6) and np.log(0.35) < post.mean() < np.log(3) and post.mean() - pre.mean() > 0.4
    return {"blocks": deepest(runs)[1], "post": over_seeds(np.exp(post)), "pre": over_seeds(np.exp(pre))}


@claim(refuted_by=places_exchanged)
def the_last_gradient_falls_with_depth_only_before(runs):
    """From {few} blocks to {many}, the norm of the last block's gradient goes to {pre} of itself with pre-LN, and to {post}
    with post-LN."""
    post, pre = (with_depth(runs, arm) for arm in ("post", "glorot"))
    few, many = deepest(runs)
    assert np.exp(np.log(post).mean()) > 0.6 and np.exp(np.log(pre).mean()) < 0.4
    return {"few": word(few), "many": many, "post": over_seeds(post), "pre": over_seeds(pre)}


@claim(refuted_by=swap("transformer_start", "deepnorm_24", "post_24"))
def deepnorm_gradients_are_level(runs):
    """With DeepNorm the gradient in the last quarter of {blocks} blocks is {level} of that in the first, and in the last block {times} times
    smaller than with plain post-LN."""
    _, blocks = deepest(runs)
    level = to_the_end(runs, "deepnorm")
    post, deepnorm = (runs["transformer_start"][f"{arm}_{blocks}"]["gradient"][:, -1] for arm in ("post", "deepnorm"))
    assert (np.abs(level - 1) < 0.25).all() and (post > 10 * deepnorm).all()
    return {"level": over_seeds(level), "blocks": blocks, "times": over_seeds(post / deepnorm)}


def budget(runs):
    """What the sentences say of the training."""
    protocol = runs["transformer_training"].protocol
    return {"steps": protocol["steps"][-1], "batch": protocol["batch_size"], "blocks": spelled(protocol["blocks"][0]), "width": protocol["width"]}


def no_better(arm, other):
    """A refutation: at every rate an arm has the runs of another at its best."""

    def alter(runs):
        arms = runs["transformer_training"]
        best = rates.best(arms, stem(runs, other))
        for rate in rates.grid(arms, stem(runs, arm)):
            arms[next(name for name in arms if name.startswith(f"{stem(runs, arm)}_") and float(name.rpartition("_")[2]) == rate)] = best

    return alter


@claim(refuted_by=no_better("deepnorm", "post"))
def deepnorm_is_ahead(runs):
    """{steps} steps of Adam on batches of {batch} images take a vision transformer of {blocks} blocks with post-LN to a test accuracy of {post} from Glorot's
    variance, to {warm} with warm-up, and to {deepnorm} with DeepNorm, each at its best rate: DeepNorm is {gain} percentage points ahead of
    post-LN without warm-up."""
    post, warm, deepnorm = (reached(runs, arm) for arm in ("post", "post_warm", "deepnorm"))
    gain = paired_difference(deepnorm, post)
    assert gain.low > 0 and paired_difference(deepnorm, warm).low > 0
    return budget(runs) | {
        "post": over_seeds(post, 100, " %"), "warm": over_seeds(warm, 100, " %"), "deepnorm": over_seeds(deepnorm, 100, " %"), "gain": points(gain),
    }  # fmt: skip


@claim(refuted_by=no_better("width", "fixed"))
def a_translated_spread_is_ahead(runs):
    """At a width of {width}, {steps} steps of Adam on batches of {batch} images take the transformer to {fixed} from {std} and to {width_rule} from {alike}/√d,
    each at its best rate: {gain} percentage points more."""
    small, translated = (reached(runs, arm) for arm in ("fixed", "width"))
    gain = paired_difference(translated, small)
    assert gain.low > 0
    return budget(runs) | {"std": FIXED, "alike": ALIKE, "fixed": over_seeds(small, 100, " %"), "width_rule": over_seeds(translated, 100, " %"), "gain": points(gain)}


@claim(refuted_by=no_better("glorot", "width"))
def glorots_variance_is_ahead(runs):
    """Glorot's variance, fans counted matrix by matrix, takes the pre-LN transformer to {glorot}, on average {gain} percentage points further
    than {alike}/√d."""
    glorot, translated = (reached(runs, arm) for arm in ("glorot", "width"))
    gain = paired_difference(glorot, translated)
    assert gain.mean > 0.01 and gain.high > 0.03
    return {"alike": ALIKE, "glorot": over_seeds(glorot, 100, " %"), "gain": points(gain)}


def stopped_early(runs):
    """A refutation: from Glorot's variance nothing is learned after the first mark."""
    for name, quantities in runs["settled_transformers"].items():
        if name.startswith("glorot_"):
            quantities["test_accuracy"][:] = quantities["test_accuracy"][:, :1]


@claim(refuted_by=stopped_early)
def the_two_spreads_end_level(runs):
    """In transformers of {blocks} blocks, on batches of {batch} images and each at its best rate, Glorot's variance is {early_gap} percentage points ahead of {alike}/√d
    after {early} steps. After {steps}, one pass over {images} images, it is at {glorot} and {alike}/√d at {width}, {gap} points apart. In the last {stretch} steps that
    difference moved by {moved} points, and less than {settled} counts as settled."""
    arms = runs["settled_transformers"]
    (blocks,), steps = arms.protocol["blocks"], arms.protocol["steps"]
    glorot, translated = (rates.best(arms, f"{arm}_{blocks}")["test_accuracy"] for arm in ("glorot", "width"))
    early, before, end = (paired_difference(glorot[:, mark], translated[:, mark]) for mark in (0, -2, -1))
    assert early.mean > 0 and max(abs(end.mean), abs(end.mean - before.mean)) < SETTLED and min(glorot[:, -1].mean(), translated[:, -1].mean()) > 0.9
    return {
        "blocks": spelled(blocks), "batch": arms.protocol["batch_size"], "images": f"{arms.protocol['images']:,}", "alike": ALIKE,
        "early": steps[0], "steps": f"{steps[-1]:,}", "stretch": steps[-1] - steps[-2], "early_gap": points(early), "gap": points(end),
        "glorot": over_seeds(glorot[:, -1], 100, " %"), "width": over_seeds(translated[:, -1], 100, " %"),
        "moved": f"{100 * abs(end.mean - before.mean):.1f}", "settled": spelled(round(100 * SETTLED)),
    }  # fmt: skip


@claim(refuted_by=no_better("width_scaled", "deepnorm"))
def dividing_gains_nothing_here(runs):
    """With the residual outputs divided by √(2N), {alike}/√d reaches {width}, which differs from undivided by {width_gap} percentage points, and
    Glorot's variance {glorot}, by {glorot_gap}; with residual outputs of zero, {alike}/√d reaches {zero}. Each has its best of {rates} rates, and
    none of the three gains detectably."""
    scaled = {arm: reached(runs, arm) for arm in ("width_scaled", "glorot_scaled", "width_zero")}
    gaps = {arm: paired_difference(values, reached(runs, arm.partition("_")[0]), 3) for arm, values in scaled.items()}
    assert all(gap.low <= 0 for gap in gaps.values())
    return {
        "width": over_seeds(scaled["width_scaled"], 100, " %"), "width_gap": points(gaps["width_scaled"]),
        "glorot": over_seeds(scaled["glorot_scaled"], 100, " %"), "glorot_gap": points(gaps["glorot_scaled"]),
        "alike": ALIKE, "zero": over_seeds(scaled["width_zero"], 100, " %"),
        "rates": spelled(len(rates.grid(runs["transformer_training"], stem(runs, "width_scaled")))),
    }  # fmt: skip


@claim(refuted_by=swap("transformer_training", "post_8_0.003", "post_warm_8_0.003"))
def warm_up_buys_a_larger_rate(runs):
    """At a rate of {rate} post-LN without warm-up ends at {post}, with {steps} steps of warm-up at {warm}. Each at its own best rate, {post_best} and
    {warm_best}, they are {gap} percentage points apart."""
    arms, rate = runs["transformer_training"], 0.003
    post, warm = (at(runs, arm, rate) for arm in ("post", "post_warm"))
    gap = paired_difference(reached(runs, "post_warm"), reached(runs, "post"))
    assert post.mean() < rates.LEARNS and warm.mean() > post.mean() + 0.05 and abs(gap.mean) < 0.1  # warm by its mean: at this edge seeds fall apart
    return {
        "rate": f"{rate:g}", "post": over_seeds(post, 100, " %"), "warm": over_seeds(warm, 100, " %"), "gap": points(gap),
        "steps": arms.protocol["arms"]["post_warm"]["warm_up"], "post_best": f"{rates.best_rate(arms, stem(runs, 'post')):g}",
        "warm_best": f"{rates.best_rate(arms, stem(runs, 'post_warm')):g}",
    }  # fmt: skip


def warmed_as_deepnorm(runs):
    """A refutation: warm-up takes pre-LN to what DeepNorm reaches."""
    arms = runs["transformer_warm_up"]
    for name in arms:
        arms[name] = rates.best(runs["transformer_training"], stem(runs, "deepnorm"))


@claim(refuted_by=warmed_as_deepnorm)
def warm_up_gains_nothing_before_the_branches(runs):
    """With pre-LN from Glorot's variance, {steps} steps of warm-up out of {all} move the result by {gap} percentage points, each at its best rate: no
    detectable gain."""
    gap = paired_difference(*reversed(with_warm_up(runs, "pre")))
    assert gap.low <= 0 and gap.mean < 0.02
    (arm,) = runs["transformer_warm_up"].protocol["arms"].values()
    return {"steps": arm["warm_up"], "all": runs["transformer_warm_up"].protocol["steps"][-1], "gap": points(gap)}


@claim(refuted_by=no_better("deepnorm", "post"))
def deepnorm_keeps_up_with_pre_ln(runs):
    """From pre-LN with Glorot's variance DeepNorm differs by {gap} percentage points."""
    gap = paired_difference(reached(runs, "deepnorm"), reached(runs, "glorot"))
    assert abs(gap.mean) < 0.1
    return {"gap": points(gap)}
