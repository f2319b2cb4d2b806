"""Fixup and plain He in residual networks of growing depth: the output, one SGD step, and a short training."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from snippets.tools import stacked
from snippets.tools.fixup import FixupBlock

WIDTH, DEPTHS = 64, [4, 16, 64]
WIDE = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
RATES = {"fixup": WIDE, "zero_last": WIDE, "he": [1e-8, 1e-5, 1e-2]}
PROTOCOL = {
    "question": "How does one SGD step change a residual network of 4, 16 and 64 blocks, and do 64 blocks train?",
    "width": WIDTH,
    "blocks": DEPTHS,
    "branch": "two dense layers",
    "arms": {"fixup": "all rules", "zero_last": "rule 1, He elsewhere", "he": "He in every layer"},
    "optimizer": "sgd",
    "step_rate": 0.01,
    "first_steps": 5,
    "learning_rates": RATES,
    "batch_size": 64,
    "steps": 60,
    "probe_images": 256,
    "validation_images": 1000,
    "test_images": 2000,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<arm>_<blocks>": quantities} of one seed.

    "output" (1,): root mean square of the logits before training, under He's classifier. "step" (1,): root mean square
    of their change in one SGD step from there, NaN where they overflow. Of 64 blocks also "first_steps" (1,): the same
    from a classifier of zeros, mean of the first steps. And {"<arm>_64_<rate>": {"test_loss", NaN where it diverged,
    "test_accuracy", "val_accuracy": (1,)}} after a training from the classifier of the arm, He's or zeros.
    """
    images = PROTOCOL["steps"] * PROTOCOL["batch_size"]
    training, *held_out = mnist.split(seed, images, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    probe = held_out[0][0][: PROTOCOL["probe_images"]]
    batches = list(zip(*(map(tf.constant, np.split(array, PROTOCOL["steps"])) for array in training)))
    runs = {}
    for blocks in DEPTHS:
        model, step, look = network(blocks)
        kernels = stacked.initial_kernels("he_normal", [784] + [WIDTH] * (2 * blocks + 1), seed)
        start = functools.partial(set_start, model, kernels, stacked.initial_kernels("he_normal", [WIDTH, 10], 1000 + seed)[0])
        for arm in RATES:
            start(arm, zero_classifier=False)
            output = size(look(probe))
            runs[f"{arm}_{blocks}"] = {"output": [output], "step": changes(step, look, batches[:1], probe)}
    for arm, rates in RATES.items():
        start(arm, zero_classifier=True)
        steps = changes(step, look, batches[: PROTOCOL["first_steps"]], probe)
        runs[f"{arm}_{DEPTHS[-1]}"]["first_steps"] = [np.mean(steps)]
        for rate in rates:
            start(arm, zero_classifier=arm != "he")
            runs[f"{arm}_{DEPTHS[-1]}_{rate}"] = trained(step, look, batches, held_out, rate)
    return runs


@functools.cache
def network(blocks):
    """A residual network, a TensorFlow function for one SGD step, and one for its logits."""
    dense = keras.layers.Dense
    body = [FixupBlock([dense(WIDTH), dense(WIDTH)], blocks) for _ in range(blocks)]
    model = keras.Sequential([keras.Input((784,)), dense(WIDTH), *body, dense(10)])

    @tf.function
    def step(x, y, rate):
        variables = [variable.value for variable in model.trainable_variables]
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
        for variable, gradient in zip(variables, tape.gradient(loss, variables)):
            variable.assign_sub(rate * gradient)
        return loss

    return model, step, tf.function(model, input_signature=[tf.TensorSpec((None, 784))])


def set_start(model, kernels, classifier, arm, zero_classifier):
    """Start the network as the arm says, from kernels drawn by He's rule, which all arms of a seed share up to a factor."""
    first, *body, last = model.layers
    for layer, kernel in ((first, kernels[0]), (last, classifier * (not zero_classifier))):
        layer.kernel.assign(kernel)
        layer.bias.assign(np.zeros(layer.units))
    for block, inner, outer in zip(body, kernels[1::2], kernels[2::2], strict=True):
        variance = block.layers[0].kernel_initializer.scale if arm == "fixup" else 2.0  # times fan_in
        block.layers[0].kernel.assign(inner * (variance / 2) ** 0.5)
        block.layers[1].kernel.assign(outer * (arm == "he"))
        block.multiplier.assign(1.0)
        block.biases.assign(np.zeros((2, 2)))


def changes(step, look, batches, probe):
    """Root mean square of the change of the probe's logits in each step: a list."""
    found, before = [], look(probe)
    for batch in batches:
        step(*batch, tf.constant(PROTOCOL["step_rate"]))
        after = look(probe)
        found.append(size(after - before))
        before = after
    return found


def trained(step, look, batches, held_out, rate):
    """Test loss, test accuracy and validation accuracy after one pass over the batches, which ends early where the loss is no number."""
    for batch in batches:
        if not np.isfinite(step(*batch, tf.constant(rate))):
            break
    (chosen_by, _), (reported, loss) = (score(look(x), y) for x, y in held_out)
    return {"val_accuracy": [chosen_by], "test_accuracy": [reported], "test_loss": [loss if np.isfinite(loss) else np.nan]}


def score(logits, y):
    """Accuracy and mean loss of these logits."""
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
    return np.mean(np.argmax(logits, axis=1) == y), float(loss)


def size(array):
    """Root mean square, NaN if it is infinite."""
    found = np.sqrt(np.mean(np.square(array, dtype="float64")))
    return found if np.isfinite(found) else np.nan
