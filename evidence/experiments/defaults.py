"""What every layer of the installed Keras starts from by default, read from its signature and measured on its weights."""

import inspect

import keras
import numpy as np

from evidence.networks.gain import gain, rectified
from evidence.problem import Problem

ARGUMENTS = ["kernel", "depthwise", "pointwise", "recurrent", "embeddings", "bias"]  # <argument>_initializer
WIDTH, WINDOW, PIXELS, HEADS, ROWS = 64, 3, 8, 8, 1000
PROTOCOL = {
    "question": "What do Keras's layers start from by default, and is it what the rule says?",
    "channels": WIDTH,
    "window": WINDOW,
    "pixels": PIXELS,  # along each side of what a convolution is given
    "heads": HEADS,
    "rows": ROWS,  # of an embedding
    "inputs": 64,  # on which the gain is measured
    "seeds": list(range(10)),
}


def measure(seed):
    """{"<layer>__<argument>__<default>": quantities} of one seed, for every layer class and every initializer argument.

    "shape" of the variable; "std" of its values; "rule_std", what the default's rule asks for if fan-in and fan-out
    are counted by hand (inputs that feed one unit, units that one input feeds, per gate); for layers that can stand
    alone in a network "gain", the mean square of ReLU of the outputs over that of the inputs, away from the border.
    For the LSTM's bias "largest", its largest value. Raises Problem for a layer without an entry in `built`.
    """
    keras.utils.set_random_seed(seed)
    runs = {}
    for name, layer in layers().items():
        made, shape, fans = built(name, layer)
        for argument, default in defaults(layer).items():
            values = variable(made, argument)
            quantities = {"shape": values.shape, "std": [values.std()]}
            if argument == "bias":
                quantities["largest"] = [values.max()]
            elif argument in fans:
                quantities["rule_std"] = [rule_std(default, *fans[argument])]
            if argument != "bias" and feeds_forward(name):
                quantities["gain"] = [gain(made, rectified((PROTOCOL["inputs"], *shape), seed))]
            runs[f"{name}__{argument}__{default}"] = quantities
    return runs


def layers():
    """{exported name: class} of the layers with one of ARGUMENTS; a class exported twice counts under its first name."""
    found = {}
    for name in sorted(dir(keras.layers)):
        layer = getattr(keras.layers, name)
        if inspect.isclass(layer) and defaults(layer):
            found.setdefault(layer, name)
    return {name: layer for layer, name in found.items()}


def defaults(layer):
    """{argument: default initializer, as the signature has it} of a layer class."""
    parameters = inspect.signature(layer.__init__).parameters
    return {a: parameters[f"{a}_initializer"].default for a in ARGUMENTS if f"{a}_initializer" in parameters}


def built(name, layer):
    """A layer with its weights made, the shape of one input, and {argument: (fan_in, fan_out)} counted by hand."""
    dimensions = next((d for d in (1, 2, 3) if f"{d}D" in name), 0)
    square, image = (WIDTH, WIDTH), (*[PIXELS] * dimensions, WIDTH)
    area = WINDOW**dimensions
    both = {"kernel": (area * WIDTH, area * WIDTH), "recurrent": (area * WIDTH, area * WIDTH)}
    if name.startswith("Depthwise"):
        made, shape, fans = layer(WINDOW), image, {"depthwise": (area, area)}
    elif name.startswith("Separable"):
        made, shape, fans = layer(WIDTH, WINDOW), image, {"depthwise": (area, area), "pointwise": square}
    elif name.startswith("ConvLSTM"):
        made, shape, fans = layer(WIDTH, WINDOW), (2, *image), both
    elif name.startswith("Conv"):
        made, shape, fans = layer(WIDTH, WINDOW), image, both
    elif name == "EinsumDense":
        made, shape, fans = layer("ab,bc->ac", WIDTH, bias_axes="c"), (WIDTH,), both
    elif name == "Dense" or name.endswith("Cell"):
        made, shape, fans = layer(WIDTH), (WIDTH,), both
    elif name in ("LSTM", "GRU", "SimpleRNN"):
        made, shape, fans = layer(WIDTH), (2, WIDTH), both
    elif name == "MultiHeadAttention":
        made, shape, fans = layer(HEADS, WIDTH // HEADS), (2, WIDTH), both
    elif name == "GroupQueryAttention":
        made, shape, fans = layer(WIDTH // HEADS, HEADS, HEADS // 2), (2, WIDTH), both
    elif name.endswith("Embedding"):
        made, shape, fans = layer(ROWS, WIDTH), (2,), {}
    else:
        raise Problem(f"Keras has a layer {name} that this book does not know; add it to built() in {__file__}.")
    made.build(*[(None, *shape)] * (2 if name.endswith("Attention") else 1))
    return made, shape, fans


def variable(layer, argument):
    """The first variable of a built layer that an argument fills, as a float32 array."""
    names = {"bias": ["bias"], "embeddings": ["embeddings"], "kernel": ["kernel"]}.get(argument, [f"{argument}_kernel"])
    names += ["kernel"] if argument == "depthwise" else []
    return next(np.array(weight) for weight in layer.weights if weight.name in names)


def rule_std(initializer, fan_in, fan_out):
    """Standard deviation that a rule gives to weights of these fans; Glorot and Bengio 2010, Saxe et al. 2014."""
    return {"glorot_uniform": np.sqrt(2 / (fan_in + fan_out)), "orthogonal": np.sqrt(1 / max(fan_in, fan_out))}[initializer]


def feeds_forward(name):
    """Whether a layer maps an activation to a pre-activation, so that ReLU can follow it."""
    return name in ("Dense", "EinsumDense") or ("Conv" in name and "LSTM" not in name)
