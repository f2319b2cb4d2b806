"""Small vision transformers on patches of MNIST, their starts, and how they are trained: what several experiments measure."""

import functools
import itertools
import math

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import built

PIXELS = 7  # along each side of a patch: 16 patches an image
HEADS = 4
RESIDUAL = ("attention_out", "feed_forward_out")  # the kernels that write into the stream
ALIKE = 0.55  # 0.02 at a width of 768 is so many times 1 / sqrt(768)
EPSILON = 1e-6  # of layer normalization, as in ViT; Keras's default is 1e-3


def patches(images):
    """MNIST as 16 patches of 7 by 7 pixels: (n, 784) float32 as (n, 16, 49)."""
    side = 28 // PIXELS
    cut = images.reshape(-1, side, PIXELS, side, PIXELS).transpose(0, 1, 3, 2, 4)
    return cut.reshape(-1, side * side, PIXELS * PIXELS)


class Places(keras.layers.Layer):
    """Adds to each patch a vector for its place, which is trained: (n, patches, width)."""

    def build(self, shape):
        self.vectors = self.add_weight(shape=shape[1:], name="vectors")

    def call(self, x):
        return x + self.vectors


class Skip(keras.layers.Layer):
    """α x + branch; α is fixed and stands among the weights, so that networks that differ in it are one program."""

    def build(self, shapes):
        self.alpha = self.add_weight(shape=(), initializer="ones", trainable=False, name="alpha")

    def call(self, parts):
        stream, branch = parts
        return self.alpha * stream + branch


def vit(norm, blocks, width):
    """A transformer on patches that gives logits: a dense layer and places, `blocks` blocks, the mean over patches, a dense layer.

    norm: "pre", x + branch(LN(x)) and a last LN, or "post", LN(α x + branch(x)). Attention has 4 heads, the feed-forward branch
    4 width units with GELU. The weights are Keras's; `start` gives those of an arm. Layers are called "<block>_<kind>".
    """
    inputs = keras.Input((16, PIXELS * PIXELS))
    x = Places(name="places")(keras.layers.Dense(width, name="patch")(inputs))
    for block, branch in itertools.product(range(blocks), (_attention, _feed_forward)):
        if norm == "pre":
            x = _skip(block, branch)([x, branch(_normalized(x), block, width)])
        else:
            x = _normalized(_skip(block, branch)([x, branch(x, block, width)]))
    x = keras.layers.GlobalAveragePooling1D()(_normalized(x) if norm == "pre" else x)
    return keras.Model(inputs, keras.layers.Dense(10, name="head")(x))


def _skip(block, branch):
    return Skip(name=f"{block}{branch.__name__}_skip")


def _normalized(x):
    return keras.layers.LayerNormalization(epsilon=EPSILON)(x)


def _attention(x, block, width):
    return keras.layers.MultiHeadAttention(HEADS, width // HEADS, name=f"{block}_attention")(x, x)


def _feed_forward(x, block, width):
    hidden = keras.layers.Dense(4 * width, "gelu", name=f"{block}_feed_forward_in")(x)
    return keras.layers.Dense(width, name=f"{block}_feed_forward_out")(hidden)


def kind(variable):
    """What a weight of `vit` is: "patch", "query", "key", "value", "attention_out", "feed_forward_in", "feed_forward_out", "head",
    "places", "alpha", or None for biases and normalizations, which keep Keras's zeros and ones."""
    layer, *rest = variable.path.split("/")
    if rest[-1] in ("vectors", "alpha"):
        return {"vectors": "places", "alpha": "alpha"}[rest[-1]]
    if rest[-1] != "kernel":
        return None
    part = rest[0] if len(rest) > 1 else layer.lstrip("0123456789_")
    return "attention_out" if part == "attention_output" else part


def spread(rule, kind, fans, width, blocks):
    """The standard deviation of a kernel of this kind with these (fan_in, fan_out).

    rule: "fixed", 0.02; "width", 0.55 / sqrt(width), the same at a width of 768; "glorot"; or "deepnorm", Glorot times
    β = (8 blocks)^(-1/4) in the branches but for queries and keys (Wang et al., encoder only). Behind the first two and
    Glorot may stand "_scaled", which divides what writes into the stream by sqrt(2 blocks) (Radford et al. 2019), or "_zero".
    """
    rule, _, ending = rule.partition("_")
    if rule == "fixed":
        found = 0.02
    elif rule == "width" or kind == "places":
        found = ALIKE / math.sqrt(width)
    else:
        found = math.sqrt(2 / sum(fans))
    if rule == "deepnorm" and kind in ("value", *RESIDUAL, "feed_forward_in"):
        found *= (8 * blocks) ** -0.25
    if kind in RESIDUAL:
        found *= {"": 1, "scaled": (2 * blocks) ** -0.5, "zero": 0}[ending]
    return found


def start(model, rule, seed, width, blocks):
    """The weights of a `vit` under a rule of `spread`, as `model.get_weights` orders them, whatever the model has learned.

    All rules of a seed share their random numbers, which are normal, up to the factor.
    """
    rng, found = np.random.default_rng(seed), []
    for variable in model.weights:
        shape, which = tuple(variable.shape), kind(variable)
        if which == "alpha":
            value = np.float32((2 * blocks) ** 0.25 if rule == "deepnorm" else 1)
        elif which:
            fan_in = width if which in ("query", "key", "value", "attention_out") else shape[0]  # Keras splits them by head
            fans = (fan_in, math.prod(shape) // fan_in)
            value = rng.normal(0, 1, shape).astype("float32") * np.float32(spread(rule, which, fans, width, blocks))
        else:
            value = np.full(shape, variable.path.endswith("gamma"), "float32")
        found.append(value)
    return found


class Trainer(built.Trainer):
    """Trains as `built.Trainer` does, each step compiled, with a rate that rises in equal steps over the first `warm_up` of them.

    A block is many small operations: compiled by XLA they take less than half the processor time.
    """

    warm_up = 0

    def __init__(self, model, optimizer):
        super().__init__(model, optimizer)
        self.step = tf.function(self._step, jit_compile=True)

    def begin(self, weights, rate):
        super().begin(weights, rate)
        self.rate, self.taken = rate, 0

    def train(self, x, y, order):
        steps = self.taken + 1 + np.arange(len(order))
        self.taken += len(order)
        return super().train(x, y, order, self.rate * np.minimum(1, steps / max(1, self.warm_up)))

    def _steps(self, x, y, order, rates):
        losses = tf.TensorArray("float32", len(order))
        for step in tf.range(len(order)):
            self.optimizer.learning_rate.assign(rates[step])
            losses = losses.write(step, self.step(tf.gather(x, order[step]), tf.gather(y, order[step])))
        return losses.stack()

    def _step(self, x, y):
        trained = self.model.trainable_variables
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, self.model(x, training=True)))
        self.optimizer.apply(tape.gradient(loss, [v.value for v in trained]), trained)
        return loss


@functools.cache
def trainer(norm, blocks, width):
    """A trainer by Adam that all seeds of a process share: to trace it takes as long as to train a network."""
    return Trainer(vit(norm, blocks, width), "adam")


def curves(protocol, seed):
    """{"<arm>_<blocks>_<rate>": quantities} of one seed, as `built.curve` gives them, over a protocol's arms, depths and grids."""
    parts = mnist.split(seed, protocol["images"], protocol["validation_images"], protocol["test_images"])
    parts, runs = [(patches(x), y) for x, y in parts], {}
    order = built.batches(seed, protocol["images"], protocol["batch_size"], protocol["steps"][-1])
    for (arm, set_up), blocks in itertools.product(protocol["arms"].items(), protocol["blocks"]):
        one = trainer(set_up["norm"], blocks, protocol["width"])
        one.warm_up = set_up.get("warm_up", 0)
        weights = start(one.model, set_up["rule"], seed, protocol["width"], blocks)
        for rate in set_up["learning_rates"]:
            runs[f"{arm}_{blocks}_{rate}"] = built.curve(one, weights, rate, *parts, order, protocol["steps"])
    return runs
