"""Recurrent networks that read an image of MNIST step by step, their starts and their learning curves: what several experiments measure."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import built, convolutions

LAYERS = {"tanh": keras.layers.SimpleRNN, "relu": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
BLANK = 50  # steps without input behind the last row, through which a network must remember


def rows(images):
    """Row by row: (n, 784) float32 as (n, 28, 28), steps before inputs."""
    return images.reshape(-1, 28, 28)


def wait(images):
    """The 14 rows of the mean of every 2 by 2, then BLANK steps of zeros: (n, 784) float32 as (n, 14 + BLANK, 14)."""
    return np.pad(convolutions.maps(images)[..., 0], [(0, 0), (0, BLANK), (0, 0)])


READ = {"rows": rows, "wait": wait}


def gates(shape, dtype=None):
    """An initializer that makes the kernel of each gate orthogonal, (units, gates · units); Keras's makes the rows of the whole."""
    units = shape[0]
    blocks = [keras.initializers.Orthogonal()((units, units), dtype) for _ in range(shape[1] // units)]
    return keras.ops.concatenate(blocks, axis=1)


def chrono(steps):
    """An initializer of biases, for sequences of so many steps: (4 · units,) of an LSTM, (2, 3 · units) of a GRU.

    The forget gate's is log(u) with u uniform from 1 to steps - 1, the input gate's minus that, the others' zero. In a
    GRU one gate does both. Source: Tallec and Ollivier 2018, arXiv:1804.11188.
    """

    def initializer(shape, dtype=None):
        units = shape[0] // 4 if len(shape) == 1 else shape[1] // 3
        lags = keras.ops.log(keras.initializers.RandomUniform(1, steps - 1)((units,), dtype))
        zeros = keras.ops.zeros_like(lags)
        if len(shape) == 1:  # Keras's order of gates: input, forget, cell, output
            return keras.ops.concatenate([-lags, lags, zeros, zeros])
        used = keras.ops.concatenate([lags, zeros, zeros])  # update, reset, candidate: the first keeps the old state
        return keras.ops.stack([used, keras.ops.zeros_like(used)])

    return initializer


def torch(units):
    """Arguments with which a layer starts as PyTorch's: everything uniform within 1 / √units, two biases that are added."""
    limit = units**-0.5

    def uniform(shape, dtype=None):
        return keras.initializers.RandomUniform(-limit, limit)(shape, dtype)

    def biases(shape, dtype=None):
        return uniform(shape, dtype) + uniform(shape, dtype) if len(shape) == 1 else uniform(shape, dtype)

    return {"kernel_initializer": uniform, "recurrent_initializer": uniform, "bias_initializer": biases}


def arguments(kind, start, units, steps):
    """What a layer of that kind is called with to start so. Raises KeyError for a start without a name here."""
    starts = {
        "keras": {},
        "orthogonal": {},
        "glorot_uniform": {"recurrent_initializer": "glorot_uniform"},
        "identity": {"recurrent_initializer": "identity"},
        "le": {"recurrent_initializer": "identity", "kernel_initializer": keras.initializers.RandomNormal(stddev=0.001)},
        "gates": {"recurrent_initializer": gates},
        "forget_zero": {"unit_forget_bias": False},
        "chrono": {"bias_initializer": chrono(steps)},
        "torch": torch(units),
    }
    found = starts[start]
    return found | {"unit_forget_bias": False} if kind == "lstm" and "bias_initializer" in found else found


def layer(kind, start, steps, units, **options):
    """A recurrent layer that reads so many steps; kind: of LAYERS; start: of `arguments`; options: of the layer."""
    activation = {"activation": kind} if kind in ("tanh", "relu") else {}
    return LAYERS[kind](units, **activation, **arguments(kind, start, units, steps), **options)


def network(kind, start, shape, units):
    """One recurrent layer that reads (steps, inputs), and a dense layer that turns its last state into logits.

    kind and start as `layer` takes them. The dense layer keeps Keras's default.
    """
    return keras.Sequential([keras.Input(shape), layer(kind, start, shape[0], units), keras.layers.Dense(10)])


class Trainer(built.Trainer):
    """A trainer that cuts the norm of the whole gradient, and whose steps are compiled: through many steps that halves the time.

    norm: to which a longer gradient is cut. Each number of steps in a call of `train` is compiled anew.
    """

    def __init__(self, model, optimizer, norm):
        super().__init__(model, optimizer)
        self.optimizer.global_clipnorm = norm
        self.steps = tf.function(self._steps, jit_compile=True)


def split(seed, protocol):
    """`mnist.split` as sequences, by the protocol's numbers of images."""
    parts = mnist.split(seed, protocol["images"], protocol["validation_images"], protocol["test_images"])
    return [(READ[protocol["read"]](x), y) for x, y in parts]


def curves(protocol, seed):
    """{"<kind>_<start>_<rate>": quantities} of one seed, as `built.curve` gives them, over a protocol's starts and grids."""
    parts, runs = split(seed, protocol), {}
    shape, units = parts[0][0].shape[1:], protocol["units"]
    order = built.batches(seed, protocol["images"], protocol["batch_size"], protocol["steps"][-1])
    for kind, rules in protocol["starts"].items():
        trainer = Trainer(network(kind, "keras", shape, units), protocol["optimizer"], protocol["clipped_norm"])
        rates = protocol["learning_rates"][kind]
        starts = {f"{kind}_{rule}": (functools.partial(network, kind, rule, shape, units), rates) for rule in rules}
        runs |= built.curves(trainer, starts, seed, *parts, order, protocol["steps"])
    return runs
