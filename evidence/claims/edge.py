"""Claims of the chapter The edge of chaos."""

import math

from evidence.chaos import accuracy, growth
from evidence.claim import claim, swap
from evidence.edge import RATES, WEIGHT_VARIANCES, chi, depth_scale, fixed_point
from evidence.intervals import interval, paired_difference
from evidence.numbers import fixed, percent, plus_minus


@claim(refuted_by=swap("edge_of_chaos", "signal_1.3", "signal_1.76"))
def tanh_gradients_change_as_predicted(runs):
    """At g of {gains} each layer multiplies the error signal by {measured} on its way down; √χ is {predicted}, and no mean is
    off by more than {worst} per cent."""
    measured = [interval(growth(runs, gain)) for gain in WEIGHT_VARIANCES]
    predicted = [math.sqrt(chi(gain, fixed_point(gain))) for gain in WEIGHT_VARIANCES]
    worst = max(abs(one.mean / wanted - 1) for one, wanted in zip(measured, predicted, strict=True))
    assert worst < 0.01
    return {
        "gains": ", ".join(f"{gain:g}" for gain in WEIGHT_VARIANCES), "measured": ", ".join(plus_minus(*one) for one in measured),
        "predicted": ", ".join(fixed(one, 3) for one in predicted), "worst": fixed(math.ceil(1000 * worst) / 10, 1),
    }  # fmt: skip


@claim(refuted_by=swap("edge_of_chaos", "train_1.76_40", "train_4.0_40"))
def forty_tanh_layers_need_the_edge(runs):
    """From a start at the edge between order and chaos forty layers of tanh reach {edge}; from little more than half its variance,
    in order, {frozen}, and from more than twice as much, in chaos, {wild}."""
    edge, frozen, wild = (accuracy(runs, gain, 40) for gain in (1.76, 1.0, 4.0))
    assert all(paired_difference(edge, other, 2).low > 0.3 for other in (frozen, wild))
    assert interval(frozen).high < 0.15 and interval(wild).high < 0.15
    return {"edge": percent(edge), "frozen": percent(frozen), "wild": percent(wild)}


def deep_for_shallow(runs):
    """A refutation: forty layers in place of five."""
    for gain in WEIGHT_VARIANCES:
        runs["edge_of_chaos"][f"train_{gain}_5"] = runs["edge_of_chaos"][f"train_{gain}_40"]


@claim(refuted_by=deep_for_shallow)
def five_tanh_layers_do_not_care(runs):
    """Five layers reach between {low} and {high} from all five starts. Those at g of {trailing} trail the one at the edge, by {gaps}
    points, and with 95 % confidence for all four comparisons together no start is more than {bound} points from it."""
    values = [accuracy(runs, gain, 5) for gain in WEIGHT_VARIANCES]
    gaps = {gain: paired_difference(accuracy(runs, 1.76, 5), one, 4) for gain, one in zip(WEIGHT_VARIANCES, values) if gain != 1.76}
    bound = 100 * max(max(abs(gap.low), abs(gap.high)) for gap in gaps.values())
    trailing = {gain: gap for gain, gap in gaps.items() if gap.low > 0}
    assert bound < 10 and list(trailing) == WEIGHT_VARIANCES[:2]
    ranked = sorted(values, key=lambda one: one.mean())
    said = {"trailing": " and ".join(f"{gain:g}" for gain in trailing), "gaps": " and ".join(plus_minus(*gap, 100) for gap in trailing.values())}
    return said | {"low": percent(ranked[0]), "high": percent(ranked[-1]), "bound": fixed(math.ceil(10 * bound) / 10, 1)}


@claim(refuted_by=swap("edge_of_chaos", "train_1.0_20", "train_1.0_40"))
def six_xi_is_a_rough_guide(runs):
    """6ξ is {ordered} layers at g = 1: there twenty layers still reach {twenty} and forty {forty}. It is {wild} at g = 4, where
    forty layers, just short of it, have learned nothing after our 200 steps at either rate, {rates}."""
    ordered, wild = 6 * depth_scale(1.0), 6 * depth_scale(4.0)
    twenty, forty, short = accuracy(runs, 1.0, 20), accuracy(runs, 1.0, 40), accuracy(runs, 4.0, 40)
    assert 20 < ordered < 40 < wild and interval(twenty).low > 0.3
    assert interval(forty).high < 0.15 and interval(short).high < 0.15
    return {"ordered": fixed(ordered, 0), "twenty": percent(twenty), "forty": percent(forty), "wild": fixed(wild, 0), "rates": " or ".join(map(str, RATES))}
