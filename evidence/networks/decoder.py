"""A small decoder, causal attention over quantized pixels of MNIST, and its learning curves: what several experiments measure."""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers as kl

from evidence import mnist
from evidence.networks import built

SIDE, LEVELS = 7, 16  # an image is 49 tokens of 16 grey levels


def tokens(images):
    """MNIST as tokens: (n, 784) float32 in [0, 1] as (n, 49) int32 below 16, the mean of every 4 by 4 pixels, quantized."""
    means = images.reshape(-1, SIDE, 4, SIDE, 4).mean(axis=(2, 4)).reshape(len(images), SIDE**2)
    return np.minimum((LEVELS * means).astype("int32"), LEVELS - 1)


def shifted(sequences):
    """What a decoder reads and what it is to predict: all tokens but the last, and all but the first."""
    return sequences[:, :-1], sequences[:, 1:]


class Attention(kl.Layer):
    """Causal self-attention of several heads, without biases: (batch, length, width) to the same shape.

    scores: standard deviation of the scores at the start, for inputs of mean square 1. power: scores are divided by the width
    of a head to this power, one half in Vaswani et al. 2017, section 3.2.1. normalized: queries and keys pass through a layer
    normalization each, over a head, as in Dehghani et al. 2023, section 2; then `scores` does nothing.
    """

    def __init__(self, heads, scores=1.0, power=0.5, normalized=False):
        super().__init__()
        self.heads, self.scores, self.power, self.normalized = heads, scores, power, normalized

    def build(self, shape):
        width = shape[-1]
        self.head = width // self.heads
        per_matrix = (self.scores * self.head ** (self.power - 0.5)) ** 0.5
        spreads = [per_matrix, per_matrix, 1.0, 1.0]
        self.query, self.key, self.value, self.out = (dense(width, spread / width**0.5) for spread in spreads)
        for part in (self.query, self.key, self.value, self.out):
            part.build(shape)
        self.norms = [normalization() for _ in range(2)] if self.normalized else []
        for norm in self.norms:
            norm.build((None, None, None, self.head))
        self.mask = np.where(np.tri(shape[1], dtype=bool), 0, -1e9).astype("float32")

    def call(self, x):
        q, k, v = (self.split(part(x)) for part in (self.query, self.key, self.value))
        if self.normalized:
            q, k = (norm(part) for norm, part in zip(self.norms, (q, k)))
        scores = q @ keras.ops.swapaxes(k, -1, -2) * self.head**-self.power + self.mask
        mixed = keras.ops.swapaxes(keras.ops.softmax(scores) @ v, 1, 2)
        return self.out(keras.ops.reshape(mixed, (-1, *x.shape[1:])))

    def split(self, x):
        """(batch, length, width) as (batch, heads, length, width of a head)."""
        return keras.ops.swapaxes(keras.ops.reshape(x, (-1, x.shape[1], self.heads, self.head)), 1, 2)


class Positions(kl.Layer):
    """Adds a trained vector to each position: (batch, length, width) to the same shape."""

    def __init__(self, initializer):
        super().__init__()
        self.initializer = initializer

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer=self.initializer, name="positions")

    def call(self, x):
        return x + self.table


def normal(spread):
    """Keras's initializer of normal values with this standard deviation."""
    return keras.initializers.RandomNormal(stddev=spread)


def dense(units, spread, activation=None):
    """A layer without bias whose weights have this standard deviation."""
    return kl.Dense(units, activation, use_bias=False, kernel_initializer=normal(spread))


def normalization():
    """Layer normalization with the constant of the papers; Keras's default, 1e-3, is large beside small embeddings."""
    return kl.LayerNormalization(epsilon=1e-6)


def decoder(shape, spread=1.0, positions=None, multiplier=1.0, head=None, divisor=1.0, **attention):
    """Embeddings, blocks of attention and GELU that read a normalized stream and add to it, and a head that gives logits; no biases.

    shape: {"vocabulary", "length", "width", "heads", "blocks"}. spread: standard deviation of the embedding of tokens, and of
    positions unless theirs is given; multiplier: what their sum is multiplied by. head: standard deviation of the head, or None
    for one that is tied to the tokens' embedding; divisor: of the logits. All other matrices have the variance 1 / fan_in. attention: of `Attention`.
    """
    width = shape["width"]
    table = kl.ReversibleEmbedding(shape["vocabulary"], width, embeddings_initializer=normal(spread))
    inputs = keras.Input((shape["length"],), dtype="int32")
    h = Positions(normal(spread if positions is None else positions))(table(inputs)) * multiplier
    for _ in range(shape["blocks"]):
        h = h + Attention(shape["heads"], **attention)(normalization()(h))
        h = h + dense(width, (4 * width) ** -0.5)(dense(4 * width, width**-0.5, "gelu")(normalization()(h)))
    h = normalization()(h)
    logits = table(h, reverse=True) if head is None else dense(shape["vocabulary"], head)(h)
    return keras.Model(inputs, logits / divisor)


class Compiled(built.Trainer):
    """`built.Trainer` with its steps compiled by XLA, for half the processor time. Each number of steps is compiled anew."""

    def __init__(self, model, optimizer):
        super().__init__(model, optimizer)
        self.steps = tf.function(self._steps, jit_compile=True, reduce_retracing=True)


TRAINERS = {}  # by architecture: the seeds of a process share them, because compiling takes as long as some runs


def trainer(shape, optimizer, settings):
    """A trainer of this decoder's architecture: all that a start is not."""
    parts = {name: settings[name] for name in ("multiplier", "divisor", "power", "normalized") if name in settings}
    key = repr((sorted(shape.items()), optimizer, sorted(parts.items()), "head" in settings))
    if key not in TRAINERS:
        TRAINERS[key] = Compiled(decoder(shape, **settings), optimizer)
    return TRAINERS[key]


def split(seed, protocol):
    """`mnist.split` as what a decoder reads and is to predict, by the protocol's numbers of images."""
    parts = mnist.split(seed, protocol["images"], protocol["validation_images"], protocol["test_images"])
    return [shifted(tokens(x)) for x, _ in parts]


def curves(protocol, seed, starts):
    """{"<start>_<rate>": quantities} of one seed over a protocol's grids, as `per_token` gives them.

    starts: {name: settings of `decoder`}.
    """
    parts, runs = split(seed, protocol), {}
    shape = {"vocabulary": LEVELS, "length": SIDE**2 - 1} | {name: protocol[name] for name in ("width", "heads", "blocks")}
    order = built.batches(seed, protocol["images"], protocol["batch_size"], protocol["steps"][-1])
    for name, settings in starts.items():
        weights = built.start(functools.partial(decoder, shape, **settings), seed)
        for rate in protocol["learning_rates"][name]:
            trained = trainer(shape, protocol["optimizer"], settings)
            runs[f"{name}_{rate}"] = per_token(trained, weights, rate, *parts, order, protocol["steps"])
    return runs


def per_token(trained, weights, rate, training, validation, test, order, points):
    """`built.curve` with its means taken over tokens, and "val_loss": (1,), after the last step; losses in nats."""
    found = built.curve(trained, weights, rate, training, validation, test, order, points)
    found["val_loss"] = np.array([trained.score(*validation)[0]])
    return {quantity: values / training[1].shape[1] for quantity, values in found.items()}
