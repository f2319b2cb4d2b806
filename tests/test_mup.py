"""snippets/tools/mup.py: starts and rates of table 3 in Yang et al. 2022, and layers that move alike at every width."""
import copy
import math
import os
import random
import subprocess
import sys

import keras
import numpy as np
import pytest

from snippets.tools.mup import mup
from tests import pages
from tests.frameworks import each_framework
from tests.keras_fit import ready

LR, BATCH = 2.0**-7, 32
X = np.maximum(np.random.default_rng(0).normal(size=(BATCH, 20)), 0).astype("float32")
Y = np.arange(BATCH) % 10
RULES = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
each_rule = pytest.mark.parametrize("rule", RULES)


def dense(widths, seed=0):
    random.seed(sum(widths) + seed)  # which is where Keras's seeds come from; set_random_seed makes TensorFlow set up every operation anew
    made = [keras.layers.Dense(width, "relu", kernel_initializer="he_normal") for width in widths]
    output = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")  # PyTorch's default
    return keras.Sequential([keras.Input((20,)), *made, keras.layers.Dense(10, kernel_initializer=output)])


def linear(widths, seed=0):
    """The same in PyTorch, where biases start random, and kernels uniform."""
    import torch
    torch.manual_seed(sum(widths) + seed)
    sizes, parts = [20, *widths, 10], []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        parts += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


class Trained:
    """A network of either framework with an optimizer, as arrays: kernels with inputs first."""

    def __init__(self, framework, widths, base=None, rule="adam", lr=LR, seed=0):
        self.framework = framework
        if framework == "keras":
            self.model, self.optimizer = dense(widths, seed), RULES[rule](lr)
            if base:
                self.optimizer = mup(self.model, dense(base, seed), self.optimizer)
            return
        import torch
        from snippets.tools.torch.mup import mup_
        self.model = linear(widths, seed)
        groups = mup_(self.model, linear(base, seed), lr, rule) if base else self.model.parameters()
        self.optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[rule](groups, lr=lr)

    def weights(self):
        """[kernel, bias, kernel, …], kernels (fan_in, fan_out)."""
        return [np.array(w) for w in self.model.get_weights()] if self.framework == "keras" else [
            p.detach().numpy().T.copy() for p in self.model.parameters()]

    def rates(self):
        """What each weight's learning rate is multiplied by, as the optimizer has it."""
        if self.framework == "keras":
            return list(self.optimizer.rates)
        its = {id(p): group["lr"] / LR for group in self.optimizer.param_groups for p in group["params"]}
        return [its[id(p)] for p in self.model.parameters()]

    def step(self):
        """One step on the batch; returns nothing."""
        if self.framework == "keras":
            import tensorflow as tf
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(Y, self.model(X)))
            trained = self.model.trainable_variables
            return self.optimizer.apply(tape.gradient(loss, [v.value for v in trained]), trained)
        import torch
        self.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(self.model(torch.tensor(X)), torch.tensor(Y)).backward()
        self.optimizer.step()

    def sums(self):
        """What each layer puts out before its activation."""
        h, found, weights = X, [], self.weights()
        for kernel, bias in zip(weights[0::2], weights[1::2]):
            found.append(h @ kernel + bias)
            h = np.maximum(found[-1], 0)
        return found


def size(array):
    return float(np.sqrt(np.mean(np.square(array, dtype="float64"))))


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


# Keras's own

def compiled(optimizer):
    model = dense([64, 64])
    model.compile(mup(model, dense([16, 16]), optimizer), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.parametrize("optimizer", [keras.optimizers.Adam(LR), keras.optimizers.AdamW(LR), keras.optimizers.SGD(LR, momentum=0.9)],
                         ids=lambda one: type(one).__name__)
def test_in_keras_a_saved_model_goes_on_training_as_if_it_had_not_been_saved(optimizer, tmp_path):
    model = ready(compiled(optimizer), X, Y)
    model.fit(X, Y, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.optimizer.rates == model.optimizer.rates and set(again.optimizer.rates) != {1.0}
    for one in (model, again):
        one.fit(X, Y, epochs=2, verbose=0)
    for mine, its in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-5, atol=1e-6)


def test_in_keras_fit_moves_each_weight_at_its_rate_under_schedules_and_callbacks():
    """Adam's first step is its rate, in the direction of the sign of the gradient."""
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [LR, LR])
    callback = keras.callbacks.LearningRateScheduler(lambda epoch: LR)
    for rate, callbacks in ((schedule, []), (1.0, [callback])):
        model = compiled(keras.optimizers.Adam(rate))
        before = model.get_weights()
        model.fit(X, Y, verbose=0, callbacks=callbacks)
        moved = [abs(after - then).max() for after, then in zip(model.get_weights(), before)]
        assert moved == pytest.approx([LR * rate for rate in model.optimizer.rates], rel=0.01)


def test_in_keras_all_layers_decay_by_the_same_share():
    model = compiled(keras.optimizers.AdamW(0.125, weight_decay=0.5))
    before = model.get_weights()
    zeros = [keras.ops.zeros_like(v) for v in model.trainable_variables]
    model.optimizer.apply(zeros, model.trainable_variables)
    for after, then in zip(model.get_weights(), before):
        np.testing.assert_allclose(after, then * (1 - 0.125 * 0.5), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("backend", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("jax", "torch")])
def test_in_keras_other_backends_take_the_same_rates(backend):
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(pages.ROOT)}
    program = "from tests.test_mup import test_in_keras_fit_moves_each_weight_at_its_rate_under_schedules_and_callbacks as ask; ask()"
    subprocess.run([sys.executable, "-c", program], cwd=pages.ROOT, env=environment, check=True)


def attention():
    inputs = keras.Input((4, 8))
    return keras.Model(inputs, keras.layers.MultiHeadAttention(2, 4)(inputs, inputs))


def words(vocabulary):
    return keras.Sequential([keras.Input((4,)), keras.layers.Embedding(vocabulary, 8)])


def starting_with(kernel_initializer):
    return keras.Sequential([keras.Input((20,)), keras.layers.Dense(10, kernel_initializer=kernel_initializer)])


@pytest.mark.parametrize("model, base, optimizer, message", [
    (lambda: dense([8]), lambda: None, "Adam", "base must be a Keras model, not None"),
    (lambda: keras.Sequential([keras.layers.Dense(3)]), lambda: dense([8]), "Adam", "The model has no weights yet"),
    (lambda: dense([8]), lambda: keras.Sequential([keras.layers.Dense(3)]), "Adam", "The base has no weights yet"),
    (lambda: dense([8]), lambda: dense([8, 8]), "Adam", "The base has other layers"),
    (lambda: dense([8]), lambda: keras.Sequential([keras.Input((20,)), keras.layers.Dense(3)]), "Adam", "another output_shape"),
    (attention, attention, "Adam", "no rule for 'kernel' of the EinsumDense 'query'"),
    (lambda: words(50), lambda: words(40), "Adam", "Embedding with one vocabulary"),
    (lambda: starting_with("zeros"), lambda: starting_with("he_normal"), "Adam", "starts at zero in the model and not in the base"),
    (lambda: dense([8]), lambda: dense([8]), "Muon", "no rule for <keras.*Muon"),
], ids=["no_base", "unbuilt", "unbuilt_base", "layers", "outputs", "attention", "embedding", "zeros", "optimizer"])
def test_in_keras_what_has_no_rule_is_one_clear_sentence_and_the_model_as_it_was(model, base, optimizer, message):
    model, base = model(), base()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message) as error:
        mup(model, base, getattr(keras.optimizers, optimizer)(LR))
    assert "\n" not in str(error.value)
    for weight, then in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(weight, then)


def test_in_keras_an_optimizer_for_another_model_says_so():
    optimizer = mup(dense([64]), dense([16]), keras.optimizers.Adam(LR))
    with pytest.raises(ValueError, match="rates for 4 weights, and the model trains 6"):
        optimizer.build(dense([64, 64]).trainable_variables)


# PyTorch's own

@pytest.mark.needs("torch")
def test_in_pytorch_a_checkpoint_goes_on_as_if_there_had_been_none():
    found, again = (Trained("torch", [64, 64], [16, 16]) for _ in range(2))
    for _ in range(2):
        found.step()
    again.model.load_state_dict(found.model.state_dict())
    again.optimizer.load_state_dict(copy.deepcopy(found.optimizer.state_dict()))
    assert again.rates() == found.rates()
    for one in (found, again):
        one.step()
    for mine, its in zip(found.weights(), again.weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-6)


@pytest.mark.needs("torch")
def test_in_pytorch_all_layers_decay_by_the_same_share():
    import torch
    from snippets.tools.torch.mup import mup_
    model = linear([64, 64])
    optimizer = torch.optim.AdamW(mup_(model, linear([16, 16]), lr=0.125, weight_decay=0.5))
    before = [p.detach().clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for after, then in zip(model.parameters(), before):
        torch.testing.assert_close(after.detach(), then * (1 - 0.125 * 0.5))


def torch_models():
    from torch import nn
    tied = nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 50, bias=False))
    tied[1].weight = tied[0].weight
    zero = linear([8])
    nn.init.zeros_(zero[2].weight)
    return {"linear": linear([8]), "deeper": linear([8, 8]), "lazy": nn.LazyLinear(3), "tied": tied, "zero": zero, "none": None,
            "attention": nn.MultiheadAttention(8, 2), "words": nn.Embedding(50, 8), "more_words": nn.Embedding(60, 8)}


@pytest.mark.needs("torch")
@pytest.mark.parametrize("model, base, rule, message", [
    ("linear", "none", "adam", "base must be an nn.Module, not None"), ("lazy", "linear", "adam", "Not all weights of the model exist yet"),
    ("linear", "deeper", "adam", "The base has other layers"), ("tied", "tied", "adam", "'1.weight' is '0.weight'"),
    ("attention", "attention", "adam", "no rule for 'in_proj_weight' of a MultiheadAttention"),
    ("words", "more_words", "adam", "Embedding with one vocabulary"), ("zero", "linear", "adam", "starts at zero in the model"),
    ("linear", "linear", "muon", "no rule 'muon'"),
])
def test_in_pytorch_what_has_no_rule_is_one_clear_sentence_and_the_model_as_it_was(model, base, rule, message):
    import torch
    from snippets.tools.torch.mup import mup_
    models = torch_models()
    before = [p.detach().clone() for p in models[model].parameters() if not torch.nn.parameter.is_lazy(p)]
    with pytest.raises(ValueError, match=message) as error:
        mup_(models[model], models[base], LR, rule)
    assert "\n" not in str(error.value)
    for parameter, then in zip([p for p in models[model].parameters() if not torch.nn.parameter.is_lazy(p)], before, strict=True):
        assert torch.equal(parameter, then)
