"""Losses of the networks of `width_transfer` by width and learning rate, and what a rate costs that was chosen at another width."""

import numpy as np

from evidence.readings import rates


def losses(runs, rule, width):
    """{rate: test loss of each seed, (seeds,)} of one parametrization and width, slowest rate first."""
    return {rate: arm["test_loss"][:, -1] for rate, arm in rates.grid(runs["width_transfer"], f"{rule}_{width}").items()}


def best(runs, rule, width):
    """The rate that validates best at this width."""
    return rates.best_rate(runs["width_transfer"], f"{rule}_{width}")


def copied(runs, rule, width):
    """Test loss of each seed at the rate that validates best at the base width, (seeds,)."""
    return losses(runs, rule, width)[best(runs, rule, runs["width_transfer"].protocol["base_width"])]


def own(runs, rule, width):
    """Test loss of each seed at the rate that validates best at this width, (seeds,)."""
    return losses(runs, rule, width)[best(runs, rule, width)]


def slope(runs, rule, layer, step=-1):
    """By which power of the width a layer of `coordinate_check` moves, of each seed: (seeds,)."""
    arms, widths = runs["coordinate_check"], runs["coordinate_check"].protocol["widths"]
    moved = np.array([arms[f"{rule}_{width}"][f"layer_{layer}"][:, step] for width in widths])
    return np.polyfit(np.log2(widths), np.log2(moved), 1)[0]
