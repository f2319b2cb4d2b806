"""How the error signal grows through fifty layers of batch normalization and ReLU, before the first step and after it."""

import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks.dense import EPSILON
from snippets.tools import stacked

LAYERS, BATCH = 50, 128  # hidden layers; images, where no arm says otherwise
PROTOCOL = {
    "question": "Does batch normalization keep the error signal through fifty layers, and does the initializer matter?",
    "widths": [784] + [128] * LAYERS + [10],
    "activation": "relu",
    "images": BATCH,
    "arms": {  # scale of the hidden kernels relative to He's, images per batch
        "scale_0.1": [0.1, BATCH], "scale_1": [1.0, BATCH], "scale_10": [10.0, BATCH],
        "batch_8": [1.0, 8], "batch_32": [1.0, 32], "batch_512": [1.0, 512],
    },
    "step": 0.1,  # learning rate of the single step before "stepped" is measured
    "seeds": list(range(10)),
}  # fmt: skip


def measure(seed):
    """{arm: {"delta", "gradient", "variance": (layers,)}} of one seed, hidden layers first to last.

    "delta": root mean square, for one image, of the gradient with respect to the input of a ReLU; "gradient":
    Frobenius norm of the gradient of a kernel for the batch's mean loss; "variance": of a ReLU's output over the batch, mean over
    units. "plain": without normalization, He's kernels. "stepped": "scale_1" after one step of SGD.
    """
    (x, y), _ = mnist.pixels()
    order = stacked.batch_order(seed, 0, len(x))
    *hidden, last = stacked.initial_kernels("he_normal", PROTOCOL["widths"], seed)
    runs = {}
    for arm, (scale, images) in PROTOCOL["arms"].items():
        kernels = [np.float32(scale) * kernel for kernel in hidden] + [last]
        runs[arm], gradients = anatomy(kernels, x[order[:images]], y[order[:images]], normalized=True)
        if arm == "scale_1":
            stepped = [w - PROTOCOL["step"] * g for w, g in zip(kernels, gradients, strict=True)]
            runs["stepped"], _ = anatomy(stepped, x[order[:images]], y[order[:images]], normalized=True)
    runs["plain"], _ = anatomy([*hidden, last], x[order[:BATCH]], y[order[:BATCH]], normalized=False)
    return runs


def anatomy(kernels, x, y, normalized):
    """The quantities of `measure` for one network, and the gradients of its kernels: (quantities, list of arrays)."""
    kernels, h, inputs, outputs = [tf.constant(kernel) for kernel in kernels], x, [], []
    with tf.GradientTape() as tape:
        tape.watch(kernels)
        for kernel in kernels[:-1]:
            z = tf.matmul(h, kernel)
            if normalized:
                mean, variance = tf.nn.moments(z, 0)
                z = (z - mean) * tf.math.rsqrt(variance + EPSILON)
            h = tf.nn.relu(z)
            inputs.append(z)
            outputs.append(h)
        logits = tf.matmul(h, kernels[-1])
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
    deltas, gradients = tape.gradient(loss, (inputs, kernels))
    quantities = {
        "delta": [len(x) * np.sqrt(np.mean(delta.numpy().astype(float) ** 2)) for delta in deltas],
        "gradient": [np.linalg.norm(gradient.numpy().astype(float)) for gradient in gradients[:-1]],
        "variance": [np.mean(np.var(h.numpy().astype(float), axis=0)) for h in outputs],
    }
    return {name: [float(f"{value:.4g}") for value in values] for name, values in quantities.items()}, gradients
