"""What the models of keras.applications start from: one of each module, its kernels held against Glorot's rule."""

import inspect
import math

import keras
import numpy as np

PIXELS, CLASSES = 96, 10
PROTOCOL = {
    "question": "Which models of keras.applications name an initializer, and which start from the default of their layers?",
    "pixels": PIXELS,  # enough for every module
    "classes": CLASSES,
    "least": 1000,  # values of a kernel that is told apart
    "most": 10_000,  # values of it by which a law is told
    "columns": ["kernels", "count", "kurtosis", "largest", "lowest", "highest", "std"],
    "seeds": list(range(3)),
}
SMALL = ("Tiny", "Mobile", "Small", "B0", "121", "50", "50V2")  # how the least model of a module is called, the first before the next


def measure(seed):
    """{"<module>__<model>": {kind: PROTOCOL's columns}} of one seed; kinds are "convolution", "depthwise" and "dense".

    Kernels of less than PROTOCOL's "least" values are left out. "kurtosis" and "largest" are of the first
    values of each, at most "most", brought to standard deviation 1 about zero; "count" says how many; "lowest" and "highest" of its kernels are the variance over Glorot's,
    2 / (fan_in + fan_out) as Keras counts fans; "std" is of all values.
    """
    runs = {}
    for module, build in sorted(models().items()):
        keras.utils.set_random_seed(1000 * seed + len(runs))
        keras.backend.clear_session()
        model = build(weights=None, classes=CLASSES, input_shape=(PIXELS, PIXELS, 3))
        found = {}
        for layer in model._flatten_layers():
            for kernel in layer._trainable_variables:
                if "kernel" in kernel.name and math.prod(kernel.shape) >= PROTOCOL["least"]:
                    found.setdefault(kind(layer), []).append(np.asarray(kernel))
        runs[f"{module}__{build.__name__}"] = {name: described(kernels) for name, kernels in found.items()}
    return runs


def models():
    """{module: function that builds a model} of every module of keras.applications, the least model of each."""
    found = {}
    for name, build in sorted(vars(keras.applications).items()):
        if inspect.isfunction(build) and name[0].isupper():
            found.setdefault(build.__module__.rpartition(".")[2], []).append(build)
    return {module: min(builds, key=lambda build: [not build.__name__.endswith(end) for end in SMALL]) for module, builds in found.items()}


def kind(layer):
    """What a layer's kernel is for, by its class; a separable convolution's first kernel is depthwise too, and counted with the rest."""
    name = type(layer).__name__
    return "depthwise" if "Depthwise" in name else "convolution" if "Conv" in name else "dense"


def described(kernels):
    """PROTOCOL's columns of the kernels of a kind."""
    variances = [float(kernel.var()) for kernel in kernels]
    shares = [variance / (2 / sum(fans(kernel.shape))) for variance, kernel in zip(variances, kernels)]
    scaled = [np.square(kernel.ravel()[: PROTOCOL["most"]], dtype=float) / variance for variance, kernel in zip(variances, kernels)]
    squares = np.concatenate(scaled)
    spread = math.sqrt(np.average(variances, weights=[kernel.size for kernel in kernels]))
    return [len(kernels), len(squares), np.mean(squares**2), math.sqrt(squares.max()), min(shares), max(shares), spread]


def fans(shape):
    """(fan_in, fan_out) as Keras counts them for a kernel of this shape."""
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]
