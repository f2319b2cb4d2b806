"""The claims of the chapter on what the models in use start from."""

import math

import numpy as np

from evidence.readings.census import RESIDUAL, architectures, cells, found, matrices, scaled, tables
from evidence.readings.census_keras import default, kinds
from evidence.readings.census_papers import PAPERS, compared
from evidence.readings.claim import claim
from evidence.readings.numbers import below, fixed, listed, over_seeds, spelled
from evidence.theory.laws import MOMENTS

FLAT = 0.02
NEAR = 0.03  # relative: three times what the spread of the smallest matrix strays by


def near(value, expected):
    return abs(value / expected - 1) < NEAR


def arm(runs, name):
    """The name of the arm of an architecture."""
    return next(arm for arm in architectures(runs) if arm.partition("__")[2] == name)


def multiplied(names, kinds, factors):
    """A refutation: spreads of kinds of some architectures times one factor a size; of all if no names are given."""

    def alter(runs):
        for one, quantities in architectures(runs).items():
            if not names or one.partition("__")[2] in names:
                for kind in kinds or matrices(quantities):
                    if kind in quantities:
                        quantities[kind][:, -len(factors) :] *= factors

    return alter


def swapped(name, other):
    """A refutation: the runs of two architectures exchanged."""

    def alter(runs):
        one, two = arm(runs, name), arm(runs, other)
        runs["census"][one], runs["census"][two] = runs["census"][two], runs["census"][one]

    return alter


def replaced(name, quantity, value):
    """A refutation: a quantity of an architecture that holds one value throughout."""

    def alter(runs):
        found(runs, name)[quantity][...] = value

    return alter


@claim(refuted_by=multiplied([], [], [1, 1 / math.sqrt(2), 1 / math.sqrt(2)]))
def most_architectures_draw_everything_at_002(runs):
    """Of {of} architectures in transformers {version}, {flat} draw every matrix, of whatever kind, width and depth, with the
    standard deviation {std}.
    {laws} of {kinds} kinds of matrix are normal."""
    built = tables(runs)
    flat = [name for name, table in built.items() if all(near(one.std, FLAT) for one in table.values()) and not moving(table)]
    every = [one for table in built.values() for one in table.values()]
    normal = [one for one in every if one.law == "normal"]
    assert len(flat) > len(built) / 2 and len(normal) > 0.9 * len(every)
    version = runs["census"].versions["transformers"]
    return {"version": version, "of": len(built), "flat": len(flat), "std": FLAT, "laws": f"{len(normal):,}", "kinds": f"{len(every):,}"}


def moving(table):
    return scaled(table, "width") + scaled(table, "depth")


@claim(refuted_by=multiplied([], RESIDUAL, [1, 1, 0.5]))
def few_scale_with_depth(runs):
    """What is written into the residual stream depends on the number of layers in {deep} of {of} architectures that we know to
    have such a matrix: {names}."""
    built = {name: {kind: one for kind, one in table.items() if kind in RESIDUAL} for name, table in tables(runs).items()}
    built = {name: table for name, table in built.items() if table}
    deep = [name for name, table in built.items() if any(-0.6 < table[kind].depth < -0.4 for kind in scaled(table, "depth"))]
    assert 0 < len(deep) < len(built) / 10 and {"gpt2", "gpt_bigcode", "modernbert"} <= set(deep)
    return {"deep": len(deep), "of": len(built), "names": listed(f"`{name}`" for name in sorted(deep))}


@claim(refuted_by=multiplied(["gpt2"], ["attention_out", "feed_forward_out"], [2, 2, 4]))
def gpt2_divides_its_residual_outputs(runs):
    """GPT-2 divides what writes into the residual stream by the root of twice its layers: {two} at two layers, {eight} at eight,
    where the rest has {rest}."""
    sizes, quantities = runs["census"].protocol["sizes"], found(runs, "gpt2")
    for kind in ("attention_out", "feed_forward_out"):
        for (_, layers), values in zip(sizes, quantities[kind].T[-len(sizes) :], strict=True):
            assert near(values.mean(), FLAT / math.sqrt(2 * layers))
    assert near(cells(runs, quantities)["feed_forward_in"].std, FLAT)
    return {"rest": FLAT, "two": over_seeds(quantities["attention_out"][:, -2]), "eight": over_seeds(quantities["attention_out"][:, -1])}


@claim(refuted_by=swapped("gpt2", "llama"))
def an_unscaled_stream_grows_more(runs):
    """From the first of eight blocks to the last, the mean square of the residual stream grows {gpt2} times in GPT-2 and
    {llama} times in Llama, which scales nothing."""
    growth = {name: (lambda stream: stream[:, -1] / stream[:, 0])(found(runs, name)["stream"]) for name in ("gpt2", "llama")}
    assert (growth["llama"] > 5 * growth["gpt2"]).all()
    return {name: over_seeds(values) for name, values in growth.items()}


@claim(refuted_by=replaced("vit", "cut", 2.0))
def most_truncated_normals_are_not_truncated(runs):
    """{calling} architectures call `trunc_normal_`. In {uncut} of them the nearest cut lies beyond ten standard deviations,
    and none of their matrices is a truncated normal; really cut, at two standard deviations, are {two}, and at three {three}."""
    calling = {name: found(runs, name)["cut"].min() for name in tables(runs) if "cut" in found(runs, name)}
    laws = {name: {one.law for one in cells(runs, found(runs, name)).values()} for name in calling}
    uncut = [name for name, cut in calling.items() if cut > 10]
    assert all("truncated normal" not in laws[name] for name in uncut) and len(uncut) > len(calling) / 2
    two, three = ([name for name in calling if math.isclose(calling[name], cut)] for cut in (2, 3))
    assert all("truncated normal" in laws[name] for name in two) and len(uncut) + len(two) + len(three) == len(calling)
    return {"calling": len(calling), "uncut": len(uncut), **{key: listed(f"`{name}`" for name in names) for key, names in {"two": two, "three": three}.items()}}


@claim(refuted_by=multiplied(["modernbert"], ["feed_forward_in"], [1 / math.sqrt(MOMENTS["truncated normal"][0])] * 3))
def a_cut_that_is_not_corrected_costs_a_seventh(runs):
    """ModernBERT asks for {asked}, cuts at two standard deviations and does not correct for it: it starts from {std}."""
    table = cells(runs, found(runs, "modernbert"))
    assert table["feed_forward_in"].law == "truncated normal"
    assert near(table["feed_forward_in"].std, FLAT * math.sqrt(MOMENTS["truncated normal"][0]))
    return {"asked": FLAT, "std": over_seeds(found(runs, "modernbert")["feed_forward_in"][:, -1])}


@claim(refuted_by=swapped("gemma", "llama"))
def a_scaled_tied_embedding_starts_sure_of_a_wrong_answer(runs):
    """Gemma multiplies its embedding by the root of the width and reads its logits with the same matrix: at width {width} its
    first loss is ln V + {gemma}, that of Llama ln V + {llama}."""
    losses = {name: found(runs, name)["wide_loss"] for name in ("gemma", "llama")}
    assert (losses["gemma"] > 10).T[-1].all() and (losses["llama"] < 1).all()
    assert (losses["gemma"][:, -1] > 2 * losses["gemma"][:, 0]).all()
    width = runs["census"].protocol["wide"][-1]
    return {"width": f"{width:,}", **{name: over_seeds(values[:, -1]) for name, values in losses.items()}}


@claim(refuted_by=swapped("mt5", "t5"))
def mt5_reads_an_embedding_of_one_unscaled(runs):
    """T5 and mT5 draw their embeddings with the standard deviation 1 and read their logits with them. T5 divides by the root of the width
    and starts at ln V + {t5}; mT5, as the library builds it, does not, and starts at ln V + {mt5}."""
    losses = {name: found(runs, name)["first_loss"][:, -1] for name in ("t5", "mt5")}
    for name in losses:
        assert found(runs, name)["tied"].all() and near(cells(runs, found(runs, name))["embedding"].std, 1)
    assert losses["t5"].max() < 2 and losses["mt5"].min() > 10
    return {name: over_seeds(values) for name, values in losses.items()}


@claim(refuted_by=multiplied(["t5"], ["query"], [1, math.sqrt(2), math.sqrt(2)]))
def t5_hides_the_attention_scale_in_its_queries(runs):
    """T5 has no division by the root of the head's width in its attention; it is in the start of the queries, which fall as the
    power {query} of the width where keys fall as {key}."""
    table = cells(runs, found(runs, "t5"))
    assert abs(table["query"].width + 1) < 0.1 and abs(table["key"].width + 0.5) < 0.1
    return {"query": fixed(table["query"].width, 2), "key": fixed(table["key"].width, 2)}


@claim(refuted_by=multiplied(["clip"], ["query"], [1, 1, 2]))
def clip_scales_what_reads_the_stream(runs):
    """The library's CLIP divides queries, keys and values by the root of twice the layers, and of what writes into the stream only
    the feed-forward output: their exponents of depth are {query} and {out}, that of the attention's output {attention}."""
    table = cells(runs, found(runs, "clip"))
    assert all(abs(table[kind].depth + 0.5) < 0.1 for kind in ("query", "key", "value", "feed_forward_out"))
    assert table["attention_out"].depth == 0
    return {name: fixed(table[kind].depth, 2) for name, kind in {"query": "query", "out": "feed_forward_out", "attention": "attention_out"}.items()}


@claim(refuted_by=multiplied(["siglip"], ["query_key_value"], [math.sqrt(2)] * 3))
def a_packed_matrix_counts_too_many_outputs(runs):
    """SigLIP's pooling head keeps queries, keys and values in one matrix, whose Glorot fan-out is three widths: it starts
    {ratio} times as wide as the separate queries do, which is the root of a half."""
    quantities = found(runs, "siglip")
    ratio = quantities["query_key_value"][:, -1] / quantities["query"][:, -1]
    assert near(ratio.mean(), math.sqrt(1 / 2))
    return {"ratio": over_seeds(ratio)}


@claim(refuted_by=replaced("gemma", "norm", 1.0))
def some_norm_weights_are_zero(runs):
    """In {zero} architectures every weight of a normalization starts at 0, for the code adds one to it: {names}."""
    zero = [name for name in tables(runs) if "norm" in found(runs, name) and not found(runs, name)["norm"].any()]
    assert {"gemma", "gemma2", "gemma3"} <= set(zero) and len(zero) < 20
    return {"zero": spelled(len(zero)), "names": listed(f"`{name}`" for name in zero)}


@claim(refuted_by=swapped("convnext", "dinov2"))
def layer_scales_differ_by_a_million(runs):
    """LayerScale starts at {convnext} in ConvNeXt, {beit} in BEiT and {dinov2} in DINOv2, where it scales nothing."""
    starts = {name: found(runs, name)["layer_scale"][:, 1] for name in ("convnext", "beit", "dinov2")}
    assert np.allclose(starts["dinov2"], 1) and (starts["beit"] < 1).all() and (starts["convnext"] < 1e-5).all()
    return {"convnext": below(starts["convnext"].mean()), **{name: f"{starts[name].mean():g}" for name in ("beit", "dinov2")}}


@claim(refuted_by=multiplied(["opt", "deepseek_v3"], [], [0.3] * 3))
def a_default_is_not_what_a_lab_trained_with(runs):
    """The papers of OPT and DeepSeek-V3 say {paper}; the library draws {opt} and {deepseek_v3}, over three times as much, and
    does not scale OPT's outputs with depth."""
    theirs = {name: dict((kind, std) for kind, std, *_ in compared(runs, name)) for name in ("opt", "deepseek_v3")}
    table = {name: cells(runs, found(runs, name)) for name in theirs}
    assert all(one["query"].std > 3 * theirs[name]["query"] for name, one in table.items())
    assert theirs["opt"]["feed_forward_out"] < theirs["opt"]["query"] and not scaled(table["opt"], "depth")
    return {"paper": theirs["opt"]["query"], **{name: over_seeds(found(runs, name)["query"][:, -1]) for name in table}}


@claim(refuted_by=multiplied(["gpt2"], ["feed_forward_out"], [2, 2, 4]))
def few_start_as_their_authors_did(runs):
    """Of {of} architectures whose authors' start we could read, the library draws {alike} alike: {names}."""
    alike = [name for name in PAPERS if all(agrees for *_, agrees in compared(runs, name))]
    assert {"gpt2", "olmo2"} <= set(alike) and len(alike) < len(PAPERS) / 2
    return {"of": spelled(len(PAPERS)), "alike": spelled(len(alike)), "names": listed(f"`{name}`" for name in alike)}


@claim(refuted_by=multiplied(["vit"], ["query"], [4, 4, 4]))
def vit_is_narrower_than_its_authors_drew_it(runs):
    """Queries of the library's ViT have {ratio} times the standard deviation of Glorot's rule, from which its authors drew them, at
    width {width}."""
    kind, theirs, cell, agrees = compared(runs, "vit")[0]
    assert kind == "query" and not agrees and cell.std < theirs / 2
    return {"ratio": over_seeds(found(runs, "vit")["query"][:, -1] / theirs), "width": runs["census"].protocol["sizes"][-1][0]}


@claim(refuted_by=replaced("rwkv", "key", 1.0))
def only_rwkv_starts_orthogonal(runs):
    """One architecture starts from orthogonal matrices: RWKV. {uniform} have a kind that is uniform."""
    laws = {name: {one.law for one in table.values()} for name, table in tables(runs).items()}
    assert [name for name in laws if "orthogonal" in laws[name]] == ["rwkv"]
    assert cells(runs, found(runs, "rwkv"))["key"].law == "orthogonal"
    return {"uniform": sum("uniform" in one for one in laws.values())}


def convolutions_as(module, other):
    """A refutation: the kernels of one module of keras.applications in the place of those of another."""

    def alter(runs):
        one, two = (next(arm for arm in runs["census_keras"] if arm.startswith(f"{name}__")) for name in (module, other))
        runs["census_keras"][one] = runs["census_keras"][two]

    return alter


@claim(refuted_by=convolutions_as("resnet", "efficientnet"))
def keras_models_start_from_the_default_of_their_layers(runs):
    """In {default} of the {of} modules of keras.applications every kernel, ResNet's and VGG's included, starts from Keras's default,
    Glorot uniform; the others are {rest}."""
    alike, rest = default(runs)
    assert {"resnet", "vgg16", "convnext"} <= set(alike) and len(alike) > 2 * len(rest) > 0
    return {"default": spelled(len(alike)), "of": len(alike) + len(rest), "rest": listed(f"`{name}`" for name in rest)}


@claim(refuted_by=convolutions_as("efficientnet", "resnet"))
def efficientnets_head_is_wide(runs):
    """EfficientNet's head is uniform with a limit of one over the root of its classes, here {classes}, whatever its inputs: its
    standard deviation is {std}, and its variance {times} times Glorot's."""
    arm = next(arm for arm in runs["census_keras"] if arm.startswith("efficientnet__"))
    held, classes = kinds(runs, runs["census_keras"][arm])["dense"], runs["census_keras"].protocol["classes"]
    assert near(held["std"].mean(), math.sqrt(1 / classes / 3)) and held["lowest"].min() > 10
    return {"classes": classes, "std": over_seeds(held["std"]), "times": over_seeds(held["lowest"])}
