"""Networks in Keras with a place for a fault, for the tests of snippets/tools/audit.py: what is put there makes them sound or not."""
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tests.audited import BINARY, FLAT, RNG, ROWS, WORDS, X, Y, Own, graph, hidden, normal, softmax, stack

HE = "he_normal"


def twins(rule=HE, own=hidden, between=None):
    """One layer, called on two inputs."""
    a, b = keras.Input((144,)), keras.Input((144,))
    shared = between or own(rule=rule, name="shared")
    return graph([a, b], layers.Dense(1, "sigmoid")(shared(a) - shared(b)), [FLAT, FLAT[::-1]], Y % 2, BINARY)


def unrolled(rule=HE):
    shared, inputs = hidden(rule=rule, name="shared"), keras.Input((144,))
    h = hidden()(inputs)
    for _ in range(3):
        h = shared(h)
    return graph(inputs, softmax()(h))


def tied(rule="uniform"):
    inputs = keras.Input((12,), dtype="int32")
    shared = layers.ReversibleEmbedding(50, 32, embeddings_initializer=rule, name="shared")
    h = layers.LayerNormalization()(layers.Dense(32, "gelu")(shared(inputs)))
    return graph(inputs, shared(h, reverse=True), WORDS, WORDS, keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def depthwise(rule, times=5, layer=layers.DepthwiseConv2D, **options):
    parts = [layers.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer=HE)]
    for _ in range(times):
        parts += [layer(3, padding="same", activation="relu", depthwise_initializer=rule(), **options),
                  layers.Conv2D(32, 1, activation="relu", kernel_initializer=HE)]
    return stack(*parts, layers.GlobalAveragePooling2D(), softmax(), x=X)


def attention(rule="glorot_uniform"):
    inputs = keras.Input((12, 12))
    h = layers.MultiHeadAttention(2, 8, kernel_initializer="glorot_uniform", name="look")(inputs, inputs)
    return graph(inputs, softmax()(layers.GRU(16)(h)), ROWS)


def distributed(rule=HE):
    return stack(layers.TimeDistributed(hidden(rule=rule), name="each"), layers.Flatten(), hidden(), softmax(), x=ROWS)


def separable(**rules):
    return stack(layers.Conv2D(8, 3, activation="relu"), layers.SeparableConv2D(16, 3, activation="relu", name="apart", **rules),
                 layers.Flatten(), softmax(), x=X)


def seeded(towers, seed=0, rule=lambda: HE):
    inputs, ends = keras.Input((144,)), []
    for _ in range(towers):
        if seed is not None:
            keras.utils.set_random_seed(seed)
        ends.append(hidden(rule=rule())(inputs))
    return graph(inputs, softmax()(layers.Concatenate()(ends)))


def without_gamma(*names):
    """Normalized convolutions and, last of them, a residual branch, some of whose scales are zero."""

    def block(h, filters, name):
        h = layers.Conv2D(filters, 3, padding="same", kernel_initializer=HE)(h)
        return layers.BatchNormalization(gamma_initializer="zeros" if name in names else "ones", name=name)(h)

    inputs = keras.Input((12, 12, 1))
    h = layers.ReLU()(block(layers.ReLU()(block(inputs, 8, "first")), 16, "second"))
    return graph(inputs, softmax()(layers.GlobalAveragePooling2D()(layers.Add()([h, block(h, 16, "branch")]))), X)


def raw(rule):
    """A convolution by a function of TensorFlow, of weights that a layer holds itself."""
    return stack(layers.Conv2D(16, 3, activation="relu"), Own(lambda m, x: tf.nn.conv2d(x, m.k, 1, "SAME"), {"k": (3, 3, 16, 16)}, rule, name="mine"), layers.ReLU(),
                 layers.Flatten(), softmax(), x=X)


class Attention(layers.Layer):
    """One head of self-attention as tutorials write it."""

    def __init__(self, width=64, scale=None, axis=-1, mask=0.0, softmax=ops.softmax, **options):
        super().__init__(**options)
        self.parts = [layers.Dense(width) for _ in "qkv"]
        self.scale, self.axis, self.mask, self.softmax = scale or width**-0.5, axis, mask, softmax

    def call(self, h):
        q, k, v = (part(h) for part in self.parts)
        return ops.matmul(self.softmax(ops.matmul(q, ops.transpose(k, (0, 2, 1))) * self.scale + self.mask, axis=self.axis), v)


class Looking(Attention):
    """The same over words, of which a mask says which a query may look at."""

    def call(self, h, mask):
        q, k, v = (part(h) for part in self.parts)
        return ops.matmul(ops.softmax(ops.matmul(q, ops.transpose(k, (0, 2, 1))) * self.scale + (1 - ops.cast(mask, "float32")) * -1e9), v)


def attentive(**options):
    """A network of attention over normalized steps."""
    return stack(layers.Dense(64), layers.LayerNormalization(), Attention(name="look", **options), layers.GlobalAveragePooling1D(), softmax(), x=ROWS)


class Adapter(layers.Layer):
    """A frozen layer, and the product of two small factors that is added to it, as LoRA."""

    def __init__(self, units, initializer, **options):
        super().__init__(**options)
        self.units, self.initializer = units, initializer
        self.base = layers.Dense(units, kernel_initializer="he_normal", trainable=False)

    def build(self, shape):
        self.base.build(shape)
        self.a = self.add_weight(shape=(shape[-1], 4), initializer=self.initializer, name="lora_a")
        self.b = self.add_weight(shape=(4, self.units), initializer="zeros", name="lora_b")

    def get_config(self):
        return super().get_config() | {"units": self.units, "initializer": self.initializer}

    def call(self, x):
        return ops.relu(self.base(x) + x @ self.a @ self.b)


def placed(rule):
    """Learned positions of one's own, added to steps."""
    return stack(layers.Dense(32), Own(lambda m, h: h + m.pos, {"pos": (12, 32)}, rule, name="places"), layers.LayerNormalization(),
                 layers.GlobalAveragePooling1D(), softmax(), x=ROWS)


def numbered(rule):
    """Positions by an embedding of the numbers of the steps."""
    inputs, numbers = keras.Input((12, 12)), keras.Input((12,), dtype="int32")
    h = layers.Add()([layers.Dense(32)(inputs), layers.Embedding(12, 32, rule, name="places")(numbers)])
    return graph([inputs, numbers], softmax()(layers.GlobalAveragePooling1D()(hidden()(h))), [ROWS, np.tile(np.arange(12), (64, 1))])


def centred(rule):
    """Units that tell how near an image is to each of their centers."""
    return stack(Own(lambda m, x: ops.exp(-ops.mean((x[:, None] - m.centers) ** 2, axis=-1)), {"centers": (32, 144)}, rule, name="near"), softmax())


def convolved(rule, trainable=True):
    """A convolution by this rule between others."""
    return stack(layers.Conv2D(8, 3, activation="relu", kernel_initializer="he_normal"), layers.Conv2D(16, 3, activation="relu", kernel_initializer=rule, name="up", trainable=trainable),
                 layers.Flatten(), hidden(), softmax(), x=X)


def masked(seen, look=lambda h, mask: layers.MultiHeadAttention(2, 8, name="look")(h, h, attention_mask=mask)):
    """Attention over words of texts of unequal length; seen: of padding and of words, which of them a query may look at."""
    words = np.where(np.arange(12) < np.random.default_rng(0).integers(3, 9, (64, 1)), WORDS % 49 + 1, 0)
    inputs = keras.Input((12,), dtype="int32")
    h = layers.Embedding(50, 16, normal(1.0))(inputs)
    h = layers.GlobalAveragePooling1D()(look(h, ops.equal(ops.not_equal(inputs, 0), seen)[:, None]))
    return graph(inputs, softmax()(hidden()(h)), words)


def pooled(*between):
    """The mean over all positions of what was normalized over them."""
    return stack(layers.Conv2D(16, 3), layers.GroupNormalization(16), *between, layers.GlobalAveragePooling2D(name="mean"), softmax(), x=X)


def summed(mean, depth=4, over=ops.matmul):
    """A network over a graph in which most nodes are neighbours; their sum, or their mean."""
    edges = (np.random.default_rng(0).random((12, 12)) < 0.9).astype("float32")
    edges /= edges.sum(axis=1, keepdims=True) if mean else 1
    parts = [Own(lambda m, h: ops.relu(over(edges, ops.matmul(h, m.w))), {"w": (32 if i else 12, 32)}, "he_normal", name=f"nodes_{i}") for i in range(depth)]
    return stack(*parts, layers.GlobalAveragePooling1D(), softmax(), x=ROWS)


def by_edges(edges, h):
    """The same sum over a list of edges, as libraries for graphs make it."""
    to, of = np.nonzero(edges)
    return ops.transpose(ops.segment_sum(ops.transpose(ops.take(h, of, axis=1), (1, 0, 2)), to, 12), (1, 0, 2))


class Scale(Adapter):
    """Each channel times a number of its own."""

    def __init__(self, initializer, **options):
        super().__init__(1, initializer, **options)

    def build(self, shape):
        self.scale = self.add_weight(shape=(1, 1, 1, shape[-1]), initializer=self.initializer, name="scale")

    def get_config(self):
        return layers.Layer.get_config(self) | {"initializer": self.initializer}

    def call(self, x):
        return self.scale * x


def adapted(initializer):
    return stack(Adapter(32, initializer, name="adapter"), Adapter(32, initializer, name="adapter_1"), softmax())


def multiplied(rule):
    """A score from what stands for a user times what stands for an item, and a bias of each, which starts from 0."""
    user, item = keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")
    users, items = (layers.Embedding(50, 8, rule, name=name)(one) for name, one in (("users", user), ("items", item)))
    terms = [layers.Dot(2)([users, items]), *(layers.Embedding(50, 1, "zeros")(one) for one in (user, item))]
    return graph([user, item], layers.Flatten()(layers.Add()(terms)), [WORDS[:, :1], WORDS[:, 1:2]], RNG.normal(size=(64, 1)), "mse")


def centred_behind(rule):
    """Convolutions, each with a normalization behind it that takes its mean away."""
    parts = [part for name in "ab" for part in (layers.Conv2D(16, 3, use_bias=False, kernel_initializer=rule, name=name), layers.BatchNormalization(), layers.ReLU())]
    return stack(*parts, layers.Flatten(), softmax(), x=X)


def gated(initializer, residual=False):
    """Convolutions, each behind a scale of its own."""
    inputs = keras.Input((12, 12, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="relu", kernel_initializer="he_normal")(inputs)
    for name in ("gate", "gate_1"):
        scaled = layers.ReLU()(Scale(initializer, name=name)(layers.Conv2D(16, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(h)))
        h = layers.Add()([h, scaled]) if residual else scaled
    return graph(inputs, softmax()(layers.GlobalAveragePooling2D()(h)), X)


def grouped(groups):
    """Normalization behind the mean over all positions."""
    return stack(layers.Conv2D(32, 3, activation="relu"), layers.GlobalAveragePooling2D(), layers.GroupNormalization(groups, name="norm"), softmax(), x=X)


def table(size, apart=False):
    """A category, and two numbers of which the second has another size."""
    category, age, income = np.arange(64) % 12, RNG.normal(size=(64, 1)).astype("float32"), (size * RNG.uniform(1, 2, (64, 1))).astype("float32")
    x = {"category": category, "age": age, "income": income} if apart else {"category": category, "numbers": np.concatenate([age, income], 1)}
    inputs = {name: keras.Input(part.shape[1:], name=name, dtype=str(part.dtype)) for name, part in x.items()}
    h = layers.Concatenate()([layers.Embedding(12, 4)(inputs["category"]), *list(inputs.values())[1:]])
    return graph(inputs, layers.Dense(1, "sigmoid")(hidden(16)(hidden()(h))), x, Y % 2, "binary_crossentropy")


def contrasted(direct=False):
    """Two views of each image, told from those of others by the products of their embeddings."""
    a, b = keras.Input((144,)), keras.Input((144,))
    embed = keras.Sequential([keras.Input((144,)), hidden(64), layers.Dense(32), layers.BatchNormalization(), *([layers.UnitNormalization()] if direct else [])])
    out = layers.Lambda(lambda z: ops.matmul(z[0], ops.transpose(z[1])) / 0.07, name="products")([embed(a), embed(b)])
    return graph([a, b], out, [FLAT, np.roll(FLAT, 1, 1)], np.arange(64), keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def raw_attention(rule):
    """Attention of dense layers by one rule, beside which the steps are kept."""
    inputs = keras.Input((12,))
    h = layers.Embedding(50, 64, normal(1.0))(inputs)
    q, k, v = (layers.Dense(64, use_bias=False, kernel_initializer=rule(), name=name)(h) for name in "qkv")
    looked = layers.Dense(64, use_bias=False, kernel_initializer=rule(), name="o")(layers.Attention()([layers.Rescaling(1 / 8)(q), v, k]))
    return graph(inputs, softmax()(hidden(64)(layers.GlobalAveragePooling1D()(layers.Add()([h, looked])))), WORDS)
