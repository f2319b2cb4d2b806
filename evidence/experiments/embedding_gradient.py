"""The gradient of a decoder's blocks before training, by the spread of its embeddings, and a rate that `embedding_training` lacks."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence.networks import built, decoder

PROTOCOL = {
    "question": "How much larger is the gradient of the blocks where embeddings are small, and does a large rate then cost more?",
    "spreads": [0.02, 1.0],  # standard deviation of the embeddings of tokens and positions
    "branches": {"whole": 1, "divided": 2},  # what the weights that end a branch are divided by; 2 is the root of 2 · blocks, as in GPT-2
    "asked_images": 256,  # of those to train on, for the gradient before training
    "width": 32,
    "heads": 2,
    "blocks": 2,
    "optimizer": "adam",
    "fast": {"spread": 0.02, "learning_rate": 0.03},  # the largest of embedding_training's rates, at the spread that lacks it there
    "images": 6400,
    "validation_images": 500,
    "test_images": 500,
    "batch_size": 16,
    "steps": [100, 200, 300],  # after which the test images are asked
    "seeds": list(range(5)),
}  # fmt: skip
SHAPE = {"vocabulary": decoder.LEVELS, "length": decoder.SIDE**2 - 1} | {name: PROTOCOL[name] for name in ("width", "heads", "blocks")}


def measure(seed):
    """{"<branches>_<spread>": {"gradient", "stream"}} before training, as `before` gives them, and "fast", a curve of `decoder.per_token`."""
    training, validation, test = decoder.split(seed, PROTOCOL)
    asked, runs = [part[: PROTOCOL["asked_images"]] for part in training], {}
    for spread in PROTOCOL["spreads"]:
        for name, divisor in PROTOCOL["branches"].items():
            runs[f"{name}_{spread}"] = before(network(spread, divisor, seed), *asked)
    settings, rate = {"spread": PROTOCOL["fast"]["spread"], "head": PROTOCOL["width"] ** -0.5}, PROTOCOL["fast"]["learning_rate"]
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    weights = built.start(functools.partial(decoder.decoder, SHAPE, **settings), seed)
    trained = decoder.trainer(SHAPE, PROTOCOL["optimizer"], settings)
    return runs | {"fast": decoder.per_token(trained, weights, rate, training, validation, test, order, PROTOCOL["steps"])}


def network(spread, divisor, seed):
    """An untrained decoder with a head of its own; its branches' last kernels are divided. All spreads of a seed share their random numbers."""
    keras.utils.set_random_seed(seed)
    model = decoder.decoder(SHAPE, spread=spread, head=PROTOCOL["width"] ** -0.5)
    for block in blocks(model):
        for kernel in (block[0].out.kernel, block[-1].kernel):
            kernel.assign(kernel / divisor)
    return model


def blocks(model):
    """The layers with kernels of each block: attention and the two of the feed-forward branch."""
    layers = [layer for layer in model.layers if isinstance(layer, decoder.Attention | keras.layers.Dense)]
    return [layers[3 * k : 3 * k + 3] for k in range(PROTOCOL["blocks"])]  # behind them stands the head


def before(model, x, y):
    """"gradient": norm of the gradient of each block's kernels, (blocks,), for the mean loss of all tokens of x (n, length), which are to
    predict y; "stream": root mean square of the stream behind the embeddings and before the last normalization, (2,)."""
    ends = [next(layer for layer in model.layers if isinstance(layer, decoder.Positions)).output, model.layers[-2].input]
    kernels = [[weight.value for layer in block for weight in layer.trainable_variables] for block in blocks(model)]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
    stream = keras.Model(model.input, ends)(x)
    return {
        "gradient": [tf.linalg.global_norm(block) for block in tape.gradient(loss, kernels)],
        "stream": [np.sqrt(np.mean(np.square(part))) for part in stream],
    }
