"""What the census says of weights: how far they spread, and numbers by which a law can be told; and what a new network returns."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

SENTENCES, TOKENS, IMAGES, PIXELS, SAMPLES = 2, 32, 8, 32, 4000
ENOUGH = 16  # values in a tensor, so that it has a spread of its own
MANY = 2**16  # values by which a law is told; more take time and tell no more


def std(tensors):
    """The standard deviation of all values of some tensors, each about its own mean."""
    return math.sqrt(sum(_moments(one)[0] ** 2 * one.numel() for one in tensors) / sum(one.numel() for one in tensors))


def described(tensors):
    """What else is said of a kind's tensors, as {name: number}.

    "layers": largest standard deviation of a tensor over the smallest. The rest is of the first MANY values, each tensor
    brought to mean 0 and standard deviation 1: "count", how many; "kurtosis", the mean fourth power; "largest", the
    largest absolute value; "gram", see there, of the first tensor. NaN where a tensor is constant.
    """
    tensors = [one for one in tensors if one.numel() >= ENOUGH]
    moments = [_moments(one) for one in tensors]
    if not tensors or any(spread <= 1e-6 * abs(mean) for spread, mean in moments):
        return dict.fromkeys(("layers", "count", "kurtosis", "largest", "gram"), math.nan)
    scaled = [((one.flatten()[:MANY].double() - mean) / spread) for one, (spread, mean) in zip(_first(tensors), moments)]
    squares = torch.cat(scaled)[:MANY].square()
    return {
        "layers": max(moments)[0] / min(moments)[0],
        "count": squares.numel(),
        "kurtosis": (squares.square().mean() / squares.mean() ** 2).item(),
        "largest": squares.max().sqrt().item(),
        "gram": gram(tensors[0]),
    }


def gram(matrix):
    """How far the shorter side of a matrix is from orthogonal: 0 if its rows are, about 1 if its values are independent.

    Root mean square of the cosines between rows, times the square root of their length; of 64 rows at most. NaN if there
    are fewer than ENOUGH.
    """
    rows = matrix.flatten(1) if len(matrix) >= ENOUGH else matrix.reshape(-1, matrix.shape[-1])  # of experts, the first
    rows = (rows if rows.shape[0] <= rows.shape[1] else rows.T)[:64].double()
    if len(rows) < ENOUGH:
        return math.nan
    cosines = functional.normalize(rows) @ functional.normalize(rows).T
    off = cosines[~torch.eye(len(rows), dtype=bool)]
    return (off.square().mean() * rows.shape[1]).sqrt().item()


def _first(tensors):
    """As many of the tensors as hold MANY values together."""
    held = np.cumsum([0, *(one.numel() for one in tensors)])
    return [one for one, before in zip(tensors, held) if before < MANY]


def _moments(values):
    """(standard deviation, mean) of one tensor."""
    spread, mean = torch.std_mean(values, correction=0)
    return spread.item(), mean.item()


def inputs(model, generator):
    """Random inputs of the form that a model says it reads, or None if it is one that we do not make."""
    shapes = {"pixel_values": (IMAGES, 3, PIXELS, PIXELS), "input_values": (SENTENCES, SAMPLES)}
    tokens = torch.randint(0, model.config.get_text_config().vocab_size, (SENTENCES, TOKENS), generator=generator) if _reads_tokens(model) else None
    if model.main_input_name == "input_ids":
        takes_two = model.config.is_encoder_decoder
        return {"input_ids": tokens} | ({"decoder_input_ids": tokens.flip(0)} if takes_two else {})
    shape = shapes.get(model.main_input_name)
    return shape and {model.main_input_name: torch.randn(shape, generator=generator)}


def _reads_tokens(model):
    return model.main_input_name == "input_ids" and hasattr(model.config.get_text_config(), "vocab_size")


def returned(model, generator):
    """(first loss minus ln of the number of classes, mean square of the residual stream before each block), or NaN and [].

    The loss is the cross-entropy of the logits in the mean over positions and, exactly, over labels drawn uniformly; NaN
    where the model returns none for random inputs alone. Batch normalization takes its statistics from the batch, as in training; nothing is dropped.
    """
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.train()
    try:
        with torch.no_grad():
            output = model(**inputs(model, generator), output_hidden_states=True)
        logits = output.logits.double()
        stream = getattr(output, "hidden_states", None) or getattr(output, "decoder_hidden_states", None) or ()
    except Exception:  # whatever a library raises for inputs that are not those of a task
        return math.nan, []
    loss = (logits.logsumexp(-1) - logits.mean(-1)).mean().item()
    return loss - math.log(logits.shape[-1]), [one.float().square().mean().item() for one in stream[:-1]]
