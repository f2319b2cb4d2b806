"""Computes the quantities of the rows about recurrent and residual networks."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import swap, swap_grids
from evidence.readings.reproduction import measures


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
