"""Claims of the chapter Fine-tuning and LoRA."""

import numpy as np

from evidence.readings import rates
from evidence.readings.claim import claim, swap, swap_grids
from evidence.readings.intervals import paired_difference
from evidence.readings.lora_start import ALIKE, STARTS, largest, losses, octaves, power, span
from evidence.readings.numbers import fixed, over_seeds, percent, spelled

SLOW = {"sgd": 2.0**-8, "adam": 2.0**-12}  # rates at which no start has arrived after so few steps
FAST = 2.0**-5  # with Adam, above every best rate


def ended(runs, start, optimizer, rate, quantity="test_loss"):
    """A quantity after the last step, (seeds,)."""
    return runs["lora_start"][f"{start}_{optimizer}_{rate}"][quantity][:, -1]


@claim(refuted_by=swap("lora_start", "body", "b_random_adam_0.0078125"))
def the_body_is_lost_on_turned_digits(runs):
    """On turned digits the body has a test loss of {loss} and gets {accuracy} right."""
    body = runs["lora_start"]["body"]
    loss, accuracy = body["test_loss"][:, -1], body["test_accuracy"][:, -1]
    assert loss.min() > ALIKE and accuracy.max() < 0.25
    return {"loss": over_seeds(loss), "accuracy": percent(accuracy)}


@claim(refuted_by=swap_grids("lora_start", "a_random_sgd", "b_random_sgd"))
def a_random_a_stands_larger_rates_with_sgd(runs):
    """With SGD the largest rate that trains is, over the seeds, {a} with a random A and {b} with a random B; with a B drawn as
    small as A it is {small}. On average a random A stands {octaves} octaves more than a random B."""
    arms = runs["lora_start"]
    assert octaves(arms, "sgd").mean() >= 1 and octaves(arms, "sgd", "b_small").mean() >= 1
    spans = {name: span(largest(arms, f"{start}_sgd")) for name, start in {"a": "a_random", "b": "b_random", "small": "b_small"}.items()}
    return spans | {"octaves": over_seeds(octaves(arms, "sgd"))}


def early_end(runs):
    """A refutation: with Adam a random B fails from four times 2⁻⁸ on."""
    grid = rates.grid(runs["lora_start"], "b_random_adam")
    for rate in grid:
        if rate >= 2.0**-6:
            grid[rate] |= grid[max(grid)]


@claim(refuted_by=early_end)
def with_adam_a_random_a_stands_no_octave_more(runs):
    """With Adam the largest rate that trains is, over the seeds, {a} with a random A and {b} with a random B: a random A does not
    stand an octave more."""
    arms = runs["lora_start"]
    assert octaves(arms, "adam").mean() < 1
    return {name: span(largest(arms, f"{start}_adam")) for name, start in {"a": "a_random", "b": "b_random"}.items()}


@claim(refuted_by=swap_grids("lora_start", "b_random_sgd", "b_small_sgd"))
def a_small_b_is_as_slow_as_a(runs):
    """With SGD, up to a rate of {rate}, the mean test loss of a B as small as A is within a third of that of a random A; at {slow} a random A
    ends at {a}, the small B at {small}, and a random B of the usual size at {b}."""
    arms, highest = runs["lora_start"], 2.0**-4
    a, small = (losses(arms, f"{start}_sgd", highest) for start in ("a_random", "b_small"))
    assert all(abs(np.log(small[rate] / a[rate])) < np.log(4 / 3) for rate in a)
    slow = SLOW["sgd"]
    of_a, of_small, of_b = (ended(runs, start, "sgd", slow) for start in ("a_random", "b_small", "b_random"))
    assert of_b.max() < of_a.min()
    return {"rate": power(highest), "slow": power(slow), "a": over_seeds(of_a), "small": over_seeds(of_small), "b": over_seeds(of_b)}


def untuned(runs):
    """A refutation: a random A whose rate for Adam is the slowest, whatever its name says."""
    grid = rates.grid(runs["lora_start"], "a_random_adam")
    slowest = next(iter(grid.values()))
    for arm in grid.values():
        arm |= slowest


@claim(refuted_by=untuned)
def the_best_rates_nearly_tie(runs):
    """Each at its best of {count} rates, the {starts} starts reach from {sgd_low} to {sgd_high} with SGD, and from {adam_low} to {adam_high}
    with Adam: less than five points apart."""
    arms = runs["lora_start"]
    named = {"count": spelled(len(rates.grid(arms, "a_random_sgd"))), "starts": spelled(len(STARTS))}
    for optimizer in ("sgd", "adam"):
        means = [rates.reached(arms, f"{start}_{optimizer}").mean() for start in STARTS]
        assert max(means) - min(means) < 0.05
        named |= {f"{optimizer}_low": f"{fixed(100 * min(means), 1)} %", f"{optimizer}_high": f"{fixed(100 * max(means), 1)} %"}
    return named


@claim(refuted_by=swap("lora_start", f"a_random_adam_{FAST}", "a_random_sgd_0.00390625"))
def adam_forgets_the_start(runs):
    """With Adam at {rate} the entries of the first layer's A end with a root mean square of {a} where they were drawn with {drawn}, and of {b} where
    they began at zero."""
    a, b = (ended(runs, start, "adam", FAST, "a_rms") for start in ("a_random", "b_random"))
    drawn = (3 * runs["lora_start"].protocol["widths"][0]) ** -0.5
    assert a.min() > 8 * drawn and b.min() > 8 * drawn
    return {"rate": power(FAST), "a": over_seeds(a), "b": over_seeds(b), "drawn": fixed(drawn, 3)}


@claim(refuted_by=swap_grids("lora_start", "both_random_sgd", "a_random_sgd"))
def both_random_go_with_a_random_b(runs):
    """With SGD, up to a rate of {rate}, the mean test loss of two random matrices is within a fifth of that of a random B alone, and
    the largest rate that trains is within an octave, on average."""
    arms, highest = runs["lora_start"], 2.0**-5
    both, b = (losses(arms, f"{start}_sgd", highest) for start in ("both_random", "b_random"))
    assert all(abs(np.log(both[rate] / b[rate])) < np.log(1.2) for rate in b)
    assert abs(octaves(arms, "sgd", "both_random").mean()) <= 1
    return {"rate": power(highest)}


def same_size(runs):
    """A refutation: PEFT's two rules draw alike."""
    arms = runs["lora_start"]
    for optimizer, rate in SLOW.items():
        arms[f"a_gaussian_{optimizer}_{rate}"] = arms[f"a_random_{optimizer}_{rate}"]


@claim(refuted_by=same_size)
def a_larger_a_learns_sooner(runs):
    """At small rates the larger A learns sooner: with SGD at {sgd_rate} the test loss ends at {sgd_gaussian} from PEFT's `"gaussian"` and at
    {sgd_kaiming} from its default, with Adam at {adam_rate} at {adam_gaussian} and {adam_kaiming}."""
    named = {}
    for optimizer, rate in SLOW.items():
        gaussian, kaiming = (ended(runs, start, optimizer, rate) for start in ("a_gaussian", "a_random"))
        assert paired_difference(kaiming, gaussian).low > 0
        named |= {
            f"{optimizer}_rate": power(rate), f"{optimizer}_gaussian": over_seeds(gaussian), f"{optimizer}_kaiming": over_seeds(kaiming),
        }  # fmt: skip
    return named
