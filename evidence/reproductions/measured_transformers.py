"""Computes the quantities of the rows of transformers.py."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import swap, swap_grids
from evidence.readings.reproduction import bests_exchanged, measures
from evidence.readings.transformer_training import with_warm_up

LEVELS = 16  # grey levels that the decoder tells apart: a loss above their logarithm counts as that


def gradient(runs, arm, blocks):
    """Norm of the gradient of each block's second feed-forward kernel before training, geometric mean over seeds: (blocks,)."""
    return np.exp(np.log(runs["transformer_start"][f"{arm}_{blocks}"]["gradient"]).mean(0))


def at_every_depth(arm, other):
    """A refutation: two arms of transformer_start exchanged at every depth."""

    def alter(runs):
        for blocks in runs["transformer_start"].protocol["blocks"]:
            swap("transformer_start", f"{arm}_{blocks}", f"{other}_{blocks}")(runs)

    return alter


def power(runs, by_depth):
    """By which power of the depth a quantity changes: the slope in logarithms of by_depth(blocks), a positive number."""
    depths = runs["transformer_start"].protocol["blocks"]
    return np.polyfit(np.log(depths), np.log([by_depth(blocks) for blocks in depths]), 1)[0]


@measures(refuted_by=at_every_depth("post", "glorot"))
def post_ln_gradients(runs):
    post, pre = (gradient(runs, arm, 8) for arm in ("post", "glorot"))
    post, pre = post[-1] / post[0], pre[-1] / pre[0]
    return {"post": post, "pre": pre, "contrast": post / pre}


@measures(refuted_by=at_every_depth("post", "glorot"))
def gradients_by_depth(runs):
    post, pre = (power(runs, lambda blocks: gradient(runs, arm, blocks)[-1]) for arm in ("post", "glorot"))
    return {"post": post, "pre": pre, "contrast": pre - post}


def stream(runs, arm, blocks):
    """Mean square of the stream before the first block and after each, mean over seeds: (blocks + 1,)."""
    return runs["transformer_start"][f"{arm}_{blocks}"]["stream"].mean(0)


@measures(refuted_by=at_every_depth("width", "width_scaled"))
def scaled_residuals(runs):
    def added(arm):
        return power(runs, lambda blocks: stream(runs, arm, blocks)[-1] - stream(runs, arm, blocks)[0])

    return {"flat": added("width"), "scaled": added("width_scaled")}


@measures(refuted_by=at_every_depth("width", "width_scaled"))
def flat_start_of_olmo(runs):
    blocks = runs["transformer_start"].protocol["blocks"][-1]
    flat, scaled = (stream(runs, arm, blocks) for arm in ("width", "width_scaled"))
    flat, scaled = (abs(np.log(one[-1] / one[0])) / 2 / blocks for one in (flat, scaled))  # of the size, not of its square
    return {"difference": scaled - flat}


def trained_depth(runs):
    """How many blocks the deepest of the trained transformers has."""
    return runs["transformer_training"].protocol["blocks"][-1]


def deepnorm_as_post(runs):
    """A refutation: DeepNorm reaches what post-LN reaches, and the other way round."""
    bests_exchanged("transformer_training", *(f"{arm}_{trained_depth(runs)}" for arm in ("deepnorm", "post")))(runs)


@measures(refuted_by=deepnorm_as_post)
def deepnorm(runs):
    stems = {arm: f"{arm}_{trained_depth(runs)}" for arm in ("deepnorm", "post", "glorot")}
    ends = {arm: 100 * rates.reached(runs["transformer_training"], stem).mean() for arm, stem in stems.items()}
    return {"post": ends["deepnorm"] - ends["post"], "pre": ends["deepnorm"] - ends["glorot"]}


def warm_up_gains_alike(runs):
    """A refutation: with post-LN, warm-up gains what it gains with pre-LN."""
    without, warm = with_warm_up(runs, "pre")
    training = runs["transformer_training"]
    best = rates.best(training, f"post_{trained_depth(runs)}")
    gained = best | {"test_accuracy": best["test_accuracy"] + (warm - without)[:, None]}
    for name in [name for name in training if name.startswith("post_warm_")]:
        training[name] = gained


@measures(refuted_by=warm_up_gains_alike)
def warm_up(runs):
    gains = {norm: 100 * np.subtract(*reversed(with_warm_up(runs, norm))).mean() for norm in ("post", "pre")}
    return gains | {"contrast": gains["post"] - gains["pre"]}


@measures(refuted_by=swap("attention_start", "rank_pure", "rank_both"))
def rank_collapse(runs):
    pure, both = (np.log10(runs["attention_start"][f"rank_{arm}"]["residual"]).mean(0) for arm in ("pure", "both"))
    return {"pure": pure[6], "skips": both[6], "faster": (pure[2] - pure[3]) / (pure[1] - pure[2])}


@measures(refuted_by=swap("embedding_gradient", "whole_0.02", "whole_1.0"))
def embeddings_against_spikes(runs):
    arms = runs["embedding_gradient"]
    small, one = (np.exp(np.log(np.linalg.norm(arms[f"whole_{spread}"]["gradient"], axis=1)).mean()) for spread in (0.02, 1.0))
    fast = arms["fast"]["test_loss"][:, -1] - rates.grid(runs["embedding_training"], "one")[arms.protocol["fast"]["learning_rate"]]["test_loss"][:, -1]
    return {"gradient": small / one, "loss": fast.mean()}


def sensitivity(runs, arm):
    """Mean over rates of the loss above that of the best rate, capped where the network knows nothing."""
    found = [np.nan_to_num(one["test_loss"][:, -1], nan=np.inf) for one in rates.grid(runs["attention_training"], arm).values()]
    losses = [np.minimum(loss, np.log(LEVELS)).mean() for loss in found]
    return np.mean(losses) - min(losses)


@measures(refuted_by=swap_grids("attention_training", "normalized", "scores_64"))
def attention_logits(runs):
    return {"sensitivity": sensitivity(runs, "normalized") / sensitivity(runs, "scores_64")}
