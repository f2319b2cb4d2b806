"""snippets/tools/mup.py: starts and rates of table 3 in Yang et al. 2022, and layers that move alike at every width."""
import math

import keras
import numpy as np
import pytest

from snippets.tools.mup import mup
from tests.frameworks import each_framework
from tests.trained import LR, Trained, dense, each_rule, linear, size

TABLE_3 = {  # (factor of the variance, of Adam's rate, of SGD's), for m_in and m_out times the base's widths
    "input": lambda m_in, m_out: (1, 1, m_out), "hidden": lambda m_in, m_out: (1 / m_in, 1 / m_in, m_out / m_in),
    "output": lambda m_in, m_out: (1 / m_in**2, 1 / m_in, 1 / m_in), "bias": lambda m_in, m_out: (1, 1, m_out),
}


@each_framework
@each_rule
def test_starts_and_rates_are_those_of_table_3_beside_the_base(rule, framework):
    """Two hidden layers, one four and one three times as wide as the base's."""
    found, base = Trained(framework, [32, 48], [8, 16], rule), Trained(framework, [8, 16])
    kinds = [("input", 1, 4), ("bias", 1, 4), ("hidden", 4, 3), ("bias", 1, 3), ("output", 3, 1), ("bias", 1, 1)]
    for (kind, *times), weight, before, rate in zip(kinds, found.weights(), base.weights(), found.rates(), strict=True):
        variance, adam, sgd = TABLE_3[kind](*times)
        assert size(weight) == pytest.approx(size(before) * math.sqrt(variance), rel=1e-5)
        assert rate == pytest.approx(adam if rule == "adam" else sgd)


@each_framework
@each_rule
def test_at_the_width_of_the_base_it_is_the_network_that_it_was(rule, framework):
    found, plain = Trained(framework, [24, 24], [24, 24], rule), Trained(framework, [24, 24], rule=rule)
    for one in (found, plain):
        one.step()
    for weight, expected in zip(found.weights(), plain.weights(), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-7)


@each_framework
def test_to_call_it_twice_is_to_call_it_once(framework):
    found = Trained(framework, [64, 64], [16, 16])
    once = found.weights()
    if framework == "keras":
        mup(found.model, dense([16, 16]), keras.optimizers.Adam(LR))
    else:
        from snippets.tools.torch.mup import mup_
        mup_(found.model, linear([16, 16]), LR)
    for weight, before in zip(found.weights(), once, strict=True):
        np.testing.assert_allclose(weight, before, rtol=1e-5)


# The coordinate check of the paper's appendix D.1 and figure 5: how far each layer's sums move in the first steps, by width

WIDTHS, STEPS = [64, 256, 1024], 4
FLAT, STEEP = 0.2, 0.35  # slopes of the logarithms: of noise at most, of growth at least


def slopes(framework, rule, parametrized, seeds):
    """Per step and layer the slope of log(how far its sums are from where they started) by log(width), (steps, layers)."""
    logs = []
    for width in WIDTHS:
        moved = np.zeros((STEPS, 4))
        for seed in range(seeds):
            found = Trained(framework, [width] * 3, [64] * 3 if parametrized else None, rule, {"adam": LR, "sgd": 0.1}[rule], seed)
            first = found.sums()
            for step in range(STEPS):
                found.step()
                moved[step] += [size(now - then) for now, then in zip(found.sums(), first)]
        logs.append(np.log2(moved).ravel())
    return np.polyfit(np.log2(WIDTHS), logs, 1)[0].reshape(STEPS, 4)


@each_framework
@each_rule
def test_every_layer_moves_alike_at_every_width(rule, framework):
    assert abs(slopes(framework, rule, True, 2)).max() < FLAT


@each_framework
@each_rule
def test_without_it_some_layers_move_further_the_wider_they_are_and_some_less(rule, framework):
    first = slopes(framework, rule, False, 1)[0]
    if rule == "adam":
        assert min(first[1:]) > STEEP and abs(first[0]) < FLAT
    else:
        assert first[3] > STEEP and first[0] < -STEEP


@pytest.mark.needs("torch")
@each_rule
def test_keras_and_pytorch_take_the_same_steps(rule):
    """From the same weights: two programs, each with its framework's own optimizer, and the same rates."""
    import torch
    ours, theirs = Trained("keras", [48, 96], [16, 24], rule), Trained("torch", [48, 96], [16, 24], rule)
    for parameter, weight in zip(theirs.model.parameters(), ours.weights(), strict=True):
        parameter.data = torch.tensor(weight.T.copy())
    if rule == "adam":  # each adds its epsilon to another root
        ours.optimizer.epsilon = 1e-12
        for group in theirs.optimizer.param_groups:
            group["eps"] = 1e-12
    for _ in range(5):
        ours.step()
        theirs.step()
    for mine, other in zip(ours.weights(), theirs.weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=2e-4)  # Adam turns a rounding of a tiny gradient into a step's share


@each_framework
def test_weights_that_are_zero_stay_zero_and_glorots_start_becomes_that_of_the_base(framework):
    if framework == "keras":
        def build(width):
            return keras.Sequential([keras.Input((20,)), keras.layers.Dense(width), keras.layers.Dense(3, kernel_initializer="zeros")])
        model, base = build(320), build(20)
        mup(model, base, keras.optimizers.Adam(LR))
        kernels, first = [model.get_weights()[k] for k in (0, 2)], base.get_weights()[0]
    else:
        import torch
        from snippets.tools.torch.mup import mup_
        def build(width):
            model = torch.nn.Sequential(torch.nn.Linear(20, width), torch.nn.Linear(width, 3))
            torch.nn.init.xavier_uniform_(model[0].weight)
            torch.nn.init.zeros_(model[1].weight)
            return model
        model, base = build(320), build(20)
        mup_(model, base, LR)
        kernels, first = [layer.weight.detach().numpy() for layer in model], base[0].weight.detach().numpy()
    assert size(kernels[0]) == pytest.approx(size(first)) and not kernels[1].any()


@each_framework
def test_convolutions_embeddings_and_normalization_have_their_rules(framework):
    """Per trained weight what Adam's rate and the root mean square are multiplied by, at four times the width."""
    if framework == "keras":
        def build(width):
            made = [keras.layers.Embedding(50, width), keras.layers.LayerNormalization(), keras.layers.Conv1D(2 * width, 3, padding="same"),
                    keras.layers.BatchNormalization(), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(5)]
            return keras.Sequential([keras.Input((8,), dtype="int32"), *made])
        model, base = build(32), build(8)
        rates = mup(model, base, keras.optimizers.Adam(LR)).rates
        sizes = [(size(a), size(b)) for a, b in zip(model.trainable_variables, base.trainable_variables)]
    else:
        import torch
        from torch import nn
        from snippets.tools.torch.mup import mup_
        def build(width):
            return nn.Sequential(nn.Embedding(50, width), nn.LayerNorm(width), nn.Conv1d(width, 2 * width, 3), nn.BatchNorm1d(2 * width),
                                 nn.Linear(2 * width, 5))
        model, base = build(32), build(8)
        its = {id(p): group["lr"] / LR for group in mup_(model, base, LR) for p in group["params"]}
        rates = [its[id(p)] for p in model.parameters()]
        sizes = [(size(a.detach().numpy()), size(b.detach().numpy())) for a, b in zip(model.parameters(), base.parameters())]
    # the table of embeddings, γ and β, the convolution and its bias, γ and β, the output and its bias
    assert rates == pytest.approx([1, 1, 1, 1 / 4, 1, 1, 1, 1 / 4, 1])
    ratios = [mine / before for mine, before in sizes if before]
    expected = [scale for scale, (_, before) in zip([1, 1, 1, 1 / 2, 1, 1, 1, 1 / 4, 1], sizes) if before]
    assert ratios == pytest.approx(expected)
