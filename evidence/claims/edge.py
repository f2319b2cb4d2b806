"""Claims of the chapter The edge of chaos."""

import math

from evidence.readings.edge_of_chaos import accuracy, growth
from evidence.readings.claim import claim, swap, swap_grids
from evidence.theory.activations import chi
from evidence.theory.mean_field import RATES, WEIGHT_VARIANCES, depth_scale, fixed_point
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import fixed, percent, plus_minus, word

BUDGET = {"steps": 200, "batch": 32}


@claim(refuted_by=swap("edge_of_chaos", "signal_1.3", "signal_1.76"))
def tanh_gradients_change_as_predicted(runs):
    """At g of {gains} each layer multiplies the error signal by {measured} on its way down; √χ is {predicted}, and no mean is
    off by more than {worst} per cent."""
    measured = [interval(growth(runs, gain)) for gain in WEIGHT_VARIANCES]
    predicted = [math.sqrt(chi("tanh", gain, fixed_point(gain))) for gain in WEIGHT_VARIANCES]
    worst = max(abs(one.mean / wanted - 1) for one, wanted in zip(measured, predicted, strict=True))
    assert worst < 0.01
    return {
        "gains": ", ".join(f"{gain:g}" for gain in WEIGHT_VARIANCES), "measured": ", ".join(plus_minus(*one) for one in measured),
        "predicted": ", ".join(fixed(one, 3) for one in predicted), "worst": fixed(math.ceil(1000 * worst) / 10, 1),
    }  # fmt: skip


@claim(refuted_by=swap_grids("edge_of_chaos", "train_1.76_40", "train_4.0_40"))
def forty_tanh_layers_need_the_edge(runs):
    """In {steps} steps of SGD on batches of {batch} images forty layers of tanh reach {edge} from a start at the edge between order and
    chaos, {frozen} from little more than half its variance, in order, and {wild} from more than twice as much, in chaos, each at the
    best of {rates} learning rates; the edge is ahead in every seed."""
    edge, frozen, wild = (accuracy(runs, gain, 40) for gain in (1.76, 1.0, 4.0))
    assert min((edge - frozen).min(), (edge - wild).min()) > 0.1
    return BUDGET | {"edge": percent(edge), "frozen": percent(frozen), "wild": percent(wild), "rates": word(len(RATES))}


def deep_for_shallow(runs):
    """A refutation: forty layers in place of five."""
    for gain in WEIGHT_VARIANCES:
        swap_grids("edge_of_chaos", f"train_{gain}_5", f"train_{gain}_40")(runs)


@claim(refuted_by=deep_for_shallow)
def five_tanh_layers_do_not_care(runs):
    """After the same {steps} steps five layers are at {low} to {high} from all five starts, on average, and with 95 % confidence for all
    four comparisons together no start is more than {bound} points from the one at the edge."""
    values = {gain: accuracy(runs, gain, 5) for gain in WEIGHT_VARIANCES}
    gaps = [paired_difference(values[1.76], one, 4) for gain, one in values.items() if gain != 1.76]
    bound = 100 * max(max(abs(gap.low), abs(gap.high)) for gap in gaps)
    assert bound < 12
    means = [f"{100 * one.mean():.0f}" for one in values.values()]
    return BUDGET | {"low": min(means), "high": f"{max(means)} %", "bound": math.ceil(bound)}


@claim(refuted_by=swap_grids("edge_of_chaos", "train_1.0_20", "train_1.0_40"))
def six_xi_is_a_rough_guide(runs):
    """6ξ is {ordered} layers at g = 1: there, after {steps} steps, twenty layers still reach {twenty} and forty {forty}. It is {wild} at
    g = 4, and there forty layers, just short of it, reach {short} where the edge reaches {edge}."""
    ordered, wild = 6 * depth_scale(1.0), 6 * depth_scale(4.0)
    twenty, forty, short, edge = (accuracy(runs, *place) for place in ((1.0, 20), (1.0, 40), (4.0, 40), (1.76, 40)))
    assert 20 < ordered < 40 < wild and min((twenty - forty).min(), (edge - short).min()) > 0.1
    said = {"twenty": twenty, "forty": forty, "short": short, "edge": edge}
    return BUDGET | {name: percent(one) for name, one in said.items()} | {"ordered": fixed(ordered, 0), "wild": fixed(wild, 0)}
