"""Small stand-in for MNIST, for code blocks that must run offline. No result of the book comes from it."""
import numpy as np
from scipy.ndimage import zoom

TRAIN = 1500


def load():
    """Scikit-learn's 1,797 bundled digits in MNIST's form: ((x_train, y_train), (x_test, y_test)).

    x: (1500, 28, 28) and (297, 28, 28) uint8, 0 to 255; y: (1500,) and (297,) uint8, 0 to 9.
    The 8 x 8 images are enlarged to the 20 x 20 that a digit fills in MNIST.
    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998.
    """
    from sklearn.datasets import load_digits  # here, because it takes a second

    digits = load_digits()
    enlarged = zoom(digits.images / 16, (1, 2.5, 2.5), order=1)
    images = np.pad(np.rint(255 * enlarged), ((0, 0), (4, 4), (4, 4))).astype("uint8")
    labels = digits.target.astype("uint8")
    return (images[:TRAIN], labels[:TRAIN]), (images[TRAIN:], labels[TRAIN:])
