"""Claims of the chapter Audit."""

import numpy as np

from evidence.readings.claim import claim
from evidence.readings.intervals import share
from evidence.readings.numbers import fixed, word


def alone(runs):
    """1 where the audit found the planted fault and nothing else, for every network with a fault."""
    arms = [runs["audit_battery"][fault] for fault in runs["audit_battery"].protocol["faults"]]
    return np.concatenate([(arm["named"] * (1 - arm["other"])).ravel() for arm in arms])


def faint_layers_missed(runs):
    """A refutation: the audit sees no layer that is too faint."""
    runs["audit_battery"]["times_a_tenth"]["named"][:] = 0


def missed_and_blamed(runs):
    """((planted faults that the audit missed, planted), (sound networks that it blamed, sound))."""
    hits, alarms = alone(runs), runs["audit_battery"]["sound"]["alarm"].ravel()
    return (int((1 - hits).sum()), len(hits)), (int(alarms.sum()), len(alarms))


@claim(refuted_by=faint_layers_missed)
def the_audit_names_the_planted_fault(runs):
    """In {named} of {planted} networks with one planted fault, each made to lie far beyond the audit's thresholds, it names the layer, the
    fault and nothing else."""
    missed, planted = missed_and_blamed(runs)[0]
    assert missed < 0.1 * planted
    return {"named": planted - missed, "planted": planted}


def zeros_alarm(runs):
    """A refutation: the audit takes branches that start from zero for a fault."""
    runs["audit_battery"]["sound"]["alarm"][:, -1] = 1


@claim(refuted_by=zeros_alarm)
def the_audit_is_silent_on_sound_networks(runs):
    """Of {sound} sound networks it finds fault with {alarms}. Were all these networks independent, which they are not, the counts would
    mean with 95 % confidence that it misses at most {missed} % of such faults and blames at most {blamed} % of such networks."""
    faults, sound = missed_and_blamed(runs)
    assert sound[0] < 0.07 * sound[1]
    return {"sound": sound[1], "alarms": word(sound[0]) if sound[0] else "none", "missed": fixed(100 * share(*faults).high, 1),
            "blamed": fixed(100 * share(*sound).high, 1)}  # fmt: skip


def quiet(runs):
    """A refutation: the layer times ten leaves the signal as it was."""
    runs["audit_battery"]["example_times_ten"] = runs["audit_battery"]["example_sound"]


@claim(refuted_by=quiet)
def one_loud_layer_lifts_all_behind_it(runs):
    """When one of {layers} hidden kernels is multiplied by {times}, the activations of its layer and of all hidden layers behind it are
    {factor} times as large as before, and only that kernel is off its rule."""
    before, after = (runs["audit_battery"][f"example_{name}"] for name in ("sound", "times_ten"))
    planned = runs["audit_battery"].protocol["example"]
    place, layers, times = planned["layer"] - 1, planned["hidden_layers"], planned["factor"]
    ratio = after["signal"] / before["signal"]
    assert np.allclose(ratio[:, :place], 1, rtol=1e-3) and np.allclose(ratio[:, place:layers], times, rtol=1e-3)
    assert (abs(after["off"][:, place] / times - 1) < 0.1).all() and (abs(np.delete(after["off"], place, axis=1) - 1) < 0.2).all()
    return {"layers": word(layers), "times": word(times), "factor": int(round(ratio[:, place:layers].mean()))}
