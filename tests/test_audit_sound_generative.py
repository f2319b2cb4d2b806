"""Sound networks that make images, and those that judge them: snippets/tools/audit.py finds no fault in any of them."""
import keras
import numpy as np
import pytest
from keras import layers, ops

from snippets.tools.audit import audit
from tests.audited import BINARY, FLAT, RNG, X, Y, graph, hidden, of, seed, small, stack

NOISE = RNG.normal(size=(64, 16))


class Sample(layers.Layer):
    """The latent variable of a variational autoencoder, whose divergence is a loss of its own."""

    def call(self, parts):
        mean, log = parts
        self.add_loss(-0.5 * ops.mean(1 + log - mean**2 - ops.exp(log)))
        return mean + ops.exp(log / 2) * keras.random.normal(ops.shape(mean))


class Autoencoder(keras.Model):
    """The same as tutorials write it, in a class."""

    def __init__(self):
        super().__init__()
        self.encode = keras.Sequential([hidden(64), layers.Dense(8)])
        self.decode = keras.Sequential([hidden(64), layers.Dense(144, "sigmoid")])

    def call(self, x):
        mean, log = ops.split(self.encode(x), 2, axis=-1)
        return self.decode(mean + ops.exp(log / 2) * keras.random.normal(ops.shape(mean)))


def called(model, x, y, loss):
    """A subclassed model, built by a call."""
    model(x[:2])
    return of(model, x, y, loss)


def variational():
    inputs = keras.Input((144,))
    h = hidden(64)(inputs)
    return graph(inputs, layers.Dense(144, "sigmoid")(hidden(64)(Sample()([layers.Dense(4)(h), layers.Dense(4)(h)]))), y=FLAT, loss=BINARY)


def gan():
    """A generator, trained through a frozen discriminator."""
    turn, bn = layers.Conv2DTranspose, layers.BatchNormalization
    judge = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(32, 4, 2, "same", kernel_initializer=small()), layers.LeakyReLU(0.2),
                              layers.Conv2D(64, 4, 2, "same", kernel_initializer=small()), bn(), layers.LeakyReLU(0.2), layers.Flatten(), layers.Dense(1, "sigmoid")])
    judge.trainable = False
    make = keras.Sequential([keras.Input((16,)), layers.Dense(576, kernel_initializer=small()), layers.Reshape((3, 3, 64)), bn(), layers.ReLU(),
                             turn(32, 4, 2, "same", kernel_initializer=small()), bn(), layers.ReLU(), turn(1, 4, 2, "same", activation="tanh", kernel_initializer=small())])
    return of(keras.Sequential([keras.Input((16,)), make, judge]), NOISE, np.ones((64, 1)), BINARY)


def generator():
    return stack(layers.Dense(576, "relu"), layers.Reshape((3, 3, 64)), layers.Conv2DTranspose(32, 4, 2, "same", activation="relu"),
                 layers.Conv2DTranspose(1, 4, 2, "same", activation="sigmoid"), x=NOISE, y=X, loss="mse")


def critic():
    return stack(layers.Conv2D(16, 4, 2, "same"), layers.LeakyReLU(0.2), layers.Conv2D(32, 4, 2, "same"), layers.LeakyReLU(0.2), layers.Flatten(), layers.Dense(1),
                 x=X, y=np.where(Y % 2, 1.0, -1.0)[:, None], loss=lambda t, p: ops.mean(t * p))


SOUND = {
    "variational": variational, "variational_class": lambda: called(Autoencoder(), FLAT, FLAT, "mse"), "autoencoder": lambda: stack(hidden(64), hidden(8), hidden(64), layers.Dense(144), y=FLAT, loss="mse"),
    "gan": gan, "generator": generator, "critic": critic,
}  # fmt: skip


@pytest.mark.parametrize("make", SOUND.values(), ids=SOUND)
def test_a_sound_network_of_a_known_kind_gets_no_finding(make):
    seed(0)
    report = audit(*make())
    assert report.outcome == "sound", str(report)
