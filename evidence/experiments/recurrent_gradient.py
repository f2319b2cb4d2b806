"""How much gradient reaches the earlier states of untrained recurrent networks, through fifty blank steps."""

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import recurrent

PROTOCOL = {
    "question": "How much of the gradient of a recurrent network's last state reaches its earlier states, before training?",
    "read": "wait",
    "sequence": [64, 14],  # steps, inputs of each
    "units": 64,
    "starts": {
        "tanh": ["orthogonal", "glorot_uniform", "torch"],
        "relu": ["orthogonal", "identity"],
        "lstm": ["keras", "forget_zero", "chrono", "torch"],
        "gru": ["keras", "chrono", "torch"],
    },
    "images": 32,
    "lags": 50,  # all blank steps
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<kind>_<start>": {"left": (lags,)}} of one seed.

    log10 of the root mean square of the gradient of the last state, weighted by random signs, with respect to the state
    so many steps earlier, 1 to `lags`: through the blank steps. The state is the cell state of an LSTM, the output of the others.
    """
    x = recurrent.wait(mnist.split(seed, PROTOCOL["images"], 0, 0)[0][0]).astype("float64")
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (PROTOCOL["images"], PROTOCOL["units"]))
    runs = {}
    for kind, starts in PROTOCOL["starts"].items():
        for start in starts:
            keras.utils.set_random_seed(seed)
            layer = recurrent.layer(kind, start, x.shape[1], PROTOCOL["units"], dtype="float64")  # 2^-64 is little in float32
            layer.build((None, *x.shape[1:]))
            runs[f"{kind}_{start}"] = {"left": left(layer.cell, x, signs)}
    return runs


def left(cell, x, signs):
    """log10 of the root mean square of the gradient of the last state by lag, (lags,); x: (images, steps, inputs)."""
    states, kept = [tf.zeros_like(signs)] * len(np.atleast_1d(cell.state_size)), []
    with tf.GradientTape() as tape:
        for step in range(x.shape[1]):
            tape.watch(states[-1])
            kept.append(states[-1])
            _, states = cell(x[:, step], states)
        last = tf.reduce_sum(states[-1] * signs)
    gradients = tape.gradient(last, kept[: -PROTOCOL["lags"] - 1 : -1])
    return np.array([np.log10(np.sqrt(np.mean(np.square(g)))) for g in gradients])
