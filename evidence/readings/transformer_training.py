"""Starts of a trained transformer, as claims and figures name and draw them."""

from evidence.readings import rates

PANELS = {
    "pre-LN": {
        "fixed": "0.02", "width": "0.55/√d", "width_scaled": "0.55/√d, scaled", "width_zero": "0.55/√d, zero",
        "glorot": "Glorot", "glorot_scaled": "Glorot, scaled",
    },
    "post-LN": {"post": "Glorot", "post_warm": "Glorot, warm-up", "deepnorm": "DeepNorm"},
}  # fmt: skip
FAMILIES = {"fixed": "fixed", "width": "he", "glorot": "glorot", "post": "fixed", "deepnorm": "lecun"}  # whose colour an arm has


def stem(runs, arm):
    """What the arm is called without its rate."""
    (blocks,) = runs["transformer_training"].protocol["blocks"]
    return f"{arm}_{blocks}"


def reached(runs, arm):
    """Test accuracy at the end, at the rate that validates best: (seeds,)."""
    return rates.reached(runs["transformer_training"], stem(runs, arm))


def with_warm_up(runs, norm):
    """Test accuracy at the end without and with warm-up from Glorot's variance, each at its best rate: two of (seeds,).

    norm: "post" or "pre"; with warm-up the latter is an experiment of its own, on the same images and batches.
    """
    if norm == "post":
        return [reached(runs, arm) for arm in ("post", "post_warm")]
    return [reached(runs, "glorot"), rates.reached(runs["transformer_warm_up"], stem(runs, "glorot_warm"))]


def at(runs, arm, rate):
    """Test accuracy at the end at this rate: (seeds,)."""
    return rates.grid(runs["transformer_training"], stem(runs, arm))[rate]["test_accuracy"][:, -1]


def line(arm, palette):
    """The colour and the dashes of an arm."""
    dash = {"scaled": "--", "warm": "--", "zero": ":"}.get(arm.rpartition("_")[2], "-")
    return {"color": palette.family[FAMILIES[arm.partition("_")[0]]], "linestyle": dash}
