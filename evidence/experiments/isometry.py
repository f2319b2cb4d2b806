"""The norm of images on their way through a hundred convolutions, delta-orthogonal and others."""

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from snippets.tools import stacked
from snippets.tools.delta_orthogonal import DeltaOrthogonal

CHANNELS = 16
PROTOCOL = {
    "question": "Which start of convolutions keeps the norm of an image, and of every image, through how many layers?",
    "layers": 100,
    "window": [3, 3],
    "padding": "same",
    "channels": CHANNELS,
    "pixels": [7, 7],  # each holds a patch of 4 by 4, so that nothing comes before the first layer
    "starts": {
        "linear": ["delta_orthogonal", "orthogonal", "glorot_uniform", "he_normal"],
        "relu": ["delta_orthogonal", "orthogonal", "he_normal"],
    },
    "gain": {"linear": 1.0, "relu": 2**0.5},  # of delta_orthogonal and orthogonal
    "images": 64,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<start>": {"norm", "smallest", "largest": (layers + 1,)}} of one seed, input first.

    The Euclidean norm of an image over all pixels and channels, divided by that of the input: geometric mean,
    smallest and largest of all images.
    """
    (x, _), _ = mnist.pixels()
    images = patches(x[stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]])
    return {
        f"{activation}_{start}": summary(norms(images, start, activation, seed))
        for activation, starts in PROTOCOL["starts"].items()
        for start in starts
    }


def patches(x):
    """(n, 784) as (n, 7, 7, 16): the patches of 4 by 4 pixels as channels."""
    return x.reshape(-1, 7, 4, 7, 4).transpose(0, 1, 3, 2, 4).reshape(-1, 7, 7, CHANNELS)


def norms(h, start, activation, seed):
    """The norm of each image after each layer: (layers + 1, images)."""
    gain = {"gain": PROTOCOL["gain"][activation]} if start in ("delta_orthogonal", "orthogonal") else {}
    rule = DeltaOrthogonal if start == "delta_orthogonal" else type(keras.initializers.get(start))
    found = [np.linalg.norm(h.reshape(len(h), -1), axis=1)]
    for layer in range(PROTOCOL["layers"]):
        own = int(np.random.SeedSequence([seed, layer]).generate_state(1)[0])
        kernel = rule(seed=own, **gain)((*PROTOCOL["window"], CHANNELS, CHANNELS))
        h = keras.activations.get(activation)(tf.nn.conv2d(h, kernel, 1, "SAME"))
        found.append(np.linalg.norm(h.numpy().reshape(len(h), -1).astype("float64"), axis=1))
    return np.array(found)


def summary(found):
    ratio = found / found[0]
    return {"norm": np.exp(np.log(ratio).mean(axis=1)), "smallest": ratio.min(axis=1), "largest": ratio.max(axis=1)}
