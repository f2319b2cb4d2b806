"""What every architecture of the library transformers starts from, built small at random weights, and described by statistics."""

import math
import zlib
from contextlib import contextmanager

import torch
from transformers import initialization

from evidence.networks.census_kinds import VECTORS, kinds
from evidence.networks.census_models import Unbuilt, architectures, build
from evidence.networks.census_sizes import DEPTHS, LABELS, VOCABULARY, WIDTHS
from evidence.networks.census_statistics import described, returned, std

SIZES = [(WIDTHS[0], DEPTHS[0]), (WIDTHS[1], DEPTHS[0]), (WIDTHS[1], DEPTHS[1])]  # what a width changes, then what a depth does
PROTOCOL = {
    "question": "What do the architectures in use start from, before a lab trains them: which law, how wide, and on what does it depend?",
    "sizes": SIZES,  # (width, layers)
    # of a kind's list: first what is said of it at the last size, then its standard deviation at each
    "columns": ["fan_in", "layers", "count", "kurtosis", "largest", "gram", *(f"std_{width}_{depth}" for width, depth in SIZES)],
    "vector_columns": ["std", "mean"],
    "vocabulary": VOCABULARY,
    "classes": LABELS,
    "wide": [512, 2048],
    "wide_architectures": ["gemma", "llama"],
    "seeds": list(range(3)),
}


def measure(seed):
    """{"<task>__<architecture>": quantities} of one seed, and "missing__<architecture>__<reason>" for each that can't be built.

    A quantity that is the name of a kind of parameter (see evidence/networks/census_kinds.py) holds PROTOCOL's columns, or
    for a kind of vectors its vector columns. "first_loss": first loss minus ln V at each size. "stream": mean square of the
    residual stream before each block at the last size. "tied": 1 if the head is the embedding, 0 if it is a
    matrix of its own. "named": share of the parameters that fall into a kind. "cut": at how many standard deviations
    the tightest call of trunc_normal_ cuts. "wide_loss" as first_loss, at the widths of PROTOCOL's "wide".
    """
    torch.set_num_threads(1)
    runs = {}
    for arm, place in architectures().items():
        try:
            runs[arm] = architecture(arm, place, seed)
        except Unbuilt as why:
            runs[f"missing__{arm.partition('__')[2]}__{why}"] = {"built": [0]}
    return runs


def architecture(arm, place, seed):
    """The quantities of one architecture. Raises Unbuilt."""
    begin, losses, spreads = zlib.crc32(f"{arm} {seed}".encode()), [], []
    with watched() as cuts:
        for number, size in enumerate(SIZES):
            torch.manual_seed(begin + number)
            model = build(place, *size)
            found = kinds(model)
            spreads.append({kind: std([values for values, _ in held]) for kind, held in found.items()})
            if size == SIZES[-1]:
                quantities = {kind: row(kind, held, [one.get(kind, math.nan) for one in spreads]) for kind, held in found.items() if kind != "other"}
                quantities |= {"named": [named(found)]} | tied(model)
            loss, stream = returned(model, torch.Generator().manual_seed(begin + number))  # last: RWKV rescales its weights as it runs
            losses.append(loss)
    quantities |= {"first_loss": losses} if not math.isnan(losses[-1]) else {}
    quantities |= {"stream": stream} if stream else {}
    quantities |= {"cut": [min(cuts)]} if cuts else {}
    if arm.partition("__")[2] in PROTOCOL["wide_architectures"]:
        quantities["wide_loss"] = [wide_loss(place, width, begin) for width in PROTOCOL["wide"]]
    return {quantity: [digits(value) for value in values] for quantity, values in quantities.items()}


def row(kind, held, spreads):
    """PROTOCOL's columns of a kind: held is [(values, fan_in)] at the last size."""
    tensors = [values for values, _ in held]
    if kind in VECTORS:
        values = torch.cat([one.flatten() for one in tensors]).double()
        return [values.std(correction=0).item(), values.mean().item()]
    fans = {fan for _, fan in held}
    told = described(tensors)
    return [fans.pop() if len(fans) == 1 and None not in fans else math.nan, *told.values(), *spreads]


def named(found):
    """The share of a model's parameters that fall into a kind."""
    sizes = {kind: sum(values.numel() for values, _ in held) for kind, held in found.items()}
    return 1 - sizes.get("other", 0) / sum(sizes.values())


def tied(model):
    """{"tied": [1 or 0]} of a model that has both an embedding and a head of its own; {} of others."""
    try:
        embedding, head = model.get_input_embeddings(), model.get_output_embeddings()
    except (NotImplementedError, AttributeError):
        return {}
    return {"tied": [float(head.weight is embedding.weight)]} if hasattr(head, "weight") and hasattr(embedding, "weight") else {}


def wide_loss(place, width, begin):
    """First loss minus ln V of two layers of some width, with feed-forward layers no wider than that."""
    torch.manual_seed(begin)
    model = build(place, width, DEPTHS[0], intermediate_size=width)
    return returned(model, torch.Generator().manual_seed(begin))[0]


@contextmanager
def watched():
    """A list that fills with the cuts, in standard deviations, of the calls of the library's trunc_normal_."""
    cuts, original = [], initialization.trunc_normal_

    def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, **rest):
        cuts.append(min(abs(a - mean), abs(b - mean)) / std if std else math.inf)
        return original(tensor, mean=mean, std=std, a=a, b=b, **rest)

    initialization.trunc_normal_ = trunc_normal_
    try:
        yield cuts
    finally:
        initialization.trunc_normal_ = original


def digits(value):
    """A measured number with the four digits that so many values can carry; a whole one as it is."""
    return value if float(value).is_integer() else float(f"{value:.4g}")
