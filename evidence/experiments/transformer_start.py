"""Signal and gradient of a vision transformer before training, by depth and by width."""

import functools
import itertools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import transformers

PROTOCOL = {
    "question": "How do the residual stream and the gradients of a transformer depend on depth, start and place of the normalization?",
    "arms": {
        "width": ["pre", "width"], "width_scaled": ["pre", "width_scaled"],
        "glorot": ["pre", "glorot"], "post": ["post", "glorot"], "deepnorm": ["post", "deepnorm"],
    },
    "blocks": [2, 4, 8, 16, 24],
    "width": 64,
    "rules": ["fixed", "width"],  # asked for their branches by width, in networks of one block
    "widths": [32, 64, 128, 256, 512],
    "images": 64,
    "seeds": list(range(5)),
}  # fmt: skip


def measure(seed):
    """One seed, the same images for all arms.

    "<arm>_<blocks>": "gradient" (blocks,), the norm of the gradient of each block's last feed-forward kernel, and with
    normalization before the branches "stream" (blocks + 1,), the mean square of the stream before the first block and after each.
    "branch_<rule>_<width>": "feed_forward" (1,), the mean square of what the feed-forward branch of the first block puts out.
    """
    (x, y), *_ = mnist.split(seed, PROTOCOL["images"])
    x, runs = transformers.patches(x), {}
    for (arm, (norm, rule)), blocks in itertools.product(PROTOCOL["arms"].items(), PROTOCOL["blocks"]):
        model = network(norm, blocks, PROTOCOL["width"])
        model.set_weights(transformers.start(model, rule, seed, PROTOCOL["width"], blocks))
        runs[f"{arm}_{blocks}"] = {"gradient": gradients(model, x, y, blocks)}
        if norm == "pre":
            streams = [model.get_layer("places"), *(model.get_layer(f"{block}_feed_forward_skip") for block in range(blocks))]
            runs[f"{arm}_{blocks}"]["stream"] = squares(model, streams, x)
    for rule, width in itertools.product(PROTOCOL["rules"], PROTOCOL["widths"]):
        model = network("pre", 1, width)
        model.set_weights(transformers.start(model, rule, seed, width, 1))
        runs[f"branch_{rule}_{width}"] = {"feed_forward": squares(model, [model.get_layer("0_feed_forward_out")], x)}
    return runs


network = functools.cache(transformers.vit)  # to build one takes longer than to look at it


def squares(model, layers, x):
    """The mean square of what each of these layers puts out: a list."""
    outputs = keras.Model(model.input, [layer.output for layer in layers])(x)
    return [float(np.mean(np.square(one))) for one in (outputs if isinstance(outputs, list) else [outputs])]


def gradients(model, x, y, blocks):
    """The norm of the loss's gradient with respect to each block's last feed-forward kernel: a list."""
    kernels = [model.get_layer(f"{block}_feed_forward_out").kernel.value for block in range(blocks)]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
    return [float(tf.norm(gradient)) for gradient in tape.gradient(loss, kernels)]
