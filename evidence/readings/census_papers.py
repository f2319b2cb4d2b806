"""What the authors of architectures in the census start from, where their paper or their own code could be read.

A standard deviation is a function of the width and the number of layers; the law is None where the source names none.
"""

import math
from typing import NamedTuple

from evidence.readings.census import cells, found
from evidence.theory.laws import MOMENTS

NEAR = 0.03  # relative
UNCORRECTED = math.sqrt(MOMENTS["truncated normal"][0])  # of a cut at two standard deviations
AT_ONE = math.sqrt(1 - 2 * math.exp(-0.5) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(0.5)))  # of a cut at one


class Said(NamedTuple):
    """What a source says, in our words, with its footnotes on the page; {kind: (law, standard deviation)} of some matrices."""

    words: str
    notes: str
    draws: dict


def flat(std):
    return lambda width, layers: std


def over_layers(std):
    """Divided by the root of twice the layers, as what writes into the residual stream is in GPT-2."""
    return lambda width, layers: std / math.sqrt(2 * layers)


def of_width(factor, power=-0.5):
    return lambda width, layers: factor * width**power


HEADS = 4  # of the census's small forms
PAPERS = {
    "gpt2": Said(
        "normal, 0.02; residual outputs divided by the root of the number of residual layers",
        "[^radford2019][^gpt2]",
        {"query_key_value": ("normal", flat(0.02)), "feed_forward_out": ("normal", over_layers(0.02))},
    ),
    "olmo2": Said("normal, 0.02, every parameter", "[^walsh2025]", {"query": ("normal", flat(0.02)), "feed_forward_out": ("normal", flat(0.02))}),
    "t5": Said(
        "normal; queries one over the root of width times head, the rest of the attention by its fan-in",
        "[^t5]",
        {"query": ("normal", lambda width, layers: (width * width / HEADS) ** -0.5), "attention_out": ("normal", of_width(1))},
    ),
    "convnext": Said("normal, 0.02", "[^convnext]", {"feed_forward_in": ("normal", flat(0.02)), "feed_forward_out": ("normal", flat(0.02))}),
    "opt": Said(
        "normal, 0.006; output layers divided by the root of twice the layers",
        "[^zhang2022]",
        {"query": ("normal", flat(0.006)), "feed_forward_out": ("normal", over_layers(0.006))},
    ),
    "deepseek_v3": Said("all parameters 0.006", "[^deepseek2024]", {"query": (None, flat(0.006)), "feed_forward_out": (None, flat(0.006))}),
    "bloom": Said("0.0048", "[^bloom]", {"query_key_value": (None, flat(0.0048))}),
    "gpt_neox": Said(
        "normal, √(2/(5*d*)); output layers 2/(*L*√*d*)",
        "[^neox]",
        {"query_key_value": ("normal", of_width(math.sqrt(2 / 5))), "feed_forward_out": ("normal", lambda width, layers: 2 / layers * width**-0.5)},
    ),
    "bert": Said(
        "normal, 0.02, cut at two standard deviations",
        "[^bert]",
        {kind: ("truncated normal", flat(0.02 * UNCORRECTED)) for kind in ("query", "feed_forward_out")},
    ),
    "vit": Said(
        "Glorot uniform; a head of zeros",
        "[^vit]",
        {
            "query": ("uniform", of_width(1)),
            "feed_forward_out": ("uniform", of_width(math.sqrt(2 / 5))),  # from four widths to one
            "head": ("constant", flat(0)),
        },
    ),
    "beit": Said(
        "normal, 0.02, cut at one standard deviation; the outputs of layer *l* divided by √(2*l*)",
        "[^beit]",
        {
            "query": (None, flat(0.02 * AT_ONE)),
            "feed_forward_out": (None, lambda width, layers: 0.02 * AT_ONE * math.sqrt(sum(1 / l for l in range(1, layers + 1)) / 2 / layers)),
        },
    ),
    "clip": Said(
        "normal; queries 1/√*d*, outputs the same divided by the root of twice the layers, in the half that reads text",
        "[^clip]",
        {"query": ("normal", of_width(1)), "attention_out": ("normal", lambda width, layers: (2 * layers * width) ** -0.5)},
    ),
    "mamba": Said(
        "embedding normal, 0.02; PyTorch's default for the output, divided by the root of the layers",
        "[^mamba]",
        {"embedding": ("normal", flat(0.02)), "state_space_out": ("uniform", lambda width, layers: (3 * 2 * width * layers) ** -0.5)},
    ),
}


def compared(runs, name):
    """[(kind, the authors' standard deviation at the census's last size, the library's Cell, whether they agree)] of one architecture."""
    size = runs["census"].protocol["sizes"][-1]
    built = cells(runs, found(runs, name))
    rows = [(kind, law, std(*size), built[kind]) for kind, (law, std) in PAPERS[name].draws.items()]
    return [(kind, std, cell, law in (None, cell.law) and math.isclose(std, cell.std, rel_tol=NEAR)) for kind, law, std, cell in rows]
