"""Computes the quantities of the rows about recurrent and residual networks."""

import numpy as np

from evidence.readings import lora_start as lora
from evidence.readings import rates
from evidence.readings.claim import swap, swap_grids
from evidence.readings.reproduction import bests_exchanged, measures


def cell_left(runs, arm):
    """Root mean square that the forget gates leave of the cell state's gradient at the largest lag, geometric mean over seeds."""
    return 10 ** runs["forget_gate"][arm]["cell"][:, -1].mean()


@measures(refuted_by=swap("forget_gate", "chrono_400", "one_400"))
def chrono_biases(runs):
    short, long = runs["forget_gate"].protocol["steps"]
    left, before, one = (cell_left(runs, arm) for arm in (f"chrono_{long}", f"chrono_{short}", f"one_{long}"))
    return {"left": left, "range": left / before, "gain": np.log10(left / one)}


@measures(refuted_by=swap_grids("residual_starts", "rezero_sgd", "he_normal_sgd"))
def rezero_trains_deep(runs):
    rezero, he = (rates.reached(runs["residual_starts"], f"{start}_sgd").mean() for start in ("rezero", "he_normal"))
    return {"rezero": rezero, "lead": 100 * (rezero - he)}


@measures(refuted_by=swap("fixup_depth", "fixup_64", "zero_last_64"))
def fixup_updates_alike(runs):
    few, *_, many = runs["fixup_depth"].protocol["blocks"]
    change = {arm: np.log(runs["fixup_depth"][f"{arm}_{many}"][what] / runs["fixup_depth"][f"{arm}_{few}"][what]).mean()
              for arm, what in (("fixup", "step"), ("he", "output"))}  # fmt: skip
    return {"fixup": np.exp(change["fixup"]), "he": change["he"] / np.log(2)}


def recurrent(runs, arm):
    """Test accuracy of a recurrent network that reads MNIST by rows, points."""
    return 100 * rates.reached(runs["recurrent_rows"], arm).mean()


def identity_stays_at_chance(runs):
    """A refutation: the network that starts from the identity gives one answer for all images."""
    for name, arm in runs["recurrent_rows"].items():
        if name.startswith("relu_identity_"):
            arm["test_accuracy"][:] = 0.1


@measures(refuted_by=identity_stays_at_chance)
def identity_recurrence(runs):
    return {"lead": recurrent(runs, "relu_identity") - recurrent(runs, "lstm_keras")}


@measures(refuted_by=swap_grids("recurrent_rows", "lstm_forget_zero", "lstm_keras"))
def forget_bias_of_one(runs):
    zero, one, gru = (recurrent(runs, arm) for arm in ("lstm_forget_zero", "lstm_keras", "gru_keras"))
    return {"gap": gru - zero, "closed": (one - zero) / (gru - zero), "gain": one - zero}


def residual(runs, start):
    """Test accuracy of the deepest residual convolutional network, points."""
    return 100 * rates.reached(runs["residual_convolutions"], start).mean()


@measures(refuted_by=bests_exchanged("residual_convolutions", "fixup", "he"))
def fixup_replaces_normalization(runs):
    fixup, normalized, plain = (residual(runs, start) for start in ("fixup", "normalized", "he"))
    return {"normalized": fixup - normalized, "plain": fixup - plain}


@measures(refuted_by=bests_exchanged("residual_convolutions", "zero_gamma", "normalized"))
def zero_gamma(runs):
    return {"gain": residual(runs, "zero_gamma") - residual(runs, "normalized")}


def losses(runs, rule, width):
    """{rate: mean test loss} of a parametrization at a width, slowest rate first; infinite where a seed diverged."""
    found = rates.grid(runs["width_transfer"], f"{rule}_{width}")
    return {rate: np.nan_to_num(arm["test_loss"][:, -1], nan=np.inf).mean() for rate, arm in found.items()}


def best(loss):
    """The rate of the lowest loss."""
    return min(loss, key=loss.get)


def parametrizations_exchanged(runs):
    """A refutation: the standard parametrization does what μP does, at the same place in its grid."""
    arms = runs["width_transfer"]
    for width in arms.protocol["widths"]:
        standard, mup = (rates.grid(arms, f"{rule}_{width}") for rule in ("standard", "mup"))
        for one, other in zip(standard, mup, strict=False):
            names = [next(name for name, arm in arms.items() if arm is grid[rate]) for grid, rate in ((standard, one), (mup, other))]
            swap("width_transfer", *names)(runs)


@measures(refuted_by=parametrizations_exchanged)
def rate_across_widths(runs):
    few, *_, many = runs["width_transfer"].protocol["widths"]
    falls = {rule: np.log2(best(losses(runs, rule, few)) / best(losses(runs, rule, many))) for rule in ("standard", "mup")}
    return falls | {"contrast": falls["standard"] - abs(falls["mup"])}


def widths_exchanged(runs):
    """A refutation: the widest networks do what the narrowest do, and so on."""
    widths = runs["width_transfer"].protocol["widths"]
    for narrow, wide in list(zip(widths, widths[::-1]))[: len(widths) // 2]:
        for rule in ("standard", "mup"):
            swap_grids("width_transfer", f"{rule}_{narrow}", f"{rule}_{wide}")(runs)


@measures(refuted_by=widths_exchanged)
def wider_is_better(runs):
    widths, found = runs["width_transfer"].protocol["widths"], {}
    for rule in ("mup", "standard"):
        pairs = [(losses(runs, rule, narrow), losses(runs, rule, wide)) for narrow, wide in zip(widths, widths[1:])]
        asked = [(one[rate], two[rate]) for one, two in pairs for rate in one if rule == "standard" or rate <= best(one)]
        found[rule] = np.mean([wide < narrow for narrow, wide in asked])
    return found


@measures(refuted_by=bests_exchanged("lora_start", "a_random_adam", "both_random_adam"))
def lora_start(runs):
    arms = runs["lora_start"]
    a, b = (rates.reached(arms, f"{start}_adam").mean() for start in ("a_random", "b_random"))
    return {"rate": lora.octaves(arms, "adam").mean(), "lead": 100 * (a - b)}
