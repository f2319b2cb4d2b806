"""How long the cell state of an untrained LSTM remembers, by the bias of its forget gate."""

import keras
import numpy as np
import tensorflow as tf

WIDTH, STEPS, BATCH = 64, 50, 32
PROTOCOL = {
    "question": "How much of an LSTM's cell state is left after a number of steps, before training?",
    "units": WIDTH,
    "steps": STEPS,
    "sequences": BATCH,
    "inputs": "standard normal",
    "seeds": list(range(5)),
}
ARMS = ["zero", "one", "uniform_lags"]


def measure(seed):
    """{arm: {"kept": (steps,) log10, "forget_bias": (units,)}} of one seed.

    "kept" at lag k: root mean square of the gradient of the last cell state, weighted by random signs, with respect to
    the cell state k steps earlier. "zero" and "one" are Keras's layer without and with unit_forget_bias;
    "uniform_lags" draws exp(bias) uniformly from 1 to STEPS - 1 (Tallec and Ollivier 2018, arXiv:1804.11188).
    """
    runs = {}
    for arm in ARMS:
        keras.utils.set_random_seed(seed)
        cell = keras.layers.LSTMCell(WIDTH, unit_forget_bias=arm == "one")
        cell.build((None, WIDTH))
        forget = slice(WIDTH, 2 * WIDTH)  # Keras's order of gates: input, forget, cell, output
        rng = np.random.default_rng(seed)
        if arm == "uniform_lags":
            bias = cell.bias.numpy()
            bias[forget] = np.log(rng.uniform(1, STEPS - 1, WIDTH))
            cell.bias.assign(bias)
        runs[arm] = {"kept": kept(cell, rng), "forget_bias": cell.bias.numpy()[forget]}
    return runs


def kept(cell, rng):
    """log10 of the root mean square of the last cell state's gradient at lags 1 to STEPS."""
    inputs = rng.standard_normal((STEPS, BATCH, WIDTH)).astype("float32")
    signs = rng.choice([-1.0, 1.0], (BATCH, WIDTH)).astype("float32")
    state = [tf.zeros((BATCH, WIDTH)), tf.zeros((BATCH, WIDTH))]
    cells = []
    with tf.GradientTape() as tape:
        for x in inputs:
            tape.watch(state[1])
            cells.append(state[1])
            _, state = cell(x, state)
        last = tf.reduce_sum(signs * state[1])
    gradients = tape.gradient(last, cells)[::-1]
    return [np.log10(np.sqrt(np.mean(np.square(g, dtype=float)))) for g in gradients]
