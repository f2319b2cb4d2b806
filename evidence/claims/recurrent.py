"""Claims of the chapter Recurrent networks."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.numbers import fixed, over_seeds, percent, points, spelled
from evidence.theory import recurrence

READ = 28  # steps, as many as an image of MNIST has rows
ADAM = 0.001  # the learning rate of Keras's Adam, unless one is given


def shared(runs, start, quantity):
    """A quantity of the products of one kernel that is used at every step, (seeds, steps)."""
    return runs["recurrent_signal"][f"{start}_shared"][quantity]


def power(exponent, digits=1):
    """A power of ten, as a reader writes it."""
    return f"10<sup>{fixed(exponent, digits)}</sup>"


@claim(refuted_by=swap("recurrent_signal", "orthogonal_shared", "glorot_uniform_shared"))
def one_orthogonal_kernel_keeps_every_direction(runs):
    """After {steps} uses one orthogonal kernel of {units} units has kept every length and all {units} directions; one Glorot kernel has a length
    of {length} left, but shares it among {directions} directions, and one of PyTorch's has {torch} left."""
    units = runs["recurrent_signal"].protocol["units"]
    at = READ - 1
    length, directions = 10 ** shared(runs, "glorot_uniform", "norm")[:, at], shared(runs, "glorot_uniform", "directions")[:, at]
    torch = shared(runs, "torch", "norm")[:, at]
    assert np.abs(shared(runs, "orthogonal", "norm")).max() < 1e-4
    assert np.abs(shared(runs, "orthogonal", "directions") - units).max() < 0.01 * units
    assert directions.max() < units / 4 and torch.max() < -4
    return {
        "steps": READ, "units": units, "length": over_seeds(length), "directions": over_seeds(directions),
        "torch": power(np.median(torch)),
    }  # fmt: skip


def drawn_anew(runs):
    """A refutation: Glorot's kernel is drawn anew for each step."""
    arms = runs["recurrent_signal"]
    arms["glorot_uniform_shared"]["norm"] = arms["glorot_uniform_fresh"]["norm"]


@claim(refuted_by=drawn_anew)
def eigenvalues_decide_over_many_steps(runs):
    """Over {steps} steps the length that one Glorot kernel leaves ranges from {low} to {high} in {seeds} draws, and goes with the largest eigenvalue; with a kernel drawn anew for each step it
    ranges from {fresh_low} to {fresh_high}."""
    one, fresh = shared(runs, "glorot_uniform", "norm")[:, -1], runs["recurrent_signal"]["glorot_uniform_fresh"]["norm"][:, -1]
    radius = shared(runs, "glorot_uniform", "radius")[:, 0]
    assert np.ptp(one) > 3 * np.ptp(fresh) and np.corrcoef(one, np.log10(radius))[0, 1] > 0.95
    ends = {"low": one.min(), "high": one.max(), "fresh_low": fresh.min(), "fresh_high": fresh.max()}
    return {name: power(value) for name, value in ends.items()} | {"steps": runs["recurrent_signal"].protocol["steps"], "seeds": len(one)}


def whole(runs):
    """A refutation: gates that are orthogonal one by one."""
    for layer in ("lstm", "gru"):
        for quantity in ("largest", "mean_square", "radius"):
            runs["recurrent_signal"][f"{layer}_orthogonal"][quantity][:] = 1


@claim(refuted_by=whole)
def no_gate_of_keras_is_orthogonal(runs):
    """In Keras's kernels of {units} units the largest singular value of a gate's block is {lstm} in an LSTM and {gru} in a GRU; derived for many units are
    {lstm_derived} and {gru_derived}. No block of {seeds} draws reaches one."""
    values, arms = {}, runs["recurrent_signal"]
    for layer, gates in arms.protocol["gates"].items():
        arm = arms[f"{layer}_orthogonal"]
        derived = recurrence.block(gates)[1]
        assert arm["largest"].max() < 1 and abs(arm["largest"].mean() / derived - 1) < 0.03
        assert np.abs(arm["mean_square"] * gates - 1).max() < 0.15
        values |= {layer: over_seeds(arm["largest"].mean(1)), f"{layer}_derived": fixed(derived, 3)}
    return values | {"units": arms.protocol["units"], "seeds": spelled(len(arm["largest"]))}


def left(runs, arm):
    """log10 of the gradient that is left at the largest lag, (seeds,)."""
    return runs["recurrent_gradient"][arm]["left"][:, -1]


def lags(runs):
    """Over how many steps the gradient is followed."""
    return runs["recurrent_gradient"].protocol["lags"]


def gradients(runs, **arms):
    """Medians over the seeds of the gradient that is left, as powers of ten, by the names of the sentence."""
    return {name: power(np.median(left(runs, arm)), 0) for name, arm in arms.items()} | {"steps": lags(runs)}


@claim(refuted_by=swap("recurrent_gradient", "tanh_torch", "tanh_orthogonal"))
def torch_kernels_forget(runs):
    """Before training, {steps} steps back, a tanh layer has {orthogonal} of the gradient left with an orthogonal kernel and {glorot} with Glorot's, PyTorch's start
    {torch}."""
    kept = {start: 10 ** left(runs, f"tanh_{start}") for start in ("orthogonal", "glorot_uniform")}
    assert min(one.min() for one in kept.values()) > 0.02 and left(runs, "tanh_torch").max() < -8
    return gradients(runs, torch="tanh_torch") | {"orthogonal": percent(kept["orthogonal"]), "glorot": percent(kept["glorot_uniform"])}


@claim(refuted_by=swap("recurrent_gradient", "relu_orthogonal", "relu_identity"))
def only_the_identity_passes_relu(runs):
    """With ReLU, {steps} steps back, {identity} of the gradient is left with the identity and {orthogonal} with an orthogonal kernel, of which ReLU takes about half at
    every step."""
    kept = 10 ** left(runs, "relu_identity")
    assert kept.min() > 0.5 and left(runs, "relu_orthogonal").max() < -3
    return gradients(runs, orthogonal="relu_orthogonal") | {"identity": percent(kept)}


def gru_like_lstm(runs):
    """A refutation: a GRU that keeps as much as an LSTM."""
    runs["recurrent_gradient"]["gru_keras"] = runs["recurrent_gradient"]["lstm_keras"]


@claim(refuted_by=gru_like_lstm)
def a_gru_has_no_bias_to_remember(runs):
    """Of the state {steps} steps back Keras's LSTM has {lstm} of the gradient left and its GRU {gru}, which is {per_step} a step; in PyTorch both have
    less than {torch} left."""
    lstm, gru = left(runs, "lstm_keras"), left(runs, "gru_keras")
    torch = max(left(runs, f"{kind}_torch").max() for kind in ("lstm", "gru"))
    assert (gru < lstm - 3).all() and torch < -7
    per_step = 10 ** (gru / lags(runs))
    return gradients(runs, lstm="lstm_keras", gru="gru_keras") | {"per_step": over_seeds(per_step), "torch": power(np.ceil(torch), 0)}


@claim(refuted_by=swap("recurrent_gradient", "gru_chrono", "gru_keras"))
def chrono_biases_carry_over_the_wait(runs):
    """With biases for {length} steps an LSTM has {lstm} of it left and a GRU {gru}."""
    kept = {kind: 10 ** left(runs, f"{kind}_chrono") for kind in ("lstm", "gru")}
    assert min(one.min() for one in kept.values()) > 0.1
    return {kind: percent(one) for kind, one in kept.items()} | {"length": runs["recurrent_gradient"].protocol["sequence"][0]}


def reached(runs, task, stem):
    """Test accuracy after the last step at the rate that validates best, (seeds,)."""
    return rates.reached(runs[task], stem)


def no_better(task, stem, other):
    """A refutation: what starts so does at every rate as well as another start does at its best."""

    def alter(runs):
        arms = runs[task]
        for arm in [arm for arm in arms if arm.rpartition("_")[0] == stem]:
            arms[arm] = rates.best(arms, other)

    return alter


def budget(runs, task):
    """What the sentences say of the training."""
    protocol = runs[task].protocol
    return {"steps": f"{protocol['steps'][-1]:,}", "batch": protocol["batch_size"]}


def highest(runs, task, stem):
    """The highest test accuracy that any seed has at any rate after the last step."""
    return max(arm["test_accuracy"][:, -1].max() for arm in rates.grid(runs[task], stem).values())


def at_most(share):
    """A share that nothing exceeds, in whole per cent."""
    return f"{np.ceil(100 * share):.0f} %"


@claim(refuted_by=swap_grids("recurrent_wait", "lstm_keras", "lstm_chrono"))
def biases_decide_what_can_wait(runs):
    """After {steps} steps of {batch} images, each at its best rate, an LSTM with chrono biases names {chrono} of the digits that it saw fifty steps before, with Keras's forget bias of one {keras},
    and with a bias of zero {zero}."""
    chrono, keras, zero = (reached(runs, "recurrent_wait", f"lstm_{start}") for start in ("chrono", "keras", "forget_zero"))
    assert paired_difference(chrono, keras).low > 0 and paired_difference(chrono, zero).low > 0
    return budget(runs, "recurrent_wait") | {"chrono": percent(chrono), "keras": percent(keras), "zero": percent(zero)}


@claim(refuted_by=no_better("recurrent_wait", "lstm_forget_zero", "lstm_chrono"))
def chrono_wants_a_large_rate(runs):
    """With chrono biases the LSTM's best rate is {chrono}, ten times Adam's default in Keras or more; at that default it reaches {slow}. With Keras's bias the best rate is {keras}. From a bias of
    zero it is {zero}, and no rate takes the mean of the seeds above {bound} %."""
    arms = runs["recurrent_wait"]
    best = {start: rates.best_rate(arms, f"lstm_{start}") for start in ("chrono", "keras", "forget_zero")}
    means = [arm["test_accuracy"][:, -1].mean() for arm in rates.grid(arms, "lstm_forget_zero").values()]
    slow, bound = rates.grid(arms, "lstm_chrono")[ADAM]["test_accuracy"][:, -1], 0.3
    assert best["chrono"] >= 10 * ADAM and max(means) < bound and (slow < reached(runs, "recurrent_wait", "lstm_chrono") - 0.3).all()
    return {"chrono": best["chrono"], "slow": percent(slow), "keras": best["keras"], "zero": best["forget_zero"], "bound": f"{100 * bound:.0f}"}


@claim(refuted_by=swap_grids("recurrent_wait", "gru_chrono", "gru_keras"))
def a_gru_needs_chrono_as_well(runs):
    """A GRU reaches {chrono} with chrono biases, at a rate of {rate}. From Keras's start it is then at {same}, and at its own best rate, {own}, at {keras}, in
    every seed less."""
    arms = runs["recurrent_wait"]
    chrono, keras = (reached(runs, "recurrent_wait", f"gru_{start}") for start in ("chrono", "keras"))
    rate, own = (rates.best_rate(arms, f"gru_{start}") for start in ("chrono", "keras"))
    same = rates.grid(arms, "gru_keras")[rate]["test_accuracy"][:, -1]
    assert (chrono > keras).all() and chrono.mean() > keras.mean() + 0.05
    return {"chrono": percent(chrono), "keras": percent(keras), "same": percent(same), "rate": rate, "own": own}


def kernels_alike(runs):
    """A refutation: PyTorch's kernel does as well as an orthogonal one, and an orthogonal one with ReLU as the identity."""
    swap_grids("recurrent_wait", "tanh_torch", "tanh_orthogonal")(runs)
    swap_grids("recurrent_wait", "relu_orthogonal", "relu_identity")(runs)


@claim(refuted_by=kernels_alike)
def the_kernel_decides_a_simple_layer(runs):
    """Of the simple layers tanh with an orthogonal kernel reaches {orthogonal}, with Glorot's {glorot}, and ReLU with the identity {identity}; no seed of PyTorch's start, nor of ReLU with an
    orthogonal kernel, ends above {stalled} at any rate."""
    orthogonal, glorot, identity = (reached(runs, "recurrent_wait", stem) for stem in ("tanh_orthogonal", "tanh_glorot_uniform", "relu_identity"))
    stalled = max(highest(runs, "recurrent_wait", stem) for stem in ("tanh_torch", "relu_orthogonal"))
    assert orthogonal.mean() > glorot.mean() and identity.mean() > 0.5 and stalled < 0.25
    values = {"orthogonal": orthogonal, "glorot": glorot, "identity": identity}
    return {name: percent(one) for name, one in values.items()} | {"stalled": at_most(stalled)}


@claim(refuted_by=no_better("recurrent_wait", "tanh_orthogonal", "lstm_keras"))
def gates_alone_do_not_remember(runs):
    """The simple tanh layer with its orthogonal kernel is {gain} percentage points ahead of Keras's LSTM."""
    gain = paired_difference(reached(runs, "recurrent_wait", "tanh_orthogonal"), reached(runs, "recurrent_wait", "lstm_keras"))
    assert gain.low > 0
    return {"gain": points(gain)}


GATED = ("lstm_glorot_uniform", "lstm_gates", "lstm_torch", "gru_glorot_uniform", "gru_torch")  # beside Keras's default of the same kind


def keras_of(stem):
    """Keras's default of the same kind of layer."""
    return stem.split("_")[0] + "_keras"


@claim(refuted_by=no_better("recurrent_rows", "lstm_torch", "tanh_glorot_uniform"))
def gated_kernels_tie_row_by_row(runs):
    """After {steps} steps of {batch} images LSTM and GRU are at {low} to {high} from Keras's start, from Glorot's recurrent kernel, from one that is orthogonal in each
    gate and from PyTorch's start, on average, and with 95 % confidence in all {comparisons} comparisons together none is more than {bound} percentage points from Keras's."""
    values = {stem: reached(runs, "recurrent_rows", stem) for stem in (*GATED, "lstm_keras", "gru_keras")}
    gaps = [paired_difference(values[stem], values[keras_of(stem)], len(GATED)) for stem in GATED]
    bound = 100 * max(max(abs(gap.low), abs(gap.high)) for gap in gaps)
    assert bound < 8
    means = [f"{100 * one.mean():.0f}" for one in values.values()]
    counts = {"comparisons": spelled(len(gaps)), "bound": fixed(np.ceil(bound), 0)}
    return budget(runs, "recurrent_rows") | counts | {"low": min(means), "high": f"{max(means)} %"}


@claim(refuted_by=no_better("recurrent_rows", "lstm_forget_zero", "tanh_glorot_uniform"))
def row_by_row_the_forget_bias_hardly_matters(runs):
    """A forget bias of zero takes the LSTM to {zero}, one of one to {one}."""
    one, zero = (reached(runs, "recurrent_rows", f"lstm_{start}") for start in ("keras", "forget_zero"))
    gap = paired_difference(one, zero)
    assert max(abs(gap.low), abs(gap.high)) < 0.05
    return {"one": percent(one), "zero": percent(zero)}


@claim(refuted_by=no_better("recurrent_rows", "relu_identity", "lstm_keras"))
def the_identity_is_behind_an_lstm(runs):
    """ReLU from the identity reaches {identity}, {gap} percentage points behind Keras's LSTM, and {relu} from an orthogonal kernel; tanh reaches {orthogonal} from an orthogonal kernel and
    {glorot} from Glorot's."""
    stems = {"identity": "relu_identity", "relu": "relu_orthogonal", "orthogonal": "tanh_orthogonal", "glorot": "tanh_glorot_uniform"}
    values = {name: reached(runs, "recurrent_rows", stem) for name, stem in stems.items()}
    gap = paired_difference(reached(runs, "recurrent_rows", "lstm_keras"), values["identity"])
    assert gap.mean > 0.01 and min(one.mean() for one in values.values()) > 0.7
    return {name: percent(one) for name, one in values.items()} | {"gap": points(gap)}


@claim(refuted_by=no_better("recurrent_wait", "relu_identity", "lstm_keras"))
def where_the_wait_is_long_the_identity_beats_the_lstm(runs):
    """IRNN as published reaches {le}, the identity with Glorot's inputs {identity} and Keras's LSTM {lstm}; with chrono biases the LSTM is {ahead} percentage points ahead of the
    better of them."""
    le, identity, lstm, chrono = (reached(runs, "recurrent_wait", stem) for stem in ("relu_le", "relu_identity", "lstm_keras", "lstm_chrono"))
    ahead = paired_difference(chrono, identity)
    assert paired_difference(identity, lstm).low > 0 and identity.mean() > le.mean() and ahead.mean > 0
    return {"le": percent(le), "identity": percent(identity), "lstm": percent(lstm), "ahead": points(ahead)}
