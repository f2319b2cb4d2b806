"""Train K independent multilayer perceptrons at once, as one TensorFlow program.

The networks differ in their initial weights and in the order of their batches. Each ends with the weights
that `keras.Model.fit` would have reached from the same start on the same batches, to float32 rounding.

Networks of one seed see the same images, so their first layers are one wide matrix product. Groups of them
run side by side, one per core. On a CPU that goes fastest when TensorFlow does not also split every single
product over the cores: call `tf.config.threading.set_intra_op_parallelism_threads(1)` before anything else.
"""
import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import tensorflow as tf

GROUP = 7  # networks that step together: fewer pay more per call, more do not fit in the cache
PIXELS = 48  # they are trained on a multiple of this, so that other images seldom mean another program to trace


def initial_kernels(initializer, widths, seed):
    """Draw the kernels of one network, with a fresh initializer for every layer.

    initializer: a Keras name, a Keras initializer (its own seed is replaced), or a list of these, one per layer.
    Returns a list of (fan_in, fan_out) float32 arrays. Layer l depends on (seed, l) alone.
    Raises ValueError for an initializer that Keras does not know.
    """
    shapes = list(zip(widths, widths[1:]))
    rules = initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(shapes)
    if len(rules) != len(shapes):
        raise ValueError(f"{len(shapes)} layers need {len(shapes)} initializers, but the list has {len(rules)}.")
    kernels = []
    for layer, (rule, shape) in enumerate(zip(rules, shapes)):
        try:
            known = keras.initializers.get(rule)
            config = known.get_config()
        except (ValueError, TypeError, AttributeError, KeyError):  # KeyError: 'constant' needs its value
            raise ValueError(f"Keras makes no initializer of {rule!r}: give a name or an instance.") from None
        if "seed" in config:
            config["seed"] = int(np.random.SeedSequence([seed, layer]).generate_state(1)[0])
        kernels.append(np.array(known.from_config(config)(shape, dtype="float32")))
    return kernels


def batch_order(seed, epoch, n):
    """The order in which a network of this seed sees n images in this epoch: (n,) int32, a permutation."""
    return np.random.default_rng([seed, epoch]).permutation(n).astype("int32")


def activation_function(name, elementwise=False):
    """The Keras activation of this name, or ValueError."""
    try:
        function = keras.activations.get(name)
    except (ValueError, TypeError):
        raise ValueError(f"{name!r} is no Keras activation: give a name such as 'relu'.") from None
    probe = np.linspace(-2, 2, 12, dtype="float32").reshape(4, 3)
    if elementwise and not np.allclose(function(probe), np.transpose(function(probe.T))):
        raise ValueError(f"A hidden layer needs an activation that acts on each unit alone, unlike {name!r}.")
    return function


def output_function(name):
    """The activation of the output layer, or None for softmax, whose logits go into the loss."""
    return None if name == "softmax" else activation_function(name)


def forward(weights, x, activation):
    """Outputs before the last activation: (networks, images, classes).

    weights: kernel, bias, kernel, … stacked as (networks, fan_out, fan_in) and (networks, fan_out, 1): with
    the units before the images, the wide first product needs no transposing on its way to the second layer.
    """
    networks, units, fan_in = weights[0].shape
    h = tf.matmul(tf.reshape(weights[0], (networks * units, fan_in)), x, transpose_b=True)
    h = tf.reshape(h, (networks, units, -1)) + weights[1]
    for kernel, bias in zip(weights[2::2], weights[3::2]):
        h = tf.matmul(kernel, activation(h)) + bias
    return tf.transpose(h, (0, 2, 1))


def loss_and_hits(z, y, output):
    """Cross-entropy, and 1 where the largest output is the label: both (networks, images) float32."""
    if output is None:  # softmax
        labels = tf.broadcast_to(y, tf.shape(z)[:2])
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)
    else:
        z = output(z)
        p = z / tf.reduce_sum(z, -1, keepdims=True)  # 0/0 is NaN where every output is 0, as in Keras
        p = tf.clip_by_value(p, keras.config.epsilon(), 1 - keras.config.epsilon())
        loss = -tf.reduce_sum(tf.one_hot(y, z.shape[-1]) * tf.math.log(p), -1)
    return loss, tf.cast(keras.ops.argmax(z, -1) == y, "float32")


@functools.cache
def training(activation, output, optimizer, batch_size):
    """A TensorFlow function that trains a group for one epoch: its loss and accuracy, (2, networks)."""
    activation, output = activation_function(activation, elementwise=True), output_function(output)

    def update(variable, moments, gradient, step, rate):
        if optimizer == "sgd":
            variable.assign_sub(rate * gradient)  # rate: (networks, 1, 1)
        else:
            tf.raw_ops.ResourceApplyAdam(  # all of Adam in one pass over memory, with Keras's constants
                var=variable.handle, m=moments[0].handle, v=moments[1].handle, grad=gradient, lr=rate[0, 0, 0],
                beta1_power=0.9**step, beta2_power=0.999**step, beta1=0.9, beta2=0.999, epsilon=1e-7)

    @tf.function
    def train_epoch(weights, moments, step, rate, x, y, order):
        sums = tf.zeros((2, weights[0].shape[0]))
        for start in tf.range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            with tf.GradientTape() as tape:
                z = forward(weights, tf.gather(x, batch), activation)
                loss, hits = loss_and_hits(z, tf.gather(y, batch), output)
                mean = tf.reduce_mean(loss, -1)
            gradients = tape.gradient(mean, weights)
            step += 1.0
            with tf.control_dependencies(gradients):  # a variable still in use would be copied, then updated
                for variable, pair, gradient in zip(weights, moments, gradients):
                    update(variable, pair, gradient, step, rate)
            sums += tf.reduce_sum([loss, hits], -1)
        return sums / tf.cast(len(order), "float32")

    return train_epoch


@functools.cache
def evaluation(activation, output):
    """A TensorFlow function that gives a group's loss and accuracy, (2, networks)."""
    activation, output = activation_function(activation, elementwise=True), output_function(output)

    @tf.function
    def evaluate(weights, x, y):
        sums = tf.zeros((2, weights[0].shape[0]))
        for start in tf.range(0, len(y), 1000):
            z = forward(weights, x[start:start + 1000], activation)
            sums += tf.reduce_sum(loss_and_hits(z, y[start:start + 1000], output), -1)
        return sums / tf.cast(len(y), "float32")

    return evaluate


def train(networks, x, y, validation, *, widths=(784, 128, 64, 10), activation="relu", output="softmax",
          optimizer="adam", learning_rate=1e-3, batch_size=128, epochs=5, verbose=True):
    """Train all networks, given as a list of (initializer, seed); see initial_kernels and batch_order.

    x: (n, widths[0]) float32; y: (n,) integers; validation: another such (x, y). Biases start at 0.
    output: "softmax" for the cross-entropy of the logits, or another activation, whose outputs Keras divides
    by their sum, clips and puts into the cross-entropy. optimizer: "adam", or "sgd" without momentum.
    learning_rate: a number, or one per network, so that a grid of rates is one call.
    Returns (history, weights). history: "loss", "accuracy" (means over the epoch's batches as they were
    trained), "val_loss", "val_accuracy" (after the epoch); each (networks, epochs) float32, accuracy from 0
    to 1. weights: per network [kernel, bias, kernel, …] in Keras's order and shapes.
    Raises ValueError for what it cannot train.
    """
    x, y, x_val, y_val = checked(networks, x, y, *validation, widths, optimizer)
    rates = np.broadcast_to(np.asarray(learning_rate, "float32"), len(networks))
    train_epoch, evaluate = training(activation, output, optimizer, batch_size), evaluation(activation, output)
    kernels = [initial_kernels(initializer, widths, seed) for initializer, seed in networks]
    used = x.any(axis=0)  # a pixel that is 0 in every image never moves its weights: train without it
    used[np.flatnonzero(~used)[: -used.sum() % PIXELS]] = True
    x = x.take(np.flatnonzero(used), axis=1)  # x[:, used] would lie column by column: slow to read
    x, y, x_val, y_val = (tf.constant(array) for array in (x, y, x_val, y_val))
    history, weights = np.zeros((4, len(networks), epochs), "float32"), [None] * len(networks)
    shared = rates if optimizer == "adam" else np.zeros_like(rates)  # the fused Adam takes one rate for its group
    groups = grouped(list(zip((seed for _, seed in networks), shared)))
    progress = keras.utils.Progbar(len(groups) * epochs, verbose=int(verbose))
    lock, stop = threading.Lock(), threading.Event()

    def run(group):
        first, *others = (np.stack(layer).transpose(0, 2, 1) for layer in zip(*(kernels[k] for k in group)))
        arrays = [a for kernel in (first[:, :, used], *others) for a in (kernel, np.zeros_like(kernel[:, :, :1]))]
        variables = [tf.Variable(a) for a in arrays]
        moments = [[tf.Variable(tf.zeros_like(a)) for _ in range(2)] if optimizer == "adam" else [] for a in arrays]
        rate = tf.constant(rates[group].reshape(-1, 1, 1))
        for epoch in range(epochs):
            if stop.is_set():
                return
            step = tf.constant(epoch * np.ceil(len(y) / batch_size), "float32")
            order = tf.constant(batch_order(networks[group[0]][1], epoch, len(y)))
            history[:2, group, epoch] = traced(train_epoch, variables, moments, step, rate, x, y, order)
            trained = [v.numpy() for v in variables]
            full = first + 0 * trained[0][:, :, :1]  # a weight that is NaN spreads to these, as in Keras
            full[:, :, used] = trained[0]
            trained[0] = full
            history[2:, group, epoch:] = traced(evaluate, [tf.constant(a) for a in trained], x_val, y_val)[..., None]
            lost = all(np.isnan(a).all() for a in trained)  # and NaN stays NaN: the other epochs need no training
            if lost:
                history[:2, group, epoch + 1:] = traced(evaluate, variables, x, y)[..., None]
            with lock:
                progress.add(epochs - epoch if lost else 1)
            if lost:
                break
        for i, k in enumerate(group):
            weights[k] = [a[i, :, 0] if n % 2 else a[i].T.copy() for n, a in enumerate(trained)]

    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        list(pool.map(run, groups))
    finally:  # after Ctrl-C the groups under way end with their epoch
        stop.set()
        pool.shutdown(cancel_futures=True)
    return dict(zip(("loss", "accuracy", "val_loss", "val_accuracy"), history)), weights


def traced(function, *arguments):
    """Call a tf.function; traced ahead, since TensorFlow warns when calls of several shapes trace it."""
    function.get_concrete_function(*arguments)
    return function(*arguments)


def grouped(keys):
    """Indices of networks of equal key, at most GROUP together, and no fewer groups than cores if K allows."""
    size = min(GROUP, -(-len(keys) // os.cpu_count()))
    groups = []
    for key in dict.fromkeys(keys):
        members = [k for k, other in enumerate(keys) if other == key]
        groups += [part.tolist() for part in np.array_split(members, -(-len(members) // size))]
    return groups


def checked(networks, x, y, x_val, y_val, widths, optimizer):
    """The arrays in the types of the program, or ValueError."""
    if not networks:
        raise ValueError("There is nothing to train: give at least one (initializer, seed).")
    if optimizer not in ("adam", "sgd"):
        raise ValueError(f"The optimizer is 'adam' or 'sgd', not {optimizer!r}.")
    x, y, x_val, y_val = (np.asarray(array) for array in (x, y, x_val, y_val))
    for images, labels in ((x, y), (x_val, y_val)):
        if images.ndim != 2 or images.shape[1] != widths[0] or labels.shape != images.shape[:1]:
            raise ValueError(f"Images must be (n, {widths[0]}) and labels (n,), not {images.shape} and {labels.shape}.")
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= widths[-1]:
            raise ValueError(f"Labels must be integers from 0 to {widths[-1] - 1}.")
    return tuple(a.astype(kind, copy=False) for a, kind in zip((x, y, x_val, y_val), 2 * ("float32", "int32")))
