"""MNIST, and nothing but MNIST: every array is checked by its sha256 before anyone may use it."""

import functools
import hashlib
import os
import zipfile
from pathlib import Path

import numpy as np

from evidence.problem import Problem

# Of the bytes of each array in C order. The arrays and not the file: an .npz may be packed in many ways.
SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
REMEDY = "Unset MNIST_NPZ to let Keras download it, or point MNIST_NPZ at a good copy of Keras's mnist.npz."


def load():
    """MNIST as Keras gives it: ((x_train, y_train), (x_test, y_test)).

    x: (60000, 28, 28) and (10000, 28, 28) uint8, 0 to 255; y: (60000,) and (10000,) uint8, 0 to 9.
    Taken from the file that $MNIST_NPZ names, else from Keras (its cache, or a download).
    Raises Problem when the data is missing, unreadable, or not MNIST to the bit.
    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
    """
    path = os.environ.get("MNIST_NPZ")
    arrays = _from_file(Path(path)) if path else _from_keras()
    for name, expected in SHA256.items():
        actual = hashlib.sha256(np.ascontiguousarray(arrays[name])).hexdigest()
        if actual != expected:
            source = path or "Keras's download"
            raise Problem(f"{name} in {source} is not MNIST's (sha256 {actual[:12]}…, not {expected[:12]}…). {REMEDY}")
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


@functools.cache
def pixels():
    """MNIST ready for a dense network: ((x_train, y_train), (x_test, y_test)), the same arrays at every call.

    x: (60000, 784) and (10000, 784) float32 in [0, 1]; y: int32 labels; all read-only. Raises Problem as `load` does.
    """
    both = tuple((x.reshape(len(x), 784).astype("float32") / 255, y.astype("int32")) for x, y in load())
    for array in (*both[0], *both[1]):
        array.flags.writeable = False
    return both


def split(seed, images, validation=1000, tested=None):
    """MNIST as one seed sees it: ((x, y), (x_val, y_val), (x_test, y_test)), each as `pixels` gives it.

    `images` to train on and `validation` to choose a learning rate by, none in both, drawn from the training images;
    and `tested` drawn from the test images, or all of them. Raises ValueError if there are not so many.
    """
    training, test = pixels()
    if images + validation > len(training[1]):
        raise ValueError(f"{images} and {validation} images are more than the {len(training[1])} of the training set.")
    drawn, asked = (np.random.default_rng([seed, k]).permutation(len(y)) for k, (_, y) in enumerate((training, test)))
    chosen = (drawn[:images], drawn[len(drawn) - validation :], asked[:tested])
    return tuple((x[some], y[some]) for (x, y), some in zip((training, training, test), chosen, strict=True))


def _from_file(path):
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = sorted(SHA256.keys() - set(archive.files))
            arrays = {name: archive[name] for name in SHA256 if name not in missing}
    except FileNotFoundError:
        raise Problem(f"MNIST_NPZ names {path}, which does not exist. {REMEDY}") from None
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zipfile.zlib.error) as error:
        raise Problem(f"{path} cannot be read as an .npz file ({error}). {REMEDY}") from None
    if missing:
        raise Problem(f"{path} holds no array {', '.join(missing)}. {REMEDY}")
    return arrays


def _from_keras():
    from keras.datasets import mnist  # here, because `status` must not wait for TensorFlow

    try:
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    except Exception as error:  # urllib, http and Keras each raise their own; the remedy is the same
        raise Problem(
            f"Keras could not fetch MNIST ({' '.join(str(error).split())}). "
            "Connect to the network, or set MNIST_NPZ to a copy of Keras's mnist.npz."
        ) from None
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
