"""Does snippets/tools/audit.py name a planted fault, and only that, and is it silent on sound networks?"""

import keras
import numpy as np
from keras import layers

from evidence import mnist
from snippets.tools.audit import audit

PLAIN = {"he_relu": ["relu", "he_normal"], "glorot_tanh": ["tanh", "glorot_uniform"], "lecun_selu": ["selu", "lecun_normal"],
         "he_gelu": ["gelu", "he_normal"], "glorot_relu": ["relu", "glorot_uniform"]}  # fmt: skip
SOUND = [*PLAIN, "deep_relu", "deep_tanh", "batch_norm", "layer_norm", "dropout", "convolutional", "residual", "zero_branches"]
FAULTS = {  # what each is planted in, its size, and how `audit` has to call it
    "times_ten": {"hosts": ["he_relu", "glorot_tanh", "batch_norm", "convolutional", "residual"], "factor": 10, "called": "too large"},
    "times_a_tenth": {"hosts": ["he_relu", "glorot_tanh", "batch_norm", "convolutional", "residual"], "factor": 0.1, "called": "too small"},
    "zeros": {"hosts": ["he_relu", "glorot_tanh", "convolutional"], "factor": 0, "called": "zero kernel"},
    "constant": {"hosts": ["he_relu", "glorot_tanh", "convolutional"], "value": 0.05, "called": "copied units"},
    "reused": {"hosts": ["deep_relu", "deep_tanh", "residual"], "called": "reused initializer"},
    "negative_biases": {"hosts": ["he_relu", "glorot_relu", "convolutional"], "value": -20.0, "called": "dead units"},
    "saturated": {"hosts": ["glorot_tanh", "deep_tanh"], "factor": 30, "called": "saturated"},
    "raw_pixels": {"hosts": ["he_relu", "glorot_tanh", "convolutional"], "factor": 255, "called": "input too large"},
    "wrong_rule": {"hosts": ["deep_relu"], "factor": 2**-0.5, "called": "vanishing signal"},
}
PROTOCOL = {
    "question": "In how many networks with one planted fault does the audit name that layer and that fault, and nothing else?",
    "plain": PLAIN,  # activation and initializer
    "sound": SOUND,
    "faults": FAULTS,
    "hidden_layers": [1, 6],  # from, to; as many residual blocks
    "glorot_relu_layers": [2, 4],
    "deep_layers": 20,
    "widths": [32, 64, 128],
    "filters": [16, 32],
    "dropout": 0.2,
    "images": 128,
    "example": {"hidden_layers": 8, "width": 64, "initializer": "he_normal", "layer": 4, "factor": 10},
    "seeds": list(range(5)),
}


def measure(seed):
    """{"sound": {"alarm"}, fault: {"named", "other"}, "example_…": quantities} of one seed.

    For every network a 0 or 1. alarm: the audit has findings, in the order of SOUND. named: one of them is the planted layer
    and fault, in the order of the hosts; other: it has findings beside that. The example, before and
    after a fault is planted: root mean squares by layer of activations, "signal", and of "delta"; "off", the kernel over the nearest rule.
    """
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    (x, y), _ = mnist.pixels()
    chosen = rng.choice(len(x), PROTOCOL["images"], replace=False)
    x, y = x[chosen].reshape(-1, 28, 28, 1), y[chosen]
    models = {kind: network(kind, rng) for kind in SOUND}
    runs = {"sound": {"alarm": [float(bool(findings(model, x, y))) for model in models.values()]}}
    for fault, planned in FAULTS.items():
        runs[fault] = {"named": [], "other": []}
        for kind in planned["hosts"]:
            weights = models[kind].get_weights()
            planted = plant(fault, models[kind], rng)
            found = findings(models[kind], x * np.float32(planned["factor"] if fault == "raw_pixels" else 1), y)
            hits = [finding for finding in found if set(finding.layers) == planted and planned["called"] in finding.fault]
            runs[fault]["named"].append(float(bool(hits)))
            runs[fault]["other"].append(float(len(found) > len(hits)))
            models[kind].set_weights(weights)
    return runs | example(x, y)


def example(x, y):
    """What the audit shows of one network before and after a kernel is multiplied: {"example_sound", "example_times_ten": quantities}."""
    planned = PROTOCOL["example"]
    units = [*[planned["width"]] * planned["hidden_layers"], 10]
    dense = [layers.Dense(width, "relu", kernel_initializer=planned["initializer"]) for width in units]
    dense[-1].activation = keras.activations.softmax
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), *dense])
    runs = {"example_sound": described(model, x, y)}
    kernel = dense[planned["layer"] - 1].kernel
    kernel.assign(planned["factor"] * kernel)
    return runs | {"example_times_ten": described(model, x, y)}


def described(model, x, y):
    rows = audit(model, x, y, "sparse_categorical_crossentropy").rows
    return {"signal": [np.hypot(row.mean, row.std) for row in rows], "delta": [row.delta for row in rows], "off": [row.off for row in rows]}


def findings(model, x, y):
    return audit(model, x, y, "sparse_categorical_crossentropy").findings


def network(kind, rng):
    """A sound network of random depth and width; the layers in which a fault may be planted are called kernel_0, kernel_1, …"""
    activation, rule = PLAIN.get(kind, ("tanh", "glorot_uniform") if kind == "deep_tanh" else ("relu", "he_normal"))
    low, high = PROTOCOL["glorot_relu_layers" if kind == "glorot_relu" else "hidden_layers"]
    depth = PROTOCOL["deep_layers"] if kind.startswith("deep") else int(rng.integers(low, high + 1))
    width, names = int(rng.choice(PROTOCOL["widths"])), (f"kernel_{i}" for i in range(100))
    h = inputs = keras.Input((28, 28, 1))

    def dense(activation=None, rule=rule):
        return layers.Dense(width, activation, kernel_initializer=rule, name=next(names))

    if kind == "convolutional":
        for filters in PROTOCOL["filters"]:
            h = layers.Conv2D(filters, 3, padding="same", strides=2, activation="relu", kernel_initializer="he_normal", name=next(names))(h)
        h = layers.GlobalAveragePooling2D()(h)
    elif kind in ("residual", "zero_branches"):
        h = dense("relu")(layers.Flatten()(h))
        for _ in range(depth):
            branch = dense("relu")(layers.BatchNormalization()(h))
            h = layers.Add()([h, dense(rule="zeros" if kind == "zero_branches" else rule)(branch)])
    else:
        between = {"batch_norm": layers.BatchNormalization, "layer_norm": layers.LayerNormalization, "dropout": lambda: layers.Dropout(PROTOCOL["dropout"])}
        h = layers.Flatten()(h)
        for _ in range(depth):
            h = dense()(h)
            h = between[kind]()(h) if kind in between else h
            h = layers.Activation(activation)(h)
    return keras.Model(inputs, layers.Dense(10, "softmax", name="out")(h))


def plant(fault, model, rng):
    """Plant a fault in a random layer of a network; returns the names of the layers that are then at fault."""
    held = [layer for layer in model.layers if layer.name.startswith("kernel_")]
    layer = held[rng.integers(len(held))]
    if fault == "raw_pixels":
        return {held[0].name}
    if fault == "reused":
        first, second = rng.choice(np.arange(1, len(held)), 2, replace=False)
        held[second].kernel.assign(held[first].kernel)
        return {held[first].name, held[second].name}
    if fault == "wrong_rule":
        for layer in held:
            layer.kernel.assign(layer.kernel * FAULTS[fault]["factor"])
        return {layer.name for layer in held}
    if fault == "negative_biases":
        layer.bias.assign(np.full(layer.bias.shape, FAULTS[fault]["value"]))
    elif fault == "constant":
        layer.kernel.assign(np.full(layer.kernel.shape, FAULTS[fault]["value"]))
    else:
        layer.kernel.assign(layer.kernel * FAULTS[fault]["factor"])
    return {layer.name}
