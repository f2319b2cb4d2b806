"""Claims of the chapter Audit."""

import numpy as np

from evidence.claim import claim
from evidence.faults import FAULTS
from evidence.intervals import share
from evidence.numbers import fixed, word


def alone(runs):
    """1 where the audit found the planted fault and nothing else, for every network with a fault."""
    arms = [runs["audit_battery"][fault] for fault in FAULTS]
    return np.concatenate([(arm["named"] * (1 - arm["other"])).ravel() for arm in arms])


def faint_layers_missed(runs):
    """A refutation: the audit sees no layer that is too faint."""
    runs["audit_battery"]["times_a_tenth"]["named"][:] = 0


@claim(refuted_by=faint_layers_missed)
def the_audit_names_the_planted_fault(runs):
    """In {named} of {planted} networks with one planted fault the audit names the layer, the fault and nothing else; with 95 %
    confidence that is a share of at least {low} %."""
    hits = alone(runs)
    low = share(int(hits.sum()), len(hits)).low
    assert low > 0.9
    return {"named": int(hits.sum()), "planted": len(hits), "low": fixed(100 * low, 1)}


def zeros_alarm(runs):
    """A refutation: the audit takes branches that start from zero for a fault."""
    runs["audit_battery"]["sound"]["alarm"][:, -1] = 1


@claim(refuted_by=zeros_alarm)
def the_audit_is_silent_on_sound_networks(runs):
    """Of {sound} sound networks it finds fault with {alarms}; with 95 % confidence that is a share of at most {high} %."""
    alarms = runs["audit_battery"]["sound"]["alarm"].ravel()
    high = share(int(alarms.sum()), len(alarms)).high
    assert high < 0.08
    return {"sound": len(alarms), "alarms": word(int(alarms.sum())) if alarms.any() else "none", "high": fixed(100 * high, 1)}


def quiet(runs):
    """A refutation: the layer times ten leaves the signal as it was."""
    runs["audit_battery"]["example_times_ten"] = runs["audit_battery"]["example_sound"]


@claim(refuted_by=quiet)
def one_loud_layer_lifts_all_behind_it(runs):
    """When one of eight hidden kernels is multiplied by ten, the activations of its layer and of all hidden layers behind it are
    {factor} times as large as before, and only that kernel is off its rule."""
    before, after = (runs["audit_battery"][f"example_{name}"] for name in ("sound", "times_ten"))
    ratio = after["signal"] / before["signal"]
    assert np.allclose(ratio[:, :3], 1, rtol=1e-3) and np.allclose(ratio[:, 3:8], 10, rtol=1e-3)
    assert (abs(after["off"][:, 3] - 10) < 1).all() and (abs(np.delete(after["off"], 3, axis=1) - 1) < 0.2).all()
    return {"factor": int(round(ratio[:, 3:8].mean()))}
