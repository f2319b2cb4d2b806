"""Sound networks of the kinds that people build: snippets/tools/audit.py finds no fault in any of them."""
import keras
import numpy as np
import pytest
from keras import initializers, layers, losses, ops

from snippets.tools.audit import audit
from tests.audited import BINARY, FLAT, REAL, RNG, ROWS, SPARSE, WORDS, X, Y, graph, hidden, normal, of, seed, small, softmax, stack, under

LOGITS = losses.SparseCategoricalCrossentropy(from_logits=True)
STATES = RNG.normal(size=(64, 8))
BLANK = np.pad(X[:, 5:7, 5:7], ((0, 0), (5, 5), (5, 5), (0, 0)))  # as the border of a digit


class Places(layers.Layer):
    """Learned positions, added to what comes in."""

    def __init__(self, rule=None):
        super().__init__()
        self.rule = rule or small()

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer=self.rule)

    def call(self, x):
        return x + self.table


class Gate(layers.Layer):
    """A scalar that starts from 0, as in ReZero."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        return self.scale * x


def looped(first, step, times, last=softmax, x=FLAT, y=Y, loss=SPARSE):
    """A network of a repeated step."""
    inputs = keras.Input(x.shape[1:], dtype=x.dtype.name)
    h = first(inputs)
    for _ in range(times):
        h = step(h)
    return graph(inputs, last()(h), x, y, loss)


def attended(h, before=True, rule=lambda: "glorot_uniform"):
    """A block of a transformer, normalized before or after its branches."""
    norm = layers.LayerNormalization
    a = norm()(h) if before else h
    h = h + layers.MultiHeadAttention(4, 8, kernel_initializer=rule())(a, a)
    h = h if before else norm()(h)
    wide = layers.Dense(128, "gelu", kernel_initializer=rule())(norm()(h) if before else h)
    h = h + layers.Dense(32, kernel_initializer=rule())(wide)
    return h if before else norm()(h)


def words(h, **options):
    return Places()(layers.Embedding(50, 32, **options)(h))


def patches(h, rule=None):
    return Places(rule)(layers.Reshape((9, 32))(layers.Conv2D(32, 4, 4)(h)))


def pooled():
    return lambda h: softmax()(layers.GlobalAveragePooling1D()(layers.LayerNormalization()(h)))


def mixed(h):
    turned = layers.Permute((2, 1))(layers.LayerNormalization()(h))
    h = h + layers.Permute((2, 1))(layers.Dense(9)(layers.Dense(16, "gelu")(turned)))
    return h + layers.Dense(32)(layers.Dense(64, "gelu")(layers.LayerNormalization()(h)))


def gated(h):
    n = layers.RMSNormalization()(h)
    return h + layers.Dense(32)(layers.Dense(64, "silu")(n) * layers.Dense(64)(n))


def highway(h):
    t = layers.Dense(64, "sigmoid", bias_initializer=initializers.Constant(-2))(h)
    return t * layers.Dense(64, "relu")(h) + (1 - t) * h


def squeezed(h):
    branch = layers.BatchNormalization()(layers.Conv2D(32, 3, padding="same")(h))
    scale = layers.Dense(32, "sigmoid")(layers.Dense(8, "relu")(layers.GlobalAveragePooling2D()(branch)))
    return layers.ReLU()(layers.Add()([h, layers.Multiply()([branch, layers.Reshape((1, 1, 32))(scale)])]))


def convolved(filters=32, size=3, strides=1, **options):
    return layers.Conv2D(filters, size, strides, "same", activation="relu", **options)


def branched(h):
    return layers.Concatenate()([*(convolved(8, size)(h) for size in (1, 3, 5)), layers.MaxPooling2D(3, 1, "same")(h)])


def coupled(h):
    a, b = h[:, :4], h[:, 4:]
    scale = layers.Dense(4, "tanh", kernel_initializer="zeros")(hidden()(a))
    return layers.Concatenate()([b * ops.exp(scale) + layers.Dense(4, kernel_initializer="zeros")(hidden()(a)), a])


def averaging():
    return lambda h: softmax()(layers.GlobalAveragePooling2D()(h))


def unet():
    inputs, rule = keras.Input((12, 12, 1)), {"kernel_initializer": "he_normal"}
    a = convolved(16, **rule)(inputs)
    b = convolved(32, **rule)(layers.MaxPooling2D()(a))
    h = layers.Conv2DTranspose(32, 2, 2)(convolved(64, **rule)(layers.MaxPooling2D()(b)))
    h = layers.UpSampling2D()(convolved(32, **rule)(layers.Concatenate()([h, b])))
    return graph(inputs, layers.Conv2D(1, 1, activation="sigmoid")(convolved(16, **rule)(layers.Concatenate()([h, a]))), X, X > 0.3, BINARY)


def actor_and_critic():
    inputs, root = keras.Input((8,)), initializers.Orthogonal
    h = layers.Dense(64, "tanh", kernel_initializer=root(2**0.5))(layers.Dense(64, "tanh", kernel_initializer=root(2**0.5))(inputs))
    ends = [layers.Dense(4, "softmax", kernel_initializer=root(0.01))(h), layers.Dense(1, kernel_initializer=root(1.0))(h)]
    return graph(inputs, ends, STATES, [Y % 4, REAL], [SPARSE, "mse"])


def dueling():
    inputs = keras.Input((8,))
    value, gain = layers.Dense(1)(h := hidden(64)(inputs)), layers.Dense(4)(h)
    return graph(inputs, value + gain - ops.mean(gain, -1, keepdims=True), STATES, RNG.normal(size=(64, 4)), "huber")


def translated():
    source, target = keras.Input((12,), dtype="int32"), keras.Input((12,), dtype="int32")
    _, h, c = layers.LSTM(32, return_state=True)(layers.Embedding(50, 16, mask_zero=True)(source))
    h = layers.LSTM(32, return_sequences=True)(layers.Embedding(50, 16)(target), initial_state=[h, c])
    return graph([source, target], layers.Dense(50, "softmax")(h), [WORDS, WORDS], WORDS)


def dilated():
    inputs = keras.Input((12, 12))
    h = layers.Conv1D(32, 1)(inputs)
    for rate in (1, 2, 4):
        h = h + layers.Conv1D(32, 3, padding="causal", dilation_rate=rate, activation="relu")(layers.SpatialDropout1D(0.1)(h))
    return graph(inputs, layers.Dense(1)(layers.Flatten()(h)), ROWS, REAL, "mse")


def radiance():
    inputs = keras.Input((3,))
    h = waves = layers.Concatenate()([wave(2.0**k * inputs) for k in range(6) for wave in (ops.sin, ops.cos)])
    for i in range(8):
        h = layers.Dense(64, "relu")(layers.Concatenate()([h, waves]) if i == 4 else h)
    return graph(inputs, layers.Dense(4, "sigmoid")(h), RNG.uniform(-1, 1, (64, 3)), RNG.random((64, 4)), "mse")


def factors():
    """Products of pairs of embeddings beside a network of them, as in DeepFM."""
    ids = [keras.Input((1,), dtype="int32") for _ in range(4)]
    own = [layers.Flatten()(layers.Embedding(50, 8)(i)) for i in ids]
    pairs = sum(layers.Dot(1)([a, b]) for n, a in enumerate(own) for b in own[:n])
    deep = layers.Dense(1)(hidden()(hidden()(layers.Concatenate()(own))))
    return graph(ids, layers.Activation("sigmoid")(pairs + deep), [WORDS[:, [i]] for i in range(4)], Y % 2, BINARY)


def siamese():
    one = keras.Sequential([keras.Input((144,)), hidden(64), layers.Dense(16), layers.UnitNormalization()])
    a, b = keras.Input((144,)), keras.Input((144,))
    return graph([a, b], layers.Dense(1, "sigmoid")(layers.Dot(1)([one(a), one(b)])), [FLAT, FLAT[::-1]], Y % 2, BINARY)


def densities():
    inputs = keras.Input((144,))
    h = hidden(64)(inputs)
    parts = layers.Concatenate()([layers.Dense(3, "softmax")(h), layers.Dense(3)(h), layers.Dense(3, "softplus")(h)])
    return graph(inputs, parts, y=REAL, loss=lambda t, p: ops.mean((p[:, 3:6] - t) ** 2 / (p[:, 6:] + 1e-3)))


def neighbours():
    nodes, edges = keras.Input((12, 12)), keras.Input((12, 12))
    h = nodes
    for _ in range(3):
        h = layers.ReLU()(ops.matmul(edges, layers.Dense(32)(h)))
    return graph([nodes, edges], softmax()(layers.GlobalAveragePooling1D()(h)), [ROWS, np.full((64, 12, 12), 1 / 12, "float32")])


def adapted():
    x = STATES * 1e4 + 3e5
    standard = layers.Normalization()
    standard.adapt(x)
    return stack(standard, hidden(), layers.Dense(1), x=x, y=REAL, loss="mse")


def tuned():
    """Trained, frozen at the bottom, and to be trained further with a small rate."""
    model, x, y = stack(layers.Conv2D(6, 3, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(64, "tanh"), softmax(), x=X)
    model.fit(x, y, epochs=3, verbose=0)
    model.layers[0].trainable = False
    return of(model, x, y, SPARSE, keras.optimizers.Adam(1e-5))


def lora():
    model, x, y = stack(hidden(), hidden(), softmax())
    model.layers[1].enable_lora(4)
    return of(model, x, y, SPARSE)


def rare():
    """One image in 64 is of the class, and the bias says so."""
    y = np.eye(64)[:1].T
    return stack(hidden(), layers.Dense(1, "sigmoid", bias_initializer=initializers.Constant(-np.log(63))), y=y, loss=BINARY)


SOUND = {
    "over_one_number": lambda: looped(hidden(), lambda h: h / (ops.std(h) + 1e-7), 1), "less_one_number": lambda: looped(hidden(), lambda h: hidden()(h - ops.mean(h)), 2),
    "encoder": lambda: looped(words, attended, 6, pooled, WORDS), "encoder_post": lambda: looped(words, lambda h: attended(h, False), 6, pooled, WORDS),
    "block": lambda: looped(layers.Embedding(50, 32), lambda h: attended(h, False), 1, lambda: lambda h: softmax()(layers.GlobalAveragePooling1D()(h)), WORDS),
    "decoder": lambda: looped(lambda h: words(h, embeddings_initializer=small()), lambda h: attended(h, rule=small), 4,
                              lambda: layers.Dense(50, kernel_initializer=small()), WORDS, WORDS, LOGITS),
    "vision_transformer": lambda: looped(patches, attended, 4, pooled, X), "blank_patches": lambda: looped(lambda h: patches(h, initializers.RandomUniform(-0.02, 0.02)), attended, 1, pooled, BLANK), "half_precision": lambda: under("mixed_float16", lambda: looped(patches, attended, 2, pooled, X)),
    "bfloat": lambda: under("bfloat16", lambda: stack(hidden(64), hidden(64), softmax(), optimizer=keras.optimizers.SGD(0.5))), "mixer": lambda: looped(patches, mixed, 4, pooled, X),
    "swiglu": lambda: looped(layers.Dense(32), gated, 4, pooled, ROWS), "highway": lambda: looped(hidden(64), highway, 10), "rezero": lambda: looped(hidden(64), lambda h: h + Gate()(hidden(64)(h)), 12),
    "relu_behind_the_sum": lambda: looped(hidden(64), lambda h: layers.ReLU()(h + hidden(64, None)(hidden(64)(h))), 4),
    "squeeze_and_excite": lambda: looped(convolved(), squeezed, 3, averaging, X), "inception": lambda: looped(convolved(), branched, 2, averaging, X),
    "flow": lambda: looped(layers.Identity(), coupled, 4, layers.Identity, STATES, STATES, lambda t, p: ops.mean(ops.sum(p**2, -1)) / 2),
    "unet": unet, "actor_and_critic": actor_and_critic, "dueling": dueling,
    "deep_q": lambda: stack(layers.Rescaling(1 / 255), convolved(16, 4, 2), convolved(), layers.Flatten(), layers.Dense(64, "relu"), layers.Dense(4), x=255 * X, y=RNG.normal(size=(64, 4)), loss="huber"),
    "actor_of_ddpg": lambda: stack(layers.Dense(64, "relu"), layers.Dense(64, "relu"), layers.Dense(2, "tanh", kernel_initializer=initializers.RandomUniform(-3e-3, 3e-3)),
                                   x=STATES, y=RNG.uniform(-1, 1, (64, 2)), loss="mse"),
    "sequence_to_sequence": translated, "dilated": dilated, "gru": lambda: stack(layers.GRU(32, return_sequences=True), layers.Dropout(0.2), layers.GRU(32), layers.Dense(1), x=ROWS, y=REAL, loss="mae"),
    "bidirectional": lambda: stack(layers.Embedding(50, 16), layers.Bidirectional(layers.LSTM(16, return_sequences=True)), layers.Bidirectional(layers.GRU(8)), layers.Dense(1, "sigmoid"), x=WORDS, y=Y % 2, loss=BINARY),
    "convolutions_of_words": lambda: stack(layers.Embedding(50, 16), layers.Conv1D(32, 3, activation="relu"), layers.MaxPooling1D(), layers.Conv1D(32, 3, activation="relu"), layers.GlobalMaxPooling1D(), softmax(), x=WORDS),
    "recurrent_convolution": lambda: stack(layers.Reshape((3, 4, 12, 1)), layers.ConvLSTM2D(4, 3, padding="same"), layers.Flatten(), softmax(), x=X),
    "radiance": radiance, "factors": factors, "siamese": siamese, "densities": densities, "neighbours": neighbours, "adapted": adapted, "tuned": tuned, "lora": lora, "rare": rare,
    "alexnet": lambda: stack(*(convolved(64, kernel_initializer=normal(0.01), bias_initializer=bias) for bias in ("zeros", "ones", "ones")), layers.Flatten(),
                             layers.Dense(64, "relu", kernel_initializer=normal(0.005), bias_initializer="ones"), layers.Dropout(0.5), softmax(kernel_initializer=normal(0.01)), x=X),
    "parametric_relu": lambda: stack(layers.Conv2D(8, 3), layers.PReLU(), layers.Conv2D(8, 3), layers.PReLU(), layers.Flatten(), softmax(), x=X),
    "quantiles": lambda: stack(hidden(), layers.Dense(3), y=REAL, loss=lambda t, p: ops.mean(ops.maximum((t - p) / 2, (p - t) / 2))),
    "counts": lambda: stack(hidden(), layers.Dense(1, "exponential"), y=RNG.poisson(3, (64, 1)), loss="poisson"), "divergence": lambda: stack(hidden(), softmax(), y=0.9 * np.eye(10)[Y] + 0.01, loss="kl_divergence"),
    "sum_of_losses": lambda: stack(hidden(), softmax(), loss=losses.SparseCategoricalCrossentropy(reduction="sum")), "scaled_tanh": lambda: stack(hidden(), layers.Dense(4, "tanh"), layers.Rescaling(2.0), y=RNG.uniform(-2, 2, (64, 4)), loss="mse"),
    "yes_or_no": lambda: stack(hidden(), layers.Dense(1, "sigmoid"), y=Y % 2 == 1, loss=BINARY), "hinge": lambda: stack(hidden(), layers.Dense(1), y=Y % 2, loss="hinge"),
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_sound_network_of_a_known_kind_gets_no_finding(make):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound", str(report)
