"""snippets/tools/audit.py and branches: one may start small beside what it is added to, and none may drown a frozen trunk."""
import keras
import numpy as np
import pytest
from keras import layers

from snippets.tools.audit import audit
from tests import audited
from tests.audited import FLAT, ROWS, SPARSE, X, Y, code, graph, hidden, mended, normal, of, softmax

WIDTH = 32


def drawn(std=None, gain=2.0, a=WIDTH, b=WIDTH, activation=None):
    """A layer of a given standard deviation, or of gain / fan_in."""
    return layers.Dense(b, activation, kernel_initializer=normal((gain / a) ** 0.5 if std is None else std))


def pair(first=None, last=None, scale=1.0):
    """x + scale * branch(x)."""
    body, end = drawn(first, activation="relu"), drawn(last, gain=1.0)
    return lambda h: layers.Add()([h, layers.Rescaling(scale)(end(body(h)))] if scale != 1 else [h, end(body(h))])


def fresh(*steps):
    """An untrained network of such steps."""
    inputs = keras.Input((144,))
    h = drawn(a=144, activation="relu")(inputs)
    for step in steps:
        h = step(h)
    return graph(inputs, softmax()(h))


def trained(steps=150):
    """The layers of a network that has learned the batch, which are frozen."""
    body = [hidden(WIDTH) for _ in range(3)] + [layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((144,)), *body])
    model.compile(keras.optimizers.Adam(0.01), SPARSE)
    for _ in range(steps):
        model.train_on_batch(FLAT, Y)
    for layer in body:
        layer.trainable = False
    return body


def adapted(make=pair):
    """A frozen network with a new branch behind each of its layers."""
    *body, head = trained()
    inputs = h = keras.Input((144,))
    for layer in body:
        h = make()(layer(h))
    return graph(inputs, head(h))


class Block(keras.layers.Layer):
    """The same without a layer that adds."""

    def __init__(self, first, last):
        super().__init__()
        self.body, self.end = drawn(first, activation="relu"), drawn(last, gain=1.0)

    def call(self, x):
        return x + self.end(self.body(x))


class Subclassed(keras.Model):
    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


def subclassed(*parts, out=softmax, first=lambda: drawn(a=144, activation="relu")):
    model = Subclassed([first(), *parts, out()])
    model(FLAT[:2])
    return of(model, FLAT, Y, SPARSE)


def subclassed_adapters(first=None, last=None):
    a, b, c, head = trained()
    return subclassed(Block(first, last), b, Block(first, last), c, Block(first, last), out=lambda: head, first=lambda: a)


def transformer(last=0.18, before=True, blocks=2):
    """Blocks of attention and two layers, normalized before their branches or after them, with branches that end in this."""
    inputs = keras.Input((12, 12))
    h = drawn(a=12)(inputs)
    for _ in range(blocks):
        for kind in ("look", "body"):
            x = layers.LayerNormalization()(h) if before else h
            if kind == "look":
                look = layers.MultiHeadAttention(4, 8)
                x = look(x, x)
                look._output_dense.kernel.assign(keras.random.normal(look._output_dense.kernel.shape, 0, last))
            else:
                x = drawn(last, a=64)(drawn(b=64, activation="gelu")(x))
            h = h + x
            h = h if before else layers.LayerNormalization()(h)
    return graph(inputs, softmax()(layers.GlobalAveragePooling1D()(layers.LayerNormalization()(h))), ROWS)


def headed():
    inputs = h = keras.Input((144,))
    for layer in trained()[:-1]:
        h = layer(h)
    return graph(inputs, softmax()(h))


def partly():
    """A network of branches that has been trained and of which the first half is frozen."""
    model, x, y = fresh(*(pair(scale=0.5) for _ in range(4)))
    model.optimizer.learning_rate = 0.01
    for _ in range(60):
        model.train_on_batch(x, y)
    for layer in model.layers[:len(model.layers) // 2]:
        layer.trainable = False
    return of(model, x, y, SPARSE)


def random_features():
    model, x, y = fresh(pair(scale=0.5), pair(scale=0.5))
    model.layers[1].trainable = False
    return of(model, x, y, SPARSE)


def concatenated():
    inputs = keras.Input((144,))
    h = hidden(16)(inputs)
    for _ in range(6):
        h = layers.Concatenate()([h, hidden(8)(h)])
    return graph(inputs, softmax()(h))


def convolution(filters=16, window=3, rule="he_normal", activation="relu"):
    return layers.Conv2D(filters, window, padding="same", activation=activation, kernel_initializer=rule)


def u_net(rule="he_normal"):
    """A way down and up, of which the end is added to what came in."""
    inputs = keras.Input((12, 12, 1))
    a = convolution()(inputs)
    h = convolution()(convolution()(layers.MaxPooling2D()(a)))
    h = layers.Add()([a, convolution(rule=rule, activation=None)(layers.UpSampling2D()(h))])
    return graph(inputs, softmax()(layers.GlobalAveragePooling2D()(h)), X)


def excited():
    inputs = keras.Input((12, 12, 1))
    h = convolution()(inputs)
    for _ in range(3):
        branch = convolution(activation=None)(h)
        gate = layers.Dense(16, "sigmoid")(hidden(8)(layers.GlobalAveragePooling2D()(branch)))
        h = layers.ReLU()(h + branch * layers.Reshape((1, 1, 16))(gate))
    return graph(inputs, softmax()(layers.GlobalAveragePooling2D()(h)), X)


def highway():
    inputs = keras.Input((144,))
    h = hidden()(inputs)
    for _ in range(6):
        t = layers.Dense(WIDTH, "sigmoid", bias_initializer=keras.initializers.Constant(-2.0))(h)
        h = t * hidden()(h) + (1 - t) * h
    return graph(inputs, softmax()(h))


def inception():
    inputs = h = keras.Input((12, 12, 1))
    for _ in range(3):
        h = layers.Concatenate()([convolution(8, window)(h) for window in (1, 3, 5)])
    return graph(inputs, softmax()(layers.GlobalAveragePooling2D()(h)), X)


def mixture():
    """Experts, weighed by a softmax, in a residual branch."""
    inputs = keras.Input((144,))
    h = hidden()(inputs)
    share = layers.Dense(4, kernel_initializer=normal(0.02))(h)
    share = layers.Softmax()(share)
    return graph(inputs, softmax()(h + sum(share[:, i:i + 1] * drawn()(hidden()(h)) for i in range(4))))


def equilibrium(last=0.05):
    """One block, again and again, with the input added each time."""
    body, end, inputs = hidden(), drawn(last), keras.Input((144,))
    h = given = hidden()(inputs)
    for _ in range(6):
        h = given + end(body(h))
    return graph(inputs, softmax()(h))


def halves(depth=18):
    """Two branches side by side, averaged, and nothing beside them."""
    inputs = keras.Input((144,))
    h = hidden()(inputs)
    for _ in range(depth):
        h = (drawn(0.09, activation="relu")(h) + drawn(0.09, activation="relu")(h)) / 2
    return graph(inputs, softmax()(h))


def chain(depth=14):
    parts = [drawn(gain=0.7, activation="relu") for _ in range(depth)]

    def run(h):
        for part in parts:
            h = part(h)
        return h

    return run


def around(run):
    return lambda h: layers.Add()([h, run(h)])


SOUND = {
    "adapters": lambda: adapted(lambda: pair(0.01, 0.01)), "adapters_tiny": lambda: adapted(lambda: pair(0.003, 0.003)), "adapters_zero": lambda: adapted(lambda: pair(last=0.0)),
    "adapters_of_a_subclass": lambda: subclassed_adapters(0.01, 0.01), "a_subclass": lambda: subclassed(*(Block(0.003, 0.003) for _ in range(4))),
    "adapter": lambda: fresh(pair(0.003, 0.003)), "ends": lambda: fresh(*(pair(last=0.003) for _ in range(6))), "branches": lambda: fresh(*(pair(0.01, 0.01) for _ in range(4))),
    "scaled": lambda: fresh(*(pair(scale=1e-3) for _ in range(6))), "head": headed, "partly": partly, "random_features": random_features,
    "pre": transformer, "post": lambda: transformer(before=False), "pre_tiny": lambda: transformer(0.002), "post_tiny": lambda: transformer(0.002, before=False),
    "concatenated": concatenated, "u_net": u_net, "u_net_tiny": lambda: u_net(normal(0.003)), "excited": excited, "highway": highway, "inception": inception,
    "mixture": mixture, "equilibrium": equilibrium, "equilibrium_tiny": lambda: equilibrium(0.003), "residual": lambda: fresh(*(pair(scale=0.5) for _ in range(6))),
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_sound_network_of_branches_gets_no_finding(make):
    audited.seed(0)
    assert not (report := audit(*make())).findings, str(report)


VANISHING = {
    "no_trunk": halves, "a_long_branch": lambda: fresh(around(chain())), "a_skip_elsewhere": lambda: fresh(pair(), chain(), pair()),
    "a_branch_of_zeros_elsewhere": lambda: fresh(pair(last=0.0), chain()),
    "a_small_branch_elsewhere": lambda: fresh(pair(0.01, 0.01), chain()),
    "a_trunk": lambda: fresh(*(step for _ in range(12) for step in (pair(0.01, 0.01), drawn(gain=0.7, activation="relu")))),
    "a_subclass": lambda: subclassed(Block(0.01, 0.01), *(drawn(gain=0.7, activation="relu") for _ in range(14))),
}  # fmt: skip


@pytest.mark.parametrize("make", VANISHING.values(), ids=VANISHING)
def test_a_chain_that_vanishes_is_found_beside_branches(make):
    audited.seed(0)
    report = audit(*make())
    assert [finding.fault.split()[0] for finding in report.findings] == ["vanishing"], str(report)


def test_a_network_without_residual_branches_gets_no_advice_about_them():
    audited.seed(0)
    assert "residual branch" not in audit(*halves()).findings[0].remedy


@pytest.mark.parametrize("make", [adapted, subclassed_adapters])
def test_loud_branches_in_a_frozen_network_are_named(make):
    audited.seed(0)
    model, x, y = make()
    before = [np.array(v.value) for v in model.variables]
    report = audit(model, x, y)
    assert all(np.array_equal(v.value, old) for v, old in zip(model.variables, before))  # put back or never touched: nothing is computed
    assert [finding.fault for finding in report.findings] == ["branch too loud for a frozen trunk"], str(report)
    assert len(report.findings[0].layers) == 3 and code(report.findings[0].remedy) == {"kernel_initializer": "'zeros'"}


def test_zeros_mend_loud_branches_in_a_frozen_network():
    audited.seed(0)
    model, x, y = adapted()
    trunk = {layer.name: layer.get_weights() for layer in model.layers if not layer.trainable}
    model, x, y = mended(model, x, y, audit(model, x, y).findings[0])
    for name, weights in trunk.items():
        model.get_layer(name).set_weights(weights)
    assert not (report := audit(model, x, y)).findings, str(report)
