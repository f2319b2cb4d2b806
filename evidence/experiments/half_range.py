"""How many layers a signal passes before it leaves the range of float32, bfloat16 and float16, from four starts, and what rounding does to it."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which starts overflow or vanish in bfloat16 and float16, and is the variance rule another one there?",
    "widths": [784] + [64] * 60 + [10],
    "activation": "relu",
    "images": 64,
    "starts": {"he_normal": "he_normal", "glorot_uniform": "glorot_uniform", "normal_0.02": 0.02, "normal_1": 1.0},
    "types": ["float32", "bfloat16", "float16"],
    "compared": 30,  # layers after which two types are compared
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<type>": {"passed": (1,)}} of one seed, and for He in half precision "size", "error", "delta_size", "delta_error", (1,).

    "passed": how many hidden layers come before the first whose output is zero throughout, or not finite somewhere. "size": root mean
    square after the compared layer over that in float32; "error": length of the difference from float32 over the length in
    float32; "delta_…": the same of ∂J/∂z in the first layer.
    """
    (x, y), _ = mnist.pixels()
    chosen = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    runs, kept = {}, {}
    for (name, rule), kind in itertools.product(PROTOCOL["starts"].items(), PROTOCOL["types"]):
        initializer = rule if isinstance(rule, str) else keras.initializers.RandomNormal(stddev=rule)
        kernels = stacked.initial_kernels(initializer, PROTOCOL["widths"], seed)
        outputs, deltas = signals(kernels, x[chosen], y[chosen], kind)
        runs[f"{name}_{kind}"] = {"passed": [passed(outputs)]}
        kept[name, kind] = outputs[PROTOCOL["compared"] - 1], deltas[0]
    for kind in PROTOCOL["types"][1:]:
        for stem, exact, half in zip(("", "delta_"), kept["he_normal", "float32"], kept["he_normal", kind], strict=True):
            runs[f"he_normal_{kind}"][f"{stem}size"] = [np.sqrt(np.mean(half**2) / np.mean(exact**2))]
            runs[f"he_normal_{kind}"][f"{stem}error"] = [np.linalg.norm(half - exact) / np.linalg.norm(exact)]
    return runs


def signals(kernels, x, y, kind):
    """h, and ∂J/∂z for the mean loss J, of every hidden layer, each (images, units) float64, where all but the loss is computed in a type.

    kernels: (fan_in, fan_out) float32, rounded to the type; biases are zero.
    """
    h, outputs, sums = tf.cast(x, kind), [], []
    with tf.GradientTape() as tape:
        for kernel in kernels:
            z = tf.matmul(h, tf.cast(kernel, kind))
            tape.watch(z)
            h = tf.nn.relu(z)
            outputs.append(h)
            sums.append(z)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, tf.cast(z, "float32")))
    deltas = tape.gradient(loss, sums[:-1])
    return [[tf.cast(each, "float64").numpy() for each in signal] for signal in (outputs[:-1], deltas)]


def passed(signal):
    """How many layers come before the first whose signal is zero throughout, or not finite somewhere."""
    lost = [not np.any(layer) or not np.all(np.isfinite(layer)) for layer in signal]
    return lost.index(True) if True in lost else len(lost)
