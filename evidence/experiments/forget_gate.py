"""How much gradient reaches the earlier cell states of an untrained LSTM, by the biases of its forget and input gates."""

import keras
import numpy as np
import tensorflow as tf

WIDTH, BATCH, LAGS = 64, 32, 50
PROTOCOL = {
    "question": "How much of the gradient of an LSTM's cell state is left after 50 and after 400 steps, before training?",
    "units": WIDTH,
    "steps": [50, 400],
    "lags": LAGS,
    "sequences": BATCH,
    "inputs": "standard normal",
    "arms": ["zero", "one", "spread", "chrono"],
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<arm>_<steps>": {"lag", "all" and "cell": (lags,), "forget_bias" and "input_bias": (units,)}} of one seed.

    "all" at a lag: log10 of the root mean square of the gradient of the last cell state, weighted by random signs, with
    respect to the cell state so many steps earlier. "cell": the same along the cell state alone, gates and outputs held
    constant, which leaves the product of the forget gates. "zero" and "one" are Keras's layer without and with
    unit_forget_bias; "spread" draws exp(forget bias) uniformly from 1 to steps - 1; "chrono" also gives the input gate
    minus that bias (Tallec and Ollivier 2018, arXiv:1804.11188).
    """
    runs = {}
    for steps in PROTOCOL["steps"]:
        for arm in PROTOCOL["arms"]:
            keras.utils.set_random_seed(seed)
            cell = keras.layers.LSTMCell(WIDTH, unit_forget_bias=arm == "one", dtype="float64")  # 2^-400 is 0 in float32
            cell.build((None, WIDTH))
            rng = np.random.default_rng(seed)
            lags = np.log(rng.uniform(1, steps - 1, WIDTH))
            bias = cell.bias.numpy().reshape(4, WIDTH)  # Keras's order of gates: input, forget, cell, output
            if arm in ("spread", "chrono"):
                bias[1] = lags
            if arm == "chrono":
                bias[0] = -lags
            cell.bias.assign(bias.ravel())
            inputs, signs = rng.standard_normal((steps, BATCH, WIDTH)), rng.choice([-1.0, 1.0], (BATCH, WIDTH))
            runs[f"{arm}_{steps}"] = {
                "lag": np.arange(steps // LAGS, steps + 1, steps // LAGS),
                "all": kept(cell, inputs, signs),
                "cell": kept(cell, inputs, signs, tf.stop_gradient),
                "forget_bias": bias[1],
                "input_bias": bias[0],
            }
    return runs


def kept(cell, inputs, signs, through=tf.identity):
    """log10 of the root mean square of the last cell state's gradient at LAGS lags; `through` is applied to each output."""
    state = [tf.zeros_like(signs), tf.zeros_like(signs)]
    cells = []
    with tf.GradientTape() as tape:
        for x in inputs:
            tape.watch(state[1])
            cells.append(state[1])
            _, (output, memory) = cell(x, state)
            state = [through(output), memory]
        last = tf.reduce_sum(signs * state[1])
    gradients = tape.gradient(last, cells)[:: -(len(cells) // LAGS)]
    return [np.log10(np.sqrt(np.mean(np.square(g)))) for g in gradients]
