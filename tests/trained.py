"""Networks of dense layers in Keras and in PyTorch that start and train by mup or without, for its tests."""
import random

import keras
import numpy as np
import pytest

from snippets.tools.mup import mup

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
