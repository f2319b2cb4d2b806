"""Claims of the chapter The edge of chaos."""

import math

from evidence.readings.budget import steps
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.edge_of_chaos import accuracy, growth, order_edge_chaos, predicted_growth, reach
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, percent, plus_minus, spelled, word


def trained(runs):
    """{"steps", "batch", "rates", "shallow", "deeper", "deepest"} of the networks that were trained, depths in words."""
    setting = runs["edge_of_chaos"].protocol["training"]
    shallow, *_, deeper, deepest = (spelled(depth) for depth in setting["hidden_layers"])
    counts = {"steps": steps(setting), "batch": setting["batch_size"], "rates": word(len(setting["learning_rates"]))}
    return counts | {"shallow": shallow, "deeper": deeper, "deepest": deepest}


def depths(runs):
    """Hidden layers of the networks that were trained."""
    return runs["edge_of_chaos"].protocol["training"]["hidden_layers"]


@claim(refuted_by=swap("edge_of_chaos", "signal_1.3", "signal_1.76"))
def tanh_gradients_change_as_predicted(runs):
    """At g of {gains} each layer multiplies the error signal by {measured} on its way down; √χ is {predicted}, and no mean is
    off by more than {worst} per cent."""
    gains = runs["edge_of_chaos"].protocol["weight_variances"]
    measured = [interval(growth(runs, gain)) for gain in gains]
    predicted = [predicted_growth(runs, gain) for gain in gains]
    worst = max(abs(one.mean / wanted - 1) for one, wanted in zip(measured, predicted, strict=True))
    assert worst < 0.01
    return {
        "gains": ", ".join(f"{gain:g}" for gain in gains), "measured": ", ".join(plus_minus(*one) for one in measured),
        "predicted": ", ".join(fixed(one, 3) for one in predicted), "worst": fixed(math.ceil(1000 * worst) / 10, 1),
    }  # fmt: skip


@claim(refuted_by=swap_grids("edge_of_chaos", "train_1.76_40", "train_4.0_40"))
def forty_tanh_layers_need_the_edge(runs):
    """In {steps} steps of SGD on batches of {batch} images {deepest} layers of tanh reach {edge} from a start at the edge between order and
    chaos, {frozen} from little more than half its variance, in order, and {wild} from more than twice as much, in chaos, each at the
    best of {rates} learning rates; the edge is ahead in every seed."""
    frozen, edge, wild = (accuracy(runs, gain, depths(runs)[-1]) for gain in order_edge_chaos(runs))
    assert min((edge - frozen).min(), (edge - wild).min()) > 0.1
    return trained(runs) | {"edge": percent(edge), "frozen": percent(frozen), "wild": percent(wild)}


def deep_for_shallow(runs):
    """A refutation: the deepest networks in place of the shallowest."""
    for gain in runs["edge_of_chaos"].protocol["weight_variances"]:
        swap_grids("edge_of_chaos", f"train_{gain}_{depths(runs)[0]}", f"train_{gain}_{depths(runs)[-1]}")(runs)


@claim(refuted_by=deep_for_shallow)
def five_tanh_layers_do_not_care(runs):
    """After the same {steps} steps {shallow} layers are at {low} to {high} from all {starts} starts, on average, and with 95 % confidence for all
    {comparisons} comparisons together no start is more than {bound} points from the one at the edge."""
    values = {gain: accuracy(runs, gain, depths(runs)[0]) for gain in runs["edge_of_chaos"].protocol["weight_variances"]}
    edge = values[order_edge_chaos(runs)[1]]
    gaps = [paired_difference(edge, one, len(values) - 1) for one in values.values() if one is not edge]
    bound = 100 * max(max(abs(gap.low), abs(gap.high)) for gap in gaps)
    assert bound < 12
    means = [f"{100 * one.mean():.0f}" for one in values.values()]
    counts = {"starts": word(len(values)), "comparisons": word(len(gaps))}
    return trained(runs) | counts | {"low": min(means), "high": f"{max(means)} %", "bound": math.ceil(bound)}


@claim(refuted_by=swap_grids("edge_of_chaos", "train_1.0_20", "train_1.0_40"))
def six_xi_is_a_rough_guide(runs):
    """6ξ is {ordered} layers at g = {smallest}: there, after {steps} steps, {deeper} layers still reach {twenty} and {deepest} {forty}. It is
    {wild} at g = {largest}, and there {deepest} layers, just short of it, reach {short} where the edge reaches {edge}."""
    (deeper, deepest), (smallest, edge, largest) = depths(runs)[-2:], order_edge_chaos(runs)
    ordered, wild = reach(runs, smallest), reach(runs, largest)
    places = {"twenty": (smallest, deeper), "forty": (smallest, deepest), "short": (largest, deepest), "edge": (edge, deepest)}
    reached = {name: accuracy(runs, *place) for name, place in places.items()}
    assert deeper < ordered < deepest < wild
    assert min((reached["twenty"] - reached["forty"]).min(), (reached["edge"] - reached["short"]).min()) > 0.1
    values = {"ordered": fixed(ordered, 0), "wild": fixed(wild, 0), "smallest": f"{smallest:g}", "largest": f"{largest:g}"}
    return trained(runs) | values | {name: percent(one) for name, one in reached.items()}
